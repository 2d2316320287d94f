"""The life of one write: nothing that must happen once is sent again on a guess."""

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from syncd.journal import machine
from syncd.journal.machine import DISPATCHABLE, Entry, IllegalStep, State

SETTLE = 300.0
SENT = Entry(State.SENT, attempts=1, sent_at=1000.0)


def test_a_dispatch_begins_anew() -> None:
    before = Entry(
        State.ABSENT, 1, looks=2, looked_at=5.0, sent_at=1.0, ended_at=5.0, evidence={"a": 1}
    )
    assert machine.dispatch(before, 9.0) == Entry(State.SENT, attempts=2, sent_at=9.0)


@pytest.mark.parametrize("state", list(State))
def test_from_where_a_write_may_leave(state: State) -> None:
    if state in DISPATCHABLE:
        assert machine.dispatch(Entry(state), 1.0).state is State.SENT
    else:
        with pytest.raises(IllegalStep, match=state):
            machine.dispatch(Entry(state), 1.0)


AFTER_SENDING: list[Callable[[Entry], Entry]] = [
    lambda e: machine.revert(e, {}),
    lambda e: machine.refuse(e, 1.0, {}),
    lambda e: machine.doubt(e, 1.0, {}, repeatable=True),
    lambda e: machine.doubt(e, 1.0, {}, repeatable=False),
    lambda e: machine.miss(e, 1.0, 0.0),
    lambda e: machine.give_up(e, 1.0),
]


@pytest.mark.parametrize("state", [s for s in State if s is not State.SENT])
@pytest.mark.parametrize("step", AFTER_SENDING)
def test_only_what_was_sent_can_come_to_an_end(
    state: State, step: Callable[[Entry], Entry]
) -> None:
    with pytest.raises(IllegalStep, match=state):
        step(Entry(state))


def test_how_a_sending_ends() -> None:
    assert machine.confirm(SENT, 5.0, "I1") == replace(
        SENT, state=State.CONFIRMED, ended_at=5.0, remote_id="I1"
    )
    assert machine.confirm(replace(SENT, remote_id="I0"), 5.0).remote_id == "I0"
    assert machine.revert(SENT, {"status": 429}) == Entry(
        State.INTENDED, attempts=1, evidence={"status": 429}
    )
    refused = machine.refuse(SENT, 5.0, {"status": 422})
    assert refused == replace(
        SENT, state=State.REFUSED, ended_at=5.0, evidence={"status": 422, "refused_at": 5}
    )
    again = machine.refuse(machine.dispatch(refused, 8.0), 9.0, {"status": 409})
    assert again.evidence == {"status": 409, "refused_at": 5}
    assert machine.doubt(SENT, 5.0, {"why": "?"}, repeatable=True) == replace(
        SENT, state=State.UNKNOWN, ended_at=5.0, evidence={"why": "?"}
    )
    assert machine.doubt(SENT, 5.0, {"why": "?"}, repeatable=False) == replace(
        SENT, evidence={"why": "?"}
    )
    assert machine.give_up(SENT, 5.0) == replace(SENT, state=State.NEEDS_PERSON, ended_at=5.0)


@pytest.mark.parametrize("state", list(State))
def test_what_is_there_is_there(state: State) -> None:
    assert machine.confirm(Entry(state), 1.0, "I1").state is State.CONFIRMED


@pytest.mark.parametrize("state", list(State))
def test_nothing_that_may_stand_is_declined_or_opened_again(state: State) -> None:
    for step in (lambda e: machine.decline(e, 7.0, "why"), machine.reopen):
        if state in (State.SENT, State.CONFIRMED):
            with pytest.raises(IllegalStep, match=state):
                step(Entry(state))
        else:
            assert step(Entry(state)).state in (State.DECLINED, State.INTENDED)


def test_what_declining_and_reopening_leave() -> None:
    stuck = Entry(State.NEEDS_PERSON, attempts=1, looks=1, looked_at=3.0, sent_at=1.0, ended_at=4.0)
    assert machine.reopen(stuck) == Entry(State.INTENDED, attempts=1, sent_at=1.0)
    declined = machine.decline(stuck, 7.0, "moved by a person")
    assert (declined.state, declined.ended_at) == (State.DECLINED, 7.0)
    assert declined.evidence == {"why": "moved by a person"}


class TestLooking:
    def test_a_look_before_settle_does_not_count(self) -> None:
        assert machine.miss(SENT, 1299.9, SETTLE) is SENT

    def test_two_looks_that_count_make_it_absent(self) -> None:
        once = machine.miss(SENT, 1300.0, SETTLE)
        assert (once.state, once.looks, once.looked_at) == (State.SENT, 1, 1300.0)
        assert machine.miss(once, 1359.9, SETTLE) is once
        twice = machine.miss(once, 1360.0, SETTLE)
        assert (twice.state, twice.looks, twice.ended_at) == (State.ABSENT, 2, 1360.0)

    def test_a_sending_without_a_time_is_dated_by_the_look(self) -> None:
        assert machine.miss(replace(SENT, sent_at=None), 5000.0, SETTLE).looks == 0
        assert machine.miss(replace(SENT, sent_at=None), 5000.0, 0.0).looks == 1

    def test_a_count_without_a_time_counts_once_more(self) -> None:
        odd = machine.miss(replace(SENT, looks=3, looked_at=None), 2000.0, SETTLE)
        assert (odd.state, odd.looks) == (State.SENT, 1)

    def absent(self, entry: Entry, most: int | None) -> Entry:
        once = machine.miss(entry, 1300.0, SETTLE, most=most)
        return machine.miss(once, 1360.0, SETTLE, most=most)

    def again(self, entry: Entry, why: str) -> Entry:
        sent = machine.dispatch(entry, 1000.0)
        return machine.doubt(sent, 1001.0, {"why": why}, repeatable=False)

    def test_what_is_absent_too_often_is_a_persons(self) -> None:
        entry = self.again(Entry(State.INTENDED), "timed out")
        for times in range(1, 4):
            entry = self.absent(entry, most=4)
            assert (entry.state, entry.evidence["absent"]) == (State.ABSENT, times)
            reverted = machine.revert(machine.dispatch(entry, 900.0), {"status": 429})
            assert reverted.evidence == {"status": 429, "absent": times}
            entry = self.again(reverted, "timed out")
        assert self.absent(entry, most=None).state is State.ABSENT
        entry = self.absent(entry, most=4)
        assert entry.state is State.NEEDS_PERSON
        assert machine.reopen(entry).evidence == {}

    def test_what_was_answered_as_done_is_absent_once(self) -> None:
        first = self.absent(self.again(Entry(State.INTENDED), machine.NOT_NAMED), most=4)
        assert first.state is State.ABSENT
        assert self.absent(self.again(first, "timed out"), most=4).state is State.ABSENT
        second = self.absent(self.again(first, machine.NOT_NAMED), most=4)
        assert second.state is State.NEEDS_PERSON

    @given(st.lists(st.floats(900, 3000), max_size=12), st.floats(0, 900))
    def test_never_absent_without_two_looks_apart(self, looks: list[float], settle: float) -> None:
        entry, done = SENT, []
        for look in looks:
            entry = machine.miss(entry, look, settle)
            done.append(look)
            if entry.state is not State.SENT:
                break
        counted = [look for look in done if look >= 1000.0 + settle]
        if entry.state is State.ABSENT:
            assert len(counted) >= 2
            assert counted[-1] - counted[0] >= settle / 5 - 1e-6
        elif len(counted) >= 2:
            assert max(counted) - counted[0] < settle / 5 + 1e-6


class Life(RuleBasedStateMachine):
    """Every step in any order: what may have been applied is not sent again on a guess."""

    def __init__(self) -> None:
        super().__init__()
        self.entry = Entry(State.INTENDED)
        self.now = 1000.0
        self.excused = True  # whether what came before is known not to stand
        self.misses: list[float] = []

    @rule(seconds=st.floats(0, 400))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @precondition(lambda self: self.entry.state in DISPATCHABLE)
    @rule()
    def dispatch(self) -> None:
        assert self.excused, "sent again without knowing that it does not stand"
        self.entry = machine.dispatch(self.entry, self.now)
        self.excused, self.misses = False, []

    @precondition(lambda self: self.entry.state is State.SENT)
    @rule(step=st.sampled_from([machine.revert, machine.refuse]))
    def not_applied(self, step: Callable[..., Entry]) -> None:
        args = ({},) if step is machine.revert else (self.now, {})
        self.entry = step(self.entry, *args)
        self.excused = True

    @precondition(lambda self: self.entry.state is State.SENT)
    @rule()
    def doubt(self) -> None:
        self.entry = machine.doubt(self.entry, self.now, {}, repeatable=False)

    @precondition(lambda self: self.entry.state is State.SENT)
    @rule()
    def look(self) -> None:
        sent_at = self.entry.sent_at or math.inf
        self.entry = machine.miss(self.entry, self.now, SETTLE)
        if self.now >= sent_at + SETTLE:
            self.misses.append(self.now)
        if self.entry.state is State.ABSENT:
            assert self.misses[-1] - self.misses[0] >= SETTLE / 5
            self.excused = True

    @precondition(lambda self: self.entry.state is State.SENT)
    @rule()
    def confirm(self) -> None:
        self.entry = machine.confirm(self.entry, self.now, "I1")

    @precondition(lambda self: self.entry.state is State.SENT)
    @rule()
    def give_up(self) -> None:
        self.entry = machine.give_up(self.entry, self.now)

    @rule()
    def decline(self) -> None:
        if self.entry.state not in (State.SENT, State.CONFIRMED):
            self.excused |= self.entry.state is State.NEEDS_PERSON  # a person decided
            self.entry = machine.decline(self.entry, self.now, "why")

    @rule()
    def reopen(self) -> None:
        if self.entry.state not in (State.SENT, State.CONFIRMED):
            self.excused |= self.entry.state is State.NEEDS_PERSON  # a person decided
            self.entry = machine.reopen(self.entry)

    @invariant()
    def what_was_sent_has_a_time(self) -> None:
        if self.entry.state is State.SENT:
            assert self.entry.sent_at is not None
            assert self.entry.sent_at <= self.now
        if self.entry.state is State.CONFIRMED:
            assert self.entry.remote_id == "I1"


TestLife = Life.TestCase
