"""Which changes to postings a pass may make: its mode, the guards, and a person's word."""

from collections.abc import Sequence

from syncd.phases.context import Context
from syncd.phases.guarding import Screened, screen
from syncd.phases.postings.decide import Task
from syncd.phases.postings.jobs import Board
from syncd.phases.postings.keep import Holdings
from syncd.plan import Change, Kind, Refusal
from syncd.policy.guard import ARCHIVE, UPDATE, Fleet, guard_archivals, guard_updates
from syncd.settings.schema import Mode


def allowed(ctx: Context, board: Board, held: Holdings, tasks: list[Task]) -> list[Task]:
    """The tasks that mode and guards let through; refused groups go into the report.

    With an approved group, the postings of jobs that are missing in the ATS are archived too.
    """
    if ctx.settings.mode is Mode.CREATE_ONLY:
        return [t for t in tasks if t.change.kind in (Kind.CREATE, Kind.ACTIVATE)]
    live = sum(posting.live for posting in held.current.values())
    archivals, vanished = _screen_archivals(ctx, board, held, tasks, live)
    updates = _screen_updates(ctx, tasks, Fleet(live, 0, board.listed))
    extra = [Task(change) for change in vanished if change.item in archivals.approved]
    _withdraw_missing(ctx, {task.change.job_id for task in extra})
    return [
        *(
            task
            for task in tasks
            if (task.change.kind is not Kind.ARCHIVE or archivals.allows(task.change))
            and (not _is_counted_update(task) or updates.allows(task.change))
        ),
        *extra,
    ]


def _screen_archivals(
    ctx: Context, board: Board, held: Holdings, tasks: list[Task], live: int
) -> tuple[Screened, list[Change]]:
    gone = [_archival_of_missing(board, held, job_id) for job_id in board.missing]
    vanished = [change for change in gone if change]
    lost = {change.item for change in vanished}
    closed = [task.change for task in tasks if task.change.kind is Kind.ARCHIVE]

    def guard(counted: Sequence[Change]) -> Refusal | None:
        missing = [change for change in counted if change.item in lost]
        return guard_archivals(
            [change for change in counted if change.item not in lost],
            missing,
            Fleet(live, len(missing), board.listed),
            ctx.settings.guards,
        )

    return screen(ctx, ARCHIVE, [*closed, *vanished], guard), vanished


def _screen_updates(ctx: Context, tasks: list[Task], fleet: Fleet) -> Screened:
    changes = [task.change for task in tasks if _is_counted_update(task)]
    return screen(ctx, UPDATE, changes, lambda c: guard_updates(c, fleet, ctx.settings.guards))


def _is_counted_update(task: Task) -> bool:
    """Whether the update says something new; moving a deadline ahead does not count."""
    return task.change.kind is Kind.UPDATE and bool(set(task.fields) - {"deadline"})


def _archival_of_missing(board: Board, held: Holdings, job_id: str) -> Change | None:
    current = held.current.get(job_id)
    if current is None or not current.live:
        return None
    row = board.rows.get(job_id)
    return Change(
        Kind.ARCHIVE,
        "the job is missing in the ATS, and a person approved that its posting ends",
        job_id=job_id,
        posting_id=current.id,
        title=row.title if row else "",
    )


def _withdraw_missing(ctx: Context, settled: set[str | None]) -> None:
    """A person knows that these jobs are gone: nobody needs to be told."""
    for item_id, matter in list(ctx.report.matters.items()):
        if matter.kind == "job.missing" and matter.job_id in settled:
            del ctx.report.matters[item_id]
