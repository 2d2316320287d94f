"""The daemon is told to read its settings again, or to end, in the middle of its work."""

import asyncio
import itertools
import logging

import pytest

from syncd.daemon import turn
from syncd.daemon.systemd import Notifier
from syncd.sandbox import Fault, FaultKind, Side
from tests.daemon.house import MINUTE, House


class Ear(Notifier):
    """Remembers what systemd would have been told, and when, on the house's clock."""

    def __init__(self, house: House, watchdog: float | None = None) -> None:
        super().__init__("", watchdog)
        self._house = house
        self.told: list[tuple[float, str]] = []

    def _send(self, message: str) -> None:
        self.told.append((self._house.clock.now(), message))

    def said(self, word: str) -> list[float]:
        return [at for at, message in self.told if message.startswith(word)]

    @property
    def line(self) -> str:
        """The line that `systemctl status` would show now."""
        lines = [message for _, message in self.told if message.startswith("STATUS=")]
        return lines[-1].removeprefix("STATUS=")


def test_it_is_ready_once_every_connection_was_tried(house: House) -> None:
    slow = house.add("slow")
    house.add("quick")
    slow.latency = 3.0
    ear = Ear(house)

    async def story() -> None:
        began = house.clock.now()
        async with house.running(ear):
            await house.pass_time(MINUTE)
        (ready,) = ear.said("READY=1")
        assert 6 < ready - began < 45
        assert ear.told[0] == (began, "STATUS=2 connections, 2 not tried yet")
        assert len(ear.said("STOPPING=1")) == 1

    house.play(story())


def test_a_side_that_hangs_does_not_keep_it_from_being_ready(house: House) -> None:
    acme = house.add("acme")
    acme.outage.begin(fault=Fault(FaultKind.TIMEOUT_BEFORE))
    ear = Ear(house, watchdog=20.0)

    async def story() -> None:
        began = house.clock.now()
        async with house.running(ear):
            await house.pass_time(10 * MINUTE)
        assert ear.said("READY=1")[0] - began == pytest.approx(45, abs=1)
        beats = ear.said("WATCHDOG=1")
        assert max(b - a for a, b in itertools.pairwise(beats)) <= 10.1
        assert len(beats) >= 60

    house.play(story())


def test_a_pass_that_does_not_end_ends_the_signs_of_life(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def deaf(*_given: object) -> None:
        while True:
            try:
                await house.clock.sleep(3_600.0)
            except asyncio.CancelledError:
                if house.broken:
                    raise

    monkeypatch.setattr(turn, "reconcile", deaf)
    house.add("acme")
    ear = Ear(house, watchdog=20.0)

    async def story() -> None:
        async with house.running(ear) as daemon:
            await house.pass_time(3_600.0)
            begun = house.clock.now()
            await house.pass_time(5 * MINUTE)
            reasons = daemon.health.snapshot().reasons
            house.broken = True  # now it hears
            beats = ear.said("WATCHDOG=1")
            assert begun - 11 < beats[-1] < begun + 45
            assert "acme: a pass does not end" in reasons

    house.play(story())


def test_wrong_settings_are_refused_as_a_whole(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    acme = house.add("acme")
    ear = Ear(house)

    async def story() -> None:
        async with house.running(ear) as daemon:
            await house.pass_time(MINUTE)
            house.add("new")
            house.broken = True
            daemon.reload()
            await house.pass_time(1)
            await house.pass_time(5 * MINUTE)
            assert "the old ones hold" in ear.line, "passes that end well do not hide it"
            right = house.secret
            house.broken, house.secret = False, "another secret, which is refused as well"
            daemon.reload()
            await house.pass_time(1)
            acme.apply()
            await house.pass_time(3 * MINUTE)
            assert acme.invited() == 1
            assert [one.name for one in daemon.health.snapshot().connections] == ["acme"]
            house.secret = right
            new = house.accounts.pop("new")
            daemon.reload()
            await house.pass_time(1)
            assert ear.line == "1 connection, in step"
        assert new.requests() == []
        assert len(ear.said("RELOADING=1")) == 3
        assert len(ear.said("READY=1")) == 4

    house.play(story())
    refused = [r for r in caplog.records if "not taken over" in r.getMessage()]
    assert [record.levelno for record in refused] == [logging.ERROR] * 2


def test_connections_come_and_go_and_change(house: House) -> None:
    house.add("goes")
    stays = house.add("stays")

    async def story() -> None:
        async with house.running() as daemon:
            await house.pass_time(MINUTE)
            gone = house.accounts.pop("goes")
            comes = house.add("comes")
            stays.mode = "off"
            daemon.reload()
            await house.pass_time(30)
            asked = len(gone.requests()), len(stays.requests())
            comes.apply()
            await house.pass_time(5 * MINUTE)
            assert comes.invited() == 1
            assert (len(gone.requests()), len(stays.requests())) == asked
            told = [(one.name, str(one.mode)) for one in daemon.health.snapshot().connections]
            assert told == [("comes", "sync"), ("stays", "off")]
            daemon.nudges.nudge("goes", "results")
            stays.mode = "sync"
            stays.apply()
            daemon.reload()
            await house.pass_time(5)
            assert stays.invited() == 1

    house.play(story())


def test_what_is_under_way_is_not_lost_by_a_reload(house: House) -> None:
    """The connection is taken out of the settings while its batch is on the way."""
    acme = house.add("acme")
    house.add("other")

    async def story() -> None:
        async with house.running() as daemon:
            await house.pass_time(MINUTE)
            acme.apply()
            acme.latency = 4.0
            while not [r for r in acme.requests() if r.path.endswith("/bulk")]:
                await house.pass_time(0.5)
            del house.accounts["acme"]
            house.accounts["kept-for-its-hosts"] = acme
            acme.mode = "off"
            daemon.reload()
            await house.pass_time(2 * MINUTE)
        assert acme.invited() == 1
        with house.store.read() as tx:
            from syncd.store import journal

            assert {state for _, state in journal.tally(tx, "acme")} == {"confirmed"}

    house.play(story())


@pytest.mark.parametrize("latency", [0.5, 5.0])
def test_a_write_under_way_gets_its_answer_before_the_end(house: House, latency: float) -> None:
    acme = house.add("acme")

    async def story() -> None:
        async with house.running():
            await house.pass_time(MINUTE)
            acme.apply()
            acme.outage.hits = lambda request: request.path.endswith("/bulk")
            acme.outage.fault = Fault(FaultKind.SLOW, seconds=latency)
            while not [r for r in acme.requests() if r.path.endswith("/bulk")]:
                await house.pass_time(0.1)
            asked, began = len(acme.requests()), house.clock.now()
        assert house.clock.now() - began < 20
        assert len(acme.requests()) == asked
        with house.store.read() as tx:
            from syncd.store import journal

            assert {state for _, state in journal.tally(tx, "acme")} == {"confirmed"}

    house.play(story())


def test_an_end_in_the_middle_of_reading_is_at_once(house: House) -> None:
    acme = house.add("acme")
    acme.outage.begin(Side.HEYMILO, Fault(FaultKind.SLOW, seconds=29.0))

    async def story() -> None:
        async with house.running():
            await house.pass_time(3)
            began = house.clock.now()
        assert house.clock.now() - began < 1

    house.play(story())


def test_a_phase_that_takes_an_hour_is_ended_and_others_have_their_turn(house: House) -> None:
    acme = house.add("acme")

    async def story() -> None:
        async with house.running():
            await house.pass_time(MINUTE)
            acme.outage.hits = lambda request: request.path.endswith("/jobs")
            acme.outage.fault = Fault(FaultKind.SLOW, seconds=29.0)
            turn_limit = turn.LONGEST_PHASE
            turn.LONGEST_PHASE = 20.0
            try:
                await house.pass_time(15 * MINUTE)
                invited = acme.invited()
                acme.apply()
                await house.pass_time(4 * MINUTE)
                assert acme.invited() == invited + 1
            finally:
                turn.LONGEST_PHASE = turn_limit

    house.play(story())
