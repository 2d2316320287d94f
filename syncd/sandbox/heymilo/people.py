"""People: candidates who take interviews, and recruiters who work in HeyMilo's own pages."""

from dataclasses import dataclass, field
from typing import Any

from syncd.sandbox.heymilo.candidates import Candidates
from syncd.sandbox.heymilo.defaults import month_later, plain_steps
from syncd.sandbox.heymilo.postings import Postings
from syncd.sandbox.heymilo.requests import IngestCandidate
from syncd.sandbox.heymilo.state import Interview, Posting, State
from syncd.sandbox.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Hint:
    """One delivery that HeyMilo would make to a registered webhook. Nothing sends it here."""

    at: float
    url: str = field(repr=False)
    event_type: str
    posting_id: str
    interview_id: str


class People:
    """Everything people do in HeyMilo, each act by a method; habits call the same ones."""

    def __init__(
        self, state: State, timeline: Timeline, postings: Postings, candidates: Candidates
    ) -> None:
        self.state = state
        self.timeline = timeline
        self.postings = postings
        self.candidates = candidates
        self.hints: list[Hint] = []

    def interview(self, interview_id: str) -> Interview:
        return self.state.interviews[interview_id]

    def invited_as(self, external_id: str) -> Interview:
        """The interview that carries this mark; KeyError if there is none."""
        for interview in self.state.interviews.values():
            if (interview.metadata or {}).get("external_id") == external_id:
                return interview
        raise KeyError(external_id)

    def start(self, interview_id: str) -> None:
        """Begin the first step."""
        interview = self.interview(interview_id)
        self._step(interview, 0, "in_progress")
        self._tell(interview, "interview_started")

    def complete_step(self, interview_id: str, place: int, score: float | None) -> None:
        """Finish the step at ``place`` (0-based); the overall score is partial from then on."""
        interview = self.interview(interview_id)
        interview.steps[place].score = score
        self._step(interview, place, "completed")
        if place + 1 < len(interview.steps):
            self._step(interview, place + 1, "in_progress")
        known = [step.score for step in interview.steps if step.score is not None]
        interview.score = round(sum(known) / len(known), 1) if known else None

    def evaluate(self, interview_id: str) -> None:
        """Every step is done, the final score is still being computed."""
        interview = self.interview(interview_id)
        for place, step in enumerate(interview.steps):
            if step.status != "completed":
                self._step(interview, place, "completed")
        interview.evaluating = True
        interview.interviewed_at = self._now()
        self._tell(interview, "interview_completed")

    def finish(self, interview_id: str, score: float | None) -> None:
        """End with a final score (None: completed without one)."""
        interview = self.interview(interview_id)
        if not interview.evaluating:
            self.evaluate(interview_id)
        for step in interview.steps:
            step.score = score if step.score is None else step.score
        interview.evaluating = False
        interview.score = score
        interview.last_activity_at = self._now()
        self._tell(interview, "report_available")

    def knock_out(self, interview_id: str, score: float | None = None) -> None:
        """Disqualified at the step the person is in."""
        interview = self.interview(interview_id)
        place = next((i for i, s in enumerate(interview.steps) if s.status != "completed"), 0)
        self._step(interview, place, "knocked_out")
        interview.score = score
        interview.evaluating = False

    def retake(self, interview_id: str) -> None:
        """Begin again under the same id; the old score is gone until there is a new one."""
        interview = self.interview(interview_id)
        interview.attempts += 1
        interview.score, interview.interviewed_at, interview.evaluating = None, None, False
        for step in interview.steps:
            step.status, step.score = "not_started", None
        self._step(interview, 0, "in_progress")

    def rescore(self, interview_id: str, score: float) -> None:
        """Change the score of a finished interview, as after an edit of its criteria."""
        self.interview(interview_id).score = score

    def shortlist(self, interview_id: str, value: bool = True) -> None:
        """Move forward, or take that back."""
        self.interview(interview_id).shortlisted = value

    def dismiss(self, interview_id: str, value: bool = True) -> None:
        """Remove from consideration, or take that back."""
        self.interview(interview_id).dismissed = value

    def erase(self, interview_id: str) -> None:
        """The person's data are deleted: lists leave it out, its id is a 404."""
        interview = self.interview(interview_id)
        interview.erased = True
        interview.name = interview.email = "erased"
        interview.phone = None

    def edit_posting(self, posting_id: str, **fields: Any) -> None:
        """Change fields of a posting as a person does; ``metadata`` is replaced as a whole."""
        self.postings.apply(self.state.postings[posting_id], fields)

    def archive_posting(self, posting_id: str, value: bool = True) -> None:
        """Archive a posting, or unarchive it, which only a person can."""
        posting = self.state.postings[posting_id]
        posting.archived = value
        posting.updated_at = self._now()
        self.postings.keep(posting)

    def remove_posting(self, posting_id: str) -> None:
        """Delete a posting for good, which the API cannot."""
        del self.state.postings[posting_id]

    def make_posting(
        self, title: str, description: str = "", metadata: dict[str, str] | None = None
    ) -> Posting:
        """Make a live posting by hand."""
        now = self._now()
        posting = Posting(
            id=self.timeline.hexadecimal(8),
            title=title,
            description=description,
            created_at=now,
            updated_at=now,
            deadline=month_later(now),
            steps=plain_steps(),
            metadata=metadata,
            finalized=True,
        )
        self.state.postings[posting.id] = posting
        self.state.by_posting[posting.id] = []
        return posting

    def add_by_hand(self, posting_id: str, name: str, email: str) -> Interview:
        """Invite somebody from HeyMilo's own pages: no marks."""
        wish = IngestCandidate(name=name, email=email)
        return self.candidates.invite(self.state.postings[posting_id], wish)

    def _now(self) -> float:
        return self.postings.now()

    def _step(self, interview: Interview, place: int, status: str) -> None:
        step = interview.steps[place]
        step.status, step.at = status, self._now()
        interview.last_activity_at = self._now()

    def _tell(self, interview: Interview, event: str) -> None:
        for hook in self.state.webhooks.values():
            wanted = hook["posting_id"] == interview.posting_id and hook["event_type"] == event
            if hook["is_active"] and wanted:
                self.hints.append(
                    Hint(self._now(), hook["url"], event, interview.posting_id, interview.id)
                )
