"""HeyMilo as a whole: credentials, rate limit, routes."""

from email.utils import formatdate

from syncd.sandbox.heymilo.behaviour import Behaviour
from syncd.sandbox.heymilo.candidates import Candidates
from syncd.sandbox.heymilo.errors import refuse
from syncd.sandbox.heymilo.habits import Habits, Lives
from syncd.sandbox.heymilo.people import People
from syncd.sandbox.heymilo.postings import Postings
from syncd.sandbox.heymilo.resources import Resources
from syncd.sandbox.heymilo.state import Interview, Ledger, State
from syncd.sandbox.limits import SlidingLimit
from syncd.sandbox.timeline import Timeline
from syncd.sandbox.wire import Answer, Refusal, Request, Routes, say

REQUEST_WINDOW = 60.0


class HeyMilo:
    """A HeyMilo workspace with one API key.

    ``habits`` None: candidates do nothing unless steered by ``people``.
    """

    def __init__(self, timeline: Timeline, behaviour: Behaviour, habits: Habits | None) -> None:
        self.timeline = timeline
        self.behaviour = behaviour
        self.state = State()
        self.postings = Postings(self.state, behaviour, timeline)
        self.candidates = Candidates(self.state, behaviour, timeline, self.postings, self._invited)
        self.resources = Resources(self.state, behaviour, timeline, self.postings)
        self.people = People(self.state, timeline, self.postings, self.candidates)
        self.lives = Lives(self.people, timeline, habits) if habits else None
        self.limit = SlidingLimit(behaviour.requests_per_minute, REQUEST_WINDOW, self.postings.now)
        self.routes = self._make_routes()

    @property
    def api_key(self) -> str:
        return self.state.api_key

    @property
    def ledger(self) -> Ledger:
        """What was really done: invitations and changes of postings."""
        return self.state.ledger

    def serve(self, request: Request) -> Answer:
        """Answer one request."""
        try:
            answer = self._serve(request)
        except Refusal as refusal:
            answer = refusal.answer
        date = formatdate(self.postings.now(), usegmt=True)
        return answer.with_headers({"date": date, **self._limit_headers()})

    def _serve(self, request: Request) -> Answer:
        if request.path == "/health" and request.method == "GET":
            return say(200, {"message": "API Gateway is running successfully", "status": 200})
        if request.headers.get("x-api-key") != self.state.api_key:
            raise refuse(401, "authentication_error", "invalid_api_key", "Invalid API key")
        self.limit.requests = self.behaviour.requests_per_minute
        if not self.limit.take():
            raise Refusal(self._throttle())
        found = self.routes.find(request.method, request.path)
        if found is None:
            status = 405 if self.routes.knows(request.path) else 404
            text = "Method Not Allowed" if status == 405 else "Not Found"
            return say(status, {"detail": text})
        handler, arguments = found
        return handler(request, **arguments)

    def _throttle(self) -> Answer:
        answer = refuse(429, "rate_limit_error", "rate_limit_exceeded", "Too many requests").answer
        wait = max(1, round(self.limit.reset - self.postings.now() + 0.5))
        match self.behaviour.retry_after:
            case "seconds":
                return answer.with_headers({"retry-after": str(wait)})
            case "date":
                date = formatdate(self.postings.now() + wait, usegmt=True)
                return answer.with_headers({"retry-after": date})
            case _:
                return answer

    def _limit_headers(self) -> dict[str, str]:
        limit, wait = self.limit, max(0.0, self.limit.reset - self.postings.now())
        match self.behaviour.limit_headers:
            case "x-ratelimit":
                return {
                    "x-ratelimit-limit": str(limit.requests),
                    "x-ratelimit-remaining": str(limit.remaining),
                    "x-ratelimit-reset": str(round(limit.reset)),
                }
            case "ratelimit":
                return {
                    "ratelimit-limit": str(limit.requests),
                    "ratelimit-remaining": str(limit.remaining),
                    "ratelimit-reset": str(round(wait)),
                }
            case _:
                return {}

    def _invited(self, interview: Interview) -> None:
        if self.lives is not None:
            self.lives.begin(interview)

    def _make_routes(self) -> Routes:
        routes = Routes()
        postings, candidates, resources = self.postings, self.candidates, self.resources
        base, one = "/api/v2/postings", "/api/v2/postings/{posting_id}"
        routes.add("GET", base, postings.list_postings)
        routes.add("POST", base, postings.create)
        routes.add("GET", f"{base}/list", postings.list_summaries)
        routes.add("GET", one, postings.get)
        routes.add("PATCH", one, postings.update)
        routes.add("GET", f"{one}/stats", postings.stats)
        routes.add("POST", f"{one}/archive", postings.archive)
        routes.add("POST", f"{one}/activate", postings.activate)
        routes.add("POST", f"{one}/clone", postings.clone)
        routes.add("GET", f"{one}/candidates", candidates.list_candidates)
        routes.add("POST", f"{one}/candidates", candidates.ingest)
        routes.add("POST", f"{one}/candidates/bulk", candidates.ingest_bulk)
        interview = "/api/v2/interviews/{interview_id}"
        routes.add("GET", f"{interview}/data", candidates.interview_data)
        routes.add("GET", f"{interview}/metadata", candidates.get_metadata)
        routes.add("POST", f"{interview}/metadata", candidates.set_metadata)
        routes.add("DELETE", f"{interview}/metadata", candidates.delete_metadata)
        routes.add("GET", "/api/v2/workspaces", resources.workspaces)
        routes.add("GET", "/api/v2/ats/connections", resources.connections)
        routes.add("GET", "/api/v2/interview-templates", resources.list_templates)
        routes.add("GET", "/api/v2/interview-templates/{template_id}", resources.get_template)
        routes.add("GET", "/api/v2/webhooks", resources.list_webhooks)
        routes.add("POST", "/api/v2/webhooks", resources.create_webhook)
        routes.add("GET", "/api/v2/webhooks/{webhook_id}", resources.get_webhook)
        routes.add("DELETE", "/api/v2/webhooks/{webhook_id}", resources.delete_webhook)
        resources.add_routes(routes)
        return routes
