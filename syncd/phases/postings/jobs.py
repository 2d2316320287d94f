"""What stands in the ATS: every job, its state, and which template selects it."""

from dataclasses import dataclass, field, replace

from syncd.model.ats import Job, JobState
from syncd.model.marks import OWNER
from syncd.phases.context import Context
from syncd.policy.cutoff import Cutoff, Sighting, default_cutoff
from syncd.policy.postings import Observed
from syncd.policy.templates import Choice, choose_template, needs_employment_type
from syncd.settings.schema import Mode
from syncd.store import jobs as store
from syncd.store import runs
from syncd.store.connections import ConnectionRow
from syncd.store.jobs import JobRow


@dataclass(slots=True)
class Board:
    """The ATS's side of one pass.

    ``jobs`` are those read now, ``rows`` the state's view of all, ``missing`` the ids of jobs the
    state knows as open that the ATS neither listed nor answered by id, ``refused`` of those whose
    details it does not tell. ``as_of``: the ATS's clock when reading began.
    """

    jobs: dict[str, Job] = field(default_factory=dict)
    rows: dict[str, JobRow] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    choices: dict[str, Choice] = field(default_factory=dict)
    as_of: float = 0.0
    listed: int = 0


async def read_jobs(ctx: Context, managed: set[str]) -> Board:
    """Read every job; ask by id for managed ones that the list lacks."""
    with ctx.read() as tx:
        board = Board(rows=store.all_jobs(tx, ctx.name))
    began = False
    async for page in ctx.ats.jobs():
        if not began:
            board.as_of, began = page.as_of, True
        for job in page.rows:
            board.jobs[job.id] = job
        board.listed += len(page.rows)
        ctx.progress("postings", "reading jobs", board.listed)
    if not began:
        board.as_of = ctx.ats.remote_now()
    for job_id in sorted(managed - board.jobs.keys()):
        found = await ctx.ats.job(job_id)
        if found is None:
            board.missing.append(job_id)
        else:
            board.jobs[job_id] = found
    return board


async def note_jobs(
    ctx: Context, board: Board, connection: ConnectionRow, ours: dict[str, list[Observed]]
) -> None:
    """Bring the state's view of every job up to date and select those to be synced."""
    changed: list[JobRow] = []
    # A state that never saw the account's jobs was lost, or this is the first pass of all. One that
    # knows none since the account had none remembers that it looked.
    lost = not board.rows and not _has_looked(ctx)
    for job in list(board.jobs.values()):
        known = board.rows.get(job.id)
        row = known or JobRow(
            connection=ctx.name,
            job_id=job.id,
            title=job.title,
            state=job.state,
            first_seen_at=board.as_of,
            seen_open=False,
        )
        opened = job.state is JobState.OPEN
        if opened and await _detail_is_due(ctx, job, row):
            job = await complete(ctx, job)
        if job.employment_type is None and row.employment_type:
            job = replace(job, employment_type=row.employment_type)
        board.jobs[job.id] = job
        choice = choose_template(job, ctx.settings.postings) if opened else None
        row = replace(
            row,
            title=job.title,
            state=job.state,
            created_at=job.created_at,
            updated_at=job.updated_at,
            employment_type=job.employment_type or row.employment_type,
            template_code=choice.code if choice else None,
            closed_at=(row.closed_at or board.as_of) if job.state is JobState.CLOSED else None,
        )
        if choice:
            board.choices[job.id] = choice
        made = [] if known else made_by_us(ctx, ours.get(job.id, []))
        row = _select(ctx, row, board, connection, made, lost=lost)
        # A closed job was open once: only a draft that is opened is new.
        row = replace(row, seen_open=row.seen_open or job.state is not JobState.DRAFT)
        board.rows[job.id] = row
        if row != known:
            changed.append(row)
    with ctx.commit() as tx:
        store.save_jobs(tx, changed)


def _has_looked(ctx: Context) -> bool:
    with ctx.read() as tx:
        mine = [run for run in runs.last(tx, ctx.name) if run.phase == "postings"]
    return any(run.succeeded_at is not None for run in mine)


async def complete(ctx: Context, job: Job) -> Job:
    """The job with its description; as it is when the ATS has lost it meanwhile."""
    if job.complete:
        return job
    return await ctx.ats.job(job.id) or job


async def _detail_is_due(ctx: Context, job: Job, row: JobRow) -> bool:
    if job.complete or not needs_employment_type(ctx.settings.postings):
        return False
    return row.employment_type is None or row.updated_at != job.updated_at


def _select(
    ctx: Context,
    row: JobRow,
    board: Board,
    connection: ConnectionRow,
    made: list[float],
    *,
    lost: bool,
) -> JobRow:
    """The row with its cut-off: kept while selected, forgotten when not, new when selected anew.

    ``made``: when the job's postings were, of a job the state knew nothing of; ``lost``: it knew
    no job at all, so that it says nothing that this one was never listed.
    """
    if row.template_code is None:
        return replace(row, selected_at=None, cutoff_at=None, unlimited=False)
    if row.selected_at is not None or ctx.settings.mode is not Mode.SYNC:
        return row
    if made:
        cutoff = Cutoff(min(made))  # the state was lost; the posting tells since when
    else:
        cutoff = default_cutoff(
            Sighting(
                now=board.as_of,
                created_at=row.created_at,
                first_seen_at=None if lost else row.first_seen_at,
                seen_open_before=row.seen_open,
                first_sync_at=connection.first_sync_at,
            )
        )
    return replace(row, selected_at=board.as_of, cutoff_at=cutoff.at, unlimited=cutoff.at is None)


def made_by_us(ctx: Context, postings: list[Observed]) -> list[float]:
    """When the postings that carry this connection's own mark were made, on the ATS's clock.

    What a person marked by hand says nothing of when syncd began.
    """
    ours = [p for p in postings if p.metadata.get(OWNER) == ctx.marker.owner]
    ahead = ctx.ats.remote_now() - ctx.heymilo.remote_now()
    return [p.created_at + ahead for p in ours if p.created_at is not None]
