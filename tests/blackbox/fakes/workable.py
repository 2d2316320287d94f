"""A Workable SPI v3 as recorded: cursors that include their own row, rows that lack details,
empty answers to writes, tags that are replaced as a whole, stages moved to by slug.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from .server import Answer, FakeServer, Request

TOKEN = "wk-token-51be07aa93d84c1f"
MEMBER = "1f395d"
STAGES = ("Sourced", "Applied", "Phone Screen", "Assessment", "Interview", "Offer", "Hired")
ONLY_IN_DETAIL = {
    "image_url", "disqualified_at", "withdrew", "outbound_mailbox", "uploader_id", "cover_letter",
    "summary", "education_entries", "experience_entries", "skills", "answers", "resume_url",
    "tags", "location", "originating_candidate_id",
}  # fmt: skip
JOB_TEXTS = ("description", "full_description", "requirements", "benefits")
ONLY_IN_JOB_DETAIL = {*JOB_TEXTS, "employment_type", "industry", "function", "experience",
                      "education"}  # fmt: skip


def slug(stage: str) -> str:
    return stage.lower().replace(" ", "-")


@dataclass(frozen=True)
class AtsWrite:
    """Something that was applied to a candidate, whatever the client was told.

    ``kind``: note, tag, move, score, rating, reject, revert. ``value``: the note's text, the
    tag added, the slug moved to, the attribute's value.
    """

    at: float
    kind: str
    candidate: str
    value: Any


class FakeWorkable(FakeServer):
    """One account. Rows are kept as the detail call shows them."""

    name = "workable"

    def __init__(self) -> None:
        super().__init__()
        self.token = TOKEN
        self.limit = 100_000
        self.jobs: dict[str, dict[str, Any]] = {}
        self.candidates: dict[str, dict[str, Any]] = {}
        self.activities: dict[str, list[dict[str, Any]]] = {}
        self.members: list[dict[str, Any]] = [_member(MEMBER, "Example Recruiter")]
        self.reasons: list[dict[str, Any]] = []
        self.attributes: dict[str, str] = {}
        self.values: dict[tuple[str, str], Any] = {}
        self.hidden_jobs: set[str] = set()
        self.lists_nothing = False
        self.ledger: list[AtsWrite] = []
        self.stages = [
            {
                "id": 5272269 + at,
                "identifier": f"{0x50779F + at:x}",
                "slug": slug(name),
                "name": name,
                "kind": slug(name),
                "position": at + 1,
            }
            for at, name in enumerate(STAGES)
        ]
        self._next = 0x27270000
        self._window = (0, 0)

    # What a recruiter or an applicant does in Workable

    def add_job(self, title: str, shortcode: str = "", **more: Any) -> str:
        """A published job; return its shortcode, by which other calls know it."""
        code = shortcode or f"{len(self.jobs) + 1:05d}E{len(self.jobs) % 90 + 10:02d}A1"
        created = self.stamp(-30 * 86_400)
        text = f"<p>{title}: a role with a long enough text.</p><ul><li>First</li></ul>"
        row: dict[str, Any] = {
            "id": f"{0x5B5CE9 + len(self.jobs):x}",
            "title": title,
            "full_title": title,
            "shortcode": code,
            "code": None,
            "state": "published",
            "sample": False,
            "confidential": False,
            "department": "Engineering",
            "department_hierarchy": [],
            "url": f"https://nangodev.workable.com/jobs/{5986327 + len(self.jobs)}",
            "location": {"location_str": "Berlin, Germany", "country_code": "DE"},
            "locations": [],
            "created_at": created,
            "updated_at": created,
            "description": text,
            "full_description": text,
            "requirements": "",
            "benefits": "",
            "employment_type": "Full-time",
            **more,
        }
        self.jobs[code] = row
        return code

    def change_job(self, shortcode: str, **more: Any) -> None:
        with self.lock:
            self.jobs[shortcode].update(more, updated_at=self.stamp())

    def add_candidate(
        self,
        job: str,
        name: str,
        email: str | None,
        phone: str | None = None,
        stage: str = "Applied",
        age: float = 0.0,
        **more: Any,
    ) -> str:
        """Somebody who applied ``age`` seconds ago; return the candidate's id."""
        self._next += 1
        code, at = f"{self._next:08x}", self.stamp(-age)
        first, _, last = name.partition(" ")
        row: dict[str, Any] = {
            "id": code,
            "name": name,
            "firstname": first,
            "lastname": last,
            "headline": None,
            "account": {"subdomain": "nangodev", "name": "NangoDev"},
            "job": {"shortcode": job, "title": self.jobs[job]["title"]},
            "stage": stage,
            "stage_kind": slug(stage),
            "disqualified": False,
            "disqualified_at": None,
            "withdrew": False,
            "anonymized": False,
            "disqualification_reason": None,
            "hired_at": None,
            "moved_to_offer_at": None,
            "sourced": False,
            "profile_url": f"https://nangodev.workable.com/backend/candidates/{self._next}",
            "address": None,
            "phone": phone,
            "email": email,
            "domain": None,
            "created_at": at,
            "updated_at": at,
            "resume_url": None,
            "answers": [],
            "tags": [],
            "originating_candidate_id": None,
            **more,
        }
        self.candidates[code] = row
        return code

    def change(self, candidate: str, **more: Any) -> None:
        """A recruiter (or the person) changes something; the row counts as modified."""
        with self.lock:
            row = self.candidates[candidate]
            row.update(more, updated_at=self.stamp())
            if "stage" in more:
                row["stage_kind"] = slug(more["stage"])

    def drag(self, candidate: str, stage: str) -> None:
        """A recruiter drags somebody into another stage."""
        self.change(candidate, stage=stage)

    def disqualify(self, candidate: str) -> None:
        self.change(
            candidate,
            disqualified=True,
            disqualified_at=self.stamp(),
            disqualification_reason="Other candidates are more suitable",
        )

    def hire(self, candidate: str) -> None:
        self.change(candidate, stage="Hired", hired_at=self.stamp())

    def delete(self, candidate: str) -> None:
        with self.lock:
            del self.candidates[candidate]

    # What the tests look at

    def done(self, kind: str, candidate: str = "", since: int = 0) -> list[Any]:
        """The values written of a kind, to one candidate or to all, in order."""
        return [
            one.value
            for one in self.ledger[since:]
            if one.kind == kind and candidate in ("", one.candidate)
        ]

    def stamp(self, offset: float = 0.0) -> str:
        moment = datetime.fromtimestamp(int(self.now() + offset), UTC)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    # The API

    def answer(self, request: Request) -> Answer:
        answer = self._counted(request) or self._routed(request)
        start, used = self._window
        answer.headers.setdefault("X-Rate-Limit-Limit", str(self.limit))
        answer.headers.setdefault("X-Rate-Limit-Remaining", str(max(0, self.limit - used)))
        answer.headers.setdefault("X-Rate-Limit-Reset", str((start + 1) * 10))
        return answer

    def _counted(self, request: Request) -> Answer | None:
        window = int(self.now()) // 10
        used = self._window[1] if self._window[0] == window else 0
        self._window = (window, used + 1)
        if used >= self.limit:
            self.violation(request, "more requests than the limit allows")
            return Answer(429, {"error": "Rate limit exceeded"})
        return None

    def _routed(self, request: Request) -> Answer:
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return Answer(401, {"error": "Not authorized"})
        if any(self.token in value for _, value in request.query):
            self.violation(request, "the token stands in the address")
        if any("@" in value for _, value in request.query):
            self.violation(request, "an e-mail address stands in the address")
        match = re.fullmatch(r"/spi/v3/(.*)", request.path)
        if match is None:
            self.violation(request, "no such path")
            return _missing()
        parts = match[1].split("/")
        return (
            self._read(request, parts) if request.method == "GET" else self._write(request, parts)
        )

    def _read(self, request: Request, parts: list[str]) -> Answer:
        match parts:
            case ["accounts"]:
                return Answer(200, {"accounts": [_account()]})
            case ["accounts", "nangodev"]:
                return Answer(200, _account())
            case ["stages"]:
                return Answer(200, {"stages": self.stages})
            case ["jobs"]:
                return self._jobs(request)
            case ["jobs", code]:
                self._only(request, set())
                job = self.jobs.get(code)
                detail = {key: value for key, value in (job or {}).items() if key != "sample"}
                return Answer(200, detail) if job else _missing()
            case ["jobs", code, "stages"] if code in self.jobs:
                return Answer(200, {"stages": self.stages})
            case ["jobs", code, "candidates"] if code in self.jobs:
                return self._candidates(request, code)
            case ["jobs", code, "members"] if code in self.jobs:
                return Answer(200, {"members": self.members})
            case ["jobs", code, "custom_attributes"] if code in self.jobs:
                return self._custom_attributes()
            case ["candidates"]:
                return self._candidates(request, None)
            case ["candidates", code] if code in self.candidates:
                self._only(request, set())
                return Answer(200, {"candidate": self.candidates[code]})
            case ["candidates", code, "activities"] if code in self.candidates:
                return self._activities(request, code)
            case ["members"]:
                self._only(request, {"limit", "since_id", "max_id", "role", "shortcode", "status"})
                return Answer(200, {"members": self.members})
            case ["disqualification_reasons"]:
                return Answer(200, self.reasons)
            case ["custom_attributes"]:
                return self._custom_attributes()
            case ["subscriptions"]:
                return Answer(200, {"subscriptions": []})
            case ["jobs" | "candidates", *_]:
                return _missing()
        self.violation(request, "no such path")
        return _missing()

    def _jobs(self, request: Request) -> Answer:
        extra = {"state", "created_after", "updated_after", "include_fields"}
        wanted = request.params.get("include_fields", "")
        fields = set(filter(None, wanted.split(",")))
        if fields - set(JOB_TEXTS):
            self.violation(request, "include_fields names an unknown field")
        state = request.params.get("state")
        if state not in (None, "draft", "published", "archived", "closed"):
            self.violation(request, "an unknown state")
        rows = [
            one
            for code, one in self.jobs.items()
            if code not in self.hidden_jobs
            and not self.lists_nothing
            and state in (None, one["state"])
            and self._since(request, one)
        ]
        left_out = ONLY_IN_JOB_DETAIL - fields

        def show(one: dict[str, Any]) -> dict[str, Any]:
            return {key: value for key, value in one.items() if key not in left_out}

        return self._page(request, rows, "jobs", show, "/spi/v3/jobs", extra)

    def _candidates(self, request: Request, job: str | None) -> Answer:
        wanted = job or request.params.get("shortcode")
        stage = request.params.get("stage")
        if stage is not None and stage not in {one["slug"] for one in self.stages}:
            self.violation(request, "a stage filter takes the slug")
        rows = [
            one
            for one in list(self.candidates.values())
            if wanted in (None, one["job"]["shortcode"])
            and stage in (None, slug(one["stage"]))
            and self._since(request, one)
        ]
        extra = {"shortcode", "stage", "created_after", "updated_after", "state"}
        # A filter by job is answered with a next page below the job, as recorded.
        path = f"/spi/v3/jobs/{wanted}/candidates" if wanted else "/spi/v3/candidates"
        return self._page(request, rows, "candidates", _list_row, path, extra)

    def _since(self, request: Request, row: dict[str, Any]) -> bool:
        for key, column in (("created_after", "created_at"), ("updated_after", "updated_at")):
            text = request.params.get(key)
            if text is None:
                continue
            try:
                bound = datetime.fromisoformat(text)
            except ValueError:
                self.violation(request, f"{key} is no ISO 8601 moment")
                return False
            moment = datetime.fromisoformat(row[column])
            if moment <= (bound if bound.tzinfo else bound.replace(tzinfo=UTC)):
                return False
        return True

    def _page(
        self,
        request: Request,
        rows: list[dict[str, Any]],
        name: str,
        show: Callable[[dict[str, Any]], dict[str, Any]],
        path: str,
        extra: set[str],
    ) -> Answer:
        self._only(request, {"limit", "since_id", "max_id", *extra})
        limit = request.params.get("limit", "50")
        if not limit.isdigit() or not 1 <= int(limit) <= 100:
            self.violation(request, "limit is not within 1 to 100")
            return Answer(422, {"error": "limit"})
        rows = sorted(rows, key=lambda one: int(one["id"], 16))
        since = request.params.get("since_id")
        if since is not None:
            rows = [one for one in rows if int(one["id"], 16) >= int(since, 16)]
        body: dict[str, Any] = {name: [show(one) for one in rows[: int(limit)]]}
        if len(rows) > int(limit):
            keep = {
                key: value
                for key, value in request.query
                if key != "since_id" and (key != "shortcode" or "/jobs/" not in path)
            }
            query = urlencode({**keep, "limit": limit, "since_id": rows[int(limit)]["id"]})
            body["paging"] = {"next": f"{self.origin}{path}?{query}"}
        return Answer(200, body)

    def _activities(self, request: Request, code: str) -> Answer:
        rows = self.activities.get(code, [])
        path = f"/spi/v3/candidates/{code}/activities"
        return self._page(request, rows, "activities", dict, path, set())

    def _custom_attributes(self) -> Answer:
        rows = [
            {"id": key, "type": "numeric", "enabled": True, "label": label}
            for key, label in self.attributes.items()
        ]
        return Answer(200, {"custom_attributes": rows})

    def _write(self, request: Request, parts: list[str]) -> Answer:
        self._only(request, set())
        try:
            body = request.json()
        except ValueError:
            self.violation(request, "the body is no JSON")
            return Answer(422, {"error": "Invalid JSON"})
        match (request.method, parts):
            case (_, ["candidates", code, *_]) if code not in self.candidates:
                return _missing()
            case ("POST", ["candidates", code, "move"]):
                return self._move(request, code, body)
            case ("POST", ["candidates", code, "comments"]):
                return self._comment(request, code, body)
            case ("POST", ["candidates", code, "disqualify"]):
                return self._reject(request, code, body)
            case ("PUT", ["candidates", code, "tags"]):
                return self._tags(request, code, body)
            case ("PATCH", ["candidates", code, "update_custom_attribute_value"]):
                return self._value(request, code, body)
            case ("POST" | "PUT", ["candidates", code, "ratings"]):
                self._keys(request, body, {"member_id", "comment", "grade", "scale"})
                self._note(code, "rating", body.get("grade"))
                return Answer(200)
        self.violation(request, "no such path, or one that syncd has no business with")
        return _missing()

    def _move(self, request: Request, code: str, body: Any) -> Answer:
        if wrong := self._keys(request, body, {"member_id", "target_stage"}):
            return wrong
        target = next((one for one in self.stages if one["slug"] == body.get("target_stage")), None)
        if target is None:
            self.violation(request, "a move takes the slug of a stage of the job")
            return Answer(422, {"error": "Invalid stage"})
        row = self.candidates[code]
        if row["disqualified"] or row["hired_at"]:
            self.violation(request, "somebody rejected or hired was moved")
        if row["stage"] == target["name"]:
            self.violation(request, "somebody was moved to where they are")
        self.change(code, stage=target["name"])
        self._note(code, "move", target["slug"])
        self._activity(code, target["slug"], None)
        return Answer(200)

    def _comment(self, request: Request, code: str, body: Any) -> Answer:
        if wrong := self._keys(request, body, {"member_id", "comment"}):
            return wrong
        comment = body["comment"]
        if not isinstance(comment, dict) or set(comment) != {"body"} or not comment["body"]:
            self.violation(request, "a comment is {'body': text}")
            return Answer(422, {"error": "Invalid comment"})
        self._note(code, "note", comment["body"])
        number = self._activity(code, "comment", comment["body"])
        self.change(code)
        return Answer(200, {"id": number})

    def _reject(self, request: Request, code: str, body: Any) -> Answer:
        known = {"member_id", "disqualify_reason_id", "disqualify_note", "withdrew"}
        if wrong := self._keys(request, body, known, required={"member_id"}):
            return wrong
        self.disqualify(code)
        self._note(code, "reject", body.get("disqualify_reason_id"))
        return Answer(200)

    def _tags(self, request: Request, code: str, body: Any) -> Answer:
        if wrong := self._keys(request, body, {"tags"}, member=False):
            return wrong
        row = self.candidates[code]
        if set(row["tags"]) - set(body["tags"]):
            self.violation(request, "tags of others were lost")
        for tag in body["tags"]:
            if tag not in row["tags"]:
                self._note(code, "tag", tag)
        self.change(code, tags=list(dict.fromkeys(body["tags"])))
        return Answer(200, {"tags": row["tags"]})

    def _value(self, request: Request, code: str, body: Any) -> Answer:
        values = {"checked", "value", "date", "choices", "file", "file_url"}
        known = {"member_id", "custom_attribute_key", *values}
        if wrong := self._keys(request, body, known, {"custom_attribute_key"}, member=False):
            return wrong
        key = body["custom_attribute_key"]
        if key not in self.attributes:
            return Answer(404, {"error": "Not found"})
        if len(values & set(body)) != 1:
            self.violation(request, "exactly one kind of value is taken")
            return Answer(422, {"error": "Invalid value"})
        value = body[next(iter(values & set(body)))]
        self.values[code, key] = value
        self.change(code)
        self._note(code, "score", value)
        return Answer(201, {"candidate": self.candidates[code]})

    def _keys(
        self,
        request: Request,
        body: Any,
        known: set[str],
        required: set[str] | None = None,
        member: bool = True,
    ) -> Answer | None:
        wanted = known if required is None else required
        if not isinstance(body, dict) or set(body) - known or wanted - set(body):
            keys = sorted(body) if isinstance(body, dict) else type(body).__name__
            self.violation(request, f"the body's keys are {keys}")
            return Answer(422, {"error": "Invalid body"})
        active = {one["id"] for one in self.members if one["active"]}
        if member and body.get("member_id") not in active:
            self.violation(request, "no active member of that id")
            return Answer(422, {"error": "Invalid member"})
        return None

    def _only(self, request: Request, known: set[str]) -> None:
        for key in {key for key, _ in request.query} - known:
            self.violation(request, f"unknown query parameter {key}")

    def _note(self, code: str, kind: str, value: Any) -> None:
        self.ledger.append(AtsWrite(self.now(), kind, code, value))

    def _activity(self, code: str, action: str, text: str | None) -> str:
        self._next += 1
        number = f"{self._next:08x}"
        self.activities.setdefault(code, []).append(
            {
                "id": number,
                "action": action,
                "stage_name": self.candidates[code]["stage"],
                "created_at": self.stamp(),
                "updated_at": self.stamp(),
                "member": {"id": MEMBER, "name": "Example Recruiter", "type": "Member"},
                "body": text,
            }
        )
        return number


def _list_row(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in ONLY_IN_DETAIL}


def _member(code: str, name: str) -> dict[str, Any]:
    return {"id": code, "name": name, "email": "recruiter@example.com", "role": "admin",
            "type": "Member", "active": True}  # fmt: skip


def _account() -> dict[str, Any]:
    return {"id": "b4e8e", "name": "NangoDev", "subdomain": "nangodev", "description": None,
            "summary": None, "website_url": "https://example.com"}  # fmt: skip


def _missing() -> Answer:
    return Answer(404, {"error": "Not found"})
