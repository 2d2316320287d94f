"""What HeyMilo holds: templates, postings, interviews, webhooks, and a ledger of what was done."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

#: Opens nothing but the sandbox.
API_KEY = "sandbox-heymilo-key"


@dataclass(slots=True)
class Template:
    """An interview template. ``ats``: a native ATS mapping that postings made from it inherit."""

    id: str
    code: str
    name: str
    posting_id: str
    created_at: float
    is_default: bool = False
    description: str | None = None
    ats: dict[str, Any] | None = None


@dataclass(slots=True)
class Posting:
    """A posting. ``fields`` holds the published fields that nothing here depends on."""

    id: str
    title: str
    description: str
    created_at: float
    updated_at: float
    deadline: float | None
    steps: list[dict[str, Any]]
    fields: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, str] | None = None
    ats: dict[str, Any] | None = None
    finalized: bool = False
    archived: bool = False
    test: bool = False
    lapsed: bool = False
    versions: list[tuple[float, dict[str, Any]]] = field(default_factory=list, repr=False)

    def status(self, now: float) -> str:
        """draft, active, expired or archived; it expires by the clock alone."""
        if self.archived:
            return "archived"
        if not self.finalized:
            return "draft"
        past = self.deadline is not None and self.deadline <= now
        return "expired" if past or self.lapsed else "active"


@dataclass(slots=True)
class StepState:
    """How far a person got in one step of the workflow."""

    id: str
    type: str
    status: str = "not_started"
    at: float | None = None
    score: float | None = None


@dataclass(slots=True)
class Interview:
    """One person's way through one posting."""

    id: str
    candidate_id: str
    posting_id: str
    name: str = field(repr=False)
    email: str = field(repr=False)
    phone: str | None = field(repr=False)
    metadata: dict[str, str] | None
    data: dict[str, Any] | None = field(repr=False)
    created_at: float
    steps: list[StepState]
    score: float | None = None
    evaluating: bool = False
    shortlisted: bool = False
    dismissed: bool = False
    erased: bool = False
    interviewed_at: float | None = None
    last_activity_at: float | None = None
    attempts: int = 1

    @property
    def all_complete(self) -> bool:
        return all(step.status == "completed" for step in self.steps)

    @property
    def status(self) -> str:
        """The published status; a recruiter's decision hides how far the person got."""
        if self.dismissed:
            return "dismissed"
        if self.shortlisted:
            return "shortlisted"
        if any(step.status == "knocked_out" for step in self.steps):
            return "knocked_out"
        if self.evaluating:
            return "evaluating"
        if self.all_complete:
            return "completed"
        started = any(step.status != "not_started" for step in self.steps)
        return "in_progress" if started else "pending"


@dataclass(frozen=True, slots=True)
class Invitation:
    """One invitation: an e-mail or a text message that a person got and nobody can take back.

    ``repeated``: the address had been invited to this posting before.
    """

    at: float
    posting_id: str
    interview_id: str
    email: str = field(repr=False)
    external_id: str | None
    owner: str | None
    repeated: bool


@dataclass(frozen=True, slots=True)
class PostingEvent:
    """Something the API did to a posting: created, cloned, updated, activated or archived."""

    at: float
    kind: str
    posting_id: str
    external_id: str | None
    fields: tuple[str, ...] = ()


@dataclass(slots=True)
class Ledger:
    """What was really done, whatever the client was told. Checks of the promises read it."""

    invitations: list[Invitation] = field(default_factory=list)
    postings: list[PostingEvent] = field(default_factory=list)

    def created_for(self, external_id: str) -> list[PostingEvent]:
        """Every posting the API made with this mark."""
        return [
            event
            for event in self.postings
            if event.kind in ("created", "cloned") and event.external_id == external_id
        ]

    def repeated(self) -> list[Invitation]:
        """Invitations of somebody who had been invited to the same posting before."""
        return [invitation for invitation in self.invitations if invitation.repeated]


@dataclass(slots=True)
class State:
    """Everything; the mappings keep the order of creation."""

    api_key: str = API_KEY
    workspace_id: str = "WS_sandbox"
    company_id: str = "CO_sandbox"
    templates: dict[str, Template] = field(default_factory=dict)
    postings: dict[str, Posting] = field(default_factory=dict)
    interviews: dict[str, Interview] = field(default_factory=dict)
    by_posting: dict[str, list[str]] = field(default_factory=dict)
    by_address: dict[tuple[str, str], str] = field(default_factory=dict)
    candidates: dict[str, str] = field(default_factory=dict)
    webhooks: dict[str, dict[str, Any]] = field(default_factory=dict)
    resources: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    connections: list[dict[str, Any]] = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)

    def interviews_of(self, posting_id: str) -> Iterable[Interview]:
        """A posting's interviews that were not erased, in the order of their making."""
        found = (self.interviews[id_] for id_ in self.by_posting.get(posting_id, ()))
        return (interview for interview in found if not interview.erased)
