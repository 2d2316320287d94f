"""Bringing the state's view of our postings in line with what was observed."""

from dataclasses import dataclass, field, replace
from typing import Any

from syncd.errors import NotFound
from syncd.phases.context import Context
from syncd.phases.postings.observe import Scene, to_observed
from syncd.policy.postings import Observed, choose_ours
from syncd.store import postings as store
from syncd.store.postings import PostingRow

OURS, CLONE, FORMER = "ours", "clone", "former"
GONE = "gone"  # a status of ours: HeyMilo does not show the posting any more
RESULTS_LAST = 30 * 86_400.0  # seconds for which results of an ended posting are still read


@dataclass(slots=True)
class Holdings:
    """Our postings by job: the one that counts, live clones, and ids known but not shown.

    ``doubtful``: what was asked to be created in this pass without a certain outcome.
    """

    current: dict[str, Observed] = field(default_factory=dict)
    clones: dict[str, list[Observed]] = field(default_factory=dict)
    unseen: dict[str, PostingRow] = field(default_factory=dict)
    rows: dict[str, PostingRow] = field(default_factory=dict)
    doubtful: dict[str, Any] = field(default_factory=dict)


async def take_stock(ctx: Context, scene: Scene) -> Holdings:
    """Match what was observed with what the state knows, and store the sighting.

    A posting the state knows and the list lacks is asked for by id, since lists may lag.
    """
    with ctx.read() as tx:
        held = Holdings(rows=store.all_postings(tx, ctx.name))
    listed = {p.id for group in scene.ours.values() for p in group}
    for row in list(held.rows.values()):
        if row.role != OURS or row.posting_id in listed:
            continue
        # An archived one is not asked for each time: its job has another, or is told of it.
        again = None if row.status == "archived" else await _find(ctx, row)
        if again is not None and again.job_id == row.job_id:
            scene.ours[row.job_id].append(again)
        else:
            held.unseen[row.job_id] = _note_unseen(ctx, row)
    sightings: list[PostingRow] = []
    for job_id, group in scene.ours.items():
        former = {p.id for p in group if _role(held, p.id) == FORMER}
        current, clones = choose_ours(p for p in group if p.id not in former)
        if current is not None:
            held.current[job_id] = current
            held.clones[job_id] = clones
            held.unseen.pop(job_id, None)
        for posting in group:
            role = FORMER if posting.id in former else OURS if posting is current else CLONE
            sightings.append(sighting(ctx, posting, role, held.rows.get(posting.id)))
    with ctx.commit() as tx:
        for row in sightings:
            if held.rows.get(row.posting_id) != row:
                store.save_posting(tx, row)
    held.rows.update({row.posting_id: row for row in sightings})
    return held


def is_young(ctx: Context, row: PostingRow) -> bool:
    """Whether a posting was made so short ago that HeyMilo need not show it yet."""
    age = ctx.heymilo.remote_now() - (row.created_at or 0.0)
    return age < ctx.settings.heymilo.settle


def _note_unseen(ctx: Context, row: PostingRow) -> PostingRow:
    """The row of a posting that HeyMilo does not show: not a live one any more, unless young."""
    if row.status in (GONE, "archived") or is_young(ctx, row):
        return row
    now = ctx.heymilo.remote_now()
    values = {"status": GONE, "ended_at": row.ended_at or now}
    with ctx.commit() as tx:
        store.change_posting(tx, ctx.name, row.posting_id, values)
    return replace(row, status=GONE, ended_at=row.ended_at or now)


def sighting(ctx: Context, posting: Observed, role: str, known: PostingRow | None) -> PostingRow:
    """The row of a posting as it was just observed; what was agreed is kept."""
    now = ctx.heymilo.remote_now()
    status = "archived" if not posting.live else posting.status
    ended = status in ("archived", "expired")
    row = known or PostingRow(
        connection=ctx.name,
        posting_id=posting.id,
        job_id=posting.job_id or "",
        role=role,
        status=status,
        native=posting.native,
        observed_at=now,
    )
    return replace(
        row,
        job_id=posting.job_id or row.job_id,
        role=role,
        status=status,
        native=posting.native,
        observed_at=now,
        deadline=posting.deadline,
        created_at=posting.created_at if posting.created_at is not None else row.created_at,
        ended_at=(row.ended_at or now) if ended else None,
    )


async def read_back(ctx: Context, posting_id: str) -> Observed | None:
    """The posting as it stands now; None if HeyMilo does not show it."""
    wire = await ctx.heymilo.posting(posting_id)
    return None if wire is None else to_observed(ctx, wire)


async def _find(ctx: Context, row: PostingRow) -> Observed | None:
    try:
        return await read_back(ctx, row.posting_id)
    except NotFound:
        return None


def _role(held: Holdings, posting_id: str) -> str:
    row = held.rows.get(posting_id)
    return row.role if row else OURS
