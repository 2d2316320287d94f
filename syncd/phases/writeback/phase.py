"""The writeback phase, start to end."""

from collections.abc import Sequence
from dataclasses import dataclass

from syncd.errors import CredentialsRefused, HoldLost, Rejected, RemoteError
from syncd.http.session import Slot
from syncd.journal.intent import Ids, Intent, Send
from syncd.journal.machine import State
from syncd.model.ats import Application
from syncd.phases.applicants import matters
from syncd.phases.applicants.send import move_key
from syncd.phases.context import DAY, Context
from syncd.phases.moving import find_stage, may_be_moved, move
from syncd.phases.writeback.notes import note_key, tell_unknown, write_note
from syncd.plan import Change, Kind
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
_DONE = frozenset({State.CONFIRMED, State.DECLINED, State.NEEDS_PERSON})


@dataclass(frozen=True, slots=True)
class Errand:
    """What one result asks for on one application. ``occasion`` tells results apart."""

    row: ApplicationRow
    interview: InterviewRow
    job: JobRow
    writes: Writes
    occasion: str

    def change(self, kind: Kind, **values: str | float | None) -> Change:
        return Change(
            kind,
            self.writes.reason,
            job_id=self.row.job_id,
            application_id=self.row.application_id,
            interview_id=self.interview.interview_id,
            title=self.job.title,
            values=values,
        )

    def key(self, kind: Kind, *parts: str) -> str:
        ids = (self.row.application_id, self.interview.interview_id, self.occasion)
        return "/".join((kind, *ids, *parts))[:300]


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
        if posting is not None and posting.native:
            done = True
        else:
            writes = decide_writes(ctx.settings.writeback, interview.status, interview.score)
            done = await _write_all(ctx, jobs, interview, writes, format_score(interview.score))
        if done:
            with ctx.commit() as tx:
                interview_store.change_interview(
                    tx, ctx.name, interview.interview_id, {"owed": False}
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
    owed = _owed(ctx, errand)
    if not owed:
        return True
    fresh = await ctx.ats.application(errand.row.application_id)
    if fresh is None or fresh.anonymised:
        _note_gone(ctx, errand.row, gone=fresh is None)
        return True
    done = True
    writes, interview = errand.writes, errand.interview
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
        done &= await _write_score(ctx, errand, fresh, interview.score)
    if Kind.TAG in owed:
        done &= await _write_tags(ctx, errand, fresh)
    if Kind.MOVE in owed:
        done &= await _move(ctx, errand, fresh)
    if Kind.REJECT in owed:
        done &= await _reject(ctx, errand, fresh)
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


def _owed(ctx: Context, errand: Errand) -> set[Kind]:
    """Which kinds of write this errand still asks for, by the journal alone."""
    able, writes = ctx.ats.capabilities, errand.writes
    keys: dict[Kind, str] = {}
    if writes.note:
        keys[Kind.NOTE] = note_key(errand.row, errand.interview, errand.occasion)
    has_field = not able.score_needs_setting or bool(ctx.settings.ats.score_field)
    if writes.score and able.score_field and has_field and errand.interview.score is not None:
        keys[Kind.SCORE] = score_key(errand)
    if writes.tags and able.tags:
        keys[Kind.TAG] = errand.key(Kind.TAG, *writes.tags)
    if writes.move_to_stage:
        keys[Kind.MOVE] = _move_key(errand)
    if writes.reject and able.rejects:
        keys[Kind.REJECT] = errand.key(Kind.REJECT)
    with ctx.read() as tx:
        known = journal_rows.fetch(tx, ctx.name, list(keys.values()))
    return {
        kind
        for kind, key in keys.items()
        if key not in known or State(known[key].state) not in _DONE
    }


def score_key(errand: Errand) -> str:
    """A score may come back after another one, so the version of the result is in the key."""
    version = errand.interview.activity_at
    return errand.key(Kind.SCORE, f"{version:.0f}" if version is not None else "")


def _move_key(errand: Errand) -> str:
    return move_key(
        errand.row.application_id,
        errand.interview.interview_id,
        f"result/{errand.occasion}",
        errand.writes.move_to_stage,
    )


async def _write_score(ctx: Context, errand: Errand, fresh: Application, score: float) -> bool:
    change = errand.change(Kind.SCORE, score=score)
    intent = Intent(score_key(errand), change, ctx.hash_fields({"score": format_score(score)}))

    async def send(slot: Slot) -> Ids:
        await ctx.ats.set_score(fresh, score, slot)
        return {intent.key: None}

    return await _submit(ctx, errand, intent, send, "set the score of", "scores written")


async def _write_tags(ctx: Context, errand: Errand, fresh: Application) -> bool:
    wanted = errand.writes.tags
    intent = Intent(
        errand.key(Kind.TAG, *wanted),
        errand.change(Kind.TAG, tags=", ".join(wanted)),
        ctx.hash_fields(dict.fromkeys(wanted, "")),
    )
    present = {tag.strip().casefold() for tag in fresh.tags or ()}
    missing = [tag for tag in wanted if tag.strip().casefold() not in present]
    if not missing:
        ctx.writer.decline(intent, "the tags are there already")
        return True

    if not ctx.writer.rehearsing:
        await ctx.ats.prepare(tags=missing)

    async def send(slot: Slot) -> Ids:
        await ctx.ats.add_tags(fresh, missing, slot)
        return {intent.key: None}

    return await _submit(ctx, errand, intent, send, "tag", "tags added")


async def _move(ctx: Context, errand: Errand, fresh: Application) -> bool:
    target = find_stage(errand.job.pipeline, errand.writes.move_to_stage)
    if target is None:
        matters.unknown_stage(
            ctx, errand.job, errand.writes.move_to_stage, "writeback.move_to_stage"
        )
        return False
    change = errand.change(Kind.MOVE, stage=target.name)
    intent = Intent(_move_key(errand), change, ctx.hash_fields({"stage": target.id}))
    return await move(ctx, errand.row, fresh, errand.job, intent, target)


async def _reject(ctx: Context, errand: Errand, fresh: Application) -> bool:
    reason = errand.writes.reject_reason
    intent = Intent(
        errand.key(Kind.REJECT),
        errand.change(Kind.REJECT, reject_reason=reason),
        ctx.hash_fields({"reason": reason}),
    )
    if not may_be_moved(ctx, errand.row, fresh, errand.job):
        ctx.writer.decline(intent, "was moved or decided upon by a person")
        return True

    if not ctx.writer.rehearsing:
        await ctx.ats.prepare(reject_reason=reason)

    async def send(slot: Slot) -> Ids:
        await ctx.ats.reject(fresh, reason, slot)
        return {intent.key: None}

    return await _submit(ctx, errand, intent, send, "reject", "rejected")


async def _submit(
    ctx: Context, errand: Errand, intent: Intent, send: Send, what: str, count: str
) -> bool:
    outcome = await ctx.writer.submit(ctx.ats, [intent], send)
    ctx.report.counts[count] += len(outcome.confirmed)
    if isinstance(outcome.error, Rejected):
        ctx.tell(
            "writeback.refused",
            f"{errand.row.application_id}/{intent.change.kind}",
            f"The ATS refused to {what} application {errand.row.application_id} "
            f"(HTTP {outcome.error.status}).",
            "Check the write-back rules and score_field against `syncd check`.",
            job_id=errand.row.job_id,
            application_id=errand.row.application_id,
        )
    elif outcome.error is not None:
        ctx.report.put_off(str(outcome.error))
    return outcome.done


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
