"""Inviting people who applied before a job's cut-off: shown first, done only on somebody's word."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import inf

from syncd.errors import CredentialsRefused, HoldLost, RemoteError, UsageError
from syncd.phases.applicants import matters
from syncd.phases.applicants.crowd import to_change
from syncd.phases.applicants.door import Door, link_residents, open_doors, sendable
from syncd.phases.applicants.faces import Faces
from syncd.phases.applicants.feed import Inbox, read_changes
from syncd.phases.applicants.invite import invite_for, is_open_now
from syncd.phases.applicants.phase import meet_residents, resolve_inside
from syncd.phases.applicants.roster import Rosters, settle_uncertain
from syncd.phases.context import Context
from syncd.phases.moving import move_invited
from syncd.plan import Refusal
from syncd.policy.cutoff import Cutoff
from syncd.store import applications as application_store
from syncd.store import jobs as job_store
from syncd.store import postings as posting_store
from syncd.store.applications import ApplicationRow
from syncd.store.waiting import waiting_rows

BACKFILL = "backfill"  # the group's name in its hash
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Wish:
    """Who is meant: applicants of a job since a moment (epoch seconds), the oldest so many."""

    job_id: str
    applied_after: float
    limit: int | None = None


@dataclass(slots=True)
class Backfill:
    """Whom a backfill would invite, or invited.

    ``group``: them, with their hash. ``without_time``: applicants whose time the ATS does not
    tell, who cannot be compared with a date and are left out. ``admitted``: those whom an earlier
    backfill let in and who still wait; passes invite them. ``done``: the group was approved.
    """

    job_id: str
    title: str
    posting_id: str
    cutoff: float | None
    group: Refusal
    without_time: int = 0
    admitted: int = 0
    done: bool = False

    @property
    def ids(self) -> list[str]:
        """The applications, the oldest first."""
        return [change.application_id or "" for change in self.group.changes]


async def backfill(ctx: Context, wish: Wish, given: str | None) -> Backfill:
    """Read both sides afresh, find whom the wish means, and invite them if ``given`` is their hash.

    Once approved they are let in for good: whoever cannot be sent now is invited by a later pass.
    Raises UsageError when nobody can be invited for this job at all.
    """
    with ctx.read() as tx:
        jobs = job_store.all_jobs(tx, ctx.name)
        postings = posting_store.all_postings(tx, ctx.name)
    inside = {j: keys for j, keys in resolve_inside(ctx, jobs).items() if j == wish.job_id}
    inbox = Inbox(Faces(ctx.settings.applicants.default_region), inside)
    if await read_changes(ctx, inbox):
        with ctx.commit() as tx:
            application_store.link_marked(tx, ctx.name)
    await settle_uncertain(ctx)
    usual = next(iter(open_doors(ctx, jobs, postings, inside)), None)
    if usual is None or usual.posting is None:
        raise UsageError(_why_closed(wish.job_id, jobs.get(wish.job_id), usual))
    door = replace(
        usual,
        cutoff=Cutoff(wish.applied_after),
        waiting=replace(usual.waiting, cutoff=wish.applied_after),
    )
    rosters = Rosters(ctx)
    await meet_residents(ctx, rosters, [door])
    found = _find(ctx, wish, usual, door)
    if given is not None and found.group.changes and given == found.group.hash:
        await _invite(ctx, inbox, rosters, door, found)
    ctx.settle_matters(matters.KINDS, complete=False)
    return found


def _find(ctx: Context, wish: Wish, usual: Door, door: Door) -> Backfill:
    """Those who applied since then, whom a pass would leave alone, the oldest first."""
    old: list[ApplicationRow] = []
    admitted = without_time = 0
    everybody = replace(door.waiting, cutoff=None)
    with ctx.read() as tx:
        for row in waiting_rows(tx, ctx.name, everybody):
            if row.admitted:
                admitted += 1
            elif usual.cutoff.admits(row.applied_at, row.moved_from_seen_at):
                continue
            elif row.applied_at is None:
                without_time += 1
            elif row.applied_at >= wish.applied_after:
                old.append(row)
    free: list[ApplicationRow] = []
    for first in range(0, len(old), _CHUNK):
        free += sendable(ctx, door, old[first : first + _CHUNK])
        if wish.limit is not None and len(free) >= wish.limit:
            break
    why = "applied before the cut-off; let in by `syncd backfill`"
    changes = tuple(to_change(door, row, why) for row in free[: wish.limit])
    group = Refusal(
        BACKFILL,
        f"{len(changes)} people applied before the cut-off of job {wish.job_id}",
        {"people": len(changes), "without_time": without_time},
        changes,
        ctx.name,
    )
    posting_id = usual.posting.posting_id if usual.posting else ""
    return Backfill(
        wish.job_id,
        usual.job.title,
        posting_id,
        usual.cutoff.at,
        group,
        without_time=without_time,
        admitted=admitted,
    )


async def _invite(
    ctx: Context, inbox: Inbox, rosters: Rosters, door: Door, found: Backfill
) -> None:
    """Let the group in, then send as many as can be sent now."""
    found.done = True
    with ctx.commit() as tx:
        for application_id in found.ids:
            application_store.change_application(
                tx, ctx.name, (application_id, found.job_id), {"admitted": True}
            )
    if not is_open_now(ctx):
        ctx.report.put_off("nobody is invited at this hour (applicants.hours); later passes do it")
        return
    door.only = frozenset(found.ids)
    try:
        if await invite_for(ctx, inbox, rosters, door, inf, len(found.ids)):
            link_residents(ctx, door)
        await move_invited(ctx)
    except (CredentialsRefused, HoldLost):
        raise
    except RemoteError as error:
        ctx.report.put_off(str(error))
    left = _count_left(ctx, found)
    if left:
        ctx.report.put_off(f"{left} of them still wait; later passes invite them")


def _count_left(ctx: Context, found: Backfill) -> int:
    with ctx.read() as tx:
        rows = application_store.by_ids(tx, ctx.name, found.ids)
    mine = [row for row in rows.values() if row.job_id == found.job_id]
    return sum(row.interview_id is None and row.problem is None and not row.gone for row in mine)


def _why_closed(job_id: str, job: job_store.JobRow | None, door: Door | None) -> str:
    if job is None:
        return f"The state knows no job {job_id!r}: check --job, or run `syncd reconcile` first."
    if not job.selected:
        why = "no rule selects it" if job.state == "open" else f"it is {job.state}"
        return f"Nobody can be invited for job {job_id}: {why}."
    if door is not None or job.selected_at is None:
        return f"Job {job_id} has no live posting: run `syncd reconcile` first."
    return (
        f"Nobody can be invited for job {job_id}: HeyMilo's own ATS integration feeds its posting, "
        "or it has none of the stages in applicants.stages; see `syncd explain`."
    )


def read_moment(text: str) -> float:
    """Given an ISO date (midnight UTC) or a moment with an offset, return epoch seconds.

    Raises UsageError for anything else.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(
            f"--applied-after {text!r} is no date: write 2026-03-01, or a moment with its offset "
            "like 2026-03-01T08:00:00Z."
        ) from None
    if moment.tzinfo is None:
        if "T" in text.upper() or " " in text.strip():
            raise UsageError(
                f"--applied-after {text!r} lacks an offset: write it like 2026-03-01T08:00:00Z or "
                "2026-03-01T08:00:00+01:00."
            )
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp()
