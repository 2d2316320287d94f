"""Workable's fake: the account of the sandbox behind the protocol of fakes."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from syncd.ats.port import Connector
from syncd.ats.workable import connector
from syncd.clock import Clock
from syncd.model.ats import JobState
from syncd.sandbox.faults import FaultKind
from syncd.sandbox.wire import Answer, Request, Side, say
from syncd.sandbox.workable.recruiters import JobStateName
from syncd.sandbox.workable.service import Workable
from syncd.sandbox.workable.state import Behaviour, Candidate
from syncd.testing.fake import ON_THE_WAY, Deed
from syncd.testing.http_fake import HttpFake
from syncd.testing.people import Person

_ORIGIN = "https://workable.example.com"
_SCORE = "heymilo_score"
_STATES: dict[JobState, JobStateName] = {
    JobState.DRAFT: "draft",
    JobState.OPEN: "published",
    JobState.CLOSED: "closed",
}


class WorkableFake(HttpFake):
    """An account with one member and one custom attribute, in which scores are kept."""

    connector: ClassVar[Connector] = connector
    origins = (_ORIGIN,)
    faults = ON_THE_WAY | {FaultKind.DEAD_CURSOR}
    stages = ("Sourced", "Applied", "Phone Screen", "Assessment", "Interview", "Offer", "Hired")
    deeds = frozenset(Deed) - {Deed.BAR, Deed.ODD_ROWS}
    costs: ClassVar = {
        "account": 1,
        "jobs": 1,
        "job": 1,
        "stages": 1,
        "changes": 1,
        "application": 1,
        "notes": 1,
    }

    def __init__(
        self, clock: Clock, *, page_size: int = 100, skew: float = 0.0, lag: float = 0.0
    ) -> None:
        super().__init__(clock, page_size=page_size, skew=skew, lag=lag)
        behaviour = Behaviour(lag=lag, skew=skew, requests=1000)
        self._service = Workable(self.timeline, behaviour)
        self._people = self._service.recruiters
        self._people.add_attribute(_SCORE, "HeyMilo score")

    def settings(self) -> dict[str, Any]:
        return {
            "type": "workable",
            "base_url": _ORIGIN,
            "api_token": self._service.token,
            "score_field": _SCORE,
            "requests": "1000/10s",
        }

    def answer(self, request: Request) -> Answer:
        """The sandbox's own answer; pages hold no more than ``page_size`` rows."""
        query = tuple(
            (name, str(min(int(value), self.page_size)))
            if name == "limit" and value.isdecimal()
            else (name, value)
            for name, value in request.query
        )
        return self._service.serve(replace(request, side=Side.WORKABLE, query=query))

    def complain(self, status: int, text: str) -> Answer:
        return say(status, {"error": text})

    def carries_cursor(self, request: Request) -> bool:
        return not {"since_id", "updated_after"}.isdisjoint(request.params)

    def bury_cursor(self, request: Request) -> Answer:
        return self.complain(404, "Not found")

    def _one(self, application_id: str) -> Candidate:
        return self._people.candidate(application_id)

    def add_job(
        self,
        title: str,
        *,
        state: JobState = JobState.OPEN,
        department: str = "Engineering",
        description: str = "<p>A job of a test, described in a sentence or two.</p>",
    ) -> str:
        return self._people.add_job(
            title, state=_STATES[state], department=department, description=description
        ).shortcode

    def edit_job(
        self, job_id: str, *, title: str | None = None, description: str | None = None
    ) -> None:
        given = {"title": title, "description": description}
        self._people.edit_job(job_id, **{k: v for k, v in given.items() if v is not None})

    def set_job_state(self, job_id: str, state: JobState) -> None:
        self._people.edit_job(job_id, state=_STATES[state])

    def apply(self, job_id: str, person: Person, *, applied_at: float | None = None) -> str:
        return self._people.apply(
            job_id, person.name, person.email, person.phone, created_at=applied_at
        )

    def edit_person(
        self,
        application_id: str,
        *,
        name: str | None = None,
        email: str | None = None,
        phone: str | None = None,
    ) -> None:
        fields: dict[str, Any] = {}
        if name is not None:
            fields["firstname"], _, fields["lastname"] = name.partition(" ")
        fields |= {k: v or None for k, v in (("email", email), ("phone", phone)) if v is not None}
        self._people.edit(application_id, **fields)

    def move(self, application_id: str, stage: str) -> None:
        self._people.move(application_id, stage.lower().replace(" ", "-"))

    def delete_job(self, job_id: str) -> None:
        self._people.remove_job(job_id)

    def make_job_odd(self, job_id: str) -> None:
        self._people.edit_job(job_id, state="on_hold")

    def reject(self, application_id: str) -> None:
        self._people.disqualify(application_id)

    def hire(self, application_id: str) -> None:
        self._people.hire(application_id)

    def withdraw(self, application_id: str) -> None:
        self._people.withdraw(application_id)

    def anonymise(self, application_id: str) -> None:
        self._people.anonymise(application_id)

    def delete(self, application_id: str) -> None:
        self._people.delete(application_id)

    def add_note(self, application_id: str, text: str) -> None:
        self._people.comment(application_id, text)

    def add_tag(self, application_id: str, tag: str) -> None:
        self._people.set_tags(application_id, *self._one(application_id).tags, tag)

    def stage_of(self, application_id: str) -> str:
        return self._service.account.stage_of(self._one(application_id)).name

    def notes_of(self, application_id: str) -> Sequence[str]:
        stream = self._service.account.activities[self._one(application_id).id]
        return [act.body for act in stream if act.action == "comment" and act.body]

    def tags_of(self, application_id: str) -> Sequence[str]:
        return list(self._one(application_id).tags)

    def score_of(self, application_id: str) -> float | None:
        value = self._one(application_id).attributes.get(_SCORE)
        return None if value is None else float(value)

    def is_rejected(self, application_id: str) -> bool:
        return self._one(application_id).disqualified_at is not None
