"""Taking in what HeyMilo shows of its candidates: shared by everything that lists them."""

from collections.abc import Sequence
from dataclasses import replace

from syncd.heymilo.wire import Candidate, InterviewData
from syncd.model.marks import EXTERNAL_ID, Ownership
from syncd.phases.context import Context
from syncd.policy.results import Result, Snapshot, hold_back, is_older, read_result
from syncd.store import Tx, interviews, tombstones
from syncd.store import applications as application_store
from syncd.store import postings as posting_store
from syncd.store.interviews import InterviewRow
from syncd.store.postings import PostingRow

OVERLAP = 600.0  # seconds by which a list of new candidates overlaps what is known


def absorb(ctx: Context, tx: Tx, posting: PostingRow, page: Sequence[Candidate]) -> int:
    """Store a page of a posting's candidates; return how many results are new.

    Names and addresses become a keyed hash here and go no further.
    """
    page = _leave_out_forgotten(ctx, tx, page)
    known = interviews.interviews_by_id(tx, ctx.name, [c.interview_id for c in page])
    changed: list[InterviewRow] = []
    news = 0
    for candidate in page:
        before = known.get(candidate.interview_id)
        now = ctx.heymilo.remote_now()
        counted = before.score if before and before.final else None
        result = hold_back(read_result(to_snapshot(candidate), now), counted, now)
        after = merge(ctx, before or _new_row(ctx, posting, candidate), result, new=before is None)
        if after != before:
            changed.append(after)
            news += after.owed and not (before and before.owed)
    interviews.save_interviews(tx, changed)
    return news


def _leave_out_forgotten(ctx: Context, tx: Tx, page: Sequence[Candidate]) -> Sequence[Candidate]:
    """The page without people who were forgotten: HeyMilo shows them until they are erased there.

    Where somebody let them in again they are known again, lest they be invited twice.
    """
    if not tombstones.exist(tx, ctx.name):
        return page
    emails = {c.interview_id: ctx.keyed.email(c.email) for c in page}
    marks = {c.interview_id: _application_of(ctx, c) for c in page}
    ids = [mark for mark in marks.values() if mark]
    by_email = tombstones.among(tx, ctx.name, "email", emails.values(), still=True)
    by_mark = tombstones.among(tx, ctx.name, "application", ids, still=True)
    return [
        c
        for c in page
        if emails[c.interview_id] not in by_email and marks[c.interview_id] not in by_mark
    ]


def merge(ctx: Context, row: InterviewRow, result: Result, *, new: bool = False) -> InterviewRow:
    """The row after a snapshot; an older snapshot than the known one changes nothing."""
    if not new and is_older(result.activity_at, row.activity_at):
        return row
    told = (result.status, result.score, result.final)
    differs = new or told != (row.status, row.score, row.final)
    finished_at = row.finished_at
    if differs and not new and result.final and _was_finished(result):
        finished_at = result.activity_at
    return replace(
        row,
        finished_at=finished_at,
        told_at=row.told_at if finished_at == row.finished_at else None,
        status=result.status,
        score=result.score,
        final=result.final,
        in_flight=not result.final,
        activity_at=result.activity_at if result.activity_at is not None else row.activity_at,
        changed_at=ctx.clock.now() if differs else row.changed_at,
        owed=result.final and (row.owed or differs),
        vanished=False,
    )


def _was_finished(result: Result) -> bool:
    """Whether the person ended the interview, rather than a recruiter decided before that."""
    return result.score is not None or result.status in ("completed", "knocked_out")


def to_snapshot(wire: Candidate | InterviewData) -> Snapshot:
    """What counts of a candidate or of a single interview's data."""
    workflow = wire.workflow
    return Snapshot(
        status=wire.status,
        score=wire.score,
        shortlisted=getattr(wire, "shortlisted", False),
        dismissed=getattr(wire, "dismissed", False),
        complete=workflow.all_complete if workflow else None,
        activity_at=workflow.last_activity_at if workflow else None,
        finished_at=getattr(wire, "interviewed_at", None),
    )


async def read_roster(ctx: Context, posting: PostingRow, since: float | None) -> int:
    """List a posting's candidates (those created at ``since`` or later) and store them.

    Moves ``roster_until`` once all pages are in. Returns how many were seen. Raises NotFound when
    HeyMilo does not know the posting.
    """
    started = ctx.clock.monotonic()
    newest, seen = posting.roster_until or 0.0, 0
    listed: set[str] = set()
    async for page in ctx.heymilo.candidates(posting.posting_id, created_after=since):
        with ctx.commit() as tx:
            absorb(ctx, tx, posting, page)
        seen += len(page)
        if since is None:
            listed.update(c.interview_id for c in page)
        newest = max([newest, *(c.created_at for c in page if c.created_at is not None)])
        ctx.progress("applicants", "reading candidates", seen)
    began = ctx.heymilo_at(started)
    with ctx.commit() as tx:
        application_store.link_marked(tx, ctx.name, posting.posting_id)
        values: dict[str, float] = {"roster_until": newest or began}
        if since is None:
            values["swept_at"] = began
            _note_vanished(ctx, tx, posting, listed, began)
        posting_store.change_posting(tx, ctx.name, posting.posting_id, values)
    return seen


def _note_vanished(
    ctx: Context, tx: Tx, posting: PostingRow, listed: set[str], began: float
) -> None:
    """Who was known and is not listed any more is never made again; lists may lag, though."""
    settled = began - max(ctx.settings.heymilo.settle, OVERLAP)
    known = interviews.ids_created_before(tx, ctx.name, posting.posting_id, settled)
    interviews.mark_vanished(tx, ctx.name, sorted(known - listed))


def _new_row(ctx: Context, posting: PostingRow, candidate: Candidate) -> InterviewRow:
    return InterviewRow(
        connection=ctx.name,
        interview_id=candidate.interview_id,
        posting_id=posting.posting_id,
        job_id=posting.job_id,
        email_hash=ctx.keyed.email(candidate.email),
        status=candidate.status,
        changed_at=ctx.clock.now(),
        application_id=_application_of(ctx, candidate),
        created_at=candidate.created_at,
    )


def _application_of(ctx: Context, candidate: Candidate) -> str | None:
    """The application that the candidate's mark names, if the mark is ours."""
    ours = ctx.marker.ownership(candidate.metadata) is Ownership.OURS
    mark = (candidate.metadata or {}).get(EXTERNAL_ID)
    return ctx.marker.id_of(mark) if ours else None
