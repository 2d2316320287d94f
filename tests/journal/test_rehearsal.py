"""A rehearsal says what would be written, and writes nothing."""

from syncd.journal.journal import Journal
from syncd.journal.machine import State
from syncd.journal.rehearsal import PLANNED, Rehearsal
from syncd.store import Store
from syncd.store import journal as rows
from syncd.store.hold import acquire
from tests.clock import ManualClock
from tests.journal.side import Crash, FakeSide, effect_of, intend, remember


async def test_nothing_leaves_and_what_follows_is_pretended(
    store: Store, clock: ManualClock
) -> None:
    side, rehearsal = FakeSide(clock), Rehearsal(store, "acme")
    batch = [intend("a"), intend("b")]
    outcome = await rehearsal.submit(side, batch, side.sends(batch, fails=Crash()), remember)
    assert outcome.confirmed == {"a": PLANNED + "a", "b": PLANNED + "b"}
    assert outcome.done
    assert rehearsal.changes == [intent.change for intent in batch]
    assert effect_of(store, "a") == "planned:a"
    assert side.applied == []
    assert side.reserved == 0
    with store.read() as tx:
        assert rows.tally(tx, "acme") == {}


async def test_it_plans_what_the_journal_would_send(store: Store, clock: ManualClock) -> None:
    side = FakeSide(clock)
    hold = await acquire(store, "acme", clock)
    journal = Journal(store, hold, clock)
    await journal.submit(side, [intend("done")], side.sends([intend("done")]))
    journal.decline(intend("declined"), "why")
    hold.release()
    rehearsal = Rehearsal(store, "acme")
    batch = [intend("done"), intend("declined"), intend("new")]
    outcome = await rehearsal.submit(side, batch, side.sends(batch), remember)
    assert outcome.blocked == {"done": State.CONFIRMED, "declined": State.DECLINED}
    assert rehearsal.changes == [batch[2].change]
    assert side.applied == ["done"]
    assert effect_of(store, "done") is None


async def test_declining_leaves_no_trace(store: Store) -> None:
    rehearsal = Rehearsal(store, "acme")
    rehearsal.decline(intend("a"), "why")
    assert rehearsal.changes == []
    with store.read() as tx:
        assert rows.tally(tx, "acme") == {}
