"""Defects around uncertain writes: what makes a second invitation, posting or note."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from syncd.ats.workable.client import Workable
from syncd.errors import Uncertain
from syncd.heymilo.candidates import Candidates
from syncd.heymilo.postings import Postings
from syncd.http.session import Session, Slot
from syncd.journal import machine
from syncd.journal.journal import Journal, from_entry, to_entry
from syncd.journal.machine import Entry, State
from syncd.phases.applicants import send
from syncd.phases.applicants.roster import Rosters
from syncd.plan import ONCE, Kind
from syncd.store import journal as rows
from syncd.store.journal import JournalRow
from syncd.store.postings import PostingRow
from tests.simulation.sabotage.defect import defect, replaced, together

_INVITED, _MADE, _TOLD = "1 one invitation", "3 one posting", "6 results"


@defect("1", "A write without a certain outcome is sent again at once.", _INVITED, _MADE)
def resend_on_time_out() -> AbstractContextManager[Any]:
    write = Session.write

    async def again(self: Session, method: str, path: str, *, slot: Slot, **rest: Any) -> Any:
        try:
            return await write(self, method, path, slot=slot, **rest)
        except Uncertain:
            return await write(self, method, path, slot=await self.reserve(), **rest)

    return replaced(Session, "write", again)


@defect("1", "An uncertain write counts as not applied and is not read back.", _INVITED, _MADE)
def no_read_back() -> AbstractContextManager[Any]:
    def forget(entry: Entry, now: float, evidence: Any, *, repeatable: bool) -> Entry:
        return replace(entry, state=State.INTENDED, sent_at=None, evidence=evidence)

    def recover(self: Any) -> None:
        with self._store.write(self._hold) as tx:
            stale = [
                row
                for row in rows.in_state(tx, self._connection, [State.SENT])
                if Kind(row.kind) in ONCE
            ]
            rows.put(tx, [replace(row, state=str(State.INTENDED), sent_at=None) for row in stale])

    async def trust(self: Rosters, posting: PostingRow) -> PostingRow:
        return posting  # the look before each batch is a read-back, too

    return together(
        replaced(machine, "doubt", forget),
        replaced(Journal, "recover", recover),
        replaced(Rosters, "refresh", trust),
    )


@defect("1", "A look counts although `settle` has not passed.", _INVITED, _MADE, _TOLD)
def read_back_too_early() -> AbstractContextManager[Any]:
    miss = machine.miss
    return replaced(machine, "miss", lambda entry, at, _, **most: miss(entry, at, 0.0, **most))


@defect("1", "One look that finds nothing makes a write absent.", _INVITED, _MADE, _TOLD)
def one_look_is_enough() -> AbstractContextManager[Any]:
    miss = machine.miss

    def once(entry: Entry, looked_at: float, settle: float, **most: int | None) -> Entry:
        after = miss(entry, looked_at, settle, **most)
        if after.state is State.SENT and after.looks:
            return replace(after, state=State.ABSENT, ended_at=looked_at)
        return after

    return replaced(machine, "miss", once)


@defect("1", "The `sent` row is not committed before the request leaves.", "journal")
def sent_is_not_committed() -> AbstractContextManager[Any]:
    def dispatch(
        self: Any, side: Any, intents: Any, standing: Mapping[str, JournalRow]
    ) -> dict[str, JournalRow]:
        now, fence = side.remote_now(), self._hold.fence
        return {
            intent.key: from_entry(
                standing[intent.key],
                machine.dispatch(to_entry(standing[intent.key]), now),
                fence,
                intent,
            )
            for intent in intents
        }

    return replaced(Journal, "_dispatch", dispatch)


@defect("1", "Nobody looks who is in a posting before people are sent to it.", _INVITED)
def no_look_before_sending() -> AbstractContextManager[Any]:
    async def trust(self: Rosters, posting: PostingRow) -> PostingRow:
        return posting

    return together(replaced(Rosters, "refresh", trust), replaced(Rosters, "read", trust))


@defect("6", "A bulk answer is taken by position instead of by mark.", _TOLD, _INVITED)
def answers_by_position() -> AbstractContextManager[Any]:
    ingest = Candidates.ingest_bulk

    async def by_position(
        self: Candidates, posting_id: str, people: Sequence[Mapping[str, Any]], slot: Slot
    ) -> list[Any]:
        named = await ingest(self, posting_id, people, slot)
        return [
            item.model_copy(update={"metadata": person["metadata"]})
            for item, person in zip(named, people, strict=False)
        ]

    return replaced(Candidates, "ingest_bulk", by_position)


@defect("1", "An invitation is sent without its mark.", "marks")
def candidate_without_mark() -> AbstractContextManager[Any]:
    payload = send._payload

    def unmarked(ctx: Any, guest: Any) -> Mapping[str, Any]:
        return {k: v for k, v in payload(ctx, guest).items() if k != "metadata"}

    return replaced(send, "_payload", unmarked)


@defect("3", "A posting is created without its mark.", "marks")
def posting_without_mark() -> AbstractContextManager[Any]:
    create = Postings.create_posting

    async def unmarked(self: Postings, fields: Mapping[str, Any], slot: Slot) -> Any:
        return await create(self, {k: v for k, v in fields.items() if k != "metadata"}, slot)

    return replaced(Postings, "create_posting", unmarked)


@defect("6", "A note is written without looking for its mark.", _TOLD)
def note_without_a_look() -> AbstractContextManager[Any]:
    async def none(self: Workable, application: Any) -> tuple[Any, ...]:
        return ()

    return replaced(Workable, "notes", none)
