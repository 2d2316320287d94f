"""Inviting the people of one job, batch by batch, each looked at once more right before."""

from collections.abc import Sequence
from dataclasses import replace

from syncd.journal.machine import State
from syncd.phases.applicants.door import Door, held_for, sendable
from syncd.phases.applicants.feed import Inbox, read_changes
from syncd.phases.applicants.reach import reach
from syncd.phases.applicants.roster import FRESH, Rosters, settle_uncertain
from syncd.phases.applicants.send import Guest, send_batch
from syncd.phases.context import Context
from syncd.policy.people import is_among
from syncd.settings.units import read_hours
from syncd.store import applications as application_store
from syncd.store import postings as posting_store
from syncd.store.applications import ApplicationRow
from syncd.store.postings import PostingRow


def is_open_now(ctx: Context) -> bool:
    """Whether the settings let people be invited at this hour."""
    hours = read_hours(ctx.settings.applicants.hours)
    return hours is None or hours.contain(ctx.clock.now())


async def invite_for(
    ctx: Context, inbox: Inbox, rosters: Rosters, door: Door, latest: float, left: int
) -> int:
    """Invite those of one job who applied until ``latest``, at most ``left``; return how many."""
    posting = await _looked_at(ctx, door)
    if posting is None:
        return 0
    door.posting = posting
    invited = doubtful = 0
    batch: list[ApplicationRow] = []
    size = ctx.settings.applicants.batch_size
    async for row in reach(ctx, inbox, door, latest):
        batch.append(row)
        if len(batch) < min(size, left - invited):
            continue
        sent, stop = await _send(ctx, inbox, rosters, door, posting, batch)
        invited, batch = invited + sent, []
        doubtful = doubtful + 1 if stop == "doubt" else 0
        if stop == "stop" or doubtful >= 2 or invited >= left:
            return invited
    if batch and invited < left:
        sent, _ = await _send(ctx, inbox, rosters, door, posting, batch)
        invited += sent
    return invited


async def _looked_at(ctx: Context, door: Door) -> PostingRow | None:
    """The door's posting, read again if the last look is a minute old; None if not live now."""
    posting = door.posting
    if posting is None or ctx.writer.rehearsing:
        return posting
    if ctx.heymilo.remote_now() - posting.observed_at < FRESH:
        return posting
    wire = await ctx.heymilo.posting(posting.posting_id)
    live = wire is not None and not wire.archived and wire.status == "active"
    if wire is None or not live or wire.ats_metadata:
        ctx.report.put_off(f"posting {posting.posting_id} is not live now")
        return None
    now = ctx.heymilo.remote_now()
    with ctx.commit() as tx:
        posting_store.change_posting(tx, ctx.name, posting.posting_id, {"observed_at": now})
    return replace(posting, observed_at=now)


async def _send(
    ctx: Context,
    inbox: Inbox,
    rosters: Rosters,
    door: Door,
    posting: PostingRow,
    batch: Sequence[ApplicationRow],
) -> tuple[int, str]:
    """Re-check a batch right before sending and send what still stands."""
    posting = door.posting = await rosters.refresh(posting)  # this may take a while
    if inbox.read_at is None or ctx.clock.monotonic() - inbox.read_at > FRESH:
        await read_changes(ctx, inbox)
    with ctx.read() as tx:
        known = application_store.by_ids(tx, ctx.name, [row.application_id for row in batch])
    again = [known[row.key] for row in batch if row.key in known]
    guests: list[Guest] = []
    held: list[ApplicationRow] = []
    patterns = ctx.settings.applicants.only_emails
    for row in sendable(ctx, door, again):
        person = inbox.faces.get(row.key)
        if person is None:
            continue
        if is_among(person.email, patterns):
            guests.append(Guest(row, person))
        else:
            held.append(replace(row, held_for=held_for(ctx)))
    for row in batch:  # whatever becomes of them, it is not this pass that tries again
        inbox.faces.drop(row.key)
    if held:
        with ctx.commit() as tx:
            application_store.save_applications(tx, held)
        ctx.report.counts["held back by only_emails"] += len(held)
    if not guests:
        return 0, ""
    sent = await send_batch(ctx, posting, guests, door.job.title)
    ctx.progress("applicants", "inviting", ctx.report.counts["invited"])
    if sent.uncertain:
        states = await settle_uncertain(ctx, posting.posting_id)
        found = sum(state is State.CONFIRMED for state in states.values())
        return sent.invited + found, "stop" if sent.stop else "" if found else "doubt"
    return sent.invited, "stop" if sent.stop else ""
