"""What a workspace has besides postings and people: templates, webhooks, numbers, senders."""

import itertools
from typing import Any

from syncd.sandbox.heymilo.behaviour import Behaviour
from syncd.sandbox.heymilo.defaults import plain_steps
from syncd.sandbox.heymilo.errors import not_found, read_body
from syncd.sandbox.heymilo.pages import answer_page
from syncd.sandbox.heymilo.postings import Postings
from syncd.sandbox.heymilo.requests import CreateWebhook
from syncd.sandbox.heymilo.state import Posting, State, Template
from syncd.sandbox.heymilo.views import view_template
from syncd.sandbox.timeline import Timeline
from syncd.sandbox.wire import Answer, Request, Routes, say

COLLECTIONS = {
    "sender-emails": None,
    "phone-numbers": None,
    "email-template-groups": "name",
    "design-template-groups": "name",
    "voices": "name",
}


class Resources:
    """The small read-only collections, templates and webhooks."""

    def __init__(
        self, state: State, behaviour: Behaviour, timeline: Timeline, postings: Postings
    ) -> None:
        self.state = state
        self.behaviour = behaviour
        self.timeline = timeline
        self.postings = postings
        self._numbers = itertools.count(1)
        for collection in COLLECTIONS:
            state.resources.setdefault(collection, {})

    def add_routes(self, routes: Routes) -> None:
        for collection, name in COLLECTIONS.items():
            path = f"/api/v2/{collection}"
            routes.add("GET", path, self._lister(collection, name))
            routes.add("GET", f"{path}/{{id_}}", self._getter(collection))

    def _lister(self, collection: str, name: str | None) -> Any:
        def list_rows(request: Request) -> Answer:
            rows = self.state.resources[collection]
            search = request.params.get("search", "").casefold() if name else ""

            def row(id_: str) -> dict[str, Any] | None:
                found = rows[id_]
                return found if search in str(found.get(name or "", "")).casefold() else None

            return answer_page(request, self.behaviour, list(rows), row, total=len(rows))

        return list_rows

    def _getter(self, collection: str) -> Any:
        def get_row(request: Request, id_: str) -> Answer:
            if (found := self.state.resources[collection].get(id_)) is None:
                raise not_found("Resource")
            return say(200, {"data": found, "meta": None})

        return get_row

    def workspaces(self, request: Request) -> Answer:
        row = {"object": "workspace", "id": self.state.workspace_id, "name": "Sandbox"}
        pagination = {"has_more": False, "total_count": 1, "url": request.path}
        return say(200, {"data": [row], "pagination": pagination})

    def connections(self, request: Request) -> Answer:
        rows = self.state.connections
        pagination = {"has_more": False, "total_count": len(rows), "url": request.path}
        return say(200, {"data": rows, "pagination": pagination})

    def list_templates(self, request: Request) -> Answer:
        search = request.params.get("search", "").casefold()

        def row(id_: str) -> dict[str, Any] | None:
            template = self.state.templates[id_]
            return view_template(template) if search in template.name.casefold() else None

        ids = list(self.state.templates)
        return answer_page(request, self.behaviour, ids, row, total=None if search else len(ids))

    def get_template(self, request: Request, template_id: str) -> Answer:
        if (template := self.state.templates.get(template_id)) is None:
            raise not_found("Interview template")
        return say(200, {"data": view_template(template), "meta": None})

    def add_template(
        self, code: str, name: str = "", *, ats: dict[str, Any] | None = None
    ) -> Template:
        """Make a template with a blueprint posting, as a person does in the UI.

        ``ats`` makes it one of a native ATS integration, e.g. ``{"ats_name": "workable",
        "ats_job_id": "…", "source": "job_sync"}``.
        """
        now = self.postings.now()
        blueprint = Posting(
            id=self.timeline.hexadecimal(8),
            title=f"Blueprint {name or code}",
            description="The blueprint of an interview template.",
            created_at=now,
            updated_at=now,
            deadline=None,
            steps=plain_steps(),
            finalized=True,
        )
        self.state.postings[blueprint.id] = blueprint
        self.state.by_posting[blueprint.id] = []
        template = Template(
            id=f"IT_{self.timeline.hexadecimal(6).lower()}",
            code=code,
            name=name or code.replace("-", " ").title(),
            posting_id=blueprint.id,
            created_at=now,
            is_default=not self.state.templates,
            ats=ats,
        )
        self.state.templates[template.id] = template
        return template

    def add_resource(self, collection: str, **fields: Any) -> str:
        """Put a row into one of ``COLLECTIONS`` and return its id; what is not given is made up."""
        number, now = next(self._numbers), self.postings.now()
        name = fields.get("name", f"Sandbox {number}")
        stamps = {"created_at": now, "updated_at": now}
        made: dict[str, Any] = {
            "sender-emails": {
                "object": "sender_email",
                "email_prefix": "jobs",
                "domain": "example.com",
                "full_email": "jobs@example.com",
                "domain_id": "dom_1",
                "created_at": now,
            },
            "phone-numbers": {
                "object": "phone_number",
                "phone_number": "+12025550100",
                "country_code": "US",
                "active": True,
                "date_provisioned": now,
            },
            "email-template-groups": {
                "object": "email_template_group",
                "name": name,
                "template_mappings": {"WEB_INTERVIEW_INVITATION": "et_1"},
                "sender_email_id": None,
                **stamps,
            },
            "design-template-groups": {
                "object": "design_template_group",
                "name": name,
                "template_mappings": {},
                "is_default": False,
                **stamps,
            },
            "voices": {
                "object": "voice",
                "provider": "cartesia",
                "provider_voice_id": f"voice-{number}",
                "name": name,
                "labels": {},
                **stamps,
            },
        }[collection]
        id_ = str(fields.get("id", self.timeline.hexadecimal(12).lower()))
        self.state.resources[collection][id_] = {"id": id_, **made, **fields}
        return id_

    def create_webhook(self, request: Request) -> Answer:
        wish = read_body(CreateWebhook, request, self.behaviour)
        self.postings.get_posting(wish.posting_id)
        id_, now = self.timeline.hexadecimal(32).lower(), self.postings.now()
        self.state.webhooks[id_] = {
            "object": "webhook",
            "webhook_id": id_,
            "posting_id": wish.posting_id,
            "url": wish.url,
            "event_type": wish.event_type,
            "is_active": True,
            "created_at": now,
            "updated_at": now,
        }
        return say(201, {"data": self.state.webhooks[id_], "meta": None})

    def list_webhooks(self, request: Request) -> Answer:
        def row(id_: str) -> dict[str, Any] | None:
            hook = self.state.webhooks[id_]
            return hook if hook["is_active"] else None

        return answer_page(request, self.behaviour, list(self.state.webhooks), row)

    def get_webhook(self, request: Request, webhook_id: str) -> Answer:
        return say(200, {"data": self._hook(webhook_id), "meta": None})

    def delete_webhook(self, request: Request, webhook_id: str) -> Answer:
        hook = self._hook(webhook_id)
        hook.update(is_active=False, updated_at=self.postings.now())
        return say(200, {"data": hook, "meta": None})

    def _hook(self, webhook_id: str) -> dict[str, Any]:
        hook = self.state.webhooks.get(webhook_id)
        if hook is None:
            raise not_found("Webhook")
        return hook
