"""The daemon at work, on a clock that jumps: what it does when, and what it leaves alone."""

import logging
import random
from itertools import pairwise

import pytest

from syncd.errors import HeldByAnother
from syncd.http.network import Network
from syncd.passes.run import Order, reconcile
from syncd.sandbox import Fault, FaultKind, Side
from syncd.store.hold import holding
from tests.daemon.house import DAY, HOUR, MINUTE, House, _Transport


def test_a_whole_cycle_needs_nobody(house: House) -> None:
    acme = house.add("acme")

    async def story() -> None:
        async with house.running() as daemon:
            await house.pass_time(10 * MINUTE)
            first = acme.apply()
            await house.pass_time(3 * MINUTE)
            assert acme.invited() == 1
            acme.finish(first)
            await house.pass_time(3 * MINUTE)
            assert acme.notes() == 1
            assert daemon.health.snapshot().ready
            await house.pass_time(20 * MINUTE)
        assert (acme.invited(), acme.notes()) == (1, 1)

    house.play(story())


def test_each_phase_keeps_its_interval(house: House) -> None:
    acme = house.add("acme")
    house.schedule = {"postings": "1h", "applicants": "10m", "results": "1h", "writeback": "1h"}

    async def story() -> None:
        async with house.running():
            await house.pass_time(10 * HOUR)

    house.play(story())
    changed = [row for row in acme.requests() if row.path.endswith("/candidates")]
    looks = [row.at for row in changed if row.side is Side.WORKABLE]
    gaps = [later - earlier for earlier, later in pairwise(looks) if later - earlier > 5]
    # An interval is put off by a tenth at most, and brought forward by a tenth to join another.
    assert min(gaps) >= 540 - 1
    assert max(gaps) <= 660 + 1
    assert 52 <= len(gaps) <= 66
    jobs = [row for row in acme.requests() if row.path.endswith("/jobs")]
    assert 8 <= len(jobs) <= 13


def test_a_slow_or_failing_connection_delays_no_other(house: House) -> None:
    bad, good = house.add("bad"), house.add("good")

    async def story() -> None:
        async with house.running():
            await house.pass_time(5 * MINUTE)
            bad.outage.begin(fault=Fault(FaultKind.SLOW, seconds=29.0))
            for fault in (None, Fault(FaultKind.TIMEOUT_BEFORE), Fault(FaultKind.RESET_AFTER)):
                for _ in range(3):
                    invited = good.invited()
                    good.apply()
                    await house.pass_time(2.3 * MINUTE)
                    assert good.invited() == invited + 1
                bad.outage.begin(fault=fault)

    house.play(story())


def test_a_connection_that_fails_is_asked_ever_more_rarely_and_comes_back(house: House) -> None:
    acme = house.add("acme")
    house.schedule = dict.fromkeys(("postings", "applicants", "results"), "30s")

    async def story() -> None:
        async with house.running() as daemon:
            await house.pass_time(5)
            gone = house.clock.now()
            acme.outage.begin()
            await house.pass_time(2 * HOUR)
            asked = [row.at for row in acme.requests(gone)]
            assert len(asked) < 250, "hammered"
            rests = [later - earlier for earlier, later in pairwise(asked) if later - earlier > 2]
            # Phases wait each by itself, so the rests of several lie in one another.
            assert max(rests[-10:]) > 60
            assert max(rests) <= 330
            assert not daemon.health.snapshot().ready
            (told,) = daemon.health.snapshot().connections
            assert told.failures > 5
            assert told.backing_off_until is not None
            acme.outage.end()
            acme.apply()
            await house.pass_time(5.6 * MINUTE)
            assert acme.invited() == 1
            assert daemon.health.snapshot().ready

    house.play(story())


def test_a_phase_that_fails_keeps_no_other_from_its_work(house: House) -> None:
    """Jobs cannot be listed, and applicants come all the same."""
    acme = house.add("acme")
    house.schedule = {"postings": "1m"}

    async def story() -> None:
        async with house.running() as daemon:
            await house.pass_time(5 * MINUTE)
            acme.apply()
            await house.pass_time(5 * MINUTE)
            acme.outage.hits = lambda request: request.path.endswith("/jobs")
            for _ in range(4):
                acme.apply()
                await house.pass_time(2.3 * MINUTE)
            assert acme.invited() == 5
            assert house.runs("acme")["postings"].outcome == "failed"
            assert not daemon.health.snapshot().ready

    house.play(story())


def test_a_refused_key_is_not_hammered_and_tried_again_with_new_settings(house: House) -> None:
    acme = house.add("acme")
    right, acme.key = acme.key, "a-key-that-was-revoked"

    async def story() -> None:
        async with house.running() as daemon:
            await house.pass_time(6 * HOUR)
            refused = [row for row in acme.requests() if row.status == 401]
            assert 3 <= len(refused) <= 12
            acme.apply()
            acme.key = right
            daemon.reload()
            await house.pass_time(5)
            assert {run.outcome for run in house.runs("acme").values()} == {"done"}

    house.play(story())


def test_a_pause_that_was_asked_for_is_kept(house: House) -> None:
    acme = house.add("acme")
    house.schedule = dict.fromkeys(("postings", "applicants"), "10s")

    async def story() -> None:
        async with house.running():
            await house.pass_time(5)
            acme.outage.begin(Side.WORKABLE, Fault(FaultKind.THROTTLED, seconds=1_800.0))
            await house.pass_time(10)
            asked = len(acme.requests(side=Side.WORKABLE))
            acme.outage.end()
            await house.pass_time(1_700)
            assert len(acme.requests(side=Side.WORKABLE)) == asked
            await house.pass_time(450)
            assert len(acme.requests(side=Side.WORKABLE)) > asked

    house.play(story())


def test_a_pass_that_finds_nothing_is_nearly_free_and_silent(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    acme = house.add("acme")

    async def story() -> None:
        async with house.running():
            await house.pass_time(11 * MINUTE)
            caplog.clear()
            quiet = house.clock.now()
            with caplog.at_level(logging.INFO, "syncd"):
                await house.pass_time(30 * MINUTE)
            assert [record.getMessage() for record in caplog.records] == []
            # 3 looks at postings, 15 at applicants and results, 30 at what is owed
            assert len(acme.requests(quiet)) <= 3 * 5 + 15 * 2

    house.play(story())


def test_what_ran_a_minute_ago_waits_after_a_restart_and_what_is_due_runs_at_once(
    house: House,
) -> None:
    acme = house.add("acme")

    async def story() -> None:
        async with house.running():
            await house.pass_time(10)
        before = house.runs("acme")
        await house.pass_time(MINUTE)
        async with house.running() as daemon:
            await house.pass_time(1)
            after = house.runs("acme")
            assert after["postings"] == before["postings"]
            assert after["applicants"] == before["applicants"]
            assert daemon.health.snapshot().ready
        await house.pass_time(5 * MINUTE)
        asked = len(acme.requests())
        async with house.running():
            await house.pass_time(1)
            after = house.runs("acme")
            assert after["applicants"].began_at > before["applicants"].began_at
            assert after["postings"] == before["postings"]
            assert len(acme.requests()) > asked

    house.play(story())


def test_a_cron_line_that_was_missed_runs_once(house: House) -> None:
    house.add("acme")
    house.schedule = dict.fromkeys(("postings", "applicants", "results", "writeback"), "0 3 * * *")

    async def story() -> None:
        async with house.running():
            await house.pass_time(HOUR)
            assert house.runs("acme") == {}  # it was not three o'clock yet
            await house.pass_time(7 * HOUR)
            first = house.runs("acme")["postings"].began_at
            assert first % DAY == pytest.approx(3 * HOUR, abs=1)
        await house.pass_time(3 * DAY)
        async with house.running():
            await house.pass_time(MINUTE)
            missed = house.runs("acme")["postings"].began_at
            assert missed > first + 2 * DAY
            await house.pass_time(HOUR)
            assert house.runs("acme")["postings"].began_at == missed

    house.play(story())


@pytest.mark.parametrize(
    ("start", "nights"),
    [
        # Two nights on either side of the change: one pass each, at half past two or what it is.
        (1_792_792_800.0, ["00:30", "00:30", "01:30", "01:30"]),  # 2026-10-23 22:00 UTC
        (1_774_648_800.0 - DAY, ["01:30", "01:30", "01:30", "00:30"]),
    ],
)
def test_half_past_two_comes_once_a_night_across_both_changes(
    house: House, start: float, nights: list[str]
) -> None:
    acme = house.add("acme")
    house.clock.start = start
    house.schedule = {
        **dict.fromkeys(("postings", "applicants", "results", "writeback"), "30 2 * * *"),
        "timezone": "Europe/Berlin",
    }

    async def story() -> list[float]:
        seen = []
        async with house.running():
            for _ in range(4):
                await house.pass_time(DAY)
                seen.append(house.runs("acme")["postings"].began_at)
        return seen

    seen = house.play(story())
    told = [f"{int(at % DAY // HOUR):02d}:{int(at % HOUR // MINUTE):02d}" for at in seen]
    assert told == nights
    assert len(set(seen)) == 4
    # Besides the list, `/jobs` is asked once for one row: to see who the account is.
    jobs = [row for row in acme.requests() if row.path.endswith("/jobs")]
    assert len([row for row in jobs if ("limit", "1") not in row.query]) == 4


@pytest.mark.parametrize("jump", [-7 * DAY, -5 * HOUR, 5 * HOUR, 30 * DAY])
def test_somebody_sets_the_clock(house: House, jump: float) -> None:
    acme = house.add("acme")

    async def story() -> None:
        async with house.running():
            await house.pass_time(3 * MINUTE)
            house.clock.ahead += jump
            for _ in range(2):
                invited = acme.invited()
                acme.apply()
                asked = len(acme.requests())
                await house.pass_time(3.2 * MINUTE)
                assert acme.invited() == invited + 1
                assert len(acme.requests()) - asked < 60

    house.play(story())


def test_the_state_is_away_for_a_while(house: House) -> None:
    acme = house.add("acme")

    async def story() -> None:
        async with house.running() as daemon:
            await house.pass_time(10 * MINUTE)
            house.store.down = True
            acme.apply()
            asked = len(acme.requests())
            await house.pass_time(HOUR)
            assert not daemon.health.snapshot().ready
            assert len(acme.requests()) == asked
            house.store.down = False
            await house.pass_time(2.6 * MINUTE)
            assert acme.invited() == 1
            assert daemon.health.snapshot().ready

    house.play(story())


def test_a_nudge_brings_a_pass_forward_but_not_a_flood(house: House) -> None:
    acme = house.add("acme")
    house.schedule = dict.fromkeys(("postings", "applicants", "results", "writeback"), "6h")

    async def story() -> None:
        async with house.running() as daemon:
            await house.pass_time(MINUTE)
            acme.apply()
            daemon.nudges.nudge("acme", "applicants")
            await house.pass_time(6)
            assert acme.invited() == 1
            begun = set()
            for _ in range(150):
                daemon.nudges.nudge("acme", "applicants")
                daemon.nudges.nudge("nobody", "applicants")
                await house.pass_time(0.4)
                begun.add(house.runs("acme")["applicants"].began_at)
            assert 8 <= len(begun) <= 14
            assert house.runs("acme")["postings"].began_at < house.clock.now() - MINUTE

    house.play(story())


def test_results_that_come_by_a_hint_are_written_back_at_once(house: House) -> None:
    acme = house.add("acme")

    async def story() -> None:
        async with house.running() as daemon:
            await house.pass_time(MINUTE)
            first = acme.apply()
            await house.pass_time(3 * MINUTE)
            house.schedule = dict.fromkeys(("results", "writeback"), "6h")
            daemon.reload()
            await house.pass_time(10)
            acme.finish(first)
            daemon.nudges.nudge("acme", "results")
            await house.pass_time(7)
            assert acme.notes() == 1

    house.play(story())


def test_another_run_has_its_turn(house: House) -> None:
    acme = house.add("acme")

    async def story() -> None:
        async with house.running() as daemon:
            await house.pass_time(MINUTE)
            async with holding(house.store, "acme", house.clock, 60.0):
                acme.apply()
                await house.pass_time(3 * MINUTE)
                assert acme.invited() == 0
                (told,) = daemon.health.snapshot().connections
                assert told.held
                assert told.failures == 0
            await house.pass_time(20)
            assert acme.invited() == 1

    house.play(story())


def test_another_run_is_over_soon_on_a_schedule_of_a_second(house: House) -> None:
    acme = house.add("acme")
    house.schedule = dict.fromkeys(("postings", "applicants", "results", "writeback"), "1s")

    async def story() -> None:
        async with house.running():
            await house.pass_time(10)
            async with holding(house.store, "acme", house.clock, 60.0):
                acme.apply()
                await house.pass_time(5)
            await house.pass_time(5)
            assert acme.invited() == 1

    house.play(story())


def test_others_get_the_connection_on_a_schedule_of_a_second(house: House) -> None:
    """`forget` and its like wait for up to a minute, looking once a second."""
    acme = house.add("acme")
    acme.latency = 2.0
    house.schedule = dict.fromkeys(("postings", "applicants", "results", "writeback"), "1s")

    async def story() -> None:
        async with house.running():
            await house.pass_time(10)
            for _ in range(3):
                async with holding(house.store, "acme", house.clock, 60.0):
                    await house.pass_time(1)
                await house.pass_time(7)

    house.play(story())


def test_a_reconcile_beside_it_counts_as_a_look(house: House) -> None:
    acme = house.add("acme")
    house.schedule = dict.fromkeys(("postings", "applicants", "results", "writeback"), "1h")

    async def story() -> None:
        async with house.running():
            await house.pass_time(30 * MINUTE)
            network = Network(
                clock=house.clock, transport=_Transport(house), chance=random.Random(5).random
            )
            result = await reconcile(house.settings, "acme", house.store, network, Order())
            assert not isinstance(result.error, HeldByAnother)
            asked = len(acme.requests())
            await house.pass_time(55 * MINUTE)
            assert len(acme.requests()) == asked
            await house.pass_time(15 * MINUTE)
            assert len(acme.requests()) > asked

    house.play(story())


def test_mode_plan_looks_and_touches_nothing(house: House) -> None:
    acme = house.add("acme", mode="plan")
    house.add("idle", mode="off")

    async def story() -> None:
        async with house.running() as daemon:
            await house.pass_time(5 * MINUTE)
            assert daemon.health.snapshot().ready

    house.play(story())
    assert acme.requests()
    assert {row.method for row in acme.requests()} == {"GET"}
    assert house.accounts["idle"].requests() == []


def test_a_clock_that_was_ahead_for_a_while_keeps_nobody_waiting(house: House) -> None:
    """Passes were noted in what is the future again."""
    acme = house.add("acme")

    async def story() -> None:
        async with house.running():
            await house.pass_time(3 * MINUTE)
            house.clock.ahead = 3 * DAY
            await house.pass_time(10 * MINUTE)
            first = acme.apply()
            await house.pass_time(10 * MINUTE)
            house.clock.ahead = 0.0
            acme.finish(first)
            for _ in range(3):
                invited = acme.invited()
                acme.apply()
                await house.pass_time(3.2 * MINUTE)
                assert acme.invited() == invited + 1
            assert acme.notes() == 1

    house.play(story())
