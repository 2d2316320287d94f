"""An Ashby account in memory.

As stubborn as the real one: everything is a POST, failures come with the status 200, a page may be
empty though more follow, the sync token comes with the last page alone and dies, a job names
department and location by id, its text is on a posting, and a second interview plan has stages of
the same names.
"""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from syncd.ats.ashby import connector
from syncd.ats.port import Connector
from syncd.clock import Clock
from syncd.model.ats import JobState
from syncd.sandbox.faults import FaultKind
from syncd.sandbox.log import Logged
from syncd.testing import (
    ON_THE_WAY,
    Answer,
    Deed,
    HttpFake,
    Person,
    Purpose,
    Refusal,
    Request,
    say,
)
from tests.ats.records import Records, Row, page_of

ORIGIN = "https://ashby.example.com"
KEY = "synthetic-ashby-key-0123456789"
_BASIC = "Basic " + base64.b64encode(f"{KEY}:".encode()).decode()
_STATES = {JobState.DRAFT: "Draft", JobState.OPEN: "Open", JobState.CLOSED: "Closed"}
_WRITES = ("changeStage", "createNote", "addTag", "setValue", "create")
_PERMISSIONS = {
    "job": "jobsRead",
    "jobPosting": "jobsRead",
    "application": "candidatesRead",
    "candidate": "candidatesRead",
    "interviewPlan": "interviewsRead",
    "interviewStage": "interviewsRead",
    "department": "organizationRead",
    "location": "organizationRead",
    "candidateTag": "hiringProcessMetadataRead",
    "archiveReason": "hiringProcessMetadataRead",
    "customField": "hiringProcessMetadataRead",
}
_ODD: tuple[Any, ...] = ({}, {"id": None}, 42, "x", None, {"id": "odd", "job": 7, "status": []})
# Of every plan; nobody is moved into the last one without a reason.
_PIPELINE = ("New Lead", "Applied", "Phone Screen", "Interview", "Archived")
PLANS = ("plan-1", "plan-2")


class AshbyFake(HttpFake):
    """An account whose jobs have the ``plans``, one to begin with; people begin in the first."""

    connector: ClassVar[Connector] = connector
    origins = (ORIGIN,)
    faults = ON_THE_WAY | {FaultKind.DEAD_CURSOR}
    stages = ("New Lead", "Applied", "Phone Screen", "Interview")
    reject_reason = "Lacks skills"
    deeds = frozenset(Deed) - {Deed.ANONYMISE, Deed.BAR}
    costs: ClassVar[Mapping[str, int]] = {
        "account": 1,
        "jobs": 4,  # and the names of departments, of locations, and the postings
        "job": 4,  # and its posting, and the names
        "stages": 2,  # which plan, and its stages
        "changes": 1,
        "application": 3,  # and the candidate, for the tags, and the plan, for moves
        "notes": 1,
    }

    def __init__(
        self, clock: Clock, *, page_size: int = 100, skew: float = 0.0, lag: float = 0.0
    ) -> None:
        super().__init__(clock, page_size=page_size, skew=skew, lag=lag)
        self.jobs = Records(self.now, lambda: self.lag)
        self.applications = Records(self.now, lambda: self.lag)
        self.postings: dict[str, Row] = {}
        self.candidates: dict[str, Row] = {}
        self.notes: dict[str, list[Row]] = {}
        self.departments: dict[str, str] = {}
        self.values: dict[tuple[str, str], Any] = {}
        self.tags: dict[str, str] = {"tag-0": "Known before"}
        self.reasons: list[Row] = [
            {"id": "r-1", "text": "Lacks skills", "reasonType": "RejectedByOrg"},
            {"id": "r-2", "text": "Took another offer", "reasonType": "RejectedByCandidate"},
            {"id": "r-3", "text": "Old one", "reasonType": "RejectedByOrg", "isArchived": True},
        ]
        self.fields: list[Row] = [
            {"id": "f-1", "title": "AI score", "objectType": "Application", "fieldType": "Number"},
            {"id": "f-2", "title": "Grade", "objectType": "Candidate", "fieldType": "String"},
            {"id": "f-3", "title": "Seen", "objectType": "Application", "fieldType": "Boolean"},
        ]
        self.odd: list[Any] = []
        self.permissions = set(_PERMISSIONS.values()) | {"candidatesWrite"}
        self.permissions |= {"hiringProcessMetadataWrite"}
        self.dead: set[str] = set()
        self.unknown: set[str] = set()  # calls that the account does not have
        self.empty_pages = False
        self.plans = PLANS[:1]
        self.bodies: list[tuple[str, Row]] = []
        self._count = 0

    def settings(self) -> dict[str, Any]:
        return {
            "type": "ashby",
            "base_url": ORIGIN,
            "api_key": KEY,
            "score_field": "AI score",
            "requests": "1000/10s",
        }

    # Its API

    def purpose(self, row: Logged) -> Purpose:
        verb = row.path.rpartition(".")[2]
        if row.path.endswith("candidateTag.create"):
            return Purpose.READ  # asks for the tag of a title; it is made if there is none
        return Purpose.WRITE if verb in _WRITES else Purpose.READ

    def answer(self, request: Request) -> Answer:
        if request.headers.get("authorization") != _BASIC:
            raise Refusal(self.complain(401, "unauthorized"))
        resource, _, verb = request.path.removeprefix("/").partition(".")
        handler = self._calls().get(f"{resource}.{verb}")
        called = f"{resource}.{verb}"
        if request.method != "POST" or handler is None or called in self.unknown:
            raise Refusal(self.complain(404, "not_found"))
        needed = _PERMISSIONS[resource]
        if verb in _WRITES:
            needed = "hiringProcessMetadataWrite" if verb == "create" else "candidatesWrite"
        if needed not in self.permissions:
            raise self._refuse("missing_endpoint_permission")
        body = request.json()
        self.bodies.append((f"{resource}.{verb}", body))
        return say(200, {"success": True, **handler(body)})

    def complain(self, status: int, text: str) -> Answer:
        return say(status, {"success": False, "errors": [text.lower().replace(" ", "_")]})

    def carries_cursor(self, request: Request) -> bool:
        return not {"cursor", "syncToken"}.isdisjoint(request.json())

    def bury_cursor(self, request: Request) -> Answer:
        dead = "next_cursor_expired" if "cursor" in request.json() else "sync_token_expired"
        return self._refuse(dead).answer

    def _refuse(self, code: str) -> Refusal:
        info = {"code": code, "message": f"Something about {code}", "requestId": "01"}
        return Refusal(say(200, {"success": False, "errorInfo": info}))

    def _calls(self) -> dict[str, Callable[[Row], Row]]:
        return {
            "job.list": self._list_jobs,
            "job.info": lambda b: self._info("job", self.jobs.get(b["id"])),
            "jobPosting.list": lambda b: self._whole(self._listed_postings()),
            "jobPosting.info": lambda b: self._info(
                "posting", self.postings.get(b["jobPostingId"])
            ),
            "department.list": lambda b: self._whole(
                [{"id": key, "name": name} for name, key in self.departments.items()]
            ),
            "location.list": lambda b: self._whole([{"id": "loc-1", "name": "Berlin"}]),
            "interviewPlan.list": lambda b: self._whole([{"id": plan} for plan in PLANS]),
            "interviewStage.list": self._list_stages,
            "application.list": self._list_applications,
            "application.info": lambda b: self._info(
                "application", self._shown(self.applications.get(b["applicationId"]))
            ),
            "application.changeStage": self._change_stage,
            "candidate.info": lambda b: self._info("candidate", self._candidate(b["id"])),
            "candidate.listNotes": lambda b: self._page(b, self.notes[b["candidateId"]]),
            "candidate.createNote": self._create_note,
            "candidate.addTag": self._add_tag,
            "candidateTag.list": lambda b: self._whole(
                [{"id": key, "title": title} for key, title in self.tags.items()]
            ),
            "candidateTag.create": self._create_tag,
            "archiveReason.list": lambda b: self._whole(self.reasons),
            "customField.list": lambda b: self._whole(self.fields),
            "customField.setValue": self._set_value,
        }

    def _info(self, what: str, row: Row | None) -> Row:
        if row is None:
            raise self._refuse(f"{what}_not_found")
        return {"results": row}

    def _whole(self, rows: Sequence[Any]) -> Row:
        return {"results": list(rows), "moreDataAvailable": False}

    def _page(self, body: Row, rows: Sequence[Any], sync: str | None = None) -> Row:
        """One page; a cursor names the row after which it goes on, and what the list was of."""
        size = min(body.get("limit", 100), self.page_size)
        after, skipped = 0, False
        if "cursor" in body:
            point = json.loads(body["cursor"])
            after, skipped, sync = point["after"], point["skipped"], point["sync"]
        skipped = self.empty_pages and not skipped and after > 0
        results, last = page_of(rows, after, 0 if skipped else size)
        told: Row = {"results": results, "moreDataAvailable": last is not None}
        if last is not None:
            point = {"after": last, "skipped": skipped, "sync": sync}
            told["nextCursor"] = json.dumps(point)
        elif sync is not None:
            told["syncToken"] = sync
        return told

    def _list_jobs(self, body: Row) -> Row:
        wanted = [*body.get("status", ["Open", "Closed", "Archived"]), "Evergreen"]
        rows = [row for _, row, _ in self.jobs.listed() if row["status"] in wanted]
        return self._page(body, rows + self.odd)

    def _listed_postings(self) -> list[Row]:
        text = ("descriptionHtml", "descriptionPlain")
        return [{k: v for k, v in p.items() if k not in text} for p in self.postings.values()]

    def _list_stages(self, body: Row) -> Row:
        plan = body["interviewPlanId"]
        if plan not in PLANS:
            raise self._refuse("interview_plan_not_found")
        return self._whole([self._stage(plan, name) for name in _PIPELINE])

    def _list_applications(self, body: Row) -> Row:
        token = body.get("syncToken")
        if token is not None and (token in self.dead or not token.startswith("sync-")):
            raise self._refuse("sync_token_expired")
        since = float(token.removeprefix("sync-")) if token else float("-inf")
        rows = [
            self._shown(row)
            for _, row, at in self.applications.listed()
            if at > since
            and body.get("jobId", row["job"]["id"]) == row["job"]["id"]
            and body.get("status", row["status"]) == row["status"]
        ]
        filtered = "jobId" in body
        sync = None if filtered else f"sync-{self.now()}"
        return self._page(body, rows + ([] if token else self.odd), sync)

    def _shown(self, row: Row | None) -> Row | None:
        """An application with what it tells of the candidate: the main address and number."""
        if row is None:
            return None
        person = self.candidates[row["candidate"]["id"]]
        main = {"primaryEmailAddress": "emailAddresses", "primaryPhoneNumber": "phoneNumbers"}
        told = {name: person[several][0] for name, several in main.items() if person[several]}
        return {**row, "candidate": {"id": person["id"], "name": person["name"], **told}}

    def _candidate(self, key: str) -> Row | None:
        row = self.candidates.get(key)
        if row is None:
            return None
        return {**row, "tags": [{"id": t, "title": self.tags[t]} for t in row["tags"]]}

    def _change_stage(self, body: Row) -> Row:
        row = self.applications.get(body["applicationId"])
        if row is None:
            raise self._refuse("application_not_found")
        plan = row["currentInterviewStage"]["interviewPlanId"]
        stages = [self._stage(plan, name) for name in _PIPELINE]
        stage = next((s for s in stages if s["id"] == body["interviewStageId"]), None)
        if stage is None:
            raise self._refuse("interview_stage_not_found")
        reason = next((r for r in self.reasons if r["id"] == body.get("archiveReasonId")), None)
        if stage["type"] == "Archived" and reason is None:
            raise self._refuse("invalid_input")
        status = "Archived" if stage["type"] == "Archived" else "Active"
        self._change(row["id"], currentInterviewStage=stage, status=status, archiveReason=reason)
        return {"results": {"id": row["id"], "candidate": {"id": row["candidate"]["id"]}}}

    def _create_note(self, body: Row) -> Row:
        if body["candidateId"] not in self.candidates:
            raise self._refuse("candidate_not_found")
        note = {"id": self._new("note"), "content": body["note"], "isPrivate": False}
        self.notes[body["candidateId"]].append(note)
        return {"results": note}

    def _add_tag(self, body: Row) -> Row:
        person = self.candidates.get(body["candidateId"])
        if person is None or body["tagId"] not in self.tags:
            raise self._refuse("candidate_not_found" if person is None else "tag_not_found")
        if body["tagId"] not in person["tags"]:
            person["tags"].append(body["tagId"])
        return {"results": {"id": person["id"]}}

    def _create_tag(self, body: Row) -> Row:
        known = {title: key for key, title in self.tags.items()}
        key = known.get(body["title"]) or self._new("tag")
        self.tags[key] = body["title"]
        return {"results": {"id": key, "title": body["title"], "isArchived": False}}

    def _set_value(self, body: Row) -> Row:
        field = next((f for f in self.fields if f["id"] == body["fieldId"]), None)
        if field is None or field["objectType"] != body["objectType"]:
            raise self._refuse("custom_field_not_found")
        kind = {"Number": (int, float), "String": (str,)}.get(str(field["fieldType"]), ())
        if not isinstance(body["fieldValue"], kind):
            raise self._refuse("invalid_input")
        self.values[body["objectId"], body["fieldId"]] = body["fieldValue"]
        return {"results": {"id": body["fieldId"], "value": body["fieldValue"]}}

    # Deeds

    def add_job(
        self,
        title: str,
        *,
        state: JobState = JobState.OPEN,
        department: str = "Engineering",
        description: str = "<p>A job of a test, described in a sentence or two.</p>",
    ) -> str:
        key, posting = self._new("job"), self._new("posting")
        self.departments.setdefault(department, f"dep-{len(self.departments)}")
        row = {
            "id": key,
            "title": title,
            "status": _STATES[state],
            "employmentType": "FullTime",
            "departmentId": self.departments[department],
            "locationId": "loc-1",
            "defaultInterviewPlanId": PLANS[0],
            "interviewPlanIds": list(self.plans),
            "jobPostingIds": [posting],
            "customFields": [],
            "createdAt": self._iso(),
            "updatedAt": self._iso(),
        }
        self.jobs.put(key, row)
        self.postings[posting] = {
            "id": posting,
            "jobId": key,
            "descriptionHtml": description,
            "updatedAt": self._iso(),
        }
        return key

    def edit_job(
        self, job_id: str, *, title: str | None = None, description: str | None = None
    ) -> None:
        """The text is on the posting; changing it leaves the job as it was."""
        row = self.jobs[job_id]
        if title is not None:
            self.jobs.change(job_id, title=title, updatedAt=self._iso())
        if description is not None:
            changed = {"descriptionHtml": description, "updatedAt": self._iso()}
            self.postings[row["jobPostingIds"][0]].update(changed)

    def set_job_state(self, job_id: str, state: JobState) -> None:
        self.jobs.change(job_id, status=_STATES[state], updatedAt=self._iso())

    def make_job_odd(self, job_id: str) -> None:
        self.jobs.change(job_id, status="Evergreen", updatedAt=self._iso())

    def delete_job(self, job_id: str) -> None:
        for key, row, _ in list(self.applications.listed()):
            if row["job"]["id"] == job_id:
                self.applications.put(key, None)
        self.jobs.put(job_id, None)

    def apply(self, job_id: str, person: Person, *, applied_at: float | None = None) -> str:
        key, candidate = self._new("application"), self._new("candidate")
        self.candidates[candidate] = {
            "id": candidate,
            "name": person.name,
            "emailAddresses": _reach(person.email),
            "phoneNumbers": _reach(person.phone),
            "tags": [],
        }
        self.notes[candidate] = []
        row = {
            "id": key,
            "candidate": {"id": candidate},
            "job": {"id": job_id},
            "status": "Active",
            "currentInterviewStage": self._stage(PLANS[0], self.applied_stage),
            "archiveReason": None,
            "createdAt": self._iso(applied_at),
            "updatedAt": self._iso(),
        }
        self.applications.put(key, row)
        return key

    def edit_person(
        self,
        application_id: str,
        *,
        name: str | None = None,
        email: str | None = None,
        phone: str | None = None,
    ) -> None:
        person = self._person(application_id)
        if name is not None:
            person["name"] = name
        if email is not None:
            person["emailAddresses"] = _reach(email)
        if phone is not None:
            person["phoneNumbers"] = _reach(phone)
        self._change(application_id)

    def move(self, application_id: str, stage: str) -> None:
        plan = self.applications[application_id]["currentInterviewStage"]["interviewPlanId"]
        self._change(application_id, currentInterviewStage=self._stage(plan, stage))

    def switch_plan(self, application_id: str) -> None:
        """A recruiter puts somebody into the stage of the same name of the other plan."""
        name = self.stage_of(application_id)
        self._change(application_id, currentInterviewStage=self._stage(PLANS[1], name))

    def reject(self, application_id: str) -> None:
        self._change(application_id, status="Archived", archiveReason=self.reasons[0])

    def hire(self, application_id: str) -> None:
        self._change(application_id, status="Hired")

    def withdraw(self, application_id: str) -> None:
        self._change(application_id, status="Archived", archiveReason=self.reasons[1])

    def delete(self, application_id: str) -> None:
        self.applications.put(application_id, None)

    def add_note(self, application_id: str, text: str) -> None:
        candidate = self.applications[application_id]["candidate"]["id"]
        self.notes[candidate].append({"id": self._new("note"), "content": text})

    def add_tag(self, application_id: str, tag: str) -> None:
        made: Row = self._create_tag({"title": tag})["results"]
        self._person(application_id)["tags"].append(made["id"])

    def add_odd_rows(self, job_id: str) -> None:
        self.odd += _ODD

    # What stands there

    def stage_of(self, application_id: str) -> str:
        return str(self.applications[application_id]["currentInterviewStage"]["title"])

    def told_stage_of(self, application_id: str) -> str:
        return str(self.applications[application_id]["currentInterviewStage"]["id"])

    def notes_of(self, application_id: str) -> Sequence[str]:
        candidate = self.applications[application_id]["candidate"]["id"]
        return [note["content"] for note in self.notes[candidate]]

    def tags_of(self, application_id: str) -> Sequence[str]:
        return [self.tags[tag] for tag in self._person(application_id)["tags"]]

    def score_of(self, application_id: str) -> float | None:
        value = self.values.get((application_id, "f-1"))
        return None if value is None else float(value)

    def is_rejected(self, application_id: str) -> bool:
        return bool(self.applications[application_id]["status"] == "Archived")

    def _person(self, application_id: str) -> Row:
        return self.candidates[self.applications[application_id]["candidate"]["id"]]

    def _stage(self, plan: str, name: str) -> Row:
        return {
            "id": f"{plan}:{name.lower().replace(' ', '-')}",
            "title": name,
            "type": "Archived" if name == "Archived" else "Active",
            "interviewPlanId": plan,
            "orderInInterviewPlan": _PIPELINE.index(name),
        }

    def _change(self, key: str, **fields: Any) -> None:
        self.applications.change(key, **fields, updatedAt=self._iso())

    def _iso(self, moment: float | None = None) -> str:
        at = datetime.fromtimestamp(self.now() if moment is None else moment, UTC)
        return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"

    def _new(self, kind: str) -> str:
        self._count += 1
        return f"{kind}-{self._count:06}"


def _reach(value: str | None) -> list[Row]:
    return [{"value": value, "type": "Personal", "isPrimary": True}] if value else []
