"""Moving people in the ATS: only from where syncd found or left them."""

from collections.abc import Sequence

from syncd.ats.port import STALE
from syncd.errors import CredentialsRefused, HoldLost, Rejected, RemoteError
from syncd.http.session import Slot
from syncd.journal.intent import Ids, Intent
from syncd.journal.machine import State
from syncd.journal.rehearsal import PLANNED
from syncd.model.ats import NOTHING, Application, Stage, Told
from syncd.phases.applicants import matters
from syncd.phases.context import Context
from syncd.phases.refusals import refusal_text
from syncd.plan import Change, Kind
from syncd.store import Tx
from syncd.store import applications as application_store
from syncd.store import jobs as job_store
from syncd.store import journal as journal_rows
from syncd.store.applications import ApplicationRow
from syncd.store.jobs import JobRow

#: States in which a move that is owed may be made.
OWED = (State.INTENDED, State.UNKNOWN, State.REFUSED)


def find_stage(pipeline: Sequence[Stage], text: str | None) -> Stage | None:
    """The stage that ``text`` means, by id or name."""
    return next((s for s in pipeline if text and s.is_called(text)), None)


def is_same_stage(pipeline: Sequence[Stage], one: str | None, other: str | None) -> bool:
    """Whether two texts mean the same stage."""
    if not one or not other:
        return False
    if one.strip().casefold() == other.strip().casefold():
        return True
    found = find_stage(pipeline, one)
    return found is not None and found == find_stage(pipeline, other)


def may_be_moved(ctx: Context, row: ApplicationRow, fresh: Application, job: JobRow) -> bool:
    """Whether the person stands where syncd found or left them, and nobody decided meanwhile.

    With the state lost, that is a stage of the settings.
    """
    if fresh.out or fresh.job_id != row.job_id:
        return False
    places = [place for place in (row.found_stage, row.left_stage) if place]
    if not places:
        settings = ctx.settings.applicants
        places = [*settings.stages, settings.move_to_stage]
    return any(is_same_stage(job.pipeline, place, fresh.stage) for place in places)


async def move(
    ctx: Context,
    row: ApplicationRow,
    fresh: Application,
    job: JobRow,
    intent: Intent,
    target: Stage,
    *,
    invited: bool = False,
    about: Told = NOTHING,
) -> bool:
    """Move somebody who was just read; return whether the matter is done with.

    ``invited``: the move follows an invitation, not a result; ``about`` is that result.
    """
    if is_same_stage(job.pipeline, fresh.stage, target.id):
        _note_place(ctx, row, target)
        ctx.writer.decline(intent, "is in that stage already")
        return True
    if not may_be_moved(ctx, row, fresh, job):
        ctx.writer.decline(intent, "was moved or decided upon by a person")
        return True

    async def send(slot: Slot) -> Ids:
        await ctx.ats.move(fresh, target, slot, about=about)
        return {intent.key: target.id}

    def effects(tx: Tx, ids: Ids) -> None:
        application_store.change_application(tx, ctx.name, row.key, {"left_stage": target.name})

    outcome = await ctx.writer.submit(ctx.ats, [intent], send, effects)
    if outcome.confirmed:
        ctx.report.counts["moved"] += 1
    if isinstance(outcome.error, Rejected) and outcome.error.code == STALE:
        ctx.report.put_off(f"application {row.application_id} was moved by somebody just now")
    elif isinstance(outcome.error, Rejected):
        _tell_refused(ctx, row, target, outcome.error, invited=invited)
    elif outcome.error is not None:
        ctx.report.put_off(str(outcome.error))
    return outcome.done


async def move_invited(ctx: Context) -> None:
    """Make the moves that invitations owe (``applicants.move_to_stage``)."""
    with ctx.read() as tx:
        owed = [
            row
            for row in journal_rows.in_state(tx, ctx.name, OWED, [Kind.MOVE])
            if "/invited/" in row.key and not (row.interview_id or "").startswith(PLANNED)
        ]
        jobs = job_store.all_jobs(tx, ctx.name)
        known = application_store.by_ids(tx, ctx.name, [r.application_id or "" for r in owed])
    for entry in owed:
        row = known.get((entry.application_id or "", entry.job_id or ""))
        job = jobs.get(entry.job_id or "")
        if row is None or job is None:
            continue
        text = str(entry.evidence.get("stage") or entry.key.split("/invited/", 1)[1])
        target = find_stage(job.pipeline, text)
        if target is None:
            matters.unknown_stage(ctx, job, text, "applicants.move_to_stage")
            continue
        change = Change(
            Kind.MOVE,
            entry.reason,
            job_id=row.job_id,
            application_id=row.application_id,
            interview_id=row.interview_id,
            title=job.title,
            values={"stage": target.name},
        )
        intent = Intent(entry.key, change, entry.payload_hash)
        try:
            fresh = await ctx.ats.application(row.application_id)
            if fresh is None:
                ctx.writer.decline(intent, "is gone from the ATS")
            else:
                await move(ctx, row, fresh, job, intent, target, invited=True)
        except (CredentialsRefused, HoldLost):
            raise
        except RemoteError as error:
            ctx.report.put_off(str(error))


def _tell_refused(
    ctx: Context, row: ApplicationRow, target: Stage, error: Rejected, *, invited: bool
) -> None:
    reason = refusal_text(f"move application {row.application_id}", error)
    todo = f"See `syncd check` for whom syncd acts as, and let them move people to {target.name!r}."
    subject = f"{row.application_id}/move"
    job_id, application_id = row.job_id, row.application_id
    if invited:
        ctx.tell(
            "application.move_refused",
            subject,
            reason,
            todo,
            job_id=job_id,
            application_id=application_id,
        )
    else:
        ctx.tell(
            "writeback.refused",
            subject,
            reason,
            todo,
            job_id=job_id,
            application_id=application_id,
        )


def _note_place(ctx: Context, row: ApplicationRow, target: Stage) -> None:
    with ctx.commit() as tx:
        application_store.change_application(tx, ctx.name, row.key, {"left_stage": target.name})
