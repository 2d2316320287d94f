"""The results phase: finding what changed in HeyMilo with the fewest requests.

Postings with nobody in flight cost nothing, unless a webhook spoke of them. Of the others each
costs the cheaper of listing its candidates and reading the single interviews. Everybody else is
swept for retakes and later decisions of recruiters: soon after a result, when those are likely,
then ever more rarely.
"""

from collections.abc import Collection, Mapping

from syncd.errors import CredentialsRefused, HoldLost, NotFound, RemoteError
from syncd.http.turns import on_errand
from syncd.model.statuses import FINAL, UNFINISHED
from syncd.phases.absorb import OVERLAP, merge, read_roster, to_snapshot
from syncd.phases.context import DAY, Context, Looks
from syncd.phases.polling import choose_postings, cost_of
from syncd.policy.results import read_result
from syncd.settings.schema import Mode
from syncd.store import applications as application_store
from syncd.store import hints, interviews, polling
from syncd.store import postings as posting_store
from syncd.store.postings import PostingRow

SWEEP = DAY  # most seconds between full looks at a posting
SWEEP_SHARE = 0.25  # of the time since the newest result, which a sweep may lag behind
RESULTS_LAST = 30 * DAY  # results of ended postings are read for so long

KINDS = frozenset({"results.too_many"})


async def run(ctx: Context) -> None:
    """Look at every posting that may have news."""
    if ctx.settings.mode is Mode.CREATE_ONLY:
        return
    with ctx.read() as tx:
        postings = posting_store.all_postings(tx, ctx.name)
        counts = interviews.roster_counts(tx, ctx.name)
        newest = interviews.newest_results(tx, ctx.name)
        applied = application_store.count_by_job(tx, ctx.name)
        hinted = hints.pending(tx, ctx.name)
    due = sorted(
        (p for p in postings.values() if _is_read(ctx, p)),
        key=lambda p: (p.posting_id not in hinted, p.posting_id),
    )
    totals = {posting_id: count[0] for posting_id, count in counts.items()}
    swept = {
        p.posting_id
        for p in due
        if (totals.get(p.posting_id) or p.job_id in applied)
        and _is_swept_now(ctx, p, newest.get(p.posting_id))
    }
    waiting = {p.posting_id for p in due}
    if ctx.looks is not None:
        due = _bound(ctx, ctx.looks, due, totals, hinted, swept)
    looked: set[str] = set()
    for number, posting in enumerate(due, start=1):
        ctx.progress("results", "looking at postings", number, len(due))
        sweep = posting.posting_id in swept
        try:
            with on_errand("sweeps" if sweep else "results"):
                await _look(
                    ctx,
                    posting,
                    totals.get(posting.posting_id, 0),
                    sweep=sweep,
                    hinted=posting.posting_id in hinted,
                )
            looked.add(posting.posting_id)
        except (CredentialsRefused, HoldLost):
            raise
        except NotFound:
            ctx.report.counts["postings not there"] += 1
        except RemoteError as error:
            ctx.report.put_off(str(error))
            hinted.pop(posting.posting_id, None)  # still to be read
    waiting -= {p.posting_id for p in due}  # a hint at them stays
    _close(ctx, looked, {id_: at for id_, at in hinted.items() if id_ not in waiting})


def _bound(
    ctx: Context,
    looks: Looks,
    due: list[PostingRow],
    totals: Mapping[str, int],
    hinted: Collection[str],
    swept: Collection[str],
) -> list[PostingRow]:
    """Those whom so many requests allow to look at: first who may have news, then sweeps."""
    chosen = choose_postings(ctx, looks, due, totals, hinted)
    left = looks.requests - sum(cost_of(totals.get(p.posting_id, 0), 0) for p in chosen)
    known = {p.posting_id for p in chosen}
    oldest = sorted(due, key=lambda p: p.swept_at or 0.0)
    for posting in oldest:
        cost = cost_of(totals.get(posting.posting_id, 0), 0)
        fresh = posting.roster_until is None
        if posting.posting_id in known or not (fresh or posting.posting_id in swept):
            continue
        if chosen and cost > left:
            ctx.report.more = True
            continue
        left -= cost
        chosen.append(posting)
    return chosen


def _close(ctx: Context, looked: Collection[str], done: Mapping[str, float]) -> None:
    """Remember who was looked at, and which hints are done with."""
    if ctx.looks is not None:
        ctx.settle_matters(KINDS)
        with ctx.commit() as tx:
            polling.note_looks(tx, ctx.name, looked, ctx.clock.now())
    if done:
        with ctx.commit() as tx:
            for posting_id, hint in done.items():
                hints.settle(tx, ctx.name, posting_id, hint)


def _is_read(ctx: Context, posting: PostingRow) -> bool:
    if posting.native or posting.posting_id.startswith("planned:"):
        return False
    ended = posting.ended_at
    return ended is None or ctx.heymilo.remote_now() - ended < RESULTS_LAST


async def _look(
    ctx: Context, posting: PostingRow, total: int, *, sweep: bool, hinted: bool
) -> None:
    # Whoever was invited, or read, by this very pass has nothing to tell yet.
    just_seen = None if hinted else (ctx.began, ctx.clock.now())
    with ctx.read() as tx:
        flying = interviews.count_in_flight(tx, ctx.name, posting.posting_id, just_seen)
    if posting.roster_until is None or sweep:
        await read_roster(ctx, posting, None)
    elif not flying and not hinted:
        return
    elif not flying or cost_of(total, 0) <= flying:
        await read_roster(ctx, posting, None)
    else:
        with ctx.read() as tx:
            few = interviews.in_flight(tx, ctx.name, posting.posting_id, just_seen)
        await _read_each(ctx, posting, sorted(few))


def _is_swept_now(ctx: Context, posting: PostingRow, newest: float | None) -> bool:
    """Whether a full look is due; ``newest``: when the newest result was seen, local clock.

    A posting of which the state knows no candidate, but applicants, is looked at daily, too: with
    an old backup put back its candidates are those invited since.
    """
    since = posting.swept_at if posting.swept_at is not None else posting.created_at
    pause = SWEEP
    if newest is not None:
        pause = min(SWEEP, max(0.0, ctx.clock.now() - newest) * SWEEP_SHARE)
    return since is None or ctx.heymilo.remote_now() - since >= pause


async def _read_each(ctx: Context, posting: PostingRow, ids: list[str]) -> None:
    for interview_id in ids:
        data = await ctx.heymilo.interview(interview_id)
        with ctx.commit() as tx:
            known = interviews.interviews_by_id(tx, ctx.name, [interview_id])
            row = known.get(interview_id)
            if row is None:
                continue
            if data is None:
                made = row.created_at or 0.0
                if ctx.heymilo.remote_now() - made > max(ctx.settings.heymilo.settle, OVERLAP):
                    interviews.mark_vanished(tx, ctx.name, [interview_id])
                continue
            status = data.status.strip().lower()
            if status == "not_ready":
                continue
            if status not in FINAL | UNFINISHED | {"evaluating"}:
                ctx.report.counts["unknown statuses"] += 1
            after = merge(ctx, row, read_result(to_snapshot(data), ctx.heymilo.remote_now()))
            if after != row:
                interviews.save_interviews(tx, [after])
