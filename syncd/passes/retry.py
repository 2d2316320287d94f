"""``attention retry``: clearing the way for another try."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from syncd.journal import machine
from syncd.journal.journal import from_entry, to_entry
from syncd.journal.machine import State
from syncd.settings.schema import Settings
from syncd.store import Store, Tx, attention, people
from syncd.store import applications as application_store
from syncd.store import jobs as job_store
from syncd.store import journal as journal_rows
from syncd.store import postings as posting_store
from syncd.store.attention import Item
from syncd.store.hold import holding

_REMAKE = frozenset({"posting.archived_while_open", "posting.gone"})
_SENT_AGAIN = frozenset({"applicant.refused", "applicant.hidden"})


async def retry_items(settings: Settings, state: Store, items: Sequence[Item], wait: float) -> None:
    """Undo what keeps these items from being tried again, under their connections' holds.

    A posting that is archived or gone makes room for a new one; somebody put aside is sent again;
    a forgotten person who applied again is let in;
    a write that was left to a person may be made again. Raises HeldByAnother.
    """
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        groups[item.connection].append(item)
    for connection, group in groups.items():
        async with holding(state, connection, state.clock, wait) as hold:
            with state.write(hold) as tx:
                now = state.clock.now()
                for item in group:
                    _clear(tx, connection, item, hold.fence, now)
                attention.dismiss(tx, [item.item_id for item in group], now)
                attention.forget_dismissal(tx, connection, [item.item_id for item in group])


def _clear(tx: Tx, connection: str, item: Item, fence: int, now: float) -> None:
    if item.kind in _REMAKE and item.job_id and item.posting_id:
        posting_store.change_posting(tx, connection, item.posting_id, {"role": "former"})
        job = job_store.all_jobs(tx, connection).get(item.job_id)
        if job is not None:
            job_store.change_job(tx, connection, job.job_id, {"remakes": job.remakes + 1})
    if item.application_id and item.job_id and item.kind == "applicant.forgotten":
        people.let_in(tx, connection, item.application_id, item.job_id, now)
    if item.application_id and item.job_id and item.kind in _SENT_AGAIN:
        application_store.change_application(
            tx, connection, (item.application_id, item.job_id), {"problem": None}
        )
    if item.application_id:
        stuck = [
            row
            for row in journal_rows.history(tx, connection, application_id=item.application_id)
            if row.state == State.NEEDS_PERSON
        ]
        journal_rows.put(
            tx,
            [
                replace(from_entry(row, machine.reopen(to_entry(row)), fence), reason="retried")
                for row in stuck
            ],
        )
