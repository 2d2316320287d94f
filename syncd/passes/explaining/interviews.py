"""Interviews: what came of them, and what of that is written back."""

from collections.abc import Sequence

from syncd.journal.machine import State
from syncd.passes.explaining.account import Account, to_deeds, when
from syncd.passes.explaining.lens import Lens
from syncd.policy.results import UNFINISHED
from syncd.policy.writeback import Writes, decide_writes
from syncd.store import applications as application_store
from syncd.store import journal as journal_rows
from syncd.store.applications import ApplicationRow
from syncd.store.interviews import InterviewRow

_PENDING = {
    State.INTENDED: "is decided and not sent yet",
    State.SENT: "has no certain outcome yet",
    State.UNKNOWN: "has no certain outcome yet and is looked at again",
    State.REFUSED: "was refused by the ATS and is tried again",
    State.ABSENT: "did not arrive and is sent again",
    State.NEEDS_PERSON: "waits for a person",
}


def explain_interview(lens: Lens, interview: InterviewRow) -> Account:
    """One interview of one of our postings."""
    account = Account(lens.name, "interview", interview.interview_id)
    tied = application_store.of_interview(lens.tx, lens.name, interview.interview_id)
    job = lens.jobs.get(interview.job_id)
    made = journal_rows.history(lens.tx, lens.name, interview_id=interview.interview_id)
    sent = [
        row
        for application in tied
        for row in journal_rows.history(
            lens.tx, lens.name, application_id=application.application_id
        )
        if row.remote_id == interview.interview_id
    ]
    account.did = to_deeds({row.key: row for row in (*made, *sent)}.values())
    account.knows = {
        "job": interview.job_id,
        "title": job.title if job else None,
        "posting": interview.posting_id,
        "applications": ", ".join(row.application_id for row in tied) or None,
        "invited": when(interview.created_at),
        "status": interview.status,
        "score": interview.score,
        "final": interview.final,
        "last activity": when(interview.activity_at),
        "present result seen": when(interview.changed_at),
    }
    account.next, account.why_not_yet = explain_result(lens, interview, tied)
    return account


def explain_result(
    lens: Lens, interview: InterviewRow, tied: Sequence[ApplicationRow]
) -> tuple[str, list[str]]:
    """What comes next for an interview tied to these applications, and why not yet."""
    if not tied:
        return (
            "Nothing is written: nobody whom syncd invited or linked belongs to this interview.",
            [],
        )
    posting = lens.postings.get(interview.posting_id)
    if posting is not None and posting.native:
        return "Nothing is written: HeyMilo's own ATS integration feeds the posting.", []
    if interview.vanished:
        return (
            "Nothing: HeyMilo does not show the interview any more, and nobody is invited again "
            "for that.",
            [],
        )
    if not interview.final:
        return _explain_unfinished(lens, interview)
    return _explain_final(lens, interview, tied)


def _explain_unfinished(lens: Lens, interview: InterviewRow) -> tuple[str, list[str]]:
    idle = [rule for rule in lens.settings.writeback if rule.idle_days is not None]
    reasons = [f"The status is {interview.status}, which is not final."]
    reasons += [
        f"A rule for idle people applies {rule.idle_days:g} days after their last activity."
        for rule in idle
        if interview.status in (rule.status or sorted(UNFINISHED))
    ]
    return "The result is written back once it is final.", [
        *reasons,
        *(why for why in (lens.mode_stops(), lens.run_stops("results")) if why),
    ]


def _explain_final(
    lens: Lens, interview: InterviewRow, tied: Sequence[ApplicationRow]
) -> tuple[str, list[str]]:
    writes = decide_writes(lens.settings.writeback, interview.status, interview.score)
    wanted = _tell_writes(writes)
    if not wanted:
        return f"Nothing: no write-back rule matches a result of {interview.status}.", []
    pending = [
        f"{row.kind} on application {row.application_id} {_PENDING[State(row.state)]}."
        for application in tied
        for row in journal_rows.history(
            lens.tx,
            lens.name,
            application_id=application.application_id,
            interview_id=interview.interview_id,
        )
        if State(row.state) in _PENDING
    ]
    if not interview.owed and not pending:
        return f"Nothing is left to do: {wanted} ({writes.reason}) was dealt with.", []
    stops = [why for why in (lens.mode_stops(), lens.run_stops("writeback")) if why]
    return f"The next pass writes {wanted} ({writes.reason}).", [*stops, *pending]


def _tell_writes(writes: Writes) -> str:
    parts = [
        "a note" if writes.note else "",
        "the score" if writes.score else "",
        *(f"the tag {tag}" for tag in writes.tags),
        f"a move to {writes.move_to_stage}" if writes.move_to_stage else "",
        "a rejection" if writes.reject else "",
    ]
    return ", ".join(part for part in parts if part)
