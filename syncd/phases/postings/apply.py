"""Making the changes of the postings phase, each through the journal and read back."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from syncd.errors import Rejected
from syncd.http.session import Slot
from syncd.journal.intent import Ids, Intent, Outcome
from syncd.journal.machine import State
from syncd.journal.rehearsal import PLANNED
from syncd.model.marks import OWNER
from syncd.phases.context import Context
from syncd.phases.postings import matters
from syncd.phases.postings.decide import DAY, Desired, Task, iso
from syncd.phases.postings.jobs import Board
from syncd.phases.postings.keep import OURS, Holdings, read_back, sighting
from syncd.phases.postings.observe import to_observed
from syncd.plan import Change, Kind
from syncd.policy.postings import Observed, with_asked, with_sent
from syncd.store import Tx
from syncd.store import postings as store
from syncd.store.jobs import JobRow, change_job
from syncd.store.postings import PostingRow

NOT_ASKED_FOR = ""  # stands for the hash of a value that was not sent


async def perform(ctx: Context, board: Board, held: Holdings, task: Task) -> None:
    """Make one change; a refusal is reported for its job and stops nothing else."""
    kind = task.change.kind
    if kind is Kind.CREATE:
        await _create(ctx, board, held, task)
    elif kind is Kind.ACTIVATE:
        await activate(ctx, board, held, task)
    elif kind is Kind.UPDATE:
        await _update(ctx, board, held, task)
    else:
        await _archive(ctx, board, held, task)


def create_key(row: JobRow) -> str:
    """One creation per job, and one more each time a person asks for a new posting."""
    return f"{Kind.CREATE}/{row.job_id}/{row.remakes}"


async def _create(ctx: Context, board: Board, held: Holdings, task: Task) -> None:
    desired, job_id = task.desired, task.change.job_id or ""
    if desired is None:
        return
    row = board.rows[job_id]
    now = ctx.heymilo.remote_now()
    deadline = now + ctx.settings.postings.deadline_days * DAY
    fields: dict[str, Any] = {
        **{k: v for k, v in desired.texts.items() if v is not None},
        "interview_template_id": desired.template_id,
        "deadline": iso(deadline),
        "metadata": ctx.marker.metadata(job_id),
    }
    intent = Intent(
        create_key(row),
        task.change,
        ctx.hash_fields(
            {k: v for k, v in fields.items() if isinstance(v, str) and k != "deadline"}
        ),
    )

    _note_asked(ctx, board, desired, row)
    answered: list[Observed] = []

    async def send(slot: Slot) -> Ids:
        created = await ctx.heymilo.create_posting(fields, slot)
        if created.posting is not None:
            answered.append(to_observed(ctx, created.posting))
        return {intent.key: created.id}

    def effects(tx: Tx, ids: Ids) -> None:
        # A read may lag, and somebody may edit the posting before it is first read.
        agreed = agree_on_new(desired, answered[0]) if answered else {}
        note_created(ctx, tx, row, ids[intent.key] or "", now, deadline, agreed)

    outcome = await ctx.writer.submit(ctx.heymilo, [intent], send, effects)
    ctx.report.counts["postings created"] += len(outcome.confirmed)
    if outcome.uncertain:
        held.doubtful[job_id] = task
        return
    if _failed(ctx, row, outcome, "create"):
        return
    posting_id = outcome.confirmed.get(intent.key)
    if posting_id and not ctx.writer.rehearsing:
        await verify(ctx, board, held, task, posting_id, answered[0] if answered else None)


def agree_on_new(desired: Desired, stands: Observed) -> dict[str, list[str]]:
    """What is agreed of a posting that was just made.

    What was not asked for is agreed, too, so that a setting or a description that comes later is
    known to be new.
    """
    return {
        name: [desired.hashes.get(name, NOT_ASKED_FOR), stood]
        for name, stood in stands.fields.items()
    }


def agree_on_found(row: JobRow, stands: Observed) -> dict[str, list[str]]:
    """What is agreed of a posting whose creation had no answer, when it is first seen.

    A field that stands as it was asked for is agreed to be that, so that a change of the job since
    then is written. One that stands otherwise was tidied by the server or edited by a person; it
    is left out, and what stands there will be taken as agreed.
    """
    if row.asked is None:
        return {}
    return {
        name: [stood if name in row.asked else NOT_ASKED_FOR, stood]
        for name, stood in stands.fields.items()
        if stood in row.asked.get(name, [stood])
    }


def _note_asked(ctx: Context, board: Board, desired: Desired, row: JobRow) -> None:
    """Remember what is about to be asked for: the job may change before the posting is seen."""
    if ctx.writer.rehearsing:
        return
    before = row.asked or {}
    asked = {name: with_asked(before.get(name, ()), h) for name, h in desired.hashes.items()}
    if asked == row.asked:
        return
    with ctx.commit() as tx:
        change_job(tx, ctx.name, row.job_id, {"asked": asked})
    board.rows[row.job_id] = replace(row, asked=asked)


def note_created(
    ctx: Context,
    tx: Tx,
    row: JobRow,
    posting_id: str,
    made_at: float,
    deadline: float | None = None,
    agreed: Mapping[str, list[str]] | None = None,
) -> None:
    """The state's row of a posting that was just made, before it was read back.

    ``made_at``: HeyMilo's clock when its creation was asked for.
    """
    planned = posting_id.startswith(PLANNED)
    store.save_posting(
        tx,
        PostingRow(
            connection=ctx.name,
            posting_id=posting_id,
            job_id=row.job_id,
            role=OURS,
            status="active" if planned else "draft",
            native=False,
            observed_at=made_at,
            template_code=row.template_code,
            agreed=dict(agreed or {}),
            deadline=deadline,
            created_at=made_at,
            roster_until=made_at,  # nobody can have come before it was made
        ),
    )


async def verify(
    ctx: Context,
    board: Board,
    held: Holdings,
    task: Task,
    posting_id: str,
    answered: Observed | None = None,
) -> None:
    """Read a new posting back, remember what stands there, and activate it if it is a draft.

    ``answered``: how its creation was answered, where it was.
    """
    observed = await read_back(ctx, posting_id)
    if observed is None:
        ctx.report.put_off(f"posting {posting_id} does not show yet")
        return
    _agree(ctx, held, task, observed, answered=answered)
    row = board.rows[task.change.job_id or ""]
    if observed.native and ctx.settings.postings.native_mapping == "report":
        matters.native(ctx, row, observed)
        return
    if observed.status == "draft" or (observed.native and not observed.mapped):
        change = Change(
            Kind.ACTIVATE,
            "the posting was just made",
            job_id=row.job_id,
            posting_id=posting_id,
            title=row.title,
        )
        await activate(ctx, board, held, replace(task, change=change, observed=observed))


async def activate(ctx: Context, board: Board, held: Holdings, task: Task) -> None:
    """Activate and look whether it became so; a 200 does not prove it (facts 1.7)."""
    posting_id = task.change.posting_id or ""
    row = board.rows[task.change.job_id or ""]
    intent = Intent(_repeatable_key(ctx, task.change), task.change, ctx.hash_fields({}))

    async def send(slot: Slot) -> Ids:
        await ctx.heymilo.activate_posting(posting_id, slot)
        return {intent.key: posting_id}

    outcome = await ctx.writer.submit(ctx.heymilo, [intent], send)
    if _failed(ctx, row, outcome, "activate") or ctx.writer.rehearsing:
        return
    observed = await read_back(ctx, posting_id)
    if observed is None:
        ctx.report.put_off(f"posting {posting_id} does not show yet")
        return
    _agree(ctx, held, task, observed, only=())
    if observed.status != "active" or (observed.native and not observed.mapped):
        matters.not_active(ctx, row, observed)
    else:
        ctx.report.counts["postings activated"] += 1


async def _update(ctx: Context, board: Board, held: Holdings, task: Task) -> None:
    observed = task.observed
    if observed is None:
        return
    row = board.rows[task.change.job_id or ""]
    fields: dict[str, Any] = {k: v for k, v in task.fields.items() if v is not None}
    if OWNER in task.change.values:
        fields["metadata"] = await _merged_metadata(ctx, observed, row)
    intent = Intent(
        _repeatable_key(ctx, task.change),
        task.change,
        ctx.hash_fields({k: v for k, v in fields.items() if isinstance(v, str)}),
    )

    answered: list[Observed] = []

    async def send(slot: Slot) -> Ids:
        answered.append(
            to_observed(ctx, await ctx.heymilo.update_posting(observed.id, fields, slot))
        )
        return {intent.key: observed.id}

    _note_sent(ctx, held, task)
    outcome = await ctx.writer.submit(ctx.heymilo, [intent], send)
    if _failed(ctx, row, outcome, "update"):
        return
    ctx.report.counts["postings updated"] += len(outcome.confirmed)
    if ctx.writer.rehearsing or not outcome.confirmed:
        return
    again = await read_back(ctx, observed.id)
    if again is None:
        ctx.report.put_off(f"posting {observed.id} does not show")
        return
    _agree(ctx, held, task, again, only=task.fields, answered=answered[0])
    if again.status == "expired":
        matters.not_revived(ctx, row, again)


def _note_sent(ctx: Context, held: Holdings, task: Task) -> None:
    """Remember what is about to be sent: should its outcome stay unknown, it is nobody's edit."""
    posting = held.rows.get(task.change.posting_id or "")
    if ctx.writer.rehearsing or posting is None or task.desired is None:
        return
    hashes = task.desired.hashes
    sent = {
        name: with_sent(posting.agreed[name], hashes[name])
        for name in task.fields
        if name in hashes and name in posting.agreed
    }
    if not sent:
        return
    agreed = {**posting.agreed, **sent}
    with ctx.commit() as tx:
        store.change_posting(tx, ctx.name, posting.posting_id, {"agreed": agreed})
    held.rows[posting.posting_id] = replace(posting, agreed=agreed)


async def _merged_metadata(ctx: Context, observed: Observed, row: JobRow) -> Mapping[str, str]:
    # Replaces the whole map on HeyMilo's side, so it is read right before it is written.
    wire = None if ctx.writer.rehearsing else await ctx.heymilo.posting(observed.id)
    held = (wire.metadata if wire else None) or observed.metadata
    return ctx.marker.merged(held, row.job_id)


async def _archive(ctx: Context, board: Board, held: Holdings, task: Task) -> None:
    posting_id = task.change.posting_id or ""
    row = board.rows.get(task.change.job_id or "")
    intent = Intent(_repeatable_key(ctx, task.change), task.change, ctx.hash_fields({}))
    now = ctx.heymilo.remote_now()

    async def send(slot: Slot) -> Ids:
        await ctx.heymilo.archive_posting(posting_id, slot)
        return {intent.key: posting_id}

    def effects(tx: Tx, ids: Ids) -> None:
        store.change_posting(tx, ctx.name, posting_id, {"status": "archived", "ended_at": now})

    outcome = await ctx.writer.submit(ctx.heymilo, [intent], send, effects)
    if not _failed(ctx, row, outcome, "archive"):
        ctx.report.counts["postings archived"] += len(outcome.confirmed)


def _agree(
    ctx: Context,
    held: Holdings,
    task: Task,
    observed: Observed,
    only: Collection[str] | None = None,
    answered: Observed | None = None,
) -> None:
    """Remember what was asked for and what stands there now as agreed.

    ``only``: the fields that were written; None for a posting that was just made. ``answered``:
    how the write was answered, which counts before what was read, since a read may lag.
    """
    stands = answered or observed
    with ctx.commit() as tx:
        known = store.all_postings(tx, ctx.name).get(observed.id)
        row = sighting(ctx, observed, OURS, known)
        agreed = dict(row.agreed)
        if task.desired is not None:
            if only is None:
                agreed = {**agreed, **agree_on_new(task.desired, stands)}
            for name in only or ():
                if name in task.desired.hashes:
                    agreed[name] = [task.desired.hashes[name], stands.fields[name]]
            row = replace(row, template_code=row.template_code or task.desired.template_code)
        row = replace(row, agreed=agreed)
        store.save_posting(tx, row)
    held.rows[observed.id] = row


def _failed(ctx: Context, row: JobRow | None, outcome: Outcome, what: str) -> bool:
    """Whether nothing more can be done for this job now; says why."""
    job_id = row.job_id if row else ""
    if isinstance(outcome.error, Rejected):
        matters.refused(ctx, row, job_id, what, outcome.error.status)
        return True
    if outcome.error is not None:
        ctx.report.put_off(str(outcome.error))
        return True
    waiting = [state for state in outcome.blocked.values() if state is not State.CONFIRMED]
    if waiting:
        ctx.report.put_off(f"the outcome of an earlier attempt to {what} is not settled")
    return bool(waiting)


def _repeatable_key(ctx: Context, change: Change) -> str:
    """A key of its own for each time a harmless write is made, for the audit."""
    moment = int(ctx.clock.now() * 1000)
    return f"{change.kind}/{change.posting_id}/{moment}"
