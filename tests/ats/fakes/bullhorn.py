"""A Bullhorn account behind the protocol of fakes."""

from collections.abc import Sequence
from html import unescape
from typing import Any, ClassVar

from syncd.ats.bullhorn import connector
from syncd.ats.port import Connector
from syncd.clock import Clock
from syncd.model.ats import JobState
from syncd.sandbox.faults import FaultKind
from syncd.sandbox.log import Logged
from syncd.sandbox.wire import Answer, Request
from syncd.testing import ON_THE_WAY, Deed, HttpFake, Person, Purpose
from tests.ats.fakes.bullhorn_rest import (
    AUTH,
    CENTRE,
    CLIENT_ID,
    CLIENT_SECRET,
    COMMON,
    PASSWORD,
    STATUSES,
    USERNAME,
    BullhornRest,
    problem,
)
from tests.ats.fakes.bullhorn_tables import Row, Tables


class BullhornFake(HttpFake):
    """An account in another data centre than the one everybody asks first.

    People apply on the web, so a new submission is a "New Lead".
    """

    connector: ClassVar[Connector] = connector
    origins = (COMMON, CENTRE, AUTH)
    faults = ON_THE_WAY | {FaultKind.EXPIRED}
    throttles = ("seconds", "date", "none")
    stages = tuple(STATUSES[:4])
    applied_stage = "New Lead"
    deeds = frozenset(Deed) - {Deed.DRAFT_JOB, Deed.TAG}
    costs: ClassVar = {
        "account": 1,
        "jobs": 3,
        "job": 2,
        "stages": 1,
        "changes": 2,
        "application": 1,
        "notes": 1,
    }
    score_step = 1.0
    logins = 6  # five to come in, one to leave

    def __init__(
        self, clock: Clock, *, page_size: int = 100, skew: float = 0.0, lag: float = 0.0
    ) -> None:
        super().__init__(clock, page_size=page_size, skew=skew, lag=lag)
        self.tables = Tables(self.now)
        self.rest = BullhornRest(self.tables, page_size=page_size, lag=lag)

    def settings(self) -> dict[str, Any]:
        return {
            "type": "bullhorn",
            "username": USERNAME,
            "password": PASSWORD,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "login_url": f"{COMMON}/rest-services/loginInfo",
        }

    def answer(self, request: Request) -> Answer:
        return self.rest.answer(request)

    def complain(self, status: int, text: str) -> Answer:
        return problem(status, text)

    def expire(self) -> None:
        self.rest.sessions.clear()

    def purpose(self, row: Logged) -> Purpose:
        if row.path.startswith("/oauth/") or row.path.rpartition("/")[2] in (
            "loginInfo",
            "login",
            "logout",
        ):
            return Purpose.LOGIN
        if "/query/" in row.path:
            return Purpose.READ
        return super().purpose(row)

    def submission(self, application_id: str) -> Row:
        return self.tables.get("JobSubmission", int(application_id))

    def _person(self, application_id: str) -> int:
        return int(self.submission(application_id)["candidate"]["id"])

    def _set(self, application_id: str, **values: Any) -> None:
        self.tables.change("JobSubmission", int(application_id), **values)

    def add_job(
        self,
        title: str,
        *,
        state: JobState = JobState.OPEN,
        department: str = "Engineering",
        description: str = "<p>A job of a test, described in a sentence or two.</p>",
    ) -> str:
        row = {
            "title": title,
            "status": "Accepting Candidates",
            "isOpen": state is JobState.OPEN,
            "employmentType": "Permanent",
            "publicDescription": description,
            "description": "For colleagues only.",
            "publishedCategory": {"id": 7, "name": department},
            "clientCorporation": {"id": 8, "name": "Example Client"},
            "address": {"city": "Boston", "state": "MA", "countryName": "United States"},
        }
        return str(self.tables.add("JobOrder", row))

    def edit_job(
        self, job_id: str, *, title: str | None = None, description: str | None = None
    ) -> None:
        given = {"title": title, "publicDescription": description}
        told = {name: value for name, value in given.items() if value is not None}
        self.tables.change("JobOrder", int(job_id), **told)

    def set_job_state(self, job_id: str, state: JobState) -> None:
        self.tables.change("JobOrder", int(job_id), isOpen=state is JobState.OPEN)

    def apply(self, job_id: str, person: Person, *, applied_at: float | None = None) -> str:
        first, _, last = person.name.partition(" ")
        moment = int((self.now() if applied_at is None else applied_at) * 1000)
        names = {"firstName": first, "lastName": last, "name": person.name}
        reached = {"email": person.email, "mobile": person.phone, "status": "Active"}
        flags = {"massMailOptOut": False, "isAnonymized": False}
        candidate = self.tables.add("Candidate", {**names, **reached, **flags})
        submission = {
            "candidate": {"id": candidate},
            "jobOrder": {"id": int(job_id)},
            "status": self.applied_stage,
            "dateAdded": moment,
            "dateWebResponse": moment,
        }
        return str(self.tables.add("JobSubmission", submission))

    def edit_person(
        self,
        application_id: str,
        *,
        name: str | None = None,
        email: str | None = None,
        phone: str | None = None,
    ) -> None:
        told: dict[str, Any] = {}
        if name is not None:
            told["firstName"], _, told["lastName"] = name.partition(" ")
            told["name"] = name
        told |= {k: v or None for k, v in (("email", email), ("mobile", phone)) if v is not None}
        self.tables.change("Candidate", self._person(application_id), **told)

    def move(self, application_id: str, stage: str) -> None:
        self._set(application_id, status=stage)

    def delete_job(self, job_id: str) -> None:
        self.tables.change("JobOrder", int(job_id), isDeleted=True)

    def make_job_odd(self, job_id: str) -> None:
        self.tables.change("JobOrder", int(job_id), isOpen=None)

    def reject(self, application_id: str) -> None:
        self.move(application_id, "Client Rejected")

    def hire(self, application_id: str) -> None:
        self.move(application_id, "Placed")

    def withdraw(self, application_id: str) -> None:
        self.move(application_id, "Candidate Withdrew")

    def anonymise(self, application_id: str) -> None:
        gone = dict.fromkeys(("firstName", "lastName", "name", "email", "mobile", "phone"))
        self.tables.change("Candidate", self._person(application_id), isAnonymized=True, **gone)

    def bar(self, application_id: str) -> None:
        self.tables.change("Candidate", self._person(application_id), massMailOptOut=True)

    def delete(self, application_id: str) -> None:
        self._set(application_id, isDeleted=True)

    def add_note(self, application_id: str, text: str) -> None:
        row = self.submission(application_id)
        note = {"comments": text, "personReference": row["candidate"], "action": "Note"}
        self.tables.add("Note", note)

    def add_odd_rows(self, job_id: str) -> None:
        nothing: list[Any] = [{}, None, {"id": None}]
        odd_job = {"id": 900001, "title": 7, "isOpen": "perhaps", "address": "Boston"}
        odd_one = {"id": 900002, "status": ["x"], "candidate": 5, "jobOrder": {"id": int(job_id)}}
        self.rest.odd = {"JobOrder": [*nothing, odd_job], "JobSubmission": [*nothing, odd_one]}

    def stage_of(self, application_id: str) -> str:
        return str(self.submission(application_id)["status"])

    def notes_of(self, application_id: str) -> Sequence[str]:
        person = self._person(application_id)
        return [
            unescape(row["comments"].replace("<br>", "\n"))
            for row in self.tables.rows("Note")
            if row["personReference"]["id"] == person
        ]

    def score_of(self, application_id: str) -> float | None:
        score = self.submission(application_id).get("screeningScore")
        return None if score is None else float(score)

    def is_rejected(self, application_id: str) -> bool:
        return self.stage_of(application_id) == "Client Rejected"
