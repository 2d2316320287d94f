"""A Workable account of any size; people's rows are rendered once and stay bytes."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import time
from typing import Any

from syncd.sandbox.workable.candidate_views import view_activity, view_candidate, view_candidate_row
from syncd.sandbox.workable.job_views import view_job, view_job_row
from syncd.sandbox.workable.state import Account, Activity, Candidate, Job, Member
from syncd.sandbox.workable.views import view_account, view_attribute, view_member, view_stage

MEMBER = "5f1c2e"
SCORE_FIELD = "heymilo_score"
FIRST_ID = 0x2000_0000
DAY = 86_400.0

Answer = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class Crowd:
    """``people`` applicants spread evenly over ``jobs`` open jobs.

    The first ``new`` of them applied an hour ago, to the first ``new_jobs`` jobs; all others
    ``age`` days ago, and every third of those is in stage Applied, the rest in Sourced, if there
    are new ones at all. Without new ones everybody is in stage Applied.
    """

    people: int
    jobs: int
    new: int = 0
    new_jobs: int = 1
    age: float = 40.0


class Workable:
    """The account's answers; ``counts`` of requests are kept by whoever calls."""

    def __init__(self, crowd: Crowd, origin: Callable[[], str]) -> None:
        self._origin = origin
        self._account = Account(subdomain="bench", token="bench-token")
        self._account.members[MEMBER] = Member(MEMBER, "Example Admin", "admin@example.com")
        now = time()
        jobs = [_make_job(number, now) for number in range(crowd.jobs)]
        self._account.jobs = {job.shortcode: job for job in jobs}
        self._people = [_make_person(number, crowd, jobs, now) for number in range(crowd.people)]
        self._rows = [self._render(person) for person in self._people]
        self._by_job: dict[str, list[int]] = {job.shortcode: [] for job in jobs}
        for place, person in enumerate(self._people):
            self._by_job[person.job].append(place)
        self._notes: dict[int, list[Activity]] = {}

    def answer(self, method: str, path: str, query: dict[str, str], body: bytes) -> Answer:
        """Answer what is below ``/spi/v3/``; ``path`` is what follows."""
        parts = path.split("/")
        if method == "GET":
            return self._read(parts, query)
        return self._write(method, parts, json.loads(body))

    def _read(self, parts: Sequence[str], query: dict[str, str]) -> Answer:
        account = self._account
        match parts:
            case ["accounts"]:
                return say({"accounts": [view_account(account)]})
            case ["jobs"]:
                return self._jobs(query)
            case ["jobs", code] if code in account.jobs:
                return say(view_job(account.jobs[code], account))
            case ["jobs", code, "stages"] if code in account.jobs:
                return say({"stages": [view_stage(s) for s in account.jobs[code].stages]})
            case ["stages"]:
                return say({"stages": [view_stage(stage) for stage in account.stages]})
            case ["members"]:
                return say({"members": [view_member(m) for m in account.members.values()]})
            case ["custom_attributes"]:
                found = [view_attribute(one) for one in account.attributes.values()]
                return say({"custom_attributes": found})
            case ["candidates"]:
                wanted = query.get("shortcode")
                everybody = range(len(self._rows))
                places = everybody if wanted is None else self._by_job.get(wanted, [])
                return self._list(query, places, "candidates")
            case ["candidates", id_]:
                return say({"candidate": view_candidate(self._people[place(id_)], account)})
            case ["candidates", id_, "activities"]:
                person = self._people[place(id_)]
                notes = self._notes.get(person.id, ())
                return say({"activities": [view_activity(n, person, account) for n in notes]})
        return missing()

    def _jobs(self, query: dict[str, str]) -> Answer:
        rows = [view_job_row(job, self._account) for job in self._account.jobs.values()]
        start, limit = int(query.get("since_id", "0"), 16), int(query.get("limit", "50"))
        left = [row for row in rows if int(row["id"], 16) >= start]
        told: dict[str, Any] = {"jobs": left[:limit]}
        if len(left) > limit:
            told["paging"] = {"next": self._next("jobs", query, left[limit]["id"])}
        return say(told)

    def _list(self, query: dict[str, str], places: Sequence[int], path: str) -> Answer:
        limit = int(query.get("limit", "50"))
        start = place(query["since_id"]) if "since_id" in query else 0
        after = _epoch(query["updated_after"]) if "updated_after" in query else None
        if isinstance(places, range) and after is None:
            chosen: list[int] = list(range(start, min(start + limit + 1, len(self._rows))))
        else:
            people = self._people
            chosen = []
            for one in places:
                if one >= start and (after is None or people[one].updated_at > after):
                    chosen.append(one)
                    if len(chosen) > limit:
                        break
        body = b'{"candidates":[' + b",".join(self._rows[one] for one in chosen[:limit]) + b"]"
        if len(chosen) > limit:
            further = self._next(path, query, f"{FIRST_ID + chosen[limit]:x}")
            body += b',"paging":' + json.dumps({"next": further}).encode()
        return 200, body + b"}"

    def _next(self, path: str, query: dict[str, str], since: str) -> str:
        kept = {**query, "since_id": since}
        text = "&".join(f"{key}={value}" for key, value in kept.items())
        return f"{self._origin()}/spi/v3/{path}?{text}"

    def _write(self, method: str, parts: Sequence[str], body: dict[str, Any]) -> Answer:
        if len(parts) != 3 or parts[0] != "candidates":
            return missing()
        at = place(parts[1])
        person = self._people[at]
        told: dict[str, Any] | None = None
        match parts[2]:
            case "comments":
                notes = self._notes.setdefault(person.id, [])
                note = Activity(
                    id=(at << 8) + len(notes) + 1, candidate=person.id, action="comment",
                    at=time(), stage=None, member=MEMBER, body=body["comment"]["body"],
                )  # fmt: skip
                notes.append(note)
                told = {"id": f"{note.id:x}"}
            case "move":
                person.stage = body["target_stage"]
            case "tags":
                person.tags = list(body["tags"])
                told = {"tags": person.tags}
            case "update_custom_attribute_value":
                person.attributes[body["custom_attribute_key"]] = body["value"]
                told = {"candidate": view_candidate(person, self._account)}
            case _:
                return missing()
        person.updated_at = time()
        self._rows[at] = self._render(person)
        return 200, b"" if told is None else json.dumps(told).encode()

    def _render(self, person: Candidate) -> bytes:
        return json.dumps(view_candidate_row(person, self._account), separators=(",", ":")).encode()


def say(value: Any) -> Answer:
    return 200, json.dumps(value, separators=(",", ":")).encode()


def missing() -> Answer:
    return 404, b'{"error":"Not found"}'


def place(id_: str) -> int:
    """Where a person stands in the order of ids."""
    return int(id_, 16) - FIRST_ID


def _epoch(text: str) -> float:
    return datetime.fromisoformat(re.sub(" ", "+", text)).timestamp()


def _make_job(number: int, now: float) -> Job:
    return Job(
        id=0x1000 + number, number=number, shortcode=f"{0xA000000000 + number:X}",
        title=f"Example role {number:04d}", code=None, state="published",
        created_at=now - 200 * DAY, updated_at=now - 150 * DAY,
        description="<p>An example role of a benchmark, described at some length.</p>" * 10,
        department="Engineering",
    )  # fmt: skip


def _make_person(number: int, crowd: Crowd, jobs: Sequence[Job], now: float) -> Candidate:
    fresh = number < crowd.new
    at = now - 3_600 if fresh else now - crowd.age * DAY + number
    job = jobs[number % (crowd.new_jobs if fresh else len(jobs))]
    applied = fresh or crowd.new == 0 or number % 3 == 0
    return Candidate(
        id=FIRST_ID + number, number=number, job=job.shortcode,
        stage="applied" if applied else "sourced",
        firstname="Example", lastname=f"Person {number:06d}",
        email=f"person{number:06d}@people.example.com", phone=f"+1415555{number % 10_000:04d}",
        created_at=at, updated_at=at, shown_at=at,
    )  # fmt: skip
