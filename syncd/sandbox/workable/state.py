"""What a Workable account holds, and a ledger of what was done to candidates."""

from dataclasses import dataclass, field
from typing import Any, Literal

#: Opens nothing but the sandbox.
TOKEN = "sandbox-workable-token"  # noqa: S105


@dataclass(slots=True)
class Behaviour:
    """Switches for what the documents leave open; every value may be changed while it runs.

    ``lag``: seconds until lists and activities show what is new or changed; a single candidate
    or job is always shown as it is. ``skew``: seconds this side's clock is ahead. ``requests``
    per ``seconds``: the rate limit. ``comment_touches``: a comment moves ``updated_at``.
    """

    lag: float = 0.0
    skew: float = 0.0
    requests: int = 10
    seconds: float = 10.0
    comment_touches: bool = True


@dataclass(frozen=True, slots=True)
class Stage:
    id: int
    slug: str
    name: str
    kind: str
    position: int

    @property
    def identifier(self) -> str:
        return f"{self.id:06x}"


USUAL_STAGES = tuple(
    Stage(5_272_269 + place, name.lower().replace(" ", "-"), name,
          name.lower().replace(" ", "-"), place + 1)
    for place, name in enumerate(
        ("Sourced", "Applied", "Phone Screen", "Assessment", "Interview", "Offer", "Hired")
    )
)  # fmt: skip


@dataclass(slots=True)
class Member:
    id: str
    name: str
    email: str
    role: str = "admin"
    active: bool = True


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason for disqualifying; ``withdrew`` says that the candidate did."""

    id: str
    text: str
    withdrew: bool
    position: int


@dataclass(frozen=True, slots=True)
class Attribute:
    """A custom attribute of candidates."""

    key: str
    label: str
    type: Literal["short_text", "free_text", "numeric", "boolean", "date"] = "short_text"


@dataclass(slots=True)
class Job:
    id: int
    number: int
    shortcode: str
    title: str
    code: str | None
    state: Literal["draft", "published", "closed", "archived"]
    created_at: float
    updated_at: float
    description: str
    department: str | None = None
    city: str | None = "Berlin"
    country: str | None = "Germany"
    country_code: str | None = "DE"
    employment_type: str | None = "Full-time"
    sample: bool = False
    stages: tuple[Stage, ...] = USUAL_STAGES


@dataclass(slots=True)
class Candidate:
    """One person on one job; the same person on another job is another candidate."""

    id: int
    number: int
    job: str
    stage: str
    firstname: str = field(repr=False)
    lastname: str = field(repr=False)
    email: str | None = field(repr=False)
    phone: str | None = field(repr=False)
    created_at: float
    updated_at: float
    shown_at: float
    sourced: bool = False
    headline: str | None = None
    disqualified_at: float | None = None
    disqualification_reason: str | None = None
    withdrew: bool = False
    anonymized: bool = False
    hired_at: float | None = None
    moved_to_offer_at: float | None = None
    tags: list[str] = field(default_factory=list)
    attributes: dict[str, Any] = field(default_factory=dict)
    ratings: list[dict[str, Any]] = field(default_factory=list)
    originating: int | None = None
    resume: bool = True

    @property
    def name(self) -> str:
        return f"{self.firstname} {self.lastname}".strip()


@dataclass(slots=True)
class Activity:
    """An entry of a candidate's stream; ``shown_at`` is when lists begin to show it."""

    id: int
    candidate: int
    action: str
    at: float
    stage: str | None
    target: str | None = None
    member: str | None = None
    body: str | None = field(default=None, repr=False)
    shown_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Act:
    """Something done to a candidate. ``by``: "api" or "person"; ``before`` where that means
    something (the stage left, the tags replaced)."""

    at: float
    by: str
    kind: str
    candidate: str
    job: str
    value: Any = field(default=None, repr=False)
    before: Any = field(default=None, repr=False)


@dataclass(slots=True)
class Account:
    subdomain: str = "sandbox"
    name: str = "Sandbox"
    token: str = TOKEN
    scopes: set[str] = field(default_factory=lambda: {"r_jobs", "r_candidates", "w_candidates"})
    stages: tuple[Stage, ...] = USUAL_STAGES
    members: dict[str, Member] = field(default_factory=dict)
    reasons: list[Reason] = field(default_factory=list)
    attributes: dict[str, Attribute] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    candidates: dict[int, Candidate] = field(default_factory=dict)
    activities: dict[int, list[Activity]] = field(default_factory=dict)
    ledger: list[Act] = field(default_factory=list)

    def stage_of(self, candidate: Candidate) -> Stage:
        """The stage a candidate is in; a stage its job no longer has is taken from the account."""
        stages = (*self.jobs[candidate.job].stages, *self.stages)
        return next(stage for stage in stages if stage.slug == candidate.stage)

    def done(self, kind: str, *, by: str = "api", candidate: str = "") -> list[Act]:
        """Entries of the ledger, oldest first."""
        return [
            act
            for act in self.ledger
            if act.kind == kind and act.by == by and candidate in ("", act.candidate)
        ]
