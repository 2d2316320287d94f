"""Jobs that people may be invited for, and who of those who wait is really to be."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from syncd.journal.machine import State
from syncd.phases.applicants.roster import link_people
from syncd.phases.applicants.send import address_of, ingest_key
from syncd.phases.context import Context
from syncd.plan import Kind
from syncd.policy.cutoff import Cutoff
from syncd.policy.eligibility import Standing, Verdict, judge
from syncd.store import applications as application_store
from syncd.store import journal as journal_rows
from syncd.store.applications import ApplicationRow
from syncd.store.jobs import JobRow
from syncd.store.postings import PostingRow
from syncd.store.waiting import Waiting, on_their_way, residents

_STUCK = frozenset({State.SENT, State.NEEDS_PERSON, State.DECLINED})
_CHUNK = 500
_MOST_STUCK = 5_000  # so many stand in one statement; of more, the policy keeps the rest back


@dataclass(slots=True)
class Door:
    """One job that people may be invited for: its posting, cut-off and who waits.

    ``only``: the applications that may be sent where a guard refuses the others.
    """

    job: JobRow
    posting: PostingRow | None
    cutoff: Cutoff
    waiting: Waiting
    only: frozenset[str] | None = None


def open_doors(
    ctx: Context,
    jobs: Mapping[str, JobRow],
    postings: Mapping[str, PostingRow],
    inside: Mapping[str, frozenset[str]],
) -> list[Door]:
    """The doors of selected jobs; those that HeyMilo's own integration feeds have none."""
    explicit = ctx.settings.applicants.applied_after
    live = {p.job_id: p for p in postings.values() if p.role == "ours" and p.live and not p.native}
    native = {
        p.job_id
        for p in postings.values()
        if p.role == "ours" and p.native and p.status != "archived"
    }
    doors: list[Door] = []
    stuck = _find_stuck(ctx)
    for job_id, keys in sorted(inside.items()):
        job = jobs[job_id]
        if job_id in native or not keys or (job.selected_at is None and explicit is None):
            continue
        cutoff = Cutoff(explicit.timestamp() if explicit else job.cutoff_at)
        waiting = Waiting(job_id, sorted(keys), cutoff.at, held_for(ctx), *stuck[job_id])
        doors.append(Door(job, live.get(job_id), cutoff, waiting))
    return doors


def _find_stuck(ctx: Context) -> defaultdict[str, tuple[list[str], list[str]]]:
    """By job, keyed addresses and candidate ids of those who must not be sent now.

    They do not count as waiting, lest they take the places of others in ``max_per_run``.
    """
    stuck: defaultdict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    with ctx.read() as tx:
        rows = journal_rows.in_state(tx, ctx.name, _STUCK, [Kind.INGEST])
        known = application_store.by_ids(tx, ctx.name, [row.application_id or "" for row in rows])
    for row in rows:
        addresses, people = stuck[row.job_id or ""]
        application = known.get((row.application_id or "", row.job_id or ""))
        if len(addresses) < _MOST_STUCK:
            addresses.append(address_of(row.key))
            people += [application.candidate_id] if application else []
    return stuck


def held_for(ctx: Context) -> str | None:
    """A hash of ``only_emails``: who was held back by this very setting stays so."""
    patterns = ctx.settings.applicants.only_emails
    return ctx.keyed.digest("only", *patterns) if patterns else None


def link_residents(ctx: Context, door: Door) -> None:
    """Tie those who wait and already have an interview for the job to it."""
    while True:
        with ctx.read() as tx:
            found = residents(tx, ctx.name, door.waiting, _CHUNK)
        if not found or len(link_people(ctx, door.job.job_id, found)) == len(found):
            return


def sendable(ctx: Context, door: Door, rows: Sequence[ApplicationRow]) -> list[ApplicationRow]:
    """Those who are eligible, not linked to an interview, and not already on their way."""
    left = link_people(ctx, door.job.job_id, eligible(door, rows))
    with ctx.read() as tx:
        known = journal_rows.fetch(tx, ctx.name, [ingest_key(row) for row in left])
        # An address may have been changed while it is not settled who was reached at the old one.
        moving = on_their_way(
            tx, ctx.name, door.job.job_id, Kind.INGEST, _STUCK, {row.candidate_id for row in left}
        )
    seen: set[str] = set()
    free: list[ApplicationRow] = []
    for row in left:
        key = ingest_key(row)
        stuck = key in known and State(known[key].state) in _STUCK
        if key in seen or stuck or row.candidate_id in moving:
            continue
        seen.add(key)
        free.append(row)
    return free


def eligible(door: Door, rows: Sequence[ApplicationRow]) -> list[ApplicationRow]:
    """Those who may be invited, by what their own row says."""
    return [row for row in rows if _is_eligible(door, row)]


def _is_eligible(door: Door, row: ApplicationRow) -> bool:
    standing = Standing(
        stage=row.stage,
        applied_at=row.applied_at,
        moved_from_seen_at=row.moved_from_seen_at,
        out=row.out,
        barred=row.barred,
        gone=row.gone,
        admitted=row.admitted,
    )
    inside = row.stage.strip().casefold() in door.waiting.stage_keys
    let_in = door.only is None or row.application_id in door.only
    ready = row.interview_id is None and row.problem is None and let_in
    return ready and judge(standing, inside, door.cutoff) is Verdict.ELIGIBLE
