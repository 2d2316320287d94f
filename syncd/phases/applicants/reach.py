"""Those who wait for a job, with a face: remembered from this pass's reading, or read again."""

from collections.abc import AsyncIterator, Iterator

from syncd.phases.applicants.door import Door, eligible
from syncd.phases.applicants.feed import Inbox, note_page
from syncd.phases.context import Context
from syncd.store import applications as application_store
from syncd.store import feeds
from syncd.store.applications import ApplicationRow
from syncd.store.waiting import waiting_page

_CHUNK = 500
READ_AT_ONCE = 10_000  # people whose faces are asked for with one list


async def reach(
    ctx: Context, inbox: Inbox, door: Door, latest: float
) -> AsyncIterator[ApplicationRow]:
    """Those who applied until ``latest`` and may be sent, the oldest first.

    Whoever sends them looks once more whether that still holds, and at their interviews.
    Whose face is not remembered is read again, many at once: a list of the job costs the fewest
    requests, and no more than these many are held at any moment.
    """
    faceless: set[str] = set()
    for chunk in _chunks(ctx, door, latest):
        for row in eligible(door, chunk):
            if row.key in inbox.faces:
                yield row
            else:
                faceless.add(row.application_id)
        if len(faceless) >= READ_AT_ONCE:
            async for row in _read_again(ctx, inbox, door, faceless):
                yield row
            faceless = set()
    if faceless:
        async for row in _read_again(ctx, inbox, door, faceless):
            yield row


def _chunks(ctx: Context, door: Door, latest: float) -> Iterator[list[ApplicationRow]]:
    last: ApplicationRow | None = None
    while True:
        with ctx.read() as tx:
            rows = waiting_page(tx, ctx.name, door.waiting, last, _CHUNK)
        soon = [row for row in rows if (row.applied_at or 0.0) <= latest]
        if soon:
            yield soon
        if len(soon) < _CHUNK:
            return
        last = soon[-1]


async def _read_again(
    ctx: Context, inbox: Inbox, door: Door, faceless: set[str]
) -> AsyncIterator[ApplicationRow]:
    """Read the named applications of the job; those whom the ATS does not show are gone."""
    missing = set(faceless)
    async for page in ctx.ats.applications(door.job.job_id, faceless):
        inbox.wanted = faceless
        with ctx.commit() as tx:
            complete = feeds.get(tx, ctx.name, "applications").complete_as_of
            note_page(ctx, tx, inbox, page, complete)
            known = application_store.by_ids(tx, ctx.name, [a.id for a in page.rows])
        inbox.wanted = frozenset()
        missing.difference_update(a.id for a in page.rows)
        wanted = [
            row
            for row in known.values()
            if row.application_id in faceless and row.job_id == door.job.job_id
        ]
        for row in eligible(door, wanted):
            if row.key in inbox.faces:
                yield row
    with ctx.commit() as tx:
        for lost in sorted(missing):
            application_store.change_application(
                tx, ctx.name, (lost, door.job.job_id), {"gone": True}
            )
