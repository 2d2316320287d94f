"""The writeback phase, start to end."""

from collections.abc import Sequence

from syncd.errors import CredentialsRefused, HoldLost, RemoteError
from syncd.journal.machine import State
from syncd.phases.context import DAY, Context
from syncd.phases.writeback.errand import Errand, find_owed
from syncd.phases.writeback.notes import tell_unknown, write_note
from syncd.phases.writeback.writes import write_move, write_rejection, write_score, write_tags
from syncd.plan import Kind
from syncd.policy.results import UNFINISHED, format_score
from syncd.policy.writeback import Writes, decide_writes
from syncd.settings.schema import Mode, WritebackRule
from syncd.store import applications as application_store
from syncd.store import interviews as interview_store
from syncd.store import jobs as job_store
from syncd.store import journal as journal_rows
from syncd.store import postings as posting_store
from syncd.store.applications import ApplicationRow
from syncd.store.interviews import InterviewRow
from syncd.store.jobs import JobRow

KINDS = frozenset({"writeback.refused", "writeback.note_unknown", "stage.unknown_target"})


async def run(ctx: Context) -> None:
    """Write every owed result, and what idleness asks for, into the ATS."""
    if ctx.settings.mode is Mode.CREATE_ONLY:
        return
    with ctx.read() as tx:
        owed = interview_store.owed_results(tx, ctx.name)
        jobs = job_store.all_jobs(tx, ctx.name)
        postings = posting_store.all_postings(tx, ctx.name)
    for number, interview in enumerate(owed, start=1):
        ctx.progress("writeback", "writing results", number, len(owed))
        posting = postings.get(interview.posting_id)
        told: dict[str, float] = {}
        if posting is not None and posting.native:
            done = True
        else:
            writes = decide_writes(ctx.settings.writeback, interview.status, interview.score)
            done = await _write_all(ctx, jobs, interview, writes, format_score(interview.score))
            if interview.told_at is None:
                told = {"told_at": ctx.heymilo.remote_now()}
        if done:
            with ctx.commit() as tx:
                interview_store.change_interview(
                    tx, ctx.name, interview.interview_id, {"owed": False, **told}
                )
    await _write_idle(ctx, jobs)
    _tell_unknown_notes(ctx)
    # Everything owed was tried just now, unless something kept it from being finished.
    ctx.settle_matters(KINDS, complete=not ctx.report.unfinished)


async def _write_all(
    ctx: Context,
    jobs: dict[str, JobRow],
    interview: InterviewRow,
    writes: Writes,
    occasion: str,
) -> bool:
    """One result on every application tied to its interview; return whether all is done."""
    with ctx.read() as tx:
        rows = application_store.of_interview(tx, ctx.name, interview.interview_id)
    done = True  # also for nobody: whoever is tied to it later makes it owed again
    for row in rows:
        job = jobs.get(row.job_id)
        if job is None:
            continue
        errand = Errand(row, interview, job, writes, occasion)
        try:
            done &= await _run_errand(ctx, errand)
        except (CredentialsRefused, HoldLost):
            raise
        except RemoteError as error:
            ctx.report.put_off(str(error))
            done = False
    return done


async def _run_errand(ctx: Context, errand: Errand) -> bool:
    owed = find_owed(ctx, errand)
    if not owed:
        return True
    fresh = await ctx.ats.application(errand.row.application_id)
    if fresh is None or fresh.anonymised:
        _note_gone(ctx, errand.row, gone=fresh is None)
        return True
    done = True
    writes, interview = errand.writes, errand.interview
    # First what depends on what was just read, where the person stands and which tags they have,
    # before a recruiter may change that again.
    if Kind.MOVE in owed:
        done &= await write_move(ctx, errand, fresh)
    if Kind.TAG in owed:
        done &= await write_tags(ctx, errand, fresh)
    if Kind.REJECT in owed:
        done &= await write_rejection(ctx, errand, fresh)
    if Kind.NOTE in owed:
        done &= await write_note(
            ctx,
            errand.row,
            fresh,
            interview,
            errand.occasion,
            writes.reason,
            errand.job.title,
            await _find_link(ctx, interview.posting_id),
        )
    if Kind.SCORE in owed and interview.score is not None:
        done &= await write_score(ctx, errand, fresh, interview.score)
    return done


async def _find_link(ctx: Context, posting_id: str) -> str | None:
    """Where recruiters see the posting; asked for once a pass, and left out if it is not told."""
    if posting_id not in ctx.links:
        link = None
        if not ctx.writer.rehearsing:
            try:
                wire = await ctx.heymilo.posting(posting_id)
                link = wire.urls.review_url if wire and wire.urls else None
            except CredentialsRefused:
                raise
            except RemoteError:
                link = None  # a note without a link is better than none
        ctx.links[posting_id] = link
    return ctx.links[posting_id]


async def _write_idle(ctx: Context, jobs: dict[str, JobRow]) -> None:
    """What rules with ``idle_days`` ask for, once per interview and rule."""
    rules = [rule for rule in ctx.settings.writeback if rule.idle_days is not None]
    now = ctx.heymilo.remote_now()
    for rule in rules:
        for interview in _idle(ctx, rule, now):
            last = interview.activity_at or interview.created_at or now
            writes = decide_writes([rule], interview.status, None, now - last)
            occasion = f"idle {rule.idle_days:g}"
            await _write_all(ctx, jobs, interview, writes, occasion)


def _idle(ctx: Context, rule: WritebackRule, now: float) -> Sequence[InterviewRow]:
    before = now - (rule.idle_days or 0.0) * DAY
    with ctx.read() as tx:
        return interview_store.idle_since(tx, ctx.name, rule.status or sorted(UNFINISHED), before)


def _tell_unknown_notes(ctx: Context) -> None:
    with ctx.read() as tx:
        lost = journal_rows.in_state(tx, ctx.name, [State.NEEDS_PERSON], [Kind.NOTE])
    for entry in lost:
        tell_unknown(ctx, entry)


def _note_gone(ctx: Context, row: ApplicationRow, *, gone: bool) -> None:
    with ctx.commit() as tx:
        application_store.change_application(
            tx, ctx.name, row.key, {"gone": True} if gone else {"barred": True}
        )
