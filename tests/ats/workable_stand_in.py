"""A Workable account in memory, on an httpx transport.

As stubborn as the real one: cursors mean "this id or a later one" and name the last row of the
page, so that every page repeats a row; a list by job goes on below the job; list rows lack what
only the answer about one tells; writes answer with nothing; tags are replaced as a whole; moves
take slugs; its clock is not ours.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx

from syncd.ats.workable import Workable, WorkableSettings, connector
from syncd.clock import Clock
from syncd.http.session import Network

TOKEN = "synthetic-token-0123456789"
ORIGIN = "https://example.workable.com"
ADMIN = "1f395d"
ONLY_ALONE = ("withdrew", "tags", "originating_candidate_id")
STAGES = ("Sourced", "Applied", "Phone Screen", "Interview", "Hired")


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    params: dict[str, str]
    body: Any


Answering = Callable[[Asked], httpx.Response]


@dataclass
class StandIn:
    """The account. ``ahead``: its clock minus ours. ``lag``: how long a change takes to be listed.

    ``faults`` holds answers given instead of its own, by "METHOD path" pattern, the first match
    once for each entry.
    """

    clock: Clock
    ahead: float = 0.0
    lag: float = 0.0
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    candidates: dict[str, dict[str, Any]] = field(default_factory=dict)
    activities: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    members: list[dict[str, Any]] = field(default_factory=list)
    reasons: list[dict[str, Any]] = field(default_factory=list)
    attributes: list[dict[str, Any]] = field(default_factory=list)
    values: dict[tuple[str, str], Any] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    faults: list[tuple[str, Answering]] = field(default_factory=list)
    before_answer: Callable[[Asked], None] | None = None

    def __post_init__(self) -> None:
        self._last = 0x27270000
        self.members.append({"id": ADMIN, "role": "admin", "active": True})

    # What happens in the account

    def now(self) -> float:
        return self.clock.now() + self.ahead

    def stamp(self, offset: float = 0.0) -> str:
        return datetime.fromtimestamp(int(self.now() + offset), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def add_job(self, shortcode: str, **more: Any) -> None:
        self.jobs[shortcode] = {
            "id": f"{0x5B5CE9 + len(self.jobs):x}",
            "title": f"Job {shortcode}",
            "shortcode": shortcode,
            "state": "published",
            "created_at": "2026-03-25T00:00:00Z",
            "updated_at": self.stamp(-3600),
            "full_description": "<p>A job.</p>",
            "employment_type": "Full-time",
            **more,
        }

    def add_candidate(self, job: str | None, *, age: float = 3600.0, **more: Any) -> str:
        self._last += 1
        code = f"{self._last:x}"
        self.candidates[code] = {
            "id": code,
            "name": f"Person {code}",
            "email": f"p{code}@example.com",
            "job": {"shortcode": job} if job else None,
            "stage": "Applied",
            "stage_kind": "applied",
            "disqualified": False,
            "withdrew": False,
            "anonymized": False,
            "hired_at": None,
            "tags": [],
            "originating_candidate_id": None,
            "created_at": self.stamp(-age),
            "updated_at": self.stamp(-age),
            **more,
        }
        return code

    def change(self, code: str, **more: Any) -> None:
        self.candidates[code].update(more, updated_at=self.stamp())

    def comment(self, code: str, body: str | None, action: str = "comment") -> str:
        self._last += 1
        number = f"{self._last:x}"
        rows = self.activities.setdefault(code, [])
        rows.append({"id": number, "action": action, "body": body})
        return number

    def writes(self) -> list[Asked]:
        return [asked for asked in self.asked if asked.method != "GET"]

    # The connector on it

    def settings(self, **more: Any) -> WorkableSettings:
        given = {"type": "workable", "subdomain": "example", "api_token": TOKEN, **more}
        return WorkableSettings.model_validate({"requests": "1000/s", **given})

    def connect(self, **more: Any) -> Workable:
        network = Network(clock=self.clock, transport=httpx.MockTransport(self.answer))
        port = connector.open(self.settings(**more), network)
        assert isinstance(port, Workable)
        return port

    # Its API

    def answer(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        assert f"{url.scheme}://{url.host}" == ORIGIN, "the token left for another host"
        assert TOKEN not in str(url)
        asked = Asked(
            request.method,
            url.path,
            dict(parse_qsl(url.query.decode())),
            json.loads(request.content) if request.content else None,
        )
        self.asked.append(asked)
        if self.before_answer is not None:
            self.before_answer(asked)
        answer = self._fault(asked)
        if answer is None and request.headers.get("authorization") != f"Bearer {TOKEN}":
            answer = httpx.Response(401, json={"error": "Not authorized"})
        answer = answer or self._answer(asked)
        moment = datetime.fromtimestamp(int(self.now()), UTC)
        answer.headers.setdefault("date", format_datetime(moment, usegmt=True))
        return answer

    def _fault(self, asked: Asked) -> httpx.Response | None:
        for at, (pattern, answering) in enumerate(self.faults):
            if re.fullmatch(pattern, f"{asked.method} {asked.path}"):
                del self.faults[at]
                return answering(asked)
        return None

    def _answer(self, asked: Asked) -> httpx.Response:
        match asked.method, asked.path.removeprefix("/spi/v3/").split("/"):
            case "GET", ["jobs"]:
                hidden = {"full_description", "employment_type"}
                return self._page(asked, list(self.jobs.values()), "jobs", hidden)
            case "GET", ["jobs", code] if code in self.jobs:
                return httpx.Response(200, json=self.jobs[code])
            case "GET", ["jobs", code, "stages"] if code in self.jobs:
                return httpx.Response(200, json={"stages": _stages()})
            case "GET", ["stages"]:
                return httpx.Response(200, json={"stages": _stages()})
            case "GET", ["candidates"]:
                return self._candidates(asked, asked.params.get("shortcode"))
            case "GET", ["jobs", code, "candidates"] if code in self.jobs:
                return self._candidates(asked, code)
            case "GET", ["candidates", code] if code in self.candidates:
                return httpx.Response(200, json={"candidate": self.candidates[code]})
            case "GET", ["candidates", code, "activities"] if code in self.candidates:
                return self._page(asked, self.activities.get(code, []), "activities", set())
            case "GET", ["members"]:
                active = asked.params.get("status") == "active"
                rows = [one for one in self.members if one.get("active") or not active]
                return self._page(asked, rows, "members", set())
            case "GET", ["disqualification_reasons"]:
                return httpx.Response(200, json=self.reasons)
            case "GET", ["custom_attributes"]:
                return httpx.Response(200, json={"custom_attributes": self.attributes})
            case "POST" | "PUT" | "PATCH", ["candidates", code, what] if code in self.candidates:
                return self._write(code, what, asked.body)
        return httpx.Response(404, json={"error": "Not found"})

    def _candidates(self, asked: Asked, job: str | None) -> httpx.Response:
        rows = list(self.candidates.values())
        if job is not None:
            if job not in self.jobs:
                return httpx.Response(404, json={"error": "Not found"})
            rows = [row for row in rows if (row["job"] or {}).get("shortcode") == job]
        after = asked.params.get("updated_after")
        if after is not None:
            bound = datetime.fromisoformat(after).timestamp()
            rows = [row for row in rows if bound < _epoch(row) <= self.now() - self.lag]
        path = f"/spi/v3/jobs/{job}/candidates" if job else asked.path
        return self._page(asked, rows, "candidates", set(ONLY_ALONE), path)

    def _page(
        self,
        asked: Asked,
        rows: list[dict[str, Any]],
        key: str,
        hidden: set[str],
        path: str | None = None,
    ) -> httpx.Response:
        limit = int(asked.params.get("limit", "50"))
        assert 1 <= limit <= 100
        rows = sorted(rows, key=lambda row: int(row["id"], 16))
        since = int(asked.params.get("since_id", "0"), 16)
        rows = [row for row in rows if int(row["id"], 16) >= since]
        shown = [{k: v for k, v in row.items() if k not in hidden} for row in rows[:limit]]
        body: dict[str, Any] = {key: shown}
        if len(rows) > limit:
            kept = {k: v for k, v in asked.params.items() if k not in ("since_id", "shortcode")}
            query = urlencode({**kept, "since_id": rows[limit - 1]["id"]})
            # The documentation shows another host in this place.
            body["paging"] = {"next": f"https://www.workable.com{path or asked.path}?{query}"}
        return httpx.Response(200, json=body)

    def _write(self, code: str, what: str, body: dict[str, Any]) -> httpx.Response:
        acting = {one["id"] for one in self.members if one.get("active")}
        if what in ("move", "comments", "disqualify") and body["member_id"] not in acting:
            return httpx.Response(422, json={"error": "Validation failed"})
        match what:
            case "move":
                named = dict(_slugs())
                if body["target_stage"] not in named:
                    return httpx.Response(422, json={"error": "Invalid stage"})
                self.change(code, stage=named[body["target_stage"]])
                return httpx.Response(200, text="")
            case "comments":
                number = self.comment(code, body["comment"]["body"])
                return httpx.Response(200, json={"id": number})
            case "tags":
                self.change(code, tags=body["tags"])
                return httpx.Response(202, json={"tags": body["tags"]})
            case "disqualify":
                self.change(code, disqualified=True, reason=body.get("disqualify_reason_id"))
                return httpx.Response(200, text=" ")
            case "update_custom_attribute_value":
                key = body["custom_attribute_key"]
                if key not in {one["id"] for one in self.attributes}:
                    return httpx.Response(404, json={"error": "Not found"})
                self.values[code, key] = body["value"]
                return httpx.Response(201, json={"candidate": self.candidates[code]})
        return httpx.Response(404, json={"error": "Not found"})


def _epoch(row: dict[str, Any]) -> float:
    return datetime.fromisoformat(row["updated_at"]).timestamp()


def _slugs() -> list[tuple[str, str]]:
    return [(name.lower().replace(" ", "-"), name) for name in STAGES]


def _stages() -> list[dict[str, Any]]:
    rows = [
        {"slug": slug, "name": name, "kind": slug, "position": at}
        for at, (slug, name) in enumerate(_slugs(), 1)
    ]
    return rows[::-1]  # the order of the answer says nothing, the position does
