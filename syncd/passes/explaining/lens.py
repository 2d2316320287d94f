"""What every explanation of a connection looks through: its settings, jobs, postings, runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from syncd.model.keyed import Keyed
from syncd.passes.identity import SECRET
from syncd.policy.cutoff import Cutoff
from syncd.policy.eligibility import resolve_stages, stage_keys
from syncd.settings.schema import ConnectionSettings, Mode, Settings
from syncd.settings.units import read_hours
from syncd.store import Tx, keep, runs
from syncd.store import jobs as job_store
from syncd.store import postings as posting_store
from syncd.store.jobs import JobRow
from syncd.store.postings import PostingRow
from syncd.store.runs import PhaseRun
from syncd.store.waiting import Waiting


@dataclass(slots=True)
class Lens:
    """One connection, as one snapshot of the state shows it. ``now``: the local clock."""

    tx: Tx
    name: str
    settings: ConnectionSettings
    now: float
    held_for: str | None
    jobs: Mapping[str, JobRow]
    postings: Mapping[str, PostingRow]
    runs: Mapping[str, PhaseRun] = field(default_factory=dict)

    def posting_of(self, job_id: str) -> PostingRow | None:
        """The posting that counts for a job, live or not."""
        ours = [p for p in self.postings.values() if p.job_id == job_id and p.role == "ours"]
        return max(ours, key=lambda p: (p.live, p.observed_at), default=None)

    def cutoff_of(self, job: JobRow) -> Cutoff | None:
        """From when on its applicants are new; None if it was never selected in mode sync."""
        explicit = self.settings.applicants.applied_after
        if explicit is not None:
            return Cutoff(explicit.timestamp())
        return None if job.selected_at is None else Cutoff(job.cutoff_at)

    def stage_keys_of(self, job: JobRow) -> list[str]:
        """Every text that means a stage in which people of the job are invited."""
        wanted = self.settings.applicants.stages
        if not job.pipeline:
            return sorted(name.strip().casefold() for name in wanted)
        return stage_keys(resolve_stages(wanted, job.pipeline)[0])

    def waiting_of(self, job: JobRow) -> Waiting | None:
        """Who waits for a job; None if nobody is invited for it at all."""
        cutoff = self.cutoff_of(job)
        if not job.selected or cutoff is None:
            return None
        return Waiting(job.job_id, self.stage_keys_of(job), cutoff.at, self.held_for)

    @property
    def outside_hours(self) -> bool:
        """Whether nobody is invited at this hour."""
        hours = read_hours(self.settings.applicants.hours)
        return hours is not None and not hours.contain(self.now)

    def mode_stops(self, *, creating: bool = False) -> str | None:
        """Why the mode keeps this from being done, if it does."""
        mode = self.settings.mode
        if mode is Mode.SYNC or (creating and mode is Mode.CREATE_ONLY):
            return None
        return {
            Mode.OFF: 'The connection has mode "off", so no pass looks at it.',
            Mode.PLAN: 'The connection has mode "plan", in which nothing is written.',
            Mode.CREATE_ONLY: 'The connection has mode "create-only", in which nobody is invited '
            "and nothing but new postings is written.",
        }[mode]

    def run_stops(self, phase: str) -> str | None:
        """What the last run of a phase ended in, where that was no success."""
        run = self.runs.get(phase)
        if run is None:
            return f"The phase {phase} has not run yet."
        return {
            "failed": f"The last run of the phase {phase} failed.",
            "refused": f"A remote side refused the credentials in the last run of {phase}.",
        }.get(run.outcome)


def open_lens(tx: Tx, settings: Settings, name: str, now: float) -> Lens:
    """Look at one connection; nothing is written, not even a secret."""
    connection = settings.connections[name]
    given = settings.secret.get_secret_value() if settings.secret else keep.get(tx, SECRET)
    patterns = connection.applicants.only_emails
    held_for = Keyed(given).digest("only", *patterns) if given and patterns else None
    return Lens(
        tx,
        name,
        connection,
        now,
        held_for,
        job_store.all_jobs(tx, name),
        posting_store.all_postings(tx, name),
        {run.phase: run for run in runs.last(tx, name)},
    )
