"""What each job's posting needs: a create, an update, an archival, or a person."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from syncd.errors import Rejected
from syncd.model.ats import Job, JobState
from syncd.phases.context import Context
from syncd.phases.postings import matters
from syncd.phases.postings.jobs import Board, complete
from syncd.phases.postings.keep import FORMER, Holdings, is_young
from syncd.phases.postings.observe import Scene, hash_field
from syncd.plan import Change, Kind
from syncd.policy.postings import (
    TITLE_MIN,
    Drift,
    Observed,
    compare,
    deadline_is_due,
    desired_description,
    desired_title,
)
from syncd.store import interviews
from syncd.store import jobs as job_store
from syncd.store.jobs import JobRow
from syncd.store.postings import PostingRow

DAY = 86_400.0


@dataclass(slots=True)
class Desired:
    """What a job's posting should be. ``texts`` holds values to send; None: not to be sent.

    ``hashes`` holds what is compared; a field that was not read anew keeps its agreed hash.
    """

    job: Job
    title: str
    template_id: str
    template_code: str
    because: str
    texts: dict[str, str | None] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Task:
    """One change to a posting, and what is needed to make it."""

    change: Change
    desired: Desired | None = None
    observed: Observed | None = None
    fields: dict[str, str | None] = field(default_factory=dict)
    run: Callable[[], Awaitable[None]] | None = None


def decide(
    ctx: Context, scene: Scene, board: Board, held: Holdings, desired: dict[str, Desired]
) -> list[Task]:
    """Every change the postings phase would make, in the order of job ids."""
    tasks: list[Task] = []
    for job_id, row in sorted(board.rows.items()):
        current = held.current.get(job_id)
        if job_id in board.missing:
            if current is not None and current.live:
                matters.job_missing(ctx, row, current)
            continue
        for clone in held.clones.get(job_id, []):
            matters.clone(ctx, row, clone, current)
        if row.state == JobState.CLOSED:
            tasks.extend(_close(ctx, row, current, board.as_of))
        elif row.state == JobState.OPEN:
            tasks.extend(_open(ctx, scene, held, row, current, desired.get(job_id)))
    for job_id in board.missing:
        if job_id not in board.rows and (current := held.current.get(job_id)):
            matters.job_missing(ctx, None, current)
    return tasks


def _close(ctx: Context, row: JobRow, current: Observed | None, now: float) -> list[Task]:
    settings = ctx.settings.postings
    if current is None or not current.live or not settings.archive_when_closed:
        return []
    closed_at = row.closed_at if row.closed_at is not None else now
    if now < closed_at + settings.archive_after_hours * 3600:
        return []
    with ctx.read() as tx:
        in_flight = interviews.count_in_flight(tx, ctx.name, current.id)
    change = Change(
        Kind.ARCHIVE,
        f"the job has been closed for at least {settings.archive_after_hours:g} hours",
        job_id=row.job_id,
        posting_id=current.id,
        title=row.title,
        values={"in_flight": in_flight},
    )
    return [Task(change, observed=current)]


def _open(
    ctx: Context,
    scene: Scene,
    held: Holdings,
    row: JobRow,
    current: Observed | None,
    desired: Desired | None,
) -> list[Task]:
    if row.template_code is None:
        if current is not None and current.live:
            matters.unselected(ctx, row, current)
        return []
    if current is None:
        if desired is None:
            return []
        return _create(ctx, scene, held, row, desired)
    if not current.live:
        matters.archived_while_open(ctx, row, current)
        return []
    stored = held.rows[current.id]
    if stored.template_code and stored.template_code != row.template_code:
        matters.template_changed(ctx, row, current, stored.template_code)
    if desired is None:
        return []
    return _keep_true(ctx, row, current, stored, desired)


def _create(
    ctx: Context, scene: Scene, held: Holdings, row: JobRow, desired: Desired
) -> list[Task]:
    foreign = [p for p in scene.foreign.get(row.job_id, []) if p.live]
    if foreign:
        matters.foreign(ctx, row, foreign[0])
        return []
    unseen = held.unseen.get(row.job_id)
    if unseen is not None and unseen.role != FORMER:
        if is_young(ctx, unseen):
            ctx.report.put_off(f"posting {unseen.posting_id} does not show yet")
        else:
            matters.posting_gone(ctx, row, unseen)
        return []
    taken = scene.title_taken_by(desired.title)
    if taken:
        matters.title_taken(ctx, row, desired.title, taken)
        return []
    change = Change(
        Kind.CREATE,
        f"the job is open and {desired.because}",
        job_id=row.job_id,
        title=row.title,
        values={"title": desired.title, "template_code": desired.template_code},
    )
    return [Task(change, desired=desired)]


def _keep_true(
    ctx: Context, row: JobRow, current: Observed, stored: PostingRow, desired: Desired
) -> list[Task]:
    tasks: list[Task] = []
    if current.native and not current.mapped and ctx.settings.postings.native_mapping == "report":
        matters.native(ctx, row, current)
        return []
    if current.status == "draft" or (current.native and not current.mapped):
        change = Change(
            Kind.ACTIVATE,
            "the posting is a draft and the job is open",
            job_id=row.job_id,
            posting_id=current.id,
            title=row.title,
        )
        tasks.append(Task(change, desired=desired, observed=current))
    fields = _drifted(ctx, row, current, stored, desired)
    told: dict[str, str | int | float | bool | None] = {
        # A description is not shown; a hash tells one change from the next.
        name: value if name == "title" else f"changed ({desired.hashes[name][:8]})"
        for name, value in fields.items()
    }
    days = ctx.settings.postings.deadline_days
    now = ctx.heymilo.remote_now()
    reasons = ["the job changed in the ATS"] if fields else []
    if deadline_is_due(current.status, current.deadline, now, days):
        fields["deadline"] = told["deadline"] = iso(now + days * DAY)
        reasons.append("the job is open and less than half of deadline_days is left")
    elif current.status == "expired":
        matters.not_revived(ctx, row, current)
    if current.metadata.get("syncd") != ctx.marker.owner:
        told["syncd"] = ctx.marker.owner
        reasons.append("the posting is taken over by its mark")
    if reasons:
        change = Change(
            Kind.UPDATE,
            " and ".join(reasons),
            job_id=row.job_id,
            posting_id=current.id,
            title=row.title,
            values=told,
        )
        tasks.append(Task(change, desired=desired, observed=current, fields=fields))
    return tasks


def _drifted(
    ctx: Context, row: JobRow, current: Observed, stored: PostingRow, desired: Desired
) -> dict[str, str | None]:
    """The fields to write; what a person edited is reported and kept."""
    fields: dict[str, str | None] = {}
    for name, wanted in desired.hashes.items():
        agreed = stored.agreed.get(name)
        drift = compare(wanted, current.fields[name], agreed)
        if drift is Drift.PUSH and desired.texts[name] is not None:
            fields[name] = desired.texts[name]
        elif drift is Drift.EDITED:
            matters.edited(ctx, row, current, name)
        elif drift is Drift.MET:
            stored.agreed[name] = [wanted, current.fields[name]]
    return fields


async def desire(ctx: Context, scene: Scene, board: Board, held: Holdings) -> dict[str, Desired]:
    """What each selected job's posting should be, reading details only of jobs that changed."""
    wanted: dict[str, Desired] = {}
    for job_id, choice in sorted(board.choices.items()):
        row, job = board.rows[job_id], board.jobs[job_id]
        template_id = scene.template_id(choice.code)
        current = held.current.get(job_id)
        if template_id is None:
            matters.unknown_template(ctx, row, choice.code)
            if current is None:
                continue
        if scene.unknown_resources:
            matters.unknown_resource(ctx, row, scene.unknown_resources[0])
            if current is None:
                continue
        agreed = held.rows[current.id].agreed if current else {}
        stale = job.updated_at is None or row.detail_of != job.updated_at or not agreed
        if stale or row.stages is None or _description_is_due(ctx, row, current, agreed):
            try:
                job = await complete(ctx, job)
            except Rejected as error:
                ctx.report.put_off(str(error))
                board.refused.append(job_id)  # the others go on
                continue
            row = await _note_detail(ctx, board, job, row)
        title = desired_title(job, ctx.settings.postings.title)
        if len(title) < TITLE_MIN:
            matters.title_too_short(ctx, row)
            continue
        goal = Desired(job, title, template_id or "", choice.code, choice.because)
        goal.texts["title"] = title
        goal.hashes["title"] = hash_field(ctx, "title", title)
        if job.complete:
            description = desired_description(job)
            # Too little to say is compared as nothing, so that a later text counts as a change.
            goal.texts["description"] = description
            goal.hashes["description"] = hash_field(ctx, "description", description)
        elif row.description_hash is not None:
            goal.texts["description"] = None  # not at hand, and not needed
            goal.hashes["description"] = row.description_hash
        for name, resource_id in scene.resources.items():
            goal.texts[name] = resource_id
            goal.hashes[name] = hash_field(ctx, name, resource_id)
        wanted[job_id] = goal
    return wanted


def _description_is_due(
    ctx: Context, row: JobRow, current: Observed | None, agreed: Mapping[str, Sequence[str]]
) -> bool:
    """Whether a description was to be written and is not: its pass died, failed or was refused."""
    wanted = row.description_hash
    if current is None or wanted is None or wanted == hash_field(ctx, "description", None):
        return False
    stands = current.fields["description"]
    return compare(wanted, stands, agreed.get("description")) is Drift.PUSH


async def _note_detail(ctx: Context, board: Board, job: Job, row: JobRow) -> JobRow:
    stages = row.stages
    try:
        stages = [[stage.id, stage.name] for stage in await ctx.ats.stages(job.id)]
    except Rejected as error:
        # A posting needs none of them; those who apply wait until they are told.
        ctx.report.put_off(str(error))
    row = replace(
        row,
        detail_of=job.updated_at,
        description_hash=hash_field(ctx, "description", desired_description(job))
        if job.complete
        else row.description_hash,
        employment_type=job.employment_type or row.employment_type,
        stages=stages,
    )
    board.rows[job.id] = row
    with ctx.commit() as tx:
        job_store.save_jobs(tx, [row])
    return row


def iso(epoch: float) -> str:
    """Epoch seconds as HeyMilo reads a deadline: 2026-03-15T00:00:00Z."""

    return datetime.fromtimestamp(int(epoch), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
