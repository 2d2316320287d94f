"""Postings: create, list, change, activate, archive, clone."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from syncd.sandbox.heymilo.behaviour import Behaviour
from syncd.sandbox.heymilo.defaults import (
    make_slug,
    make_steps,
    month_later,
    read_deadline,
    tidy,
)
from syncd.sandbox.heymilo.errors import Wrong, invalid, not_found, read_body, refuse
from syncd.sandbox.heymilo.pages import answer_page
from syncd.sandbox.heymilo.requests import CreatePosting, UpdatePosting
from syncd.sandbox.heymilo.state import Posting, PostingEvent, State
from syncd.sandbox.heymilo.views import view_posting, view_urls
from syncd.sandbox.timeline import Timeline
from syncd.sandbox.wire import Answer, Request, say


class Postings:
    """The operations on ``/api/v2/postings``."""

    def __init__(self, state: State, behaviour: Behaviour, timeline: Timeline) -> None:
        self.state = state
        self.behaviour = behaviour
        self.timeline = timeline

    def now(self) -> float:
        """This side's own clock."""
        return self.timeline.now() + self.behaviour.skew

    def get_posting(self, posting_id: str) -> Posting:
        """The posting as it is; a Refusal (404) if reads do not show it."""
        posting = self.state.postings.get(posting_id)
        if posting is None:
            raise not_found("Posting")
        return posting

    def keep(self, posting: Posting) -> None:
        """Call after every change: reads that lag show the versions kept here."""
        lag = self.behaviour.lag
        if lag <= 0:
            posting.versions.clear()
            return
        shown = [at for at, _ in posting.versions if at <= self.now() - lag]
        posting.versions = [v for v in posting.versions if not shown or v[0] >= shown[-1]]
        posting.versions.append((self.now(), view_posting(posting, self.state, self.now())))

    def show(self, posting: Posting) -> dict[str, Any] | None:
        """What a read shows of a posting now: nothing while it is too young."""
        lag = self.behaviour.lag
        if lag <= 0 or not posting.versions:
            return view_posting(posting, self.state, self.now())
        for at, view in reversed(posting.versions):
            if at <= self.now() - lag:
                past = view["deadline"] is not None and view["deadline"] <= self.now()
                return (
                    {**view, "status": "expired"} if view["status"] == "active" and past else view
                )
        return None

    def list_postings(self, request: Request) -> Answer:
        return self._list(request, lambda view: view)

    def list_summaries(self, request: Request) -> Answer:
        return self._list(
            request,
            lambda view: {
                "object": "posting_summary",
                "id": view["id"],
                "title": view["title"],
                "name": view["name"],
            },
        )

    def _list(self, request: Request, trim: Any) -> Answer:
        search = request.params.get("search", "").casefold()

        def row(id_: str) -> dict[str, Any] | None:
            view = self.show(self.state.postings[id_])
            return trim(view) if view and search in view["title"].casefold() else None

        ids = list(self.state.postings)
        return answer_page(request, self.behaviour, ids, row, total=None if search else len(ids))

    def get(self, request: Request, posting_id: str) -> Answer:
        view = self.show(self.get_posting(posting_id))
        if view is None:
            raise not_found("Posting")
        return say(200, {"data": view, "meta": None})

    def stats(self, request: Request, posting_id: str) -> Answer:
        posting = self.get_posting(posting_id)
        people = list(self.state.interviews_of(posting_id))
        averages: dict[str, float | None] = {}
        for kind in ("web_interview", "resume"):
            scores = [s.score for i in people for s in i.steps if s.type == kind]
            known = [score for score in scores if score is not None]
            averages[kind] = round(sum(known) / len(known), 1) if known else None
        data = {
            "object": "posting_stats",
            "posting_id": posting.id,
            "title": posting.title,
            "name": posting.fields.get("name"),
            "total_candidates": len(people),
            "completed_interviews": sum(i.all_complete for i in people),
            "average_interview_score": averages["web_interview"],
            "average_resume_score": averages["resume"],
        }
        return say(200, {"data": data, "meta": None})

    def create(self, request: Request) -> Answer:
        wish = read_body(CreatePosting, request, self.behaviour)
        if (wish.workflow is None) == (wish.interview_template_id is None):
            text = "Provide either workflow or interview_template_id"
            raise invalid([Wrong(("body",), "value_error", text)], self.behaviour)
        blueprint, ats = None, None
        if wish.interview_template_id is not None:
            template = self.state.templates.get(wish.interview_template_id)
            if template is None:
                raise not_found("Interview template")
            blueprint, ats = self.state.postings[template.posting_id], template.ats
        now = self.now()
        steps = (
            [dict(step) for step in blueprint.steps]
            if blueprint
            else make_steps([step.type for step in wish.workflow or ()])
        )
        posting = Posting(
            id=self.timeline.hexadecimal(8),
            title="",
            description=blueprint.description if blueprint else "",
            created_at=now,
            updated_at=now,
            deadline=month_later(now),
            steps=steps,
            fields=dict(blueprint.fields) if blueprint else {},
            metadata=blueprint.metadata if blueprint else None,
            ats=None if ats is None else {**ats, "pending_activation": True},
            finalized=ats is None and self.behaviour.created_status == "active",
        )
        self.apply(posting, wish.model_dump(exclude_unset=True, exclude_none=True))
        return self._add(posting, "created")

    def clone(self, request: Request, posting_id: str) -> Answer:
        source = self.get_posting(posting_id)
        now = self.now()
        copy = Posting(
            id=self.timeline.hexadecimal(8),
            title=source.title,
            description=source.description,
            created_at=now,
            updated_at=now,
            deadline=month_later(now),
            steps=[dict(step) for step in source.steps],
            fields={key: value for key, value in source.fields.items() if key != "name"},
            metadata=None if source.metadata is None else dict(source.metadata),
            ats=None if source.ats is None else {**source.ats, "pending_activation": True},
            finalized=source.ats is None and self.behaviour.created_status == "active",
        )
        return self._add(copy, "cloned")

    def _add(self, posting: Posting, kind: str) -> Answer:
        posting.fields.setdefault("name", f"{make_slug(posting.title)}-{posting.id.lower()}")
        self.state.postings[posting.id] = posting
        self.state.by_posting[posting.id] = []
        self.keep(posting)
        self._note(kind, posting)
        view = view_posting(posting, self.state, self.now())
        data = {
            "object": "posting",
            "id": posting.id,
            "status": view["status"],
            "urls": view_urls(posting),
            "created_at": posting.created_at,
            "posting": view,
        }
        return say(201, {"data": data, "meta": None})

    def update(self, request: Request, posting_id: str) -> Answer:
        posting = self.get_posting(posting_id)
        wish = read_body(UpdatePosting, request, self.behaviour)
        changes = wish.model_dump(exclude_unset=True, exclude_none=True)
        if posting.archived:
            raise self._conflict("The posting is archived")
        if "deadline" in changes and self.behaviour.expired_for_good:
            posting.lapsed = posting.lapsed or posting.status(self.now()) == "expired"
        self.apply(posting, changes)
        self._note("updated", posting, tuple(sorted(changes)))
        return self._receipt(posting)

    def apply(self, posting: Posting, changes: Mapping[str, Any]) -> None:
        """Put fields in, ``metadata`` as a whole, as the API and a person in the UI do."""
        for name, value in changes.items():
            if name in ("title", "description"):
                setattr(posting, name, tidy(value) if self.behaviour.normalises else value)
            elif name == "deadline":
                posting.deadline = read_deadline(value)
            elif name == "metadata":
                posting.metadata = dict(value)
            elif name not in ("workflow", "interview_template_id"):
                posting.fields[name] = value
        posting.updated_at = self.now()
        self.keep(posting)

    def activate(self, request: Request, posting_id: str) -> Answer:
        posting = self.get_posting(posting_id)
        if posting.archived:
            raise self._conflict("The posting is archived")
        posting.finalized = True
        if posting.ats is not None and posting.ats.get("pending_activation"):
            if self.behaviour.attach_failures > 0:
                self.behaviour.attach_failures -= 1
            else:
                moment = datetime.fromtimestamp(self.now(), UTC).replace(tzinfo=None, microsecond=0)
                posting.ats["pending_activation"] = False
                posting.ats["mapping_activated_at"] = moment.isoformat()
                posting.ats["mapping_activated_by"] = "api_key:sandbox"
        posting.updated_at = self.now()
        self.keep(posting)
        self._note("activated", posting)
        return self._receipt(posting)

    def archive(self, request: Request, posting_id: str) -> Answer:
        posting = self.get_posting(posting_id)
        posting.archived = True
        posting.updated_at = self.now()
        self.keep(posting)
        self._note("archived", posting)
        return self._receipt(posting)

    def _receipt(self, posting: Posting) -> Answer:
        return say(200, {"data": view_posting(posting, self.state, self.now()), "meta": None})

    def _conflict(self, text: str) -> Exception:
        return refuse(self.behaviour.refusal, "invalid_request_error", "posting_state", text)

    def _note(self, kind: str, posting: Posting, fields: tuple[str, ...] = ()) -> None:
        mark = (posting.metadata or {}).get("external_id")
        self.state.ledger.postings.append(
            PostingEvent(self.timeline.now(), kind, posting.id, mark, fields)
        )
