"""What one result asks for on one application, and what of it is still to be done."""

from dataclasses import dataclass

from syncd.journal.machine import State
from syncd.model.ats import Told
from syncd.phases.applicants.send import move_key
from syncd.phases.context import Context
from syncd.phases.writeback.notes import note_key
from syncd.plan import Change, Kind
from syncd.policy.writeback import Writes
from syncd.store import journal as journal_rows
from syncd.store.applications import ApplicationRow
from syncd.store.interviews import InterviewRow
from syncd.store.jobs import JobRow

_DONE = frozenset({State.CONFIRMED, State.DECLINED, State.NEEDS_PERSON})


@dataclass(frozen=True, slots=True)
class Errand:
    """What one result asks for on one application. ``occasion`` tells results apart."""

    row: ApplicationRow
    interview: InterviewRow
    job: JobRow
    writes: Writes
    occasion: str

    @property
    def told(self) -> Told:
        """The result, for ATSs that keep it with what is written."""
        return Told(self.interview.status, self.interview.score, self.interview.activity_at)

    def change(self, kind: Kind, **values: str | float | None) -> Change:
        return Change(
            kind,
            self.writes.reason,
            job_id=self.row.job_id,
            application_id=self.row.application_id,
            interview_id=self.interview.interview_id,
            title=self.job.title,
            values=values,
        )

    def key(self, kind: Kind, *parts: str) -> str:
        ids = (self.row.application_id, self.interview.interview_id, self.occasion)
        return "/".join((kind, *ids, *parts))[:300]


def find_owed(ctx: Context, errand: Errand) -> set[Kind]:
    """Which kinds of write this errand still asks for, by the journal alone."""
    able, writes = ctx.ats.capabilities, errand.writes
    keys: dict[Kind, str] = {}
    if writes.note:
        keys[Kind.NOTE] = note_key(errand.row, errand.interview, errand.occasion)
    has_field = not able.score_needs_setting or bool(ctx.settings.ats.score_field)
    if writes.score and able.score_field and has_field and errand.interview.score is not None:
        keys[Kind.SCORE] = score_key(errand)
    if writes.tags and able.tags:
        keys[Kind.TAG] = errand.key(Kind.TAG, *writes.tags)
    if writes.move_to_stage:
        keys[Kind.MOVE] = result_move_key(errand)
    if writes.reject and able.rejects:
        keys[Kind.REJECT] = errand.key(Kind.REJECT)
    with ctx.read() as tx:
        known = journal_rows.fetch(tx, ctx.name, list(keys.values()))
    return {
        kind
        for kind, key in keys.items()
        if key not in known or State(known[key].state) not in _DONE
    }


def score_key(errand: Errand) -> str:
    """A score may come back after another one, so the version of the result is in the key."""
    version = errand.interview.activity_at
    return errand.key(Kind.SCORE, f"{version:.0f}" if version is not None else "")


def result_move_key(errand: Errand) -> str:
    return move_key(
        errand.row.application_id,
        errand.interview.interview_id,
        f"result/{errand.occasion}",
        errand.writes.move_to_stage,
    )
