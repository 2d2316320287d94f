"""The postings phase, start to end."""

from dataclasses import replace

from syncd.errors import CredentialsRefused, HoldLost, NotFound, RemoteError
from syncd.journal.intent import Ids
from syncd.journal.machine import State
from syncd.model.ats import JobState
from syncd.phases.context import Context
from syncd.phases.postings import matters
from syncd.phases.postings.apply import agree_on_found, note_created, perform, verify
from syncd.phases.postings.decide import Task, decide, desire
from syncd.phases.postings.guarding import allowed
from syncd.phases.postings.jobs import Board, made_by_us, note_jobs, read_jobs
from syncd.phases.postings.keep import OURS, Holdings, take_stock
from syncd.phases.postings.observe import Scene, observe
from syncd.phases.postings.webhooks import tend_webhooks
from syncd.plan import Kind
from syncd.policy.postings import Observed, choose_ours
from syncd.settings.schema import Mode
from syncd.store import Tx, connections
from syncd.store import journal as journal_rows
from syncd.store import postings as posting_store
from syncd.store.connections import ConnectionRow
from syncd.store.jobs import all_jobs, change_job

KINDS = matters.KINDS


async def run(ctx: Context) -> None:
    """Read both sides, decide, guard, apply. A failed reading raises and changes nothing."""
    scene = await observe(ctx)
    held_jobs = {j for j, group in scene.ours.items() if any(p.live for p in group)}
    with ctx.read() as tx:
        connection = connections.get_connection(tx, ctx.name) or ConnectionRow(ctx.name, "")
        known = posting_store.all_postings(tx, ctx.name).values()
    held_jobs |= {p.job_id for p in known if p.role == OURS and p.status != "archived"}
    board = await read_jobs(ctx, held_jobs)
    _settle_creations(ctx, scene)
    connection = _recover_first_sync(ctx, connection, scene, board)
    await note_jobs(ctx, board, connection, scene.ours)
    held = await take_stock(ctx, scene)
    agreed_before = {i: dict(row.agreed) for i, row in held.rows.items()}
    desired = await desire(ctx, scene, board, held)
    tasks = decide(ctx, scene, board, held, desired)
    _store_agreements(ctx, board, held, agreed_before)
    for task in allowed(ctx, board, held, tasks):
        await _perform(ctx, board, held, task)
    _close_missing(ctx, board)
    await _look_again(ctx, board, held)
    await tend_webhooks(ctx)
    if ctx.settings.mode is Mode.SYNC and connection.first_sync_at is None:
        with ctx.commit() as tx:
            connections.save_connection(tx, replace(connection, first_sync_at=board.as_of))
    ctx.settle_matters(KINDS, complete=not board.refused)


def _recover_first_sync(
    ctx: Context, connection: ConnectionRow, scene: Scene, board: Board
) -> ConnectionRow:
    """With the state lost, our oldest posting tells since when syncd has been at work.

    Lost it is when the state knows no job, and a posting carries this connection's own mark.
    """
    made = [when for group in scene.ours.values() for when in made_by_us(ctx, group)]
    if made and not board.rows and connection.first_sync_at is None:
        connection = replace(connection, first_sync_at=min(made))
        with ctx.commit() as tx:
            connections.save_connection(tx, connection)
    return connection


def _close_missing(ctx: Context, board: Board) -> None:
    """Jobs that a person let be ended count as closed: their postings were archived on purpose."""
    with ctx.commit() as tx:
        ours = [p for p in posting_store.all_postings(tx, ctx.name).values() if p.role == OURS]
        for job_id in board.missing:
            group = [p for p in ours if p.job_id == job_id]
            if job_id in board.rows and group and all(p.status == "archived" for p in group):
                change = {"state": JobState.CLOSED, "closed_at": board.as_of}
                change_job(tx, ctx.name, job_id, change)


async def _look_again(ctx: Context, board: Board, held: Holdings) -> None:
    """Read back at once what was created without a certain outcome; one look for all of it."""
    if not held.doubtful:
        return
    found = _settle_creations(ctx, await observe(ctx))
    for job_id, posting_id in found.items():
        if job_id in held.doubtful:
            await verify(ctx, board, held, held.doubtful[job_id], posting_id)


def _settle_creations(ctx: Context, scene: Scene) -> dict[str, str]:
    """Look for postings whose creation had no certain outcome among those just read.

    Returns the ids of those found, by job id.
    """
    journal = ctx.journal
    if journal is None:
        return {}
    with ctx.read() as tx:
        rows = [
            row
            for row in journal_rows.in_state(tx, ctx.name, [State.SENT])
            if row.kind == Kind.CREATE
        ]
    if not rows:
        return {}
    found: dict[str, str | None] = {}
    seen: dict[str, Observed] = {}
    for row in rows:
        since = (row.sent_at or 0.0) - 600.0
        made, _ = choose_ours(
            p
            for p in scene.ours.get(row.job_id or "", [])
            if p.live and (p.created_at is None or p.created_at >= since)
        )
        if made is not None:
            found[row.key], seen[row.key] = made.id, made
    by_key = {row.key: row for row in rows}

    def effects(tx: Tx, ids: Ids) -> None:
        jobs = all_jobs(tx, ctx.name)
        for key, posting_id in ids.items():
            row = by_key[key]
            job = jobs.get(row.job_id or "")
            if job is not None and posting_id:
                agreed = agree_on_found(job, seen[key])
                note_created(ctx, tx, job, posting_id, row.sent_at or 0.0, agreed=agreed)

    states = journal.settle(
        rows, found, ctx.heymilo.remote_now(), ctx.settings.heymilo.settle, effects
    )
    ctx.report.counts["postings created"] += len(found)
    if State.SENT in states.values():
        ctx.report.put_off("a posting's creation has no certain outcome yet")
    return {by_key[key].job_id or "": found[key] or "" for key in found}


def _store_agreements(
    ctx: Context, board: Board, held: Holdings, before: dict[str, dict[str, list[str]]]
) -> None:
    """Keep what was found agreed, and the template of a posting whose making is not remembered."""
    for job_id, posting in held.current.items():
        row, job = held.rows[posting.id], board.rows.get(job_id)
        if row.template_code is None and job is not None and job.template_code:
            held.rows[posting.id] = replace(row, template_code=job.template_code)
            before.pop(posting.id, None)
    changed = [row for i, row in held.rows.items() if row.agreed != before.get(i)]
    with ctx.commit() as tx:
        for row in changed:
            posting_store.save_posting(tx, row)


async def _perform(ctx: Context, board: Board, held: Holdings, task: Task) -> None:
    """One task; what goes wrong with it is its job's matter, except a refused key."""
    try:
        await perform(ctx, board, held, task)
    except (CredentialsRefused, HoldLost):
        raise
    except NotFound as error:
        ctx.report.put_off(str(error))
    except RemoteError as error:
        ctx.report.put_off(str(error))
