"""A Greenhouse account behind the protocol of fakes."""

from collections.abc import Sequence
from typing import Any, ClassVar

from syncd.ats.greenhouse import connector
from syncd.ats.port import Connector
from syncd.clock import Clock
from syncd.model.ats import JobState
from syncd.sandbox.faults import FaultKind
from syncd.sandbox.log import Logged
from syncd.testing import ON_THE_WAY, Answer, Deed, HttpFake, Person, Purpose, Request, say
from tests.ats.fakes.greenhouse_rest import (
    API,
    AUTH,
    CLIENT_ID,
    CLIENT_SECRET,
    STAGES,
    USER,
    GreenhouseRest,
    Row,
)


class GreenhouseFake(HttpFake):
    """An account whose applications name their stage by two different ids."""

    connector: ClassVar[Connector] = connector
    origins = (API, AUTH)
    faults = ON_THE_WAY | {FaultKind.EXPIRED, FaultKind.DEAD_CURSOR}
    stages = STAGES
    applied_stage = STAGES[0]
    deeds = frozenset(Deed) - {Deed.WITHDRAW}
    reject_reason = "Lacking skill(s)/qualification(s)"
    costs: ClassVar = {
        "account": 1,
        "jobs": 4,  # and posts, departments, offices
        "job": 4,
        "stages": 1,
        "changes": 4,  # of applications and candidates, and whose or which they are, by fifty
        "application": 2,
        "notes": 1,
    }
    logins = 1

    def __init__(
        self, clock: Clock, *, page_size: int = 100, skew: float = 0.0, lag: float = 0.0
    ) -> None:
        super().__init__(clock, page_size=page_size, skew=skew, lag=lag)
        self.rest = GreenhouseRest(self.now, lambda: self.page_size, lambda: self.lag)

    def settings(self) -> dict[str, Any]:
        return {
            "type": "greenhouse",
            "base_url": API,
            "auth_url": AUTH,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "user_id": USER,
            "score_field": "interview_score",
        }

    def answer(self, request: Request) -> Answer:
        return self.rest.answer(request)

    def complain(self, status: int, text: str) -> Answer:
        return say(status, {"message": text, "errors": [{"message": text, "field": "field"}]})

    def expire(self) -> None:
        self.rest.tokens.clear()

    def purpose(self, row: Logged) -> Purpose:
        return Purpose.LOGIN if row.path == "/token" else super().purpose(row)

    def carries_cursor(self, request: Request) -> bool:
        since = request.path == "/v3/applications" and "updated_at" in request.params
        return since or "cursor" in request.params

    def bury_cursor(self, request: Request) -> Answer:
        return self.complain(422, "Invalid query params: cursor")

    # Deeds

    def _change(self, application_id: str, **fields: Any) -> None:
        self.rest.change("applications", int(application_id), **fields)

    def person(self, application_id: str) -> int:
        return int(self.rest.get("applications", int(application_id))["candidate_id"])

    def add_job(
        self,
        title: str,
        *,
        state: JobState = JobState.OPEN,
        department: str = "Engineering",
        description: str = "<p>A job of a test, described in a sentence or two.</p>",
    ) -> str:
        row = {
            "name": title,
            "requisition_id": None,
            "status": state.value,
            "confidential": False,
            "is_template": False,
            "department_id": self.rest.named("departments", department),
            "office_ids": [self.rest.named("offices", "Boston")],
            "custom_fields": {
                "employment_type": {
                    "name": "Employment Type",
                    "type": "single_select",
                    "value": "Full-time",
                }
            },
            "notes": "For colleagues only.",
        }
        job = self.rest.add("jobs", row)
        post = {"job_id": job, "title": title, "content": description, "active": True}
        self.rest.add("job_posts", {**post, "internal": False, "live": True})
        inside = {"internal": True, "live": True, "content": "<p>For colleagues.</p>"}
        self.rest.add("job_posts", {**post, **inside})
        self.rest.add_pipeline(job)
        return str(job)

    def edit_job(
        self, job_id: str, *, title: str | None = None, description: str | None = None
    ) -> None:
        if title is not None:
            self.rest.change("jobs", int(job_id), name=title)
        if description is not None:
            post = next(r for r in self.rest.rows("job_posts") if r["job_id"] == int(job_id))
            self.rest.change("job_posts", post["id"], content=description)

    def set_job_state(self, job_id: str, state: JobState) -> None:
        self.rest.change("jobs", int(job_id), status=state.value)

    def make_job_odd(self, job_id: str) -> None:
        self.rest.change("jobs", int(job_id), status="archived")

    def delete_job(self, job_id: str) -> None:
        self.rest.remove("jobs", int(job_id))
        for row in self.rest.rows("applications"):
            if row["job_id"] == int(job_id):
                self.rest.remove("applications", row["id"])

    def apply(self, job_id: str, person: Person, *, applied_at: float | None = None) -> str:
        first, _, last = person.name.partition(" ")
        candidate = {
            "first_name": first,
            "last_name": last,
            "preferred_name": None,
            "private": False,
            "can_email": True,
            "tags": [],
            **_reached(person.email, person.phone),
        }
        candidate_id = self.rest.add("candidates", candidate)
        application = {
            "candidate_id": candidate_id,
            "job_id": int(job_id),
            "prospect": False,
            "status": "in_process",
            "rejected_at": None,
            "rejection_reason_id": None,
            "custom_fields": {},
            **self.rest.entry(int(job_id), self.applied_stage),
        }
        return str(self.rest.add("applications", application, created_at=applied_at))

    def edit_person(
        self,
        application_id: str,
        *,
        name: str | None = None,
        email: str | None = None,
        phone: str | None = None,
    ) -> None:
        told: Row = {}
        if name is not None:
            told["first_name"], _, told["last_name"] = name.partition(" ")
        if email is not None:
            told |= {"email_addresses": _reached(email, None)["email_addresses"]}
        if phone is not None:
            told |= {"phone_numbers": _reached(None, phone)["phone_numbers"]}
        self.rest.change("candidates", self.person(application_id), **told)

    def move(self, application_id: str, stage: str) -> None:
        job_id = self.rest.get("applications", int(application_id))["job_id"]
        self._change(application_id, **self.rest.entry(job_id, stage))

    def reject(self, application_id: str) -> None:
        self._change(application_id, status="rejected", rejected_at=self.rest.moment())

    def hire(self, application_id: str) -> None:
        self._change(application_id, status="hired")

    def anonymise(self, application_id: str) -> None:
        gone = {"first_name": None, "last_name": None, **_reached(None, None)}
        self.rest.change("candidates", self.person(application_id), **gone)

    def bar(self, application_id: str) -> None:
        self.rest.change("candidates", self.person(application_id), can_email=False)

    def delete(self, application_id: str) -> None:
        self.rest.remove("applications", int(application_id))

    def add_note(self, application_id: str, text: str) -> None:
        told = {"candidate_id": self.person(application_id), "body": text, "type": "NOTE"}
        self.rest.add("notes", {**told, "application_id": None, "visibility": "publicly_visible"})

    def add_tag(self, application_id: str, tag: str) -> None:
        candidate = self.person(application_id)
        self.rest.named("candidate_tags", tag)
        tags = self.rest.get("candidates", candidate)["tags"]
        self.rest.change("candidates", candidate, tags=[*tags, tag])

    def add_odd_rows(self, job_id: str) -> None:
        nothing: list[Any] = [{}, None, {"id": None}, 42, "x"]
        odd_job = {"id": 900001, "name": 7, "status": ["open"], "office_ids": "Boston"}
        odd_one = {"id": 900002, "candidate_id": 7, "job_id": int(job_id), "status": {"x": 1}}
        self.rest.odd = {"jobs": [*nothing, odd_job], "applications": [*nothing, odd_one]}

    # What stands there

    def stage_of(self, application_id: str) -> str:
        return str(self.rest.get("applications", int(application_id))["stage_name"])

    def told_stage_of(self, application_id: str) -> str:
        return str(self.rest.get("applications", int(application_id))["job_interview_stage_id"])

    def notes_of(self, application_id: str) -> Sequence[str]:
        candidate, mine = self.person(application_id), (None, int(application_id))
        return [
            row["body"]
            for row in self.rest.rows("notes")
            if row["candidate_id"] == candidate and row["application_id"] in mine
        ]

    def tags_of(self, application_id: str) -> Sequence[str]:
        return list(self.rest.get("candidates", self.person(application_id))["tags"])

    def score_of(self, application_id: str) -> float | None:
        fields = self.rest.get("applications", int(application_id))["custom_fields"]
        told = fields.get("interview_score")
        return None if told is None else float(told["value"])

    def is_rejected(self, application_id: str) -> bool:
        return bool(self.rest.get("applications", int(application_id))["status"] == "rejected")


def _reached(email: str | None, phone: str | None) -> Row:
    """The lists of addresses and numbers of somebody."""
    return {
        "email_addresses": [{"value": email, "type": "personal"}] if email else [],
        "phone_numbers": [{"value": phone, "type": "mobile"}] if phone else [],
    }
