"""Where a connection stands, as the state tells it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from syncd.journal.machine import State
from syncd.plan import Kind
from syncd.policy.cutoff import Cutoff
from syncd.policy.eligibility import resolve_stages, stage_keys
from syncd.settings.schema import ConnectionSettings, Mode
from syncd.store import Store, attention, runs
from syncd.store import applications as application_store
from syncd.store import interviews as interview_store
from syncd.store import jobs as job_store
from syncd.store import journal as journal_rows
from syncd.store import postings as posting_store
from syncd.store.runs import PhaseRun
from syncd.store.waiting import Waiting, count_old, count_waiting

_ORDER = ("postings", "applicants", "results", "writeback")


@dataclass(slots=True)
class Standing:
    """Numbers of one connection. ``oldest_unwritten``: when the oldest owed result was seen."""

    name: str
    mode: Mode
    runs: dict[str, PhaseRun] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    oldest_unwritten: float | None = None
    attention: int = 0


def read_standing(state: Store, name: str, settings: ConnectionSettings) -> Standing:
    """Read the numbers in one snapshot."""
    standing = Standing(name, settings.mode)
    with state.read() as tx:
        done = {run.phase: run for run in runs.last(tx, name)}
        jobs = job_store.all_jobs(tx, name)
        postings = posting_store.all_postings(tx, name)
        rosters = interview_store.roster_counts(tx, name)
        applied = application_store.count_by_job(tx, name)
        owed = interview_store.owed_results(tx, name)
        tally = journal_rows.tally(tx, name)
        waiting = old = 0
        explicit = settings.applicants.applied_after
        for job in jobs.values():
            if not job.selected or (job.selected_at is None and explicit is None):
                continue
            found, _ = resolve_stages(settings.applicants.stages, job.pipeline)
            cutoff = Cutoff(explicit.timestamp() if explicit else job.cutoff_at)
            door = Waiting(job.job_id, stage_keys(found), cutoff.at, None)
            waiting += count_waiting(tx, name, door)
            old += count_old(tx, name, door)
        standing.attention = len(attention.open_items(tx, name))
    standing.runs = {phase: done[phase] for phase in _ORDER if phase in done}
    standing.counts = {
        "open jobs": sum(job.state == "open" for job in jobs.values()),
        "selected jobs": sum(job.selected for job in jobs.values()),
        "live postings": sum(p.live and p.role == "ours" for p in postings.values()),
        "applications known": sum(total for total, _ in applied.values()),
        "invited or linked": sum(tied for _, tied in applied.values()),
        "waiting to be invited": waiting,
        "before the cut-off": old,
        "in flight": sum(flying for _, flying, _ in rosters.values()),
        "with a final result": sum(final for _, _, final in rosters.values()),
        "results not written back": len(owed),
        "invitations without certain outcome": _count(tally, Kind.INGEST, State.SENT),
    }
    standing.oldest_unwritten = min((row.changed_at for row in owed), default=None)
    return standing


def _count(tally: Mapping[tuple[str, str], int], kind: Kind, state: State) -> int:
    return tally.get((kind, state), 0)
