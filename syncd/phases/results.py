"""The results phase: finding what changed in HeyMilo with the fewest requests.

Postings with nobody in flight cost nothing, unless a webhook spoke of them. Of the others each
costs the cheaper of listing its candidates and reading the single interviews. Everybody else is
swept for retakes and later decisions of recruiters: soon after a result, when those are likely,
then ever more rarely.
"""

from math import ceil

from syncd.errors import CredentialsRefused, HoldLost, NotFound, RemoteError
from syncd.model.statuses import FINAL, UNFINISHED
from syncd.phases.absorb import OVERLAP, merge, read_roster, to_snapshot
from syncd.phases.context import DAY, Context
from syncd.policy.results import read_result
from syncd.settings.schema import Mode
from syncd.store import applications as application_store
from syncd.store import hints, interviews
from syncd.store import postings as posting_store
from syncd.store.postings import PostingRow

PAGE = 100  # candidates HeyMilo shows at once
SWEEP = DAY  # most seconds between full looks at a posting
SWEEP_SHARE = 0.25  # of the time since the newest result, which a sweep may lag behind
RESULTS_LAST = 30 * DAY  # results of ended postings are read for so long

KINDS: frozenset[str] = frozenset()


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
    due = [p for p in postings.values() if _is_read(ctx, p)]
    due.sort(key=lambda p: (p.posting_id not in hinted, p.posting_id))
    for number, posting in enumerate(due, start=1):
        ctx.progress("results", "looking at postings", number, len(due))
        total = counts.get(posting.posting_id, (0, 0, 0))[0]
        try:
            anybody = total > 0 or posting.job_id in applied
            sweep = anybody and _is_swept_now(ctx, posting, newest.get(posting.posting_id))
            await _look(ctx, posting, total, sweep=sweep, hinted=posting.posting_id in hinted)
        except (CredentialsRefused, HoldLost):
            raise
        except NotFound:
            ctx.report.counts["postings not there"] += 1
        except RemoteError as error:
            ctx.report.put_off(str(error))
            hinted.pop(posting.posting_id, None)  # still to be read
    if hinted:
        with ctx.commit() as tx:
            for posting_id, hint in hinted.items():
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
    elif not flying or max(1, ceil(total / PAGE)) <= flying:
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
