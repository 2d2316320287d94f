"""A HeyMilo v2 that keeps to its published contract and expects the same of its client.

Where the contract leaves something open, a switch decides, and the harsher reading is the
default: lists are newest first, ids look like numbers, bulk answers are not in the order sent,
and a person ingested twice is invited twice.
"""

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from .schemas import faults_of, nulls_in
from .server import Answer, FakeServer, Request

KEY = "hm-key-9f2c71d0e4b85a36"
MONTH = 30 * 86_400
FINAL = {"completed", "shortlisted", "dismissed", "knocked_out"}


@dataclass
class Posting:
    """A posting as HeyMilo holds it; times in epoch seconds."""

    id: str
    title: str
    description: str
    deadline: float
    created_at: float
    metadata: dict[str, str] = field(default_factory=dict)
    draft: bool = False
    archived: bool = False
    test_posting: bool = False
    blueprint: bool = False
    ats_metadata: dict[str, Any] | None = None
    template_id: str | None = None
    updated_at: float = 0.0
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass
class Interview:
    """One person in one posting."""

    interview_id: str
    candidate_id: str
    posting_id: str
    name: str
    email: str
    phone: str | None
    metadata: dict[str, str]
    data: dict[str, Any] | None
    created_at: float
    status: str = "pending"
    score: float | None = None
    complete: bool = False
    last_activity_at: float | None = None
    interviewed_at: float | None = None
    erased: bool = False


@dataclass(frozen=True)
class Invitation:
    """A message that a real person would have got."""

    at: float
    posting_id: str
    job: str | None
    email: str
    external_id: str | None


@dataclass(frozen=True)
class Write:
    """Something that was applied, whatever the client was told."""

    kind: str
    posting_id: str
    fields: tuple[str, ...] = ()


class FakeHeyMilo(FakeServer):
    """One workspace with one key. ``templates`` maps a code to whether it is ATS-derived."""

    name = "heymilo"

    def __init__(self, templates: dict[str, bool] | None = None, owner: str | None = None) -> None:
        super().__init__()
        self.key = KEY
        self.owner = owner
        self.created_as_draft = True
        self.revives_expired = True
        self.attaches_mapping = True
        self.normalises = True
        self.lag = 0.0
        self.most_in_bulk = 1000
        self.refuses_row: Callable[[dict[str, Any]], bool] | None = None
        self.names_refused_rows = True
        self.forgets_in_answer: set[str] = set()
        self.adoption_allowed = False
        self.postings: dict[str, Posting] = {}
        self.interviews: dict[str, Interview] = {}
        self.hooks: dict[str, dict[str, Any]] = {}
        self.invitations: list[Invitation] = []
        self.ledger: list[Write] = []
        self.templates: list[dict[str, Any]] = []
        self._count = 0
        for code, native in (templates or {"STANDARD": False}).items():
            self.add_template(code, native=native)

    # What a recruiter does in HeyMilo

    def add_template(self, code: str, native: bool = False) -> str:
        """A template with its blueprint posting; return its id."""
        mapping = {"source": "job_sync", "ats_name": "workable"} if native else None
        blueprint = self.add_posting(f"Blueprint {code}", blueprint=True, ats_metadata=mapping)
        template_id = f"IT_{len(self.templates) + 1:06x}"
        self.templates.append(
            {
                "object": "interview_template",
                "id": template_id,
                "template_code": code,
                "name": f"Template {code.lower()}",
                "description": None,
                "posting_id": blueprint.id,
                "is_default": False,
                "created_at": self.now() - 90 * 86_400,
                "updated_at": self.now() - 90 * 86_400,
            }
        )
        return template_id

    def add_posting(self, title: str, **more: Any) -> Posting:
        """A posting made by hand, live unless told otherwise."""
        now = self.now()
        made = Posting(
            self._posting_id(), title, "Made by hand in HeyMilo.", now + MONTH, now - 30, **more
        )
        made.updated_at = made.created_at
        self.postings[made.id] = made
        return made

    def finish(self, interview: Interview, score: float | None, status: str = "completed") -> None:
        """The person has finished (or the recruiter decided): a final status and a score."""
        with self.lock:
            interview.status, interview.score = status, score
            interview.complete = status not in ("dismissed", "knocked_out", "pending")
            interview.last_activity_at = self.now()
            if interview.complete:
                interview.interviewed_at = self.now()

    def progress(self, interview: Interview, status: str, score: float | None = None) -> None:
        """Not finished: ``in_progress`` with a partial score, or ``evaluating``."""
        with self.lock:
            interview.status, interview.score = status, score
            interview.complete = status == "evaluating"
            interview.last_activity_at = self.now()

    # What the tests look at

    def live(self, job: str | None = None) -> list[Posting]:
        """Postings of ours (marked) that take candidates, of one job or of all."""
        return [
            one
            for one in self.postings.values()
            if not one.blueprint
            and not one.test_posting
            and "syncd" in one.metadata
            and self.status(one) == "active"
            and (job is None or one.metadata.get("external_id") == job)
        ]

    def of_job(self, job: str) -> list[Posting]:
        """Every posting with the job's mark, whatever its state."""
        return [one for one in self.postings.values() if one.metadata.get("external_id") == job]

    def interview_of(self, external_id: str) -> Interview:
        """The one interview that carries an application's mark."""
        (found,) = [
            one
            for one in self.interviews.values()
            if one.metadata.get("external_id") == external_id
        ]
        return found

    def kinds(self, since: int = 0) -> list[str]:
        return [one.kind for one in self.ledger[since:]]

    def status(self, posting: Posting) -> str:
        if posting.archived:
            return "archived"
        if posting.draft:
            return "draft"
        return "expired" if posting.deadline <= self.now() else "active"

    # The API

    def answer(self, request: Request) -> Answer:
        if request.headers.get("x-api-key") != self.key:
            return _error(401, "authentication_error", "invalid_api_key")
        if any(self.key in value for _, value in request.query) or self.key in request.path:
            self.violation(request, "the key stands in the address")
        match = re.fullmatch(r"/api/v2/(.*)", request.path)
        if match is None:
            if request.path == "/health":
                return Answer(200, {"message": "running", "status": 200})
            self.violation(request, "no such path")
            return _error(404, "not_found", "no_such_path")
        if request.method == "GET":
            return self._read(request, match[1])
        return self._write(request, match[1])

    def _read(self, request: Request, path: str) -> Answer:
        if request.body:
            self.violation(request, "a GET with a body")
        parts = path.split("/")
        match parts:
            case ["postings"]:
                rows = self._matching(request, list(self.postings.values()))
                return self._page(request, rows, self._posting_row, lambda one: one.id, {"search"})
            case ["postings", "list"]:
                rows = self._matching(request, list(self.postings.values()))
                return self._page(request, rows, _summary_row, lambda one: one.id, {"search"})
            case ["postings", posting_id]:
                self._only(request, set())
                found = self._visible(posting_id)
                return _single(self._posting_row(found)) if found else _missing()
            case ["postings", posting_id, "candidates"]:
                return self._candidates(request, posting_id)
            case ["postings", posting_id, "stats"]:
                self._only(request, set())
                found = self._visible(posting_id)
                return _single(self._stats_row(found)) if found else _missing()
            case ["interviews", interview_id, "data"]:
                self._only(request, set())
                one = self.interviews.get(interview_id)
                return _single(_data_row(one)) if one and not one.erased else _missing()
            case ["interviews", interview_id, "metadata"]:
                self._only(request, set())
                one = self.interviews.get(interview_id)
                if not one or one.erased:
                    return _missing()
                return _single({"object": "interview", "metadata": one.metadata})
            case ["interview-templates"]:
                return self._page(
                    request, self.templates, dict, lambda one: str(one["id"]), {"search"}
                )
            case ["interview-templates", template_id]:
                known = [one for one in self.templates if one["id"] == template_id]
                return _single(known[0]) if known else _missing()
            case ["workspaces"]:
                row = {"object": "workspace", "id": "ws_51a7", "name": "Example workspace"}
                return Answer(200, {"data": [row], "pagination": {"has_more": False}})
            case ["webhooks"]:
                rows = list(self.hooks.values())
                return self._page(request, rows, dict, lambda one: str(one["webhook_id"]), set())
            case ["ats", "connections"]:
                return Answer(200, {"data": [], "pagination": {"has_more": False}})
            case [
                "sender-emails"
                | "phone-numbers"
                | "email-template-groups"
                | "design-template-groups"
                | "email-templates"
                | "design-templates"
                | "domains"
                | "voices"
            ]:
                return self._page(request, [], dict, str, set())
        self.violation(request, "no such path")
        return _missing()

    def _candidates(self, request: Request, posting_id: str) -> Answer:
        if self._visible(posting_id) is None:
            return _missing()
        rows = [
            one
            for one in self.interviews.values()
            if one.posting_id == posting_id and not one.erased and self._shown(one.created_at)
        ]
        for key, keep in (("created_after", 1), ("created_before", -1)):
            text = request.params.get(key)
            if text is None:
                continue
            bound = _moment(text)
            if bound is None:
                self.violation(request, f"{key} is no moment")
                return _error(422, "invalid_request_error", "validation_error")
            rows = [one for one in rows if (one.created_at - bound) * keep >= 0]
        extra = {"created_after", "created_before"}
        return self._page(request, rows, _candidate_row, lambda one: one.interview_id, extra)

    def _write(self, request: Request, path: str) -> Answer:
        self._only(request, set())
        body: Any = None
        if request.body:
            try:
                body = request.json()
            except ValueError:
                self.violation(request, "the body is no JSON")
                return _error(422, "invalid_request_error", "invalid_json")
            if "application/json" not in request.headers.get("content-type", ""):
                self.violation(request, "the body is not declared as JSON")
        for where in nulls_in(body) if request.body else []:
            self.violation(request, f"a null at {where}")
        match (request.method, path.split("/")):
            case ("POST", ["postings"]):
                return self._create(request, body)
            case ("PATCH", ["postings", posting_id]):
                return self._update(request, posting_id, body)
            case ("POST", ["postings", posting_id, ("archive" | "activate") as verb]):
                if request.body not in (b"", b"{}"):
                    self.violation(request, "a body where none is taken")
                return self._switch(request, posting_id, verb)
            case ("POST", ["postings", posting_id, "candidates"]):
                return self._ingest(request, posting_id, body, bulk=False)
            case ("POST", ["postings", posting_id, "candidates", "bulk"]):
                return self._ingest(request, posting_id, body, bulk=True)
            case ("POST", ["interviews", interview_id, "metadata"]):
                return self._mark(request, interview_id, body)
            case ("POST", ["webhooks"]):
                return self._hook(request, body)
            case ("DELETE", ["webhooks", hook_id]):
                gone = self.hooks.pop(hook_id, None)
                if gone is not None:
                    self.ledger.append(Write("unhook", gone["posting_id"]))
                return _single({**gone, "is_active": False}) if gone else _missing()
        self.violation(request, "no such path, or one that syncd has no business with")
        return _missing()

    def _create(self, request: Request, body: Any) -> Answer:
        if wrong := self._wrong(request, "CreatePostingRequest", body):
            return wrong
        if "name" in body:
            self.violation(request, "the slug was sent")
        template = next(
            (one for one in self.templates if one["id"] == body.get("interview_template_id")), None
        )
        if template is None:
            self.violation(request, "no such template")
            return _missing()
        native = self.postings[template["posting_id"]].ats_metadata
        deadline = self._deadline(request, body)
        if deadline is None:
            return _error(422, "invalid_request_error", "validation_error", "deadline")
        now = self.now()
        made = Posting(
            self._posting_id(),
            self._normal(body["title"]),
            self._normal(body.get("description", "")),
            deadline,
            now,
            dict(body.get("metadata", {})),
            draft=self.created_as_draft or native is not None,
            template_id=template["id"],
            updated_at=now,
        )
        if native is not None:
            made.ats_metadata = {**native, "ats_job_id": "5b5ce9", "pending_activation": True}
        self.postings[made.id] = made
        self.ledger.append(Write("create", made.id, tuple(sorted(body))))
        self._check_owner(request, made)
        row = {
            "object": "posting",
            "id": made.id,
            "status": self.status(made),
            "urls": {"candidate_url": f"https://candidates.example.com/{made.id}"},
            "created_at": now,
            "posting": self._posting_row(made),
        }
        return Answer(201, {"data": row, "meta": None})

    def _update(self, request: Request, posting_id: str, body: Any) -> Answer:
        found = self.postings.get(posting_id)
        if found is None:
            return _missing()
        if wrong := self._wrong(request, "UpdatePostingRequest", body):
            return wrong
        if "name" in body:
            self.violation(request, "the slug was sent")
        adoption = self.adoption_allowed and set(body) <= {"metadata"}
        if not adoption:
            self._check_owner(request, found)
        if found.archived:
            self.violation(request, "an archived posting was changed")
        if "metadata" in body:
            lost = set(found.metadata) - set(body["metadata"])
            if lost:
                self.violation(request, f"metadata keys were lost: {sorted(lost)}")
            found.metadata = dict(body["metadata"])
        if "deadline" in body:
            deadline = self._deadline(request, body)
            if deadline is None:
                return _error(422, "invalid_request_error", "validation_error", "deadline")
            if self.status(found) != "expired" or self.revives_expired:
                found.deadline = deadline
        if "title" in body:
            found.title = self._normal(body["title"])
        if "description" in body:
            found.description = self._normal(body["description"])
        known = {"metadata", "deadline", "title", "description"}
        found.extra.update({key: value for key, value in body.items() if key not in known})
        found.updated_at = self.now()
        self.ledger.append(Write("update", found.id, tuple(sorted(body))))
        return _single(self._posting_row(found))

    def _switch(self, request: Request, posting_id: str, verb: str) -> Answer:
        found = self.postings.get(posting_id)
        if found is None:
            return _missing()
        self._check_owner(request, found)
        if verb == "archive":
            found.archived = True
        elif found.archived:
            self.violation(request, "an archived posting was activated")
            return _error(400, "invalid_request_error", "archived")
        else:
            found.draft = False
            if found.ats_metadata is not None and self.attaches_mapping:
                found.ats_metadata["pending_activation"] = False
                found.ats_metadata["mapping_activated_at"] = "2026-05-21T15:00:00"
        found.updated_at = self.now()
        self.ledger.append(Write(verb, found.id))
        return _single(self._posting_row(found))

    def _ingest(self, request: Request, posting_id: str, body: Any, bulk: bool) -> Answer:
        found = self.postings.get(posting_id)
        if found is None:
            return _missing()
        if bulk and isinstance(body, dict) and len(body.get("data", ())) > self.most_in_bulk:
            return _error(413, "invalid_request_error", "too_large")
        schema = "BulkCandidateIngestRequest" if bulk else "CandidateIngestRequest"
        if wrong := self._wrong(request, schema, body):
            return wrong
        rows: list[dict[str, Any]] = body["data"] if bulk else [body]
        self._check_owner(request, found)
        if self.status(found) != "active":
            self.violation(request, f"ingestion into a posting that is {self.status(found)}")
            return _error(400, "invalid_request_error", "not_active")
        if found.ats_metadata is not None:
            self.violation(request, "ingestion into a posting that HeyMilo itself feeds")
        refused = [at for at, row in enumerate(rows) if self.refuses_row and self.refuses_row(row)]
        if refused:
            loc: list[str | int] = ["body", "data"]
            named = [{"loc": [*loc, at, "email"], "msg": "bad", "type": "value"} for at in refused]
            plain = [{"loc": ["body"], "msg": "bad", "type": "value"}]
            return Answer(422, {"detail": named if self.names_refused_rows else plain})
        items = [self._invite(request, found, row) for row in rows]
        self.ledger.append(Write("ingest", found.id, (str(len(rows)),)))
        if not bulk:
            return Answer(201, {"data": {**items[0], "posting_id": found.id}, "meta": None})
        told = [
            one
            for one in reversed(items)
            if (one["metadata"] or {}).get("external_id") not in self.forgets_in_answer
        ]
        return Answer(201, {"data": told, "meta": None})

    def _invite(self, request: Request, posting: Posting, row: dict[str, Any]) -> dict[str, Any]:
        email = row["email"].strip().lower()
        marks = dict(row.get("metadata", {}))
        if "external_id" not in marks or "syncd" not in marks:
            self.violation(request, "a person without the marks")
        job = posting.metadata.get("external_id")
        self.invitations.append(
            Invitation(self.now(), posting.id, job, email, marks.get("external_id"))
        )
        same = [
            one
            for one in self.interviews.values()
            if one.posting_id == posting.id and one.email.lower() == email
        ]
        if same:
            self.violation(request, "a second invitation for the same posting")
            one = same[0]
        else:
            self._count += 1
            one = Interview(
                f"{self._count:013d}E{self._count % 90 + 10:02d}",
                f"cand_{zlib.crc32(email.encode()):08x}",
                posting.id,
                row["name"],
                row["email"],
                row.get("phone_number"),
                marks,
                row.get("data"),
                self.now(),
            )
            self.interviews[one.interview_id] = one
        return {
            "object": "candidate",
            "interview_id": one.interview_id,
            "interview_url": f"https://candidates.example.com/i/{one.interview_id}",
            "metadata": one.metadata,
        }

    def _mark(self, request: Request, interview_id: str, body: Any) -> Answer:
        one = self.interviews.get(interview_id)
        if one is None or one.erased:
            return _missing()
        if wrong := self._wrong(request, "MetadataRequest", body):
            return wrong
        one.metadata = dict(body["metadata"])
        self.ledger.append(Write("mark", one.posting_id))
        return _single({"object": "interview", "metadata": one.metadata})

    def _hook(self, request: Request, body: Any) -> Answer:
        """Take a registration, whichever of the published names the address has."""
        found = self.postings.get(body.get("posting_id", ""))
        if found is None:
            return _missing()
        self._check_owner(request, found)
        url = body.get("url") or body.get("webhook_url") or ""
        if not url.startswith("https://"):
            self.violation(request, "a webhook's address is not https")
        place = (found.id, body.get("event_type"))
        if place in {(one["posting_id"], one["event_type"]) for one in self.hooks.values()}:
            self.violation(request, "a second registration for one posting and event")
        self._count += 1
        row = {
            "object": "webhook",
            "webhook_id": f"{self._count:032x}",
            "posting_id": found.id,
            "url": url,
            "event_type": body.get("event_type"),
            "is_active": True,
            "created_at": self.now(),
        }
        self.hooks[row["webhook_id"]] = row
        self.ledger.append(Write("hook", found.id))
        return Answer(201, {"data": row, "meta": None})

    # Checks and rows

    def _check_owner(self, request: Request, posting: Posting) -> None:
        if posting.blueprint:
            self.violation(request, "a template's blueprint was touched")
        elif posting.test_posting:
            self.violation(request, "a test posting was touched")
        elif self.owner is not None and posting.metadata.get("syncd") != self.owner:
            self.violation(request, "a posting without this connection's mark was touched")

    def _wrong(self, request: Request, name: str, body: Any) -> Answer | None:
        wrong = faults_of(name, body)
        for path, rule in wrong:
            self.violation(request, f"{name} {'.'.join(map(str, path))}: {rule}")
        if not wrong:
            return None
        detail = [{"loc": ["body", *path], "msg": rule, "type": "value"} for path, rule in wrong]
        return Answer(422, {"detail": detail})

    def _deadline(self, request: Request, body: dict[str, Any]) -> float | None:
        text = body.get("deadline")
        if text is None:
            return self.now() + MONTH
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            self.violation(request, "the deadline is no ISO 8601 moment")
            return None
        if moment.tzinfo is None:
            self.violation(request, "the deadline has no time zone")
            return None
        if moment.timestamp() < self.now():
            self.violation(request, "the deadline is past")
        return moment.timestamp()

    def _only(self, request: Request, known: set[str]) -> None:
        for key in {key for key, _ in request.query} - known:
            self.violation(request, f"unknown query parameter {key}")

    def _page(
        self,
        request: Request,
        rows: list[Any],
        show: Callable[[Any], dict[str, Any]],
        key: Callable[[Any], str],
        extra: set[str],
    ) -> Answer:
        self._only(request, {"limit", "starting_after", *extra})
        rows = rows[::-1]
        limit = request.params.get("limit", "20")
        if not limit.isdigit() or not 1 <= int(limit) <= 100:
            self.violation(request, "limit is not within 1 to 100")
            return _error(422, "invalid_request_error", "validation_error", "limit")
        start = 0
        after = request.params.get("starting_after")
        if after is not None:
            ids = [key(one) for one in rows]
            if after not in ids:
                self.violation(request, "starting_after names nothing that was listed")
                return _error(404, "not_found", "no_such_cursor")
            start = ids.index(after) + 1
        page = rows[start : start + int(limit)]
        more = start + len(page) < len(rows)
        return Answer(
            200,
            {"data": [show(one) for one in page], "pagination": {"has_more": more}},
        )

    def _matching(self, request: Request, rows: list[Posting]) -> list[Posting]:
        wanted = request.params.get("search", "").lower()
        return [one for one in rows if wanted in one.title.lower() and self._shown(one.created_at)]

    def _visible(self, posting_id: str) -> Posting | None:
        found = self.postings.get(posting_id)
        return found if found and self._shown(found.created_at) else None

    def _shown(self, created_at: float) -> bool:
        return created_at + self.lag <= self.now()

    def _normal(self, text: str) -> str:
        """What a server may do to a text: trim it, and run blank lines together."""
        return re.sub(r"\n{3,}", "\n\n", text).strip() if self.normalises else text

    def _posting_id(self) -> str:
        """Eight characters that a careless client would take for a number."""
        count = len(self.postings) + 1
        return f"{count:05d}E{count % 90 + 10:02d}"

    def _posting_row(self, one: Posting) -> dict[str, Any]:
        return {
            "object": "posting",
            "id": one.id,
            "company_id": "C0FFEE01",
            "title": one.title,
            "name": f"slug-{one.id.lower()}",
            "description": one.description,
            "language": "en",
            "interviewer_name": "Sarah",
            "status": self.status(one),
            "finalized": not one.draft,
            "archived": one.archived,
            "test_posting": one.test_posting,
            "workflow": [{"id": "s1", "type": "web_interview", "order": 1, "config": {}}],
            "urls": {
                "candidate_url": f"https://candidates.example.com/{one.id}",
                "ingestion_url_key": f"secret-{one.id}",
                "review_url": f"https://admin.example.com/{one.id}",
            },
            "deadline": one.deadline,
            "ats_metadata": one.ats_metadata,
            "metadata": one.metadata,
            "created_at": one.created_at,
            "updated_at": one.updated_at,
            **one.extra,
        }

    def _stats_row(self, one: Posting) -> dict[str, Any]:
        held = [row for row in self.interviews.values() if row.posting_id == one.id]
        scores = [row.score for row in held if row.score is not None]
        return {
            "object": "posting_stats",
            "posting_id": one.id,
            "title": one.title,
            "total_candidates": len(held),
            "completed_interviews": sum(row.complete for row in held),
            "average_interview_score": sum(scores) / len(scores) if scores else None,
            "average_resume_score": None,
        }


def _summary_row(one: Posting) -> dict[str, Any]:
    return {"object": "posting_summary", "id": one.id, "title": one.title, "name": None}


def _workflow_row(one: Interview) -> dict[str, Any]:
    state = "not_started" if one.status == "pending" else "in_progress"
    if one.status == "knocked_out":
        state = "knocked_out"
    if one.complete:
        state = "completed"
    step = {
        "step_id": "s1",
        "order": 1,
        "status": state,
        "started": state != "not_started",
        "completed": one.complete,
        "knocked_out": state == "knocked_out",
        "last_updated_at": one.last_activity_at,
    }
    return {
        "steps": [step],
        "all_complete": one.complete,
        "last_activity_at": one.last_activity_at,
    }


def _candidate_row(one: Interview) -> dict[str, Any]:
    return {
        "object": "candidate",
        "interview_id": one.interview_id,
        "candidate_id": one.candidate_id,
        "posting_id": one.posting_id,
        "name": one.name,
        "email": one.email,
        "score": one.score,
        "status": one.status,
        "interview_url": f"https://candidates.example.com/i/{one.interview_id}",
        "workflow": _workflow_row(one),
        "agent_summary": {"web_interview": {"score": one.score, "highlights": ["Speaks well."]}},
        "shortlisted": one.status == "shortlisted",
        "dismissed": one.status == "dismissed",
        "metadata": one.metadata,
        "data": one.data,
        "interviewed_at": one.interviewed_at,
        "created_at": one.created_at,
    }


def _data_row(one: Interview) -> dict[str, Any]:
    return {
        "object": "interview_data",
        "interview_id": one.interview_id,
        "candidate_id": one.candidate_id,
        "posting_id": one.posting_id,
        "name": one.name,
        "email": one.email,
        "score": one.score,
        "status": one.status if one.status in FINAL | {"evaluating"} else "not_ready",
        "workflow": _workflow_row(one),
        "metadata": one.metadata,
        "data": one.data,
    }


def _single(row: dict[str, Any]) -> Answer:
    return Answer(200, {"data": row, "meta": None})


def _missing() -> Answer:
    return _error(404, "not_found", "resource_missing")


def _error(status: int, kind: str, code: str, param: str | None = None) -> Answer:
    error: dict[str, Any] = {"type": kind, "code": code, "message": "Refused by the fake."}
    if param:
        error["errors"] = [{"code": "invalid_param", "message": "bad", "param": param}]
    return Answer(status, {"error": error})


def _moment(text: str) -> float | None:
    """ISO 8601 (naive is UTC) or epoch seconds, as both published pages allow."""
    try:
        return float(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
