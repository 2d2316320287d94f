"""Workable as a whole: credentials, rate limit, scopes, routes."""

import math
from email.utils import formatdate

from syncd.sandbox.limits import FixedLimit
from syncd.sandbox.timeline import Timeline
from syncd.sandbox.wire import Answer, Handler, Refusal, Request, Routes, say
from syncd.sandbox.workable.deeds import Deeds
from syncd.sandbox.workable.errors import refuse
from syncd.sandbox.workable.reads import Reads
from syncd.sandbox.workable.recruiters import Recruiters
from syncd.sandbox.workable.state import Account, Behaviour
from syncd.sandbox.workable.writes import Writes

BASE = "/spi/v3"


class Workable:
    """A Workable account with one account token and one active member."""

    def __init__(self, timeline: Timeline, behaviour: Behaviour) -> None:
        self.timeline = timeline
        self.behaviour = behaviour
        self.account = Account()
        self.deeds = Deeds(self.account, behaviour, timeline)
        self.reads = Reads(self.account, behaviour, self.deeds.now)
        self.writes = Writes(self.account, self.reads, self.deeds)
        self.recruiters = Recruiters(self.account, self.deeds)
        self.limit = FixedLimit(behaviour.requests, behaviour.seconds, self.deeds.now)
        self._scopes: dict[Handler, str] = {}
        self.routes = self._make_routes()
        self.member = self.recruiters.add_member("Sandbox Recruiter")
        self.recruiters.add_member("Former Recruiter", active=False, role="simple")
        self.recruiters.add_reason("Doesn't have required qualifications")
        self.recruiters.add_reason("Withdrew", withdrew=True)

    @property
    def token(self) -> str:
        return self.account.token

    def serve(self, request: Request) -> Answer:
        """Answer one request."""
        try:
            answer = self._serve(request)
        except Refusal as refusal:
            answer = refusal.answer
        date = formatdate(self.deeds.now(), usegmt=True)
        return answer.with_headers({"date": date, **self._limit_headers()})

    def _serve(self, request: Request) -> Answer:
        if request.headers.get("authorization") != f"Bearer {self.account.token}":
            raise refuse(401, "Not authorized")
        self.limit.requests, self.limit.seconds = self.behaviour.requests, self.behaviour.seconds
        if not self.limit.take():
            raise refuse(429, "Too many requests")
        found = self.routes.find(request.method, request.path)
        if found is None:
            return say(404, {"error": "not-found"})
        handler, arguments = found
        needed = self._scopes[handler]
        if needed and not self.account.scopes.intersection(needed.split()):
            raise refuse(403, "Not authorized")
        return handler(request, **arguments)

    def _limit_headers(self) -> dict[str, str]:
        return {
            "x-rate-limit-limit": str(self.limit.requests),
            "x-rate-limit-remaining": str(self.limit.remaining),
            "x-rate-limit-reset": str(math.ceil(self.limit.reset)),
        }

    def _make_routes(self) -> Routes:
        routes = Routes()
        reads, writes = self.reads, self.writes
        job, candidate = f"{BASE}/jobs/{{shortcode}}", f"{BASE}/candidates/{{candidate_id}}"
        # Method, path, handler, and the scopes of which one is needed (vendor's OpenAPI 3.8).
        table: list[tuple[str, str, Handler, str]] = [
            ("GET", "/accounts", reads.accounts, ""),
            ("GET", f"{BASE}/accounts", reads.accounts, ""),
            ("GET", f"{BASE}/accounts/{{subdomain}}", reads.get_account, ""),
            ("GET", f"{BASE}/jobs", reads.jobs, "r_jobs"),
            ("GET", job, reads.get_job, "r_jobs"),
            ("GET", f"{job}/stages", reads.job_stages, "r_jobs"),
            ("GET", f"{job}/candidates", reads.job_candidates, "r_candidates"),
            ("GET", f"{job}/custom_attributes", reads.job_attributes, "r_jobs"),
            ("GET", f"{BASE}/stages", reads.stages, "r_jobs"),
            ("GET", f"{BASE}/candidates", reads.candidates, "r_candidates"),
            ("GET", candidate, reads.get_candidate, "r_candidates"),
            ("GET", f"{candidate}/activities", reads.activities, "r_candidates"),
            ("GET", f"{BASE}/members", reads.members, "r_jobs"),
            ("GET", f"{BASE}/disqualification_reasons", reads.reasons, "r_jobs"),
            ("GET", f"{BASE}/custom_attributes", reads.attributes, "r_jobs"),
            ("POST", f"{candidate}/move", writes.move, "w_candidates"),
            ("POST", f"{candidate}/comments", writes.comment, "w_candidates w_comments"),
            ("POST", f"{candidate}/disqualify", writes.disqualify, "w_candidates"),
            ("POST", f"{candidate}/revert", writes.revert, "w_candidates"),
            ("POST", f"{candidate}/relocate", writes.relocate, "w_candidates"),
            ("POST", f"{candidate}/copy", writes.copy, "w_candidates"),
            ("POST", f"{candidate}/ratings", writes.rate, "w_candidates"),
            ("PUT", f"{candidate}/ratings", writes.rate, "w_candidates"),
            ("PUT", f"{candidate}/tags", writes.tags, "w_candidates"),
            (
                "PATCH",
                f"{candidate}/update_custom_attribute_value",
                writes.attribute,
                "r_jobs w_candidates",
            ),
        ]
        for method, path, handler, scope in table:
            routes.add(method, path, handler)
            self._scopes[handler] = scope
        return routes
