"""What the loop tells of itself, and hints that reach it."""

from dataclasses import replace

import pytest

from syncd.daemon.health import ConnectionHealth, Health, PassEnd, PhaseHealth, Snapshot
from syncd.daemon.nudges import Nudges
from syncd.settings.schema import Mode
from tests.clock import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def healthy(clock: ManualClock) -> tuple[Health, ConnectionHealth]:
    health = Health(clock)
    now = clock.now()
    phase = PhaseHealth(
        "results", now, now, succeeded_at=now, outcome="done", due_at=now + 120, every=120.0
    )
    return health, ConnectionHealth("acme", Mode.SYNC, {"results": phase}, tried=True)


def seen(health: Health, connection: ConnectionHealth) -> Snapshot:
    health.put(connection)
    return health.snapshot()


def test_it_is_ready_when_all_went_well(clock: ManualClock) -> None:
    health, connection = healthy(clock)
    assert seen(health, connection).ready


def test_a_connection_that_was_not_tried_is_not_ready(clock: ManualClock) -> None:
    health, connection = healthy(clock)
    found = seen(health, replace(connection, tried=False))
    assert found.reasons == ("acme: not tried yet",)


@pytest.mark.parametrize("outcome", ["failed", "refused"])
def test_a_phase_that_failed_last_is_not_ready(clock: ManualClock, outcome: str) -> None:
    health, connection = healthy(clock)
    phase = replace(connection.phases["results"], outcome=outcome)
    found = seen(health, replace(connection, phases={"results": phase}))
    assert found.reasons == (f"acme: results {outcome}",)


def test_three_missed_turns_and_a_grace_are_late(clock: ManualClock) -> None:
    health, connection = healthy(clock)
    health.put(connection)
    clock.advance(3 * 120 + 299)
    assert health.snapshot().ready
    clock.advance(2)
    assert health.snapshot().reasons == ("acme: results has not succeeded in time",)


def test_a_phase_that_waits_for_its_hour_is_not_late(clock: ManualClock) -> None:
    health, connection = healthy(clock)
    nightly = replace(connection.phases["results"], due_at=clock.now() + 80_000, every=60.0)
    health.put(replace(connection, phases={"results": nightly}))
    clock.advance(79_000)
    assert health.snapshot().ready


def test_a_connection_that_is_off_does_not_count(clock: ManualClock) -> None:
    health, connection = healthy(clock)
    assert seen(health, replace(connection, mode=Mode.OFF, tried=False)).ready


def test_listeners_hear_every_pass_and_cannot_break_it(clock: ManualClock) -> None:
    health, heard = Health(clock), []

    def broken(end: PassEnd) -> None:
        raise RuntimeError

    health.on_pass_end(broken)
    stop = health.on_pass_end(heard.append)
    end = PassEnd("acme", 1, clock.now(), clock.now(), ok=True)
    health.announce(end)
    stop()
    health.announce(end)
    assert heard == [end]


def test_any_number_of_nudges_is_one_look() -> None:
    nudges = Nudges(["acme"])
    for _ in range(1_000):
        nudges.nudge("acme", "results")
    assert nudges.bell("acme").is_set()
    assert nudges.take("acme") == {"results"}
    assert nudges.take("acme") == frozenset()


def test_nobody_else_can_be_nudged() -> None:
    nudges = Nudges(["acme", "gone"])
    nudges.nudge("gone", "results")
    nudges.expect(["acme"])
    for name, phase in (("gone", "results"), ("other", "results"), ("acme", "lunch")):
        nudges.nudge(name, phase)
    assert [nudges.waiting(name) for name in ("acme", "gone", "other")] == [frozenset()] * 3
    assert not nudges.bell("acme").is_set()
