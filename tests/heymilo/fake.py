"""A small HeyMilo: postings, candidates and registrations that are kept between requests."""

import json
from collections.abc import Callable
from typing import Any

import httpx

from syncd.heymilo.client import HeyMilo
from syncd.http.session import Network
from syncd.settings.schema import HeyMiloSettings
from tests.clock import ManualClock

KEY = "hm-test-0123456789"
Handler = Callable[[httpx.Request], httpx.Response]


class FakeHeyMilo:
    """Answers like the API; ``instead`` replaces the next answers, ``log`` is what was asked."""

    def __init__(self) -> None:
        self.postings: dict[str, dict[str, Any]] = {}
        self.candidates: dict[str, list[dict[str, Any]]] = {}
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.metadata: dict[str, dict[str, str]] = {}
        self.instead: list[httpx.Response] = []
        self.log: list[httpx.Request] = []
        self.sent: list[Any] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.log.append(request)
        self.sent.append(json.loads(request.content) if request.content else None)
        if request.headers.get("x-api-key") != KEY:
            return error(401, "authentication_error")
        if self.instead:
            return self.instead.pop(0)
        parts = request.url.raw_path.decode().split("?")[0].split("/")[3:]
        return self._route(request.method, [httpx.URL("/" + p).path[1:] for p in parts], request)

    def _route(self, method: str, parts: list[str], request: httpx.Request) -> httpx.Response:
        body = self.sent[-1]
        match method, parts:
            case "GET", ["workspaces"]:
                return ok(self.rows["workspaces"], pagination={"has_more": False})
            case "GET", ["postings"] | ["postings", "list"]:
                wanted = request.url.params.get("search", "").lower()
                rows = [p for p in self.postings.values() if wanted in p["title"].lower()]
                return page(rows, request)
            case "POST", ["postings"]:
                posting_id = f"P{len(self.postings):07}"
                made = posting(posting_id, **{k: v for k, v in body.items() if k != "deadline"})
                self.postings[posting_id] = made
                created = {"id": posting_id, "status": "draft", "urls": {}, "created_at": 1.5}
                return ok({**created, "posting": made}, 201)
            case method, ["postings", posting_id, *rest] if posting_id in self.postings:
                return self._posting(method, posting_id, rest, request)
            case "GET", ["interviews", interview_id, "data"]:
                found = [
                    row
                    for rows in self.candidates.values()
                    for row in rows
                    if row["interview_id"] == interview_id
                ]
                return ok(found[0]) if found else error(404, "not_found")
            case "GET" | "POST", ["interviews", interview_id, "metadata"]:
                if method == "POST":
                    self.metadata[interview_id] = body["metadata"]
                if interview_id not in self.metadata:
                    return error(404, "not_found")
                return ok({"object": "metadata", "metadata": self.metadata[interview_id]})
            case "POST", ["webhooks"]:
                hook = {
                    "webhook_id": "w1",
                    "posting_id": body["posting_id"],
                    "webhook_url": body["webhook_url"],
                    "event_type": body["event_type"],
                }
                self.rows.setdefault("webhooks", []).append(hook)
                return ok(hook, 201)
            case "DELETE", ["webhooks", webhook_id]:
                kept = [h for h in self.rows["webhooks"] if h["webhook_id"] != webhook_id]
                gone = len(kept) < len(self.rows["webhooks"])
                self.rows["webhooks"] = kept
                return ok({"webhook_id": webhook_id}) if gone else error(404, "not_found")
            case "GET", [*names] if "/".join(names) in self.rows:
                rows = self.rows["/".join(names)]
                return page(rows, request, next((k for k in rows[0] if k.endswith("id")), "id"))
        return error(404, "not_found")

    def _posting(
        self, method: str, posting_id: str, rest: list[str], request: httpx.Request
    ) -> httpx.Response:
        held, body = self.postings[posting_id], self.sent[-1]
        people = self.candidates.setdefault(posting_id, [])
        match method, rest:
            case "GET", []:
                return ok(held)
            case "PATCH", []:
                held.update(body)
                return ok(held)
            case "POST", ["activate"]:
                held.update(status="active", finalized=True)
                return ok(held)
            case "POST", ["archive"]:
                held.update(status="archived", archived=True)
                return ok(held)
            case "GET", ["stats"]:
                return ok({"posting_id": posting_id, "total_candidates": len(people)})
            case "GET", ["candidates"]:
                since = float(request.url.params.get("created_after", 0))
                rows = [person for person in people if person["created_at"] >= since]
                return page(rows, request, "interview_id")
            case "POST", ["candidates"]:
                return ok(self._invite(posting_id, body), 201)
            case "POST", ["candidates", "bulk"]:
                return ok([self._invite(posting_id, person) for person in body["data"]], 201)
        return error(404, "not_found")

    def _invite(self, posting_id: str, person: dict[str, Any]) -> dict[str, Any]:
        people = self.candidates[posting_id]
        row = candidate(f"{len(people):016X}", posting_id, created_at=float(len(people)), **person)
        people.append(row)
        return {
            "interview_id": row["interview_id"],
            "interview_url": "https://interviews.example.com/i/secret",
            "posting_id": posting_id,
            "metadata": person.get("metadata"),
        }

    def open(self, clock: ManualClock | None = None, key: str = KEY, **network: Any) -> HeyMilo:
        """A client of this HeyMilo."""
        settings = HeyMiloSettings(api_key=key, base_url="https://heymilo.example.com")
        transport = httpx.MockTransport(self)
        return HeyMilo.open(
            settings, Network(clock or ManualClock(), transport=transport, **network)
        )


def posting(posting_id: str, **fields: Any) -> dict[str, Any]:
    """A posting as the API shows it."""
    return {
        "object": "posting",
        "id": posting_id,
        "company_id": "c1",
        "title": "Synthetic Job",
        "description": "",
        "status": "draft",
        "finalized": False,
        "archived": False,
        "test_posting": False,
        "metadata": None,
        "shape_of_tomorrow": {"new": True},
        **fields,
    }


def candidate(interview_id: str, posting_id: str, **fields: Any) -> dict[str, Any]:
    """A candidate as the API shows it."""
    return {
        "interview_id": interview_id,
        "candidate_id": None,
        "posting_id": posting_id,
        "score": None,
        "status": "pending",
        "shortlisted": None,
        **fields,
    }


def ok(data: Any, status: int = 200, **more: Any) -> httpx.Response:
    return httpx.Response(status, json={"data": data, **more})


def page(rows: list[dict[str, Any]], request: httpx.Request, key: str = "id") -> httpx.Response:
    """One page by ``limit`` and ``starting_after``, as the API gives it."""
    after = request.url.params.get("starting_after")
    ids = [row[key] for row in rows]
    if after is not None and after not in ids:
        return error(400, "invalid_cursor")
    start = 0 if after is None else ids.index(after) + 1
    end = start + int(request.url.params["limit"])
    more = end < len(rows)
    return ok(rows[start:end], pagination={"has_more": more, "total_count": None, "url": None})


def error(status: int, code: str, **more: Any) -> httpx.Response:
    body = {"type": "invalid_request_error", "code": code, "message": "prose", **more}
    return httpx.Response(status, json={"error": body})
