"""Harvest v3 as the vendor's description has it, for one account in memory.

As stubborn as the real one: nothing is told without a token that lives, no list has an address for
one row, an unknown parameter is refused, and so is any parameter beside a cursor. Lists are ordered
by id, the newest first. An application tells the id of the job's stage and that of its own entry
into it; a move takes the one that ``moves_take`` names.
"""

import base64
import copy
import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import parse_qs

from syncd.sandbox.wire import Answer, Refusal, Request, Routes, say

API = "https://harvest.example.com"
AUTH = "https://auth.example.com"
CLIENT_ID = "synthetic-client"
CLIENT_SECRET = "synthetic-client-secret-0123456789"
USER = "4242"
STAGES = ("Application Review", "Phone Screen", "Face to Face", "Offer")
LIFETIME = 3600.0

_BASIC = "Basic " + base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
_FILTERS: dict[str, dict[str, str]] = {
    "jobs": {"status": "status"},
    "job_posts": {"job_ids": "job_id"},
    "job_interview_stages": {"job_ids": "job_id"},
    "applications": {"job_ids": "job_id", "candidate_ids": "candidate_id", "status": "status"},
    "candidates": {},
    "departments": {},
    "offices": {},
    "candidate_tags": {},
    "applied_candidate_tags": {"candidate_ids": "candidate_id"},
    "rejection_reasons": {},
    "custom_fields": {"field_type": "field_type", "active": "active"},
    "notes": {"candidate_ids": "candidate_id", "application_ids": "application_id"},
    "users": {},
}
_VISIBLE = {
    "admin_only": "admin_only_visible",
    "private": "privately_visible",
    "public": "publicly_visible",
}

Row = dict[str, Any]


class GreenhouseRest:
    """Answers requests; ``limit`` requests are answered in 30 seconds."""

    def __init__(
        self, now: Callable[[], float], page_size: Callable[[], int], lag: Callable[[], float]
    ) -> None:
        self._now, self._page_size, self._lag = now, page_size, lag
        self._past: dict[tuple[str, int], list[tuple[float, Row | None]]] = {}
        self._ids, self._tokens = itertools.count(1001), itertools.count(1)
        self._cursors: dict[str, tuple[str, dict[str, str], int]] = {}
        self.tokens: dict[str, float] = {}
        self.forms: list[dict[str, str]] = []
        self.odd: Mapping[str, list[Any]] = {}
        self.forbidden: set[str] = set()
        self.moves_take: Literal["stages", "entries"] = "stages"
        self.moments_in: Literal["pipes", "brackets", "nothing"] = "pipes"
        self.lifetime_as: Literal["expires_at", "expires_in", "nothing"] = "expires_at"
        self.limit = 300
        self.asked: dict[int, int] = {}
        self._routes = Routes()
        for method, path, handler in (
            ("GET", "/v3/{what}", self._list),
            ("POST", "/v3/applications/{key}/move", self._move),
            ("POST", "/v3/applications/{key}/reject", self._reject),
            ("PATCH", "/v3/applications/{key}", self._patch),
            ("POST", "/v3/notes", self._write_note),
            ("POST", "/v3/candidate_tags", self._make_tag),
            ("POST", "/v3/applied_candidate_tags", self._apply_tag),
        ):
            self._routes.add(method, path, handler)
        self.add("users", {"name": "A Site Admin", "site_admin": True}, key=int(USER))
        for name in ("Lacking skill(s)/qualification(s)", "Wasn't interested"):
            self.add("rejection_reasons", {"name": name, "type": {"key": "WE_REJECTED_THEM"}})
        self.add("candidate_tags", {"name": "HeyMilo: passed"})
        field = {"name": "Interview Score", "name_key": "interview_score", "active": True}
        number = {"field_type": "application", "value_type": "number"}
        self.score_field = self.add("custom_fields", {**field, **number})

    # What is kept

    def moment(self, at: float | None = None) -> str:
        told = datetime.fromtimestamp(self._now() if at is None else at, UTC)
        return told.strftime("%Y-%m-%dT%H:%M:%S.") + f"{told.microsecond // 1000:03d}Z"

    def add(
        self, what: str, row: Row, *, key: int | None = None, created_at: float | None = None
    ) -> int:
        key = next(self._ids) if key is None else key
        made = {"created_at": self.moment(created_at), "updated_at": self.moment()}
        self._past[what, key] = [(self._now(), {"id": key, **row, **made})]
        return key

    def change(self, what: str, key: int, **fields: Any) -> None:
        row = {**self.get(what, key), **fields, "updated_at": self.moment()}
        self._past[what, key].append((self._now(), row))

    def remove(self, what: str, key: int) -> None:
        self._past[what, key].append((self._now(), None))

    def get(self, what: str, key: int) -> Row:
        """A row as it is; KeyError if there is none."""
        row = self._past[what, key][-1][1]
        if row is None:
            raise KeyError(key)
        return copy.deepcopy(row)

    def rows(self, what: str, *, lag: float = 0.0) -> Iterator[Row]:
        """Rows as they were so long ago, in the order of their making."""
        for (kind, _), past in list(self._past.items()):
            seen = [row for at, row in past if at <= self._now() - lag]
            if kind == what and seen and seen[-1] is not None:
                yield copy.deepcopy(seen[-1])

    def named(self, what: str, name: str) -> int:
        """The id of what has that name; it is made if nothing has."""
        known = next((int(row["id"]) for row in self.rows(what) if row["name"] == name), None)
        return self.add(what, {"name": name}) if known is None else known

    def add_pipeline(self, job_id: int) -> None:
        """A job's stages, and one that is not in use any more; told in no order at all."""
        told = [(name, number, True) for number, name in enumerate(STAGES)]
        told = [*told[2:], ("Old stage", 0, False), *told[:2]]
        for name, number, active in told:
            row = {"job_id": job_id, "name": name, "sort_order": number, "active": active}
            self.add("job_interview_stages", row)

    def entry(self, job_id: int, stage: str) -> Row:
        """What an application tells on entering a stage of a job, by the stage's name."""
        named = (r for r in self.rows("job_interview_stages") if r["job_id"] == job_id)
        found = next(int(row["id"]) for row in named if row["name"] == stage)
        return self._entry(found, stage)

    def _entry(self, stage_id: int, stage: str) -> Row:
        return {
            "stage_id": next(self._ids),
            "job_interview_stage_id": stage_id,
            "stage_name": stage,
        }

    def filters(self, what: str) -> set[str]:
        """The parameters of a list, besides those that every list has."""
        return set(_FILTERS[what])

    # What is answered

    def answer(self, request: Request) -> Answer:
        if request.path == "/token":
            return self._token(request)
        window = int(self._now() // 30)
        self.asked[window] = self.asked.get(window, 0) + 1
        left, reset = self.limit - self.asked[window], (window + 1) * 30
        told = {"x-ratelimit-limit": str(self.limit), "x-ratelimit-reset": str(reset)}
        if left < 0:
            wait = str(max(1, reset - int(self._now())))
            return say(429, {"message": "Too many"}).with_headers({**told, "retry-after": wait})
        answer = self._dispatch(request)
        return answer.with_headers({**told, "x-ratelimit-remaining": str(left)})

    def _dispatch(self, request: Request) -> Answer:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self.tokens.get(token, float("-inf")) <= self._now():
            return problem(401, "Unauthorized")
        found = self._routes.find(request.method, request.path)
        if found is None:
            return problem(404, "Not found")
        if request.path.split("/")[2] in self.forbidden:
            return problem(403, "Forbidden")
        handler, arguments = found
        try:
            return handler(request, **arguments)
        except Refusal as refusal:
            return refusal.answer
        except KeyError:
            return problem(404, "Not found")

    def _token(self, request: Request) -> Answer:
        form = {key: values[0] for key, values in parse_qs(request.body.decode()).items()}
        self.forms.append(form)
        if request.headers.get("authorization") != _BASIC:
            return say(401, {"error": "invalid_client"})
        if form.get("grant_type") != "client_credentials" or form.get("sub", USER) != USER:
            return say(400, {"error": "invalid_request"})
        token = f"synthetic-token-{next(self._tokens)}"
        self.tokens[token] = self._now() + LIFETIME
        ends: dict[str, Row] = {
            "expires_at": {"expires_at": self.moment(self._now() + LIFETIME)},
            "expires_in": {"expires_in": int(LIFETIME)},
            "nothing": {},
        }
        return say(200, {"token_type": "Bearer", "access_token": token, **ends[self.lifetime_as]})

    def _list(self, request: Request, what: str) -> Answer:
        asked = dict(request.params)
        if what not in _FILTERS:
            return problem(404, "Not found")
        before = None
        if "cursor" in asked:
            known = self._cursors.get(asked["cursor"])
            if len(asked) > 1 or known is None or known[0] != what:
                raise Refusal(problem(422, "Invalid query params: cursor", "cursor"))
            _, asked, before = known
        size = min(int(asked.get("per_page", 100)), self._page_size())
        if not 1 <= int(asked.get("per_page", 100)) <= 500:
            raise Refusal(problem(422, "Invalid query params: per_page", "per_page"))
        rows: list[Any] = sorted(self._found(what, asked), key=lambda r: -int(r["id"]))
        rows = [row for row in rows if before is None or row["id"] < before]
        page, rest = rows[:size], rows[size:]
        answer = say(200, page + (self.odd.get(what, []) if not rest else []))
        if not rest:
            return answer
        cursor = base64.urlsafe_b64encode(json.dumps([what, asked, page[-1]["id"]]).encode())
        token = cursor.decode()
        self._cursors[token] = (what, asked, page[-1]["id"])
        return answer.with_headers({"link": f'<{API}/v3/{what}?cursor={token}>; rel="next"'})

    def _found(self, what: str, asked: Mapping[str, str]) -> Iterator[Row]:
        """The rows that a list's filters let through; those asked for by id are shown at once."""
        since = None
        wanted: dict[str, set[str]] = {}
        for name, value in asked.items():
            if name == "per_page":
                continue
            if name == "updated_at" and self.moments_in == "pipes" and value.startswith("gte|"):
                since = value.removeprefix("gte|")
            elif name == "updated_at[gte]" and self.moments_in == "brackets":
                since = value
            elif name == "ids" or name in _FILTERS[what]:
                many = value.split(",")
                if name.endswith("ids") and not (len(many) <= 50 and all(map(str.isdecimal, many))):
                    raise Refusal(problem(422, f"Invalid query params: {name}", name))
                wanted["id" if name == "ids" else _FILTERS[what][name]] = set(many)
            else:
                raise Refusal(problem(422, f"Invalid query params: {name}", name))
        for row in self.rows(what, lag=0.0 if "id" in wanted else self._lag()):
            if since is not None and row["updated_at"] < since.replace("Z", ".000Z"):
                continue
            if all(_text(row.get(field)) in values for field, values in wanted.items()):
                yield row

    def _body(self, request: Request, *required: str) -> Row:
        told = request.json()
        for name in required:
            if told.get(name) is None:
                raise Refusal(problem(422, f"Missing attribute: {name}", name))
        return dict(told)

    def _move(self, request: Request, key: str) -> Answer:
        told = self._body(request, "from_stage_id", "to_stage_id")
        row = self.get("applications", int(key))
        here = "job_interview_stage_id" if self.moves_take == "stages" else "stage_id"
        if row["status"] != "in_process" or told["from_stage_id"] != row[here]:
            raise Refusal(problem(422, "from_stage_id is not current", "from_stage_id"))
        stages = {r["id"]: r for r in self.rows("job_interview_stages")}
        target = stages.get(told["to_stage_id"])
        if target is None or target["job_id"] != row["job_id"]:
            raise Refusal(problem(422, "to_stage_id is unknown", "to_stage_id"))
        self.change("applications", int(key), **self._entry(target["id"], target["name"]))
        return Answer(204)

    def _reject(self, request: Request, key: str) -> Answer:
        told = self._body(request, "rejection_reason_id")
        self.get("rejection_reasons", told["rejection_reason_id"])
        self.change("applications", int(key), status="rejected", rejected_at=self.moment(), **told)
        return Answer(204)

    def _patch(self, request: Request, key: str) -> Answer:
        fields = self.get("applications", int(key))["custom_fields"]
        for told in self._body(request, "custom_fields")["custom_fields"]:
            defined = self.get("custom_fields", self.score_field)
            number = isinstance(told["value"], int | float)
            if told.get("name_key") != defined["name_key"] or (
                number != (defined["value_type"] == "number")
            ):
                raise Refusal(problem(422, "Invalid attribute: custom_fields", "custom_fields"))
            fields[told["name_key"]] = {"name": defined["name"], "value": told["value"]}
        self.change("applications", int(key), custom_fields=fields)
        return say(200, self.get("applications", int(key)))

    def _write_note(self, request: Request) -> Answer:
        told = self._body(request, "candidate_id", "body", "visibility", "note_type")
        self.get("candidates", told["candidate_id"])
        if told["note_type"] != "NOTE" or told["visibility"] not in _VISIBLE:
            raise Refusal(problem(422, "Invalid attribute: visibility", "visibility"))
        row = {"type": told.pop("note_type"), **told, "visibility": _VISIBLE[told["visibility"]]}
        return say(201, self.get("notes", self.add("notes", row)))

    def _make_tag(self, request: Request) -> Answer:
        name = self._body(request, "name")["name"]
        if any(row["name"] == name for row in self.rows("candidate_tags")):
            raise Refusal(problem(422, "Name has already been taken", "name"))
        return say(201, self.get("candidate_tags", self.add("candidate_tags", {"name": name})))

    def _apply_tag(self, request: Request) -> Answer:
        told = self._body(request, "candidate_id", "candidate_tag_id")
        name = self.get("candidate_tags", told["candidate_tag_id"])["name"]
        tags = self.get("candidates", told["candidate_id"])["tags"]
        if name in tags:
            raise Refusal(problem(422, "Candidate tag has already been taken", "candidate_tag_id"))
        self.change("candidates", told["candidate_id"], tags=[*tags, name])
        return say(201, {"id": self.add("applied_candidate_tags", told), **told})


def problem(status: int, text: str, field: str = "field") -> Answer:
    """An error as Greenhouse words it."""
    return say(status, {"message": text, "errors": [{"message": text, "field": field}]})


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
