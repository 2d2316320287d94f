"""Score, tags, move and rejection: one write each, through the journal."""

from typing import Any

from syncd.errors import Rejected
from syncd.http.session import Slot
from syncd.journal.intent import Ids, Intent, Send
from syncd.model.ats import Application
from syncd.phases.applicants import matters
from syncd.phases.context import Context
from syncd.phases.moving import find_stage, may_be_moved, move
from syncd.phases.refusals import refusal_text
from syncd.phases.writeback.errand import Errand, result_move_key, score_key
from syncd.plan import Kind
from syncd.policy.results import format_score


async def write_score(ctx: Context, errand: Errand, fresh: Application, score: float) -> bool:
    change = errand.change(Kind.SCORE, score=score)
    intent = Intent(score_key(errand), change, ctx.hash_fields({"score": format_score(score)}))
    if fresh.score is not None and format_score(fresh.score) == format_score(score):
        ctx.writer.decline(intent, "the score is there already")
        return True

    async def send(slot: Slot) -> Ids:
        await ctx.ats.set_score(fresh, score, slot, about=errand.told)
        return {intent.key: None}

    return await _submit(ctx, errand, intent, send, "set the score of", "scores written")


async def write_tags(ctx: Context, errand: Errand, fresh: Application) -> bool:
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

    async def send(slot: Slot) -> Ids:
        await ctx.ats.add_tags(fresh, missing, slot, about=errand.told)
        return {intent.key: None}

    if not await _is_known(ctx, errand, intent, "tag", tags=missing):
        return False
    return await _submit(ctx, errand, intent, send, "tag", "tags added")


async def write_move(ctx: Context, errand: Errand, fresh: Application) -> bool:
    target = find_stage(errand.job.pipeline, errand.writes.move_to_stage)
    if target is None:
        matters.unknown_stage(
            ctx, errand.job, errand.writes.move_to_stage, "writeback.move_to_stage"
        )
        return False
    change = errand.change(Kind.MOVE, stage=target.name)
    intent = Intent(result_move_key(errand), change, ctx.hash_fields({"stage": target.id}))
    return await move(ctx, errand.row, fresh, errand.job, intent, target, about=errand.told)


async def write_rejection(ctx: Context, errand: Errand, fresh: Application) -> bool:
    reason = errand.writes.reject_reason
    intent = Intent(
        errand.key(Kind.REJECT),
        errand.change(Kind.REJECT, reject_reason=reason),
        ctx.hash_fields({"reason": reason}),
    )
    if not may_be_moved(ctx, errand.row, fresh, errand.job):
        ctx.writer.decline(intent, "was moved or decided upon by a person")
        return True

    async def send(slot: Slot) -> Ids:
        await ctx.ats.reject(fresh, reason, slot, about=errand.told)
        return {intent.key: None}

    if not await _is_known(ctx, errand, intent, "reject", reject_reason=reason):
        return False
    return await _submit(ctx, errand, intent, send, "reject", "rejected")


async def _is_known(ctx: Context, errand: Errand, intent: Intent, what: str, **needed: Any) -> bool:
    """Whether the ATS knows the tags or the reason that a write needs; reported if it does not."""
    if ctx.writer.rehearsing:
        return True
    try:
        await ctx.ats.prepare(**needed)
    except Rejected as error:
        todo = "Write tag and reject_reason as the lists in the ATS's own settings show them."
        if error.status == 403:
            todo = "Let syncd's credentials make tags, or make the tag in the ATS by hand."
        ctx.tell(
            "writeback.refused",
            f"{errand.row.application_id}/{intent.change.kind}",
            f"The ATS cannot {what} application {errand.row.application_id} as the write-back "
            "rules ask.",
            todo,
            job_id=errand.row.job_id,
            application_id=errand.row.application_id,
        )
        return False
    return True


async def _submit(
    ctx: Context, errand: Errand, intent: Intent, send: Send, what: str, count: str
) -> bool:
    outcome = await ctx.writer.submit(ctx.ats, [intent], send)
    ctx.report.counts[count] += len(outcome.confirmed)
    if isinstance(outcome.error, Rejected):
        ctx.tell(
            "writeback.refused",
            f"{errand.row.application_id}/{intent.change.kind}",
            refusal_text(f"{what} application {errand.row.application_id}", outcome.error),
            "Check the write-back rules and score_field against `syncd check`.",
            job_id=errand.row.job_id,
            application_id=errand.row.application_id,
        )
    elif outcome.error is not None:
        ctx.report.put_off(str(outcome.error))
    return outcome.done
