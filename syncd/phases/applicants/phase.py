"""The applicants phase, start to end."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from heapq import merge
from itertools import islice
from math import inf

from syncd.errors import CredentialsRefused, HoldLost, NotFound, RemoteError
from syncd.journal.machine import State
from syncd.phases.applicants import matters
from syncd.phases.applicants.door import Door, held_for, link_residents, open_doors, sendable
from syncd.phases.applicants.faces import Faces
from syncd.phases.applicants.feed import Inbox, read_changes
from syncd.phases.applicants.reach import reach
from syncd.phases.applicants.roster import FRESH, Rosters, settle_uncertain
from syncd.phases.applicants.send import Guest, send_batch
from syncd.phases.context import Context
from syncd.phases.moving import move_invited
from syncd.plan import Change, Kind
from syncd.policy.eligibility import resolve_stages, stage_keys
from syncd.policy.guard import guard_invitations
from syncd.policy.people import is_among
from syncd.settings.schema import Mode
from syncd.settings.units import read_hours
from syncd.store import applications as application_store
from syncd.store import jobs as job_store
from syncd.store import journal as journal_rows
from syncd.store import postings as posting_store
from syncd.store.applications import ApplicationRow
from syncd.store.jobs import JobRow
from syncd.store.postings import PostingRow
from syncd.store.waiting import anybody_waits, count_waiting, oldest_times, waiting_rows

KINDS = matters.KINDS


async def run(ctx: Context) -> None:
    """Read what changed in the ATS, settle what was uncertain, invite whoever is eligible."""
    if ctx.settings.mode is Mode.CREATE_ONLY:
        return
    with ctx.read() as tx:
        jobs = job_store.all_jobs(tx, ctx.name)
        postings = posting_store.all_postings(tx, ctx.name)
    inside = resolve_inside(ctx, jobs)
    inbox = Inbox(Faces(ctx.settings.applicants.default_region), inside)
    if await read_changes(ctx, inbox):
        with ctx.commit() as tx:
            application_store.link_marked(tx, ctx.name)
    await settle_uncertain(ctx)
    doors = open_doors(ctx, jobs, postings, inside)
    rosters = Rosters(ctx)
    await _meet_residents(ctx, rosters, doors)
    await _invite_all(ctx, inbox, rosters, doors)
    await move_invited(ctx)
    _tell_problems(ctx, doors)
    ctx.settle_matters(KINDS)


def resolve_inside(ctx: Context, jobs: dict[str, JobRow]) -> dict[str, frozenset[str]]:
    """By selected job, every text that means one of the configured stages."""
    inside: dict[str, frozenset[str]] = {}
    for job in jobs.values():
        if not job.selected:
            continue
        wanted = ctx.settings.applicants.stages
        found, unknown = resolve_stages(wanted, job.pipeline)
        if job.pipeline:
            for name in unknown:
                matters.unknown_stage(ctx, job, name, "applicants.stages")
            inside[job.job_id] = frozenset(stage_keys(found))
        else:
            inside[job.job_id] = frozenset(name.strip().casefold() for name in wanted)
    return inside


async def _meet_residents(ctx: Context, rosters: Rosters, doors: Sequence[Door]) -> None:
    """Where people wait, learn who is in the job's postings already, and tie them to it.

    Only postings that were never listed cost a request: with the state lost, their candidates are
    the invitations sent before.
    """
    unlisted: dict[str, list[PostingRow]] = defaultdict(list)
    with ctx.read() as tx:
        awaited = [door for door in doors if anybody_waits(tx, ctx.name, door.waiting)]
        if awaited:
            for posting in posting_store.all_postings(tx, ctx.name).values():
                if posting.roster_until is None:
                    unlisted[posting.job_id].append(posting)
    for door in awaited:
        for posting in unlisted[door.job.job_id]:
            again = await rosters.read(posting)
            if door.posting and door.posting.posting_id == again.posting_id:
                door.posting = again
        link_residents(ctx, door)


async def _invite_all(ctx: Context, inbox: Inbox, rosters: Rosters, doors: Sequence[Door]) -> None:
    """Invite the oldest ``max_per_run`` of those who wait, job by job."""
    settings = ctx.settings.applicants
    open_doors = [door for door in doors if door.posting is not None]
    with ctx.read() as tx:
        total = sum(count_waiting(tx, ctx.name, door.waiting) for door in open_doors)
    ctx.report.counts["waiting"] += total
    if not total:
        return
    hours = read_hours(settings.hours)
    if hours is not None and not hours.contain(ctx.clock.now()):
        ctx.report.counts["waiting for hours"] += total
        return
    if _refused(ctx, open_doors, total):
        return
    latest = _latest(ctx, open_doors, settings.max_per_run) if total > settings.max_per_run else inf
    left = settings.max_per_run
    for door in open_doors:
        if left <= 0:
            break
        try:
            invited = await _invite_for(ctx, inbox, rosters, door, latest, left)
            left -= invited
            if invited:
                link_residents(ctx, door)  # those who applied to this job more than once
        except (CredentialsRefused, HoldLost):
            raise
        except NotFound:
            ctx.report.put_off(f"posting of job {door.job.job_id} is not there")
        except RemoteError as error:
            ctx.report.put_off(str(error))


def _latest(ctx: Context, doors: Sequence[Door], most: int) -> float:
    """When the last of the ``most`` oldest who wait applied."""
    with ctx.read() as tx:
        ordered = merge(*(oldest_times(tx, ctx.name, door.waiting, most) for door in doors))
        return next(islice(ordered, most - 1, None), inf)


def _refused(ctx: Context, doors: Sequence[Door], waiting: int) -> bool:
    if waiting <= 3 * ctx.settings.applicants.max_per_run:
        return False
    changes = []
    with ctx.read() as tx:
        for door in doors:
            changes += [
                Change(
                    Kind.INGEST,
                    "waits to be invited",
                    job_id=row.job_id,
                    application_id=row.application_id,
                    title=door.job.title,
                )
                for row in waiting_rows(tx, ctx.name, door.waiting)
            ]
    refusal = guard_invitations(waiting, ctx.settings.applicants.max_per_run, changes)
    if refusal is None or refusal.hash in ctx.approved:
        return False
    ctx.report.refusals.append(replace(refusal, connection=ctx.name))
    return True


async def _invite_for(
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
    if held:
        with ctx.commit() as tx:
            application_store.save_applications(tx, held)
        ctx.report.counts["held back by only_emails"] += len(held)
    if not guests:
        return 0, ""
    sent = await send_batch(ctx, posting, guests, door.job.title)
    for guest in guests:
        inbox.faces.drop(guest.row.key)
    ctx.progress("applicants", "inviting", ctx.report.counts["invited"])
    if sent.uncertain:
        states = await settle_uncertain(ctx, posting.posting_id)
        found = sum(state is State.CONFIRMED for state in states.values())
        return sent.invited + found, "stop" if sent.stop else "" if found else "doubt"
    return sent.invited, "stop" if sent.stop else ""


def _tell_problems(ctx: Context, doors: Sequence[Door]) -> None:
    with ctx.read() as tx:
        for door in doors:
            waiting = waiting_rows(tx, ctx.name, door.waiting, problems=True)
            for row in waiting:
                matters.put_aside(ctx, door.job, row)
        for entry in journal_rows.in_state(tx, ctx.name, [State.NEEDS_PERSON], [Kind.INGEST]):
            matters.unknown_invitation(ctx, entry)
