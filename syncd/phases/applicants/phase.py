"""The applicants phase, start to end."""

from collections import defaultdict
from collections.abc import Sequence

from syncd.errors import CredentialsRefused, HoldLost, NotFound, RemoteError
from syncd.journal.machine import State
from syncd.phases.applicants import matters
from syncd.phases.applicants.crowd import screen_crowd
from syncd.phases.applicants.door import Door, link_residents, open_doors
from syncd.phases.applicants.faces import Faces
from syncd.phases.applicants.feed import Inbox, read_changes
from syncd.phases.applicants.invite import invite_for, is_open_now
from syncd.phases.applicants.roster import Rosters, settle_uncertain
from syncd.phases.context import Context
from syncd.phases.moving import move_invited
from syncd.plan import Kind
from syncd.policy.eligibility import resolve_stages, stage_keys
from syncd.settings.schema import Mode
from syncd.store import applications as application_store
from syncd.store import jobs as job_store
from syncd.store import journal as journal_rows
from syncd.store import postings as posting_store
from syncd.store.jobs import JobRow
from syncd.store.postings import PostingRow
from syncd.store.waiting import anybody_waits, count_waiting, waiting_rows

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
    await meet_residents(ctx, rosters, doors)
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


async def meet_residents(ctx: Context, rosters: Rosters, doors: Sequence[Door]) -> None:
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
            await _meet_at(ctx, rosters, door, posting)
        link_residents(ctx, door)


async def _meet_at(ctx: Context, rosters: Rosters, door: Door, posting: PostingRow) -> None:
    """List one posting of the door's job.

    One that was deleted tells nobody any more and is left out. One that is there and does not show
    its candidates closes the door for this pass, and only this one.
    """
    mine = door.posting is not None and door.posting.posting_id == posting.posting_id
    try:
        again = await rosters.read(posting)
    except NotFound:
        if mine or await ctx.heymilo.posting(posting.posting_id) is not None:
            ctx.report.put_off(f"posting {posting.posting_id} does not show its candidates")
            door.posting = None
        return
    if mine:
        door.posting = again


async def _invite_all(ctx: Context, inbox: Inbox, rosters: Rosters, doors: Sequence[Door]) -> None:
    """Invite the oldest ``max_per_run`` of those who wait, job by job."""
    settings = ctx.settings.applicants
    open_doors = [door for door in doors if door.posting is not None]
    with ctx.read() as tx:
        total = sum(count_waiting(tx, ctx.name, door.waiting) for door in open_doors)
    ctx.report.counts["waiting"] += total
    total, latest = screen_crowd(ctx, open_doors, total)
    if not total:
        return
    if not is_open_now(ctx):
        ctx.report.counts["waiting for hours"] += total
        return
    left = settings.max_per_run
    for door in open_doors:
        if left <= 0:
            break
        try:
            invited = await invite_for(ctx, inbox, rosters, door, latest, left)
            left -= invited
            if invited:
                link_residents(ctx, door)  # those who applied to this job more than once
        except (CredentialsRefused, HoldLost):
            raise
        except NotFound:
            ctx.report.put_off(f"posting of job {door.job.job_id} is not there")
        except RemoteError as error:
            ctx.report.put_off(str(error))


def _tell_problems(ctx: Context, doors: Sequence[Door]) -> None:
    with ctx.read() as tx:
        for door in doors:
            waiting = waiting_rows(tx, ctx.name, door.waiting, problems=True)
            for row in waiting:
                matters.put_aside(ctx, door.job, row)
        for entry in journal_rows.in_state(tx, ctx.name, [State.NEEDS_PERSON], [Kind.INGEST]):
            matters.unknown_invitation(ctx, entry)
