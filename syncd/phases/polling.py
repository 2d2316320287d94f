"""Choosing whom to look at for results in this pass, where requests do not allow everybody."""

from collections.abc import Collection, Mapping, Sequence
from math import ceil

from syncd.phases.context import DAY, Context, Looks
from syncd.policy.polling import Distances, Source, choose, expect, learn_zeal, spread
from syncd.store import polling
from syncd.store.polling import Prospect
from syncd.store.postings import PostingRow

PAGE = 100  # candidates HeyMilo shows at once


def cost_of(total: int, flying: int) -> int:
    """The requests that the cheaper way to look takes: the list, or each one in flight."""
    return min(max(1, ceil(total / PAGE)), flying) if flying else max(1, ceil(total / PAGE))


def choose_postings(
    ctx: Context,
    looks: Looks,
    postings: Sequence[PostingRow],
    totals: Mapping[str, int],
    hinted: Collection[str],
) -> list[PostingRow]:
    """Of ``postings`` those to look at now, the most urgent first.

    A promise that cannot be kept is reported. Postings with nobody in flight are left out, except
    those hinted at.
    """
    now = ctx.clock.now()
    sources = find_sources(ctx, postings, totals, hinted, now)
    distances = spread(sources, looks.per_second, looks.greatest_age)
    if not distances.kept:
        _tell_too_old(ctx, looks, distances, sources)
    # A turn comes about as often as its requests take: half of that early is right on average.
    slack = looks.requests / looks.per_second / 2 if looks.per_second else 0.0
    chosen, waiting = choose(sources, distances, now, looks.requests, slack)
    ctx.report.more = bool(waiting)
    rows = {posting.posting_id: posting for posting in postings}
    return [rows[source.id] for source in chosen]


def find_sources(
    ctx: Context,
    postings: Sequence[PostingRow],
    totals: Mapping[str, int],
    hinted: Collection[str],
    now: float,
) -> list[Source]:
    """The postings with somebody in flight, or hinted at, as the policy sees them."""
    there = ctx.heymilo.remote_now()
    with ctx.read() as tx:
        known = polling.prospects(tx, ctx.name, there)
        zeal = learn_zeal(polling.lives(tx, ctx.name, there))
    sources: list[Source] = []
    for posting in postings:
        id_ = posting.posting_id
        prospect = known.get(id_, _NOBODY)
        if not prospect.flying and id_ not in hinted:
            continue
        age = there - posting.created_at if posting.created_at is not None else DAY
        cost = cost_of(totals.get(id_, 0), prospect.flying)
        rate = expect(prospect.seen, age, prospect.haste * zeal)
        looked = posting.looked_at
        if looked is not None and looked > now:
            looked = None  # the clock was set back since: nobody knows when that was
        sources.append(Source(id_, cost, rate, looked, id_ in hinted))
    return sources


_NOBODY = Prospect(0, 0, 0.0)


def _tell_too_old(
    ctx: Context, looks: Looks, distances: Distances, sources: Sequence[Source]
) -> None:
    requests = sum(source.cost for source in sources)
    ctx.tell(
        "results.too_many",
        "greatest_age",
        f"Looking for results once in {looks.greatest_age / 60:.0f} minutes takes "
        f"{requests:.0f} requests for {len(sources)} postings, and {looks.per_second * 60:.0f} a "
        f"minute allow it once in {distances.greatest / 60:.0f} minutes.",
        "Ask HeyMilo for a higher limit and raise requests_per_minute, set public_url so that "
        "webhooks tell what changed, or raise schedule.greatest_age.",
        of=("greatest_age",),
    )
