"""A HeyMilo workspace whose candidates are few fields each, rendered when they are listed."""

import json
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import time
from typing import Any

from syncd.sandbox.heymilo.state import Posting, State, Template
from syncd.sandbox.heymilo.views import view_posting, view_template

API_KEY = "bench-key"
TEMPLATE_CODE = "BENCH"
MONTH = 30 * 86_400.0

Answer = tuple[int, bytes]


@dataclass(slots=True)
class Guest:
    """One candidate of a posting; ``finished_at`` is None until there is a score."""

    id: str
    name: str
    email: str
    metadata: dict[str, str]
    created_at: float
    score: float | None = None
    finished_at: float | None = None

    @property
    def status(self) -> str:
        return "pending" if self.finished_at is None else "completed"


@dataclass(slots=True)
class Roster:
    """A posting and its candidates, oldest first."""

    posting: Posting
    number: int
    guests: list[Guest] = field(default_factory=list)


class HeyMilo:
    """The workspace's answers below ``/api/v2/``."""

    def __init__(self) -> None:
        self._state = State(api_key=API_KEY, workspace_id="WS_bench", company_id="CO_bench")
        self._rosters: dict[str, Roster] = {}
        blueprint = self._add({"title": "Blueprint of the benchmark"})
        self._template = Template(
            "IT_bench", TEMPLATE_CODE, "Benchmark", blueprint.posting.id, time() - MONTH
        )

    def answer(self, method: str, path: str, query: dict[str, str], body: bytes) -> Answer:
        """Answer what is below ``/api/v2/``; ``path`` is what follows."""
        parts = path.split("/")
        given = json.loads(body) if body else {}
        match (method, parts):
            case ("GET", ["workspaces"]):
                row = {"object": "workspace", "id": self._state.workspace_id, "name": "Benchmark"}
                return _say_list([json.dumps(row)], has_more=False, path=path)
            case ("GET", ["interview-templates"]):
                row = view_template(self._template)
                return _say_list([json.dumps(row)], has_more=False, path=path)
            case ("GET", ["postings"]):
                return self._list_postings(query)
            case ("POST", ["postings"]):
                return self._create(given)
            case (_, ["postings", id_, *rest]) if id_ in self._rosters:
                return self._of_posting(method, self._rosters[id_], rest, query, given)
            case ("GET", ["interviews", id_, "data"]):
                return self._interview(id_)
        return 404, b'{"error":{"type":"invalid_request_error","code":"resource_not_found"}}'

    def finish(self, count: int) -> int:
        """Let up to ``count`` people complete their interviews; return how many did."""
        done = 0
        for roster in self._rosters.values():
            for guest in roster.guests:
                if done < count and guest.finished_at is None:
                    guest.finished_at, guest.score = time(), 50.0 + done % 50
                    done += 1
        return done

    def invited(self) -> list[str]:
        """The mark of everybody invited, with repeats."""
        return [g.metadata["external_id"] for r in self._rosters.values() for g in r.guests]

    def _add(self, fields: Mapping[str, Any]) -> Roster:
        now, number = time(), len(self._rosters)
        posting = Posting(
            id=f"PO_{number:06d}", title=fields["title"], description=fields.get("description", ""),
            created_at=now, updated_at=now, deadline=now + MONTH,
            steps=[{"id": f"WS_{number:06d}", "type": "web_interview", "order": 1}],
            metadata=fields.get("metadata"), finalized=True,
        )  # fmt: skip
        roster = self._rosters[posting.id] = Roster(posting, number)
        return roster

    def _view(self, roster: Roster) -> dict[str, Any]:
        return view_posting(roster.posting, self._state, time())

    def _list_postings(self, query: dict[str, str]) -> Answer:
        ordered = list(reversed(self._rosters.values()))
        limit = int(query.get("limit", "20"))
        start = 0
        if after := query.get("starting_after"):
            start = len(ordered) - self._rosters[after].number
        shown = ordered[start : start + limit]
        rows = [json.dumps(self._view(roster)) for roster in shown]
        return _say_list(rows, has_more=start + limit < len(ordered), path="postings")

    def _create(self, given: Mapping[str, Any]) -> Answer:
        roster = self._add(given)
        made = self._view(roster)
        told = {key: made[key] for key in ("object", "id", "status", "urls", "created_at")}
        return 201, json.dumps({"data": {**told, "posting": made}, "meta": None}).encode()

    def _of_posting(
        self,
        method: str,
        roster: Roster,
        rest: Sequence[str],
        query: dict[str, str],
        given: Mapping[str, Any],
    ) -> Answer:
        match (method, rest):
            case ("GET", ["candidates"]):
                return self._list_guests(roster, query)
            case ("POST", ["candidates", "bulk"]):
                return self._ingest(roster, given["data"])
            case ("PATCH", []):
                roster.posting.title = given.get("title", roster.posting.title)
        return 200, json.dumps({"data": self._view(roster), "meta": None}).encode()

    def _list_guests(self, roster: Roster, query: dict[str, str]) -> Answer:
        guests, limit = roster.guests, int(query.get("limit", "20"))
        last = len(guests)  # newest first, from the one before `last` downwards
        if after := query.get("starting_after"):
            last = _number(after)
        first = 0
        if bound := query.get("created_after"):
            first = bisect_left(guests, float(bound), key=lambda guest: guest.created_at)
        low = max(first, last - limit)
        rows = [render(guest, roster.posting.id) for guest in reversed(guests[low:last])]
        return _say_list(
            rows, has_more=low > first, path=f"postings/{roster.posting.id}/candidates"
        )

    def _ingest(self, roster: Roster, people: Sequence[Mapping[str, Any]]) -> Answer:
        now = time()
        told = []
        for person in people:
            made = Guest(
                f"{roster.number:06d}E{len(roster.guests):08d}", person["name"], person["email"],
                person["metadata"], now,
            )  # fmt: skip
            roster.guests.append(made)
            told.append(
                {
                    "object": "candidate",
                    "interview_id": made.id,
                    "interview_url": f"https://candidates.example.com/bench/i/{made.id}",
                    "metadata": made.metadata,
                }
            )
        return 201, json.dumps({"data": told, "meta": None}).encode()

    def _interview(self, id_: str) -> Answer:
        roster = next(r for r in self._rosters.values() if r.number == int(id_.split("E")[0]))
        row = json.loads(render(roster.guests[_number(id_)], roster.posting.id))
        for key in ("interview_url", "agent_summary", "shortlisted", "dismissed", "interviewed_at",
                    "created_at"):  # fmt: skip
            del row[key]
        status = row["status"] if row["status"] == "completed" else "not_ready"
        told = {**row, "object": "interview_data", "status": status,
                **dict.fromkeys(("web_interview", "resume", "sms", "form"))}  # fmt: skip
        return 200, json.dumps({"data": told, "meta": None}).encode()


def render(guest: Guest, posting_id: str) -> str:
    """A candidate as listed; written by hand, because a large list is most of the server's work."""
    at = "null" if guest.finished_at is None else f"{guest.finished_at:.3f}"
    done = "false" if guest.finished_at is None else "true"
    score = "null" if guest.score is None else f"{guest.score:.1f}"
    step = "not_started" if guest.finished_at is None else "completed"
    return (
        f'{{"object":"candidate","interview_id":"{guest.id}","candidate_id":"cand_{guest.id}",'
        f'"posting_id":"{posting_id}","name":{json.dumps(guest.name)},'
        f'"email":{json.dumps(guest.email)},"score":{score},"status":"{guest.status}",'
        f'"interview_url":"https://candidates.example.com/bench/i/{guest.id}",'
        f'"workflow":{{"steps":[{{"step_id":"WS_1","order":1,"status":"{step}","started":{done},'
        f'"completed":{done},"knocked_out":false,"last_updated_at":{at}}}],'
        f'"all_complete":{done},"last_activity_at":{at}}},'
        f'"agent_summary":{{"resume":null,"web_interview":{{"score":{score},"highlights":[],'
        f'"audio_recording_link":null,"video_recording_link":null}},"sms":null,"form":null}},'
        f'"shortlisted":false,"dismissed":false,"metadata":{json.dumps(guest.metadata)},'
        f'"data":null,"interviewed_at":{at},"created_at":{guest.created_at:.6f}}}'
    )


def _say_list(rows: Sequence[str], *, has_more: bool, path: str) -> Answer:
    more = "true" if has_more else "false"
    pagination = f'{{"has_more":{more},"total_count":null,"url":"/api/v2/{path}"}}'
    return 200, f'{{"data":[{",".join(rows)}],"pagination":{pagination}}}'.encode()


def _number(interview_id: str) -> int:
    return int(interview_id.split("E")[1])
