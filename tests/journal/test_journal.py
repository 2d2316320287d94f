"""Every write is a row before it is a request, whatever happens in between."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import update

from syncd.errors import (
    CredentialsRefused,
    Fault,
    HoldLost,
    NotSent,
    Rejected,
    RemoteError,
    Throttled,
    Uncertain,
)
from syncd.http.session import Slot
from syncd.journal.intent import Ids
from syncd.journal.journal import Journal
from syncd.journal.machine import State
from syncd.plan import Kind
from syncd.store import Store
from syncd.store.hold import Hold, acquire
from syncd.store.process import Process
from syncd.store.tables import lease
from tests.clock import ManualClock
from tests.http.remote import Remote, session
from tests.journal.side import (
    AHEAD,
    Crash,
    FakeSide,
    effect_of,
    intend,
    remember,
    remote,
    row_of,
    state_of,
)

SETTLE = 300.0
ELSEWHERE = Process("far.example.com", 4321, "another boot 17")


def let_expire(store: Store) -> None:
    """The lease's time runs out, on whichever clock the database goes by."""
    with store.write() as tx:
        tx.execute(update(lease).values(expires_at=store.now(tx) - 1))


@pytest.fixture
async def hold(store: Store, clock: ManualClock) -> AsyncIterator[Hold]:
    held = await acquire(store, "acme", clock)
    yield held
    held.release()


@pytest.fixture
def side(clock: ManualClock) -> FakeSide:
    return FakeSide(clock)


@pytest.fixture
def journal(store: Store, hold: Hold, clock: ManualClock) -> Journal:
    return Journal(store, hold, clock)


async def test_the_commits_come_before_what_they_announce(
    store: Store,
    migrated_url: str,
    tmp_path: Path,
    journal: Journal,
    side: FakeSide,
    clock: ManualClock,
) -> None:
    """Looked at through a connection of its own: what another process would find there."""
    witness = Store.open(migrated_url, tmp_path, clock)
    seen: list[State] = []
    side.in_the_way = lambda: seen.append(state_of(witness, "a"))
    try:
        await journal.submit(
            side,
            [intend("a")],
            side.sends([intend("a")], first=lambda: seen.append(state_of(witness, "a"))),
        )
        seen.append(state_of(witness, "a"))
    finally:
        witness.close()
    assert seen == [State.INTENDED, State.SENT, State.CONFIRMED]


async def test_what_a_row_tells(store: Store, journal: Journal, side: FakeSide) -> None:
    began = side.remote_now()
    outcome = await journal.submit(side, [intend("a")], side.sends([intend("a")]), remember)
    assert outcome.done
    assert outcome.confirmed == {"a": "remote-a"}
    row = row_of(store, "a")
    assert (row.kind, row.job_id, row.posting_id, row.application_id) == (
        "candidate.ingest",
        "J1",
        "P1",
        "A-a",
    )
    assert (row.attempts, row.sent_at, row.ended_at, row.remote_id) == (1, began, began, "remote-a")
    assert (row.payload_hash, row.reason, row.fence) == ("p", "because of p", 1)
    assert effect_of(store, "a") == "remote-a"


async def test_times_are_on_the_other_sides_clock(
    store: Store, journal: Journal, side: FakeSide, clock: ManualClock
) -> None:
    await journal.submit(
        side, [intend("a")], side.sends([intend("a")], first=lambda: clock.advance(3))
    )
    row = row_of(store, "a")
    assert row.intended_at == row.sent_at == clock.now() + AHEAD - 3
    assert row.ended_at == clock.now() + AHEAD


async def test_what_is_confirmed_is_never_sent_again(
    store: Store, journal: Journal, side: FakeSide
) -> None:
    for _ in range(2):
        outcome = await journal.submit(side, [intend("a")], side.sends([intend("a")]), remember)
    assert side.applied == ["a"]
    assert side.reserved == 1
    assert outcome.confirmed == {}
    assert outcome.blocked == {"a": State.CONFIRMED}
    assert outcome.done


async def test_a_batch_sends_only_what_may_be_sent(
    store: Store, journal: Journal, side: FakeSide
) -> None:
    await journal.submit(side, [intend("a")], side.sends([intend("a")]))
    both = [intend("a"), intend("b")]
    outcome = await journal.submit(side, both, side.sends([intend("b")]))
    assert outcome.confirmed == {"b": "remote-b"}
    assert outcome.blocked == {"a": State.CONFIRMED}
    assert side.applied == ["a", "b"]


class TestWhatCertainlyWasNotApplied:
    @pytest.mark.parametrize(
        "error",
        [remote(NotSent), Throttled("Wait.", retry_at=1.0)],
        ids=["refused connection", "429"],
    )
    async def test_it_is_free_to_be_sent_again(
        self, store: Store, journal: Journal, side: FakeSide, error: RemoteError
    ) -> None:
        send = side.sends([intend("a")], applies=False, fails=error)
        outcome = await journal.submit(side, [intend("a")], send, remember)
        assert outcome.error is error
        assert not outcome.done
        row = row_of(store, "a")
        assert (row.state, row.sent_at, row.attempts) == ("intended", None, 1)
        assert row.evidence["error"] == type(error).__name__
        again = await journal.submit(side, [intend("a")], side.sends([intend("a")]), remember)
        assert again.done
        assert side.applied == ["a"]
        assert row_of(store, "a").attempts == 2

    async def test_refused_credentials_end_the_run(
        self, store: Store, journal: Journal, side: FakeSide
    ) -> None:
        error = remote(CredentialsRefused)
        with pytest.raises(CredentialsRefused):
            await journal.submit(
                side, [intend("a")], side.sends([intend("a")], applies=False, fails=error)
            )
        assert state_of(store, "a") is State.INTENDED

    async def test_a_refusal_is_kept_with_its_evidence_and_without_its_text(
        self, store: Store, journal: Journal, side: FakeSide
    ) -> None:
        error = Rejected(
            "No.",
            status=422,
            code="invalid",
            faults=(Fault(("data", 3, "email"), "value_error"),),
        )
        outcome = await journal.submit(
            side, [intend("a")], side.sends([intend("a")], applies=False, fails=error)
        )
        assert outcome.error is error
        row = row_of(store, "a")
        assert row.state == "refused"
        assert row.evidence == {
            "error": "Rejected",
            "status": 422,
            "code": "invalid",
            "path": "data.3.email",
            "refused_at": round(row.ended_at or 0.0),
        }
        changed = intend("a", payload="changed")
        assert (await journal.submit(side, [changed], side.sends([changed]))).done
        row = row_of(store, "a")
        assert (row.payload_hash, row.reason) == ("changed", "because of changed")

    @pytest.mark.parametrize("error", [remote(Rejected), Throttled("Wait.", retry_at=1.0)])
    async def test_nothing_leaves_without_a_slot(
        self, store: Store, journal: Journal, side: FakeSide, error: RemoteError
    ) -> None:
        def fail() -> None:
            raise error

        side.in_the_way = fail
        outcome = await journal.submit(side, [intend("a")], side.sends([intend("a")]))
        assert outcome.error is error
        assert side.applied == []
        assert state_of(store, "a") is State.INTENDED

    async def test_credentials_refused_before_a_slot(
        self, store: Store, journal: Journal, side: FakeSide
    ) -> None:
        def fail() -> None:
            raise remote(CredentialsRefused)

        side.in_the_way = fail
        with pytest.raises(CredentialsRefused):
            await journal.submit(side, [intend("a")], side.sends([intend("a")]))
        assert state_of(store, "a") is State.INTENDED


class TestUncertain:
    @pytest.mark.parametrize("kind", [Kind.INGEST, Kind.CREATE, Kind.NOTE])
    @pytest.mark.parametrize("applies", [True, False])
    async def test_what_must_happen_once_is_not_sent_again_before_it_is_absent(
        self, store: Store, journal: Journal, side: FakeSide, kind: Kind, applies: bool
    ) -> None:
        intent = intend("a", kind)
        lost = side.sends([intent], applies=applies, fails=remote(Uncertain))
        outcome = await journal.submit(side, [intent], lost)
        assert outcome.uncertain == ("a",)
        assert outcome.confirmed == {}
        assert not outcome.done
        again = await journal.submit(side, [intent], side.sends([intent]))
        assert again.blocked == {"a": State.SENT}
        assert not again.done
        assert side.applied == ["a"] * applies
        assert row_of(store, "a").evidence["status"] == 500

    @pytest.mark.parametrize("kind", [Kind.UPDATE, Kind.MOVE, Kind.SCORE, Kind.TAG, Kind.ARCHIVE])
    async def test_what_may_be_repeated_becomes_unknown_and_is_sent_again(
        self, store: Store, journal: Journal, side: FakeSide, kind: Kind
    ) -> None:
        intent = intend("a", kind)
        outcome = await journal.submit(
            side, [intent], side.sends([intent], fails=remote(Uncertain))
        )
        assert outcome.uncertain == ("a",)
        assert state_of(store, "a") is State.UNKNOWN
        assert (await journal.submit(side, [intent], side.sends([intent]))).done
        assert state_of(store, "a") is State.CONFIRMED

    async def test_an_answer_that_names_fewer_leaves_the_others_uncertain(
        self, store: Store, journal: Journal, side: FakeSide
    ) -> None:
        batch = [intend(key) for key in "abc"]
        outcome = await journal.submit(side, batch, side.sends(batch, names=["c", "a"]), remember)
        assert outcome.confirmed == {"a": "remote-a", "c": "remote-c"}
        assert outcome.uncertain == ("b",)
        assert outcome.error is None
        assert not outcome.done
        assert [state_of(store, key) for key in "abc"] == [
            State.CONFIRMED,
            State.SENT,
            State.CONFIRMED,
        ]
        assert [effect_of(store, key) for key in "abc"] == ["remote-a", None, "remote-c"]
        assert row_of(store, "b").evidence == {"why": "the answer did not name it"}

    async def test_of_what_may_be_repeated_the_unnamed_is_unknown(
        self, store: Store, journal: Journal, side: FakeSide
    ) -> None:
        batch = [intend("a", Kind.TAG), intend("b", Kind.TAG)]
        await journal.submit(side, batch, side.sends(batch, names=["a"]))
        assert state_of(store, "a") is State.CONFIRMED
        assert state_of(store, "b") is State.UNKNOWN

    async def test_an_answer_that_names_nobody_we_know(
        self, store: Store, journal: Journal, side: FakeSide
    ) -> None:
        batch = [intend("a")]
        outcome = await journal.submit(side, batch, side.sends(batch, names=["x"]), remember)
        assert outcome.uncertain == ("a",)
        assert effect_of(store, "x") is None
        assert state_of(store, "a") is State.SENT


class TestSettling:
    async def uncertain(self, journal: Journal, side: FakeSide, *keys: str) -> None:
        batch = [intend(key) for key in keys]
        await journal.submit(side, batch, side.sends(batch, fails=remote(Uncertain)))

    async def test_each_of_a_batch_is_judged_alone(
        self, store: Store, journal: Journal, side: FakeSide, clock: ManualClock
    ) -> None:
        await self.uncertain(journal, side, "a", "b")
        clock.advance(SETTLE)
        both = [row_of(store, key) for key in "ab"]
        states = journal.settle(both, {"a": "I1"}, side.remote_now(), SETTLE, remember)
        assert states == {"a": State.CONFIRMED, "b": State.SENT}
        assert row_of(store, "a").remote_id == "I1"
        assert effect_of(store, "a") == "I1"
        assert effect_of(store, "b") is None

    async def test_absent_only_after_two_looks_and_then_sent_again(
        self, store: Store, journal: Journal, side: FakeSide, clock: ManualClock
    ) -> None:
        await self.uncertain(journal, side, "a")
        states = []
        for wait in (0.0, SETTLE - 1, 1.0, SETTLE / 5 - 1, 1.0):
            clock.advance(wait)
            states.append(journal.settle([row_of(store, "a")], {}, side.remote_now(), SETTLE)["a"])
            if states[-1] is State.SENT:
                blocked = await journal.submit(side, [intend("a")], side.sends([intend("a")]))
                assert blocked.blocked == {"a": State.SENT}
        assert states == [State.SENT] * 4 + [State.ABSENT]
        assert (await journal.submit(side, [intend("a")], side.sends([intend("a")]))).done
        assert row_of(store, "a").attempts == 2

    async def test_what_is_found_late_counts(
        self, store: Store, journal: Journal, side: FakeSide, clock: ManualClock
    ) -> None:
        await self.uncertain(journal, side, "a")
        for _ in range(2):
            clock.advance(SETTLE)
            journal.settle([row_of(store, "a")], {}, side.remote_now(), SETTLE)
        assert state_of(store, "a") is State.ABSENT
        states = journal.settle([row_of(store, "a")], {"a": "I1"}, side.remote_now(), SETTLE)
        assert states == {"a": State.CONFIRMED}

    async def test_what_is_found_of_others_has_no_effect(
        self, store: Store, journal: Journal, side: FakeSide
    ) -> None:
        await self.uncertain(journal, side, "a")
        found = {"a": "I1", "x": "I2"}
        journal.settle([row_of(store, "a")], found, side.remote_now(), SETTLE, remember)
        assert effect_of(store, "x") is None

    async def test_effects_and_states_are_one_commit(
        self, store: Store, journal: Journal, side: FakeSide
    ) -> None:
        await self.uncertain(journal, side, "a")

        def crash(tx: object, ids: Ids) -> None:
            raise Crash

        with pytest.raises(Crash):
            journal.settle([row_of(store, "a")], {"a": "I1"}, side.remote_now(), SETTLE, crash)
        assert state_of(store, "a") is State.SENT

    async def test_what_cannot_be_looked_up_is_a_persons(
        self, store: Store, journal: Journal, side: FakeSide
    ) -> None:
        await self.uncertain(journal, side, "a")
        journal.give_up([row_of(store, "a")], side.remote_now())
        outcome = await journal.submit(side, [intend("a")], side.sends([intend("a")]))
        assert outcome.blocked == {"a": State.NEEDS_PERSON}
        assert not outcome.done


class TestDeclining:
    async def test_a_write_is_declined_before_it_was_ever_sent(
        self, store: Store, journal: Journal, side: FakeSide
    ) -> None:
        journal.decline(intend("a", Kind.MOVE), "was moved by a person")
        row = row_of(store, "a")
        assert (row.state, row.evidence) == ("declined", {"why": "was moved by a person"})
        outcome = await journal.submit(side, [intend("a", Kind.MOVE)], side.sends([]))
        assert outcome.blocked == {"a": State.DECLINED}

    @pytest.mark.parametrize("fails", [None, remote(Uncertain)])
    async def test_what_may_stand_is_not_declined(
        self, store: Store, journal: Journal, side: FakeSide, fails: RemoteError | None
    ) -> None:
        await journal.submit(side, [intend("a")], side.sends([intend("a")], fails=fails))
        before = row_of(store, "a")
        journal.decline(intend("a"), "why")
        assert row_of(store, "a") == before


class TestCrashes:
    """The process ends at a point; another run with a new hold goes on from there."""

    async def next_run(self, store: Store, hold: Hold, clock: ManualClock) -> Journal:
        hold.release()
        journal = Journal(store, await acquire(store, "acme", clock), clock)
        journal.recover()
        return journal

    @pytest.mark.parametrize("kind", [Kind.INGEST, Kind.UPDATE])
    async def test_while_the_budget_is_awaited(
        self,
        store: Store,
        hold: Hold,
        journal: Journal,
        side: FakeSide,
        clock: ManualClock,
        kind: Kind,
    ) -> None:
        def crash() -> None:
            raise Crash

        side.in_the_way = crash
        with pytest.raises(Crash):
            await journal.submit(side, [intend("a", kind)], side.sends([]))
        assert state_of(store, "a") is State.INTENDED
        side.in_the_way = lambda: None
        later = await self.next_run(store, hold, clock)
        assert (await later.submit(side, [intend("a", kind)], side.sends([intend("a")]))).done
        assert row_of(store, "a").fence == 2

    @pytest.mark.parametrize("applies", [True, False], ids=["applied", "not applied"])
    @pytest.mark.parametrize(
        ("kind", "then"), [(Kind.INGEST, State.SENT), (Kind.UPDATE, State.UNKNOWN)]
    )
    async def test_while_the_request_is_under_way(
        self,
        store: Store,
        hold: Hold,
        journal: Journal,
        side: FakeSide,
        clock: ManualClock,
        kind: Kind,
        then: State,
        applies: bool,
    ) -> None:
        intent = intend("a", kind)
        with pytest.raises(Crash):
            await journal.submit(
                side, [intent], side.sends([intent], applies=applies, fails=Crash())
            )
        assert state_of(store, "a") is State.SENT
        later = await self.next_run(store, hold, clock)
        assert state_of(store, "a") is then
        outcome = await later.submit(side, [intent], side.sends([intent]))
        assert outcome.done is (then is State.UNKNOWN)
        if kind is Kind.INGEST:
            assert outcome.blocked == {"a": State.SENT}
            assert side.applied == ["a"] * applies

    async def test_between_the_answer_and_its_commit(
        self, store: Store, hold: Hold, journal: Journal, side: FakeSide, clock: ManualClock
    ) -> None:
        def crash(tx: object, ids: Ids) -> None:
            raise Crash

        with pytest.raises(Crash):
            await journal.submit(side, [intend("a")], side.sends([intend("a")]), crash)
        assert state_of(store, "a") is State.SENT
        later = await self.next_run(store, hold, clock)
        later.settle([row_of(store, "a")], {"a": "I1"}, side.remote_now(), SETTLE, remember)
        assert effect_of(store, "a") == "I1"
        assert side.applied == ["a"]

    async def test_recovering_leaves_other_connections_alone(
        self, store: Store, journal: Journal, side: FakeSide, clock: ManualClock
    ) -> None:
        intent = intend("a", Kind.UPDATE)
        with pytest.raises(Crash):
            await journal.submit(side, [intent], side.sends([intent], fails=Crash()))
        other = Journal(store, await acquire(store, "beta", clock), clock)
        other.recover()
        assert state_of(store, "a") is State.SENT


class TestLosingTheHold:
    async def test_nothing_is_sent_by_who_lost_it_while_waiting(
        self, store: Store, journal: Journal, side: FakeSide, clock: ManualClock
    ) -> None:
        let_expire(store)
        await acquire(store, "acme", clock, process=ELSEWHERE)
        with pytest.raises(HoldLost):
            await journal.submit(side, [intend("a")], side.sends([intend("a")]))
        assert side.applied == []

    async def test_an_answer_that_comes_too_late_is_not_stored(
        self, store: Store, journal: Journal, side: FakeSide, clock: ManualClock
    ) -> None:
        async def send(slot: Slot) -> Ids:
            let_expire(store)
            await acquire(store, "acme", clock, process=ELSEWHERE)
            return {"a": "I1"}

        with pytest.raises(HoldLost):
            await journal.submit(side, [intend("a")], send, remember)
        assert state_of(store, "a") is State.SENT
        assert effect_of(store, "a") is None
        for step in (
            lambda: journal.decline(intend("b"), "why"),
            lambda: journal.settle([row_of(store, "a")], {"a": "I1"}, 0.0, SETTLE),
            lambda: journal.give_up([row_of(store, "a")], 0.0),
            journal.recover,
        ):
            with pytest.raises(HoldLost):
                step()
        assert state_of(store, "a") is State.SENT

    async def test_a_request_stopped_by_the_gate_leaves_its_row_to_the_next_run(
        self, store: Store, journal: Journal, side: FakeSide
    ) -> None:
        lost = side.sends([intend("a")], applies=False, fails=HoldLost("gone"))
        with pytest.raises(HoldLost):
            await journal.submit(side, [intend("a")], lost)
        assert state_of(store, "a") is State.SENT


class TestOnARealSession:
    """A slot that is late is not used, and its row is free again."""

    @pytest.mark.parametrize(("late", "sent"), [(4.9, True), (5.1, False)])
    async def test_no_request_starts_later_than_five_seconds_after_its_commit(
        self, store: Store, journal: Journal, clock: ManualClock, late: float, sent: bool
    ) -> None:
        far = Remote(clock)
        line = session(far)

        class Side:
            async def reserve(self) -> Slot:
                return await line.reserve()

            def remote_now(self) -> float:
                return clock.now()

        async def send(slot: Slot) -> Ids:
            clock.advance(late)
            await line.write("POST", "/x", slot=slot)
            return {"a": "I1"}

        outcome = await journal.submit(Side(), [intend("a")], send)
        assert len(far.seen) == sent
        assert state_of(store, "a") is (State.CONFIRMED if sent else State.INTENDED)
        assert isinstance(outcome.error, NotSent) is not sent
