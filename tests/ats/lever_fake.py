"""A Lever account in memory.

As stubborn as the real one: states of postings are filtered by no list, applications and contacts
are told whole only to whoever asks, not every id is a UUID, ``next`` is opaque, a reason of null
brings people back, and what a write answers lacks name and addresses.
"""

import base64
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from syncd.ats.lever import connector
from syncd.ats.port import Connector
from syncd.clock import Clock
from syncd.model.ats import JobState
from syncd.sandbox.faults import FaultKind
from syncd.testing import (
    ON_THE_WAY,
    Answer,
    Deed,
    HttpFake,
    Person,
    Purpose,
    Refusal,
    Request,
    Routes,
    say,
)
from tests.ats.records import Records, Row, page_of

ORIGIN = "https://lever.example.com"
KEY = "synthetic-lever-key-0123456789"
USER = "user-1"
_BASIC = "Basic " + base64.b64encode(f"{KEY}:".encode()).decode()
_STATES = {JobState.DRAFT: "draft", JobState.OPEN: "published", JobState.CLOSED: "closed"}
_OPPORTUNITY = "/v1/opportunities/{key}"
_ODD: tuple[Any, ...] = ({}, {"id": None}, 42, "x", None, {"id": "odd", "applications": 7})


class LeverFake(HttpFake):
    """An account of one recruiter, ``USER``."""

    connector: ClassVar[Connector] = connector
    origins = (ORIGIN,)
    faults = ON_THE_WAY | {FaultKind.DEAD_CURSOR}
    stages = ("New lead", "Applied", "Phone Screen", "Interview")
    reject_reason = "Underqualified"
    deeds = frozenset(Deed) - {Deed.WITHDRAW}
    costs: ClassVar[Mapping[str, int]] = {
        "account": 1,
        "jobs": 1,
        "job": 1,
        "stages": 1,
        "changes": 3,  # of changed, of new and of deleted people
        "application": 1,
        "notes": 1,
    }

    def __init__(
        self, clock: Clock, *, page_size: int = 100, skew: float = 0.0, lag: float = 0.0
    ) -> None:
        super().__init__(clock, page_size=page_size, skew=skew, lag=lag)
        self.postings = Records(self.now, lambda: self.lag)
        self.people = Records(self.now, lambda: self.lag)
        self.deleted = Records(self.now, lambda: self.lag)
        self.contacts: dict[str, Row] = {}
        self.applied: dict[str, list[Row]] = {}
        self.notes: dict[str, list[Row]] = {}
        self.users: dict[str, Row] = {USER: {"id": USER, "accessRole": "admin"}}
        self.reasons = [
            {"id": "r-1", "text": "Underqualified", "status": "active", "type": "non-hired"},
            {"id": "r-2", "text": "Hired", "status": "active", "type": "hired"},
            {"id": "r-3", "text": "Old one", "status": "inactive", "type": "non-hired"},
        ]
        self.odd: list[Any] = []
        self.forbidden: set[str] = set()
        self.refused: set[str] = set()
        self.unknown: set[str] = set()  # what the last part of a path may be and is not there
        self.expands = True
        self.hides_applications = False
        self.actors: list[str | None] = []
        self._count = 0
        self._routes = self._make_routes()

    def settings(self) -> dict[str, Any]:
        return {
            "type": "lever",
            "base_url": ORIGIN,
            "api_key": KEY,
            "perform_as": USER,
            "requests": "1000/10s",
        }

    # Its API

    def answer(self, request: Request) -> Answer:
        if request.headers.get("authorization") != _BASIC:
            raise Refusal(self.complain(401, "Unauthorized"))
        found = self._routes.find(request.method, request.path)
        if found is None or request.path.split("/")[-1] in self.unknown:
            raise Refusal(self.complain(404, "ResourceNotFound"))
        if request.path.split("/")[2] in self.forbidden:
            raise Refusal(self.complain(403, "Forbidden"))
        if not self.refused.isdisjoint(request.params):
            raise Refusal(self.complain(400, "BadRequest"))
        if self.purpose_of(request) is Purpose.WRITE:
            actor = request.params.get("perform_as")
            self.actors.append(actor)
            if actor is not None and actor not in self.users:
                raise Refusal(self.complain(400, "BadRequest"))
        handler, arguments = found
        return handler(request, **arguments)

    def complain(self, status: int, text: str) -> Answer:
        return say(status, {"code": text.replace(" ", ""), "message": text})

    def carries_cursor(self, request: Request) -> bool:
        return not {"offset", "updated_at_start"}.isdisjoint(request.params)

    def bury_cursor(self, request: Request) -> Answer:
        return self.complain(400, "BadRequest")

    def _make_routes(self) -> Routes:
        routes = Routes()
        table = (
            ("GET", "/v1/postings", self._postings),
            ("GET", "/v1/postings/{key}", self._posting),
            ("GET", "/v1/stages", self._stages),
            ("GET", "/v1/archive_reasons", lambda r: self._page(r, self.reasons)),
            ("GET", "/v1/users/{key}", lambda r, key: self._one(self.users.get(key))),
            ("GET", "/v1/opportunities", self._opportunities),
            ("GET", "/v1/opportunities/deleted", self._deleted),
            ("GET", _OPPORTUNITY, self._opportunity),
            ("GET", f"{_OPPORTUNITY}/applications", self._applications),
            ("GET", f"{_OPPORTUNITY}/applications/{{one}}", self._application),
            ("GET", f"{_OPPORTUNITY}/notes", self._notes),
            ("POST", f"{_OPPORTUNITY}/notes", self._write_note),
            ("PUT", f"{_OPPORTUNITY}/stage", self._write_stage),
            ("PUT", f"{_OPPORTUNITY}/archived", self._write_archived),
            ("POST", f"{_OPPORTUNITY}/addTags", self._write_tags),
        )
        for method, path, handler in table:
            routes.add(method, path, handler)
        return routes

    def _page(self, request: Request, rows: Sequence[Any]) -> Answer:
        """One page; the token names the row after which it goes on."""
        size = min(int(request.params.get("limit", 100)), self.page_size)
        token = request.params.get("offset", "0.0")
        if not token.startswith("0.") or not token[2:].isdecimal():
            raise Refusal(self.complain(400, "BadRequest"))
        data, last = page_of(rows, int(token[2:]), size)
        if last is None:
            return say(200, {"data": data, "hasNext": False})
        return say(200, {"data": data, "hasNext": True, "next": f"0.{last}"})

    def _one(self, row: Row | None) -> Answer:
        if row is None:
            raise Refusal(self.complain(404, "ResourceNotFound"))
        return say(200, {"data": row})

    def _postings(self, request: Request) -> Answer:
        return self._page(request, [row for _, row, _ in self.postings.listed()] + self.odd)

    def _posting(self, request: Request, key: str) -> Answer:
        return self._one(self.postings.get(key))

    def _stages(self, request: Request) -> Answer:
        return self._page(request, [{"id": _stage(s), "text": s} for s in self.stages])

    def _opportunities(self, request: Request) -> Answer:
        asked, rows = request.params, []
        for key, row, _ in self.people.listed():
            on = [a["posting"] for a in self.applied[key]]
            if "posting_id" in asked and asked["posting_id"] not in on:
                continue
            since = int(asked.get("updated_at_start", 0))
            made = int(asked.get("created_at_start", 0))
            # One that was never changed since has no such time, and no filter finds it by one.
            if (since and (row["updatedAt"] or 0) < since) or row["createdAt"] < made:
                continue
            rows.append(self._expanded(request, key, row))
        return self._page(request, rows + self.odd)

    def _deleted(self, request: Request) -> Answer:
        since = int(request.params.get("deleted_at_start", 0))
        rows = [row for _, row, _ in self.deleted.listed() if row["deletedAt"] >= since]
        return self._page(request, rows)

    def _opportunity(self, request: Request, key: str) -> Answer:
        row = self.people.get(key)
        return self._one(None if row is None else self._expanded(request, key, row))

    def _expanded(self, request: Request, key: str, row: Row) -> Row:
        asked = {value for name, value in request.query if name == "expand"}
        wanted = asked if self.expands else frozenset()
        applied = self.applied[key]
        row["applications"] = applied if "applications" in wanted else [a["id"] for a in applied]
        if self.hides_applications:
            del row["applications"]
        if "contact" in wanted:
            row["contact"] = self.contacts[row["contact"]]
        return row

    def _applications(self, request: Request, key: str) -> Answer:
        self._known(key)
        return self._page(request, self.applied[key])

    def _application(self, request: Request, key: str, one: str) -> Answer:
        self._known(key)
        return self._one(next((row for row in self.applied[key] if row["id"] == one), None))

    def _notes(self, request: Request, key: str) -> Answer:
        self._known(key)
        return self._page(request, self.notes[key])

    def _write_note(self, request: Request, key: str) -> Answer:
        told = request.json()
        self._known(key)
        if told.get("score") not in (None, 1, 2, 3, 4):
            raise Refusal(self.complain(400, "BadRequest"))
        return say(201, {"data": self._note(key, told["value"], told.get("score"))})

    def _write_stage(self, request: Request, key: str) -> Answer:
        stage = request.json()["stage"]
        if stage not in map(_stage, self.stages):
            raise Refusal(self.complain(404, "ResourceNotFound"))
        return self._changed(key, stage=stage)

    def _write_archived(self, request: Request, key: str) -> Answer:
        reason = request.json()["reason"]
        if reason is not None and reason not in [row["id"] for row in self.reasons]:
            raise Refusal(self.complain(400, "BadRequest"))
        at = {"reason": reason, "archivedAt": self._ms()} if reason else None
        return self._changed(key, archived=at)

    def _write_tags(self, request: Request, key: str) -> Answer:
        tags = [*self._known(key)["tags"], *request.json()["tags"]]
        return self._changed(key, tags=list(dict.fromkeys(tags)))

    def _changed(self, key: str, **fields: Any) -> Answer:
        self._known(key)
        self._change(key, **fields)
        blank = {"name": "", "emails": [], "phones": [], "headline": ""}
        return say(200, {"data": {**self.people[key], **blank}})

    def _known(self, key: str) -> Row:
        row = self.people.get(key)
        if row is None:
            raise Refusal(self.complain(404, "ResourceNotFound"))
        return row

    # Deeds

    def add_job(
        self,
        title: str,
        *,
        state: JobState = JobState.OPEN,
        department: str = "Engineering",
        description: str = "<p>A job of a test, described in a sentence or two.</p>",
    ) -> str:
        key = self._new("posting")
        content = {"descriptionHtml": description, "lists": [], "closingHtml": ""}
        row = {
            "id": key,
            "text": title,
            "state": _STATES[state],
            "categories": {"department": department, "commitment": "Full-time"},
            "content": content,
            "createdAt": self._ms(),
            "updatedAt": self._ms(),
        }
        self.postings.put(key, row)
        return key

    def edit_job(
        self, job_id: str, *, title: str | None = None, description: str | None = None
    ) -> None:
        row = self.postings[job_id]
        if title is not None:
            row["text"] = title
        if description is not None:
            row["content"]["descriptionHtml"] = description
        self.postings.put(job_id, {**row, "updatedAt": self._ms()})

    def set_job_state(self, job_id: str, state: JobState) -> None:
        self.postings.change(job_id, state=_STATES[state], updatedAt=self._ms())

    def make_job_odd(self, job_id: str) -> None:
        self.postings.change(job_id, state="evergreen", updatedAt=self._ms())

    def delete_job(self, job_id: str) -> None:
        self.postings.put(job_id, None)
        for key, applied in self.applied.items():
            if applied[-1]["posting"] == job_id:
                self.people.put(key, None)

    def apply(self, job_id: str, person: Person, *, applied_at: float | None = None) -> str:
        key, contact, form = self._new("opportunity"), self._new("contact"), self._new("form")
        at = self._ms() if applied_at is None else int(applied_at * 1000)
        self.contacts[contact] = {"id": contact, "isAnonymized": False, "dataProtection": None}
        self.applied[key] = [{"id": form, "type": "posting", "posting": job_id, "createdAt": at}]
        self.notes[key] = []
        row = {
            "id": key,
            "name": person.name,
            "contact": contact,
            "emails": [person.email] if person.email else [],
            "phones": [{"type": "mobile", "value": person.phone}] if person.phone else [],
            "stage": _stage(self.applied_stage),
            "archived": None,
            "tags": [],
            "isAnonymized": False,
            "dataProtection": None,
            "createdAt": self._ms(),
            "updatedAt": self._ms(),
        }
        self.people.put(key, row)
        return key

    def edit_person(
        self,
        application_id: str,
        *,
        name: str | None = None,
        email: str | None = None,
        phone: str | None = None,
    ) -> None:
        fields: Row = {} if name is None else {"name": name}
        if email is not None:
            fields["emails"] = [email] if email else []
        if phone is not None:
            fields["phones"] = [{"type": None, "value": phone}] if phone else []
        self._change(application_id, **fields)

    def move(self, application_id: str, stage: str) -> None:
        self._change(application_id, stage=_stage(stage))

    def reject(self, application_id: str) -> None:
        self._change(application_id, archived={"reason": "r-1", "archivedAt": self._ms()})

    def hire(self, application_id: str) -> None:
        self._change(application_id, archived={"reason": "r-2", "archivedAt": self._ms()})

    def anonymise(self, application_id: str) -> None:
        blank = {"name": "", "emails": [], "phones": []}
        self._change(application_id, isAnonymized=True, **blank)

    def bar(self, application_id: str) -> None:
        contact = self.people[application_id]["contact"]
        refused = {"store": {"allowed": True}, "contact": {"allowed": False, "expiresAt": None}}
        self.contacts[contact]["dataProtection"] = refused
        self._change(application_id)

    def delete(self, application_id: str) -> None:
        self.people.put(application_id, None)
        self.deleted.put(application_id, {"id": application_id, "deletedAt": self._ms()})

    def add_note(self, application_id: str, text: str) -> None:
        self._note(application_id, text, None)

    def add_tag(self, application_id: str, tag: str) -> None:
        self._change(application_id, tags=[*self.people[application_id]["tags"], tag])

    def add_odd_rows(self, job_id: str) -> None:
        self.odd += _ODD

    # What stands there

    def stage_of(self, application_id: str) -> str:
        stage = self.people[application_id]["stage"]
        return next(name for name in self.stages if _stage(name) == stage)

    def told_stage_of(self, application_id: str) -> str:
        return str(self.people[application_id]["stage"])

    def notes_of(self, application_id: str) -> Sequence[str]:
        return [note["fields"][0]["value"] for note in self.notes[application_id]]

    def ratings_of(self, application_id: str) -> Sequence[int | None]:
        """The ratings of the notes, oldest first."""
        return [note["fields"][0]["score"] for note in self.notes[application_id]]

    def tags_of(self, application_id: str) -> Sequence[str]:
        return list(self.people[application_id]["tags"])

    def is_rejected(self, application_id: str) -> bool:
        archived = self.people[application_id]["archived"]
        return archived is not None and archived["reason"] != "r-2"

    def _note(self, key: str, text: str, score: int | None) -> Row:
        note_id = self._new("note")
        fields = [{"type": "note", "value": text, "score": score, "createdAt": self._ms()}]
        self.notes[key].append({"id": note_id, "text": "Note", "fields": fields, "deletedAt": None})
        return {**self.notes[key][-1], "noteId": note_id}

    def _change(self, key: str, **fields: Any) -> None:
        self.people.change(key, **fields, updatedAt=self._ms())

    def _ms(self) -> int:
        return int(self.now() * 1000)

    def _new(self, kind: str) -> str:
        self._count += 1
        return f"{kind}-{self._count:06}"


def _stage(name: str) -> str:
    return name.lower().replace(" ", "-")
