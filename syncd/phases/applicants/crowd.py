"""How many of those who wait a pass may invite, and up to whom."""

from collections.abc import Sequence
from heapq import merge
from itertools import islice
from math import inf

from syncd.phases.applicants.door import Door
from syncd.phases.context import Context
from syncd.phases.guarding import screen
from syncd.plan import Change, Kind
from syncd.policy.guard import INGEST, guard_invitations
from syncd.store import approvals
from syncd.store.applications import ApplicationRow
from syncd.store.waiting import oldest_times, waiting_rows


def screen_crowd(ctx: Context, doors: Sequence[Door], waiting: int) -> tuple[int, float]:
    """Put those who wait before the guard.

    Returns how many of them may be invited at all, and when the last of the ``max_per_run`` oldest
    applied (infinity when all fit). Where the guard refuses, doors are left open only to those
    whom a person approved.
    """
    most = ctx.settings.applicants.max_per_run
    with ctx.read() as tx:
        shown = approvals.holds(tx, ctx.name, INGEST)
    if waiting > 3 * most or shown:
        admitted = _screen(ctx, doors)
        if admitted is not None:
            times = sorted(row.applied_at or 0.0 for row in admitted)
            return len(times), times[most - 1] if len(times) > most else inf
    return waiting, _latest(ctx, doors, most) if waiting > most else inf


def _screen(ctx: Context, doors: Sequence[Door]) -> list[ApplicationRow] | None:
    """Those who were approved if the guard refuses the others, else None.

    Whom ``backfill`` let in was approved then, and is not counted again.
    """
    most = ctx.settings.applicants.max_per_run
    rows: dict[str, ApplicationRow] = {}
    changes: list[Change] = []
    let_in: list[ApplicationRow] = []
    with ctx.read() as tx:
        for door in doors:
            for row in waiting_rows(tx, ctx.name, door.waiting):
                if row.admitted:
                    let_in.append(row)
                    continue
                change = to_change(door, row)
                changes.append(change)
                rows[change.item] = row
    screened = screen(ctx, INGEST, changes, lambda c: guard_invitations(len(c), most, c))
    if not screened.refused:
        return None
    let_in += [rows[item] for item in screened.approved]
    for door in doors:
        door.only = frozenset(r.application_id for r in let_in if r.job_id == door.job.job_id)
    return let_in


def to_change(door: Door, row: ApplicationRow, reason: str = "waits to be invited") -> Change:
    """Somebody's invitation as an item of a group."""
    return Change(
        Kind.INGEST,
        reason,
        job_id=row.job_id,
        application_id=row.application_id,
        title=door.job.title,
    )


def _latest(ctx: Context, doors: Sequence[Door], most: int) -> float:
    """When the last of the ``most`` oldest who wait applied."""
    with ctx.read() as tx:
        # Read to the end: a cursor that is left half read stays open on the server.
        firsts = [list(oldest_times(tx, ctx.name, door.waiting, most)) for door in doors]
    return next(islice(merge(*firsts), most - 1, None), inf)
