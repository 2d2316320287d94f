"""What the simulation asks of an ATS account: its people's deeds, and a ledger of what was done.

Jobs and applications are named by the ids of the connector's port. Everything here happens at the
time of the world's timeline; times are epoch seconds on the true clock.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from syncd.ats.port import Capabilities, Connector
from syncd.sandbox import Fault, Request, Side
from syncd.sandbox.faulting import Exchange
from syncd.sandbox.log import Logged
from syncd.settings.schema import AtsSettings

DEPARTMENT, ELSEWHERE = "Engineering", "Operations"


@dataclass(frozen=True, slots=True)
class Job:
    """A job; ``state`` is "published" while it is open."""

    id: str
    title: str
    state: str
    department: str

    @property
    def is_selected(self) -> bool:
        """Whether the settings of the simulation select it."""
        return self.state == "published" and self.department == DEPARTMENT


@dataclass(frozen=True, slots=True)
class Applicant:
    """An application as it stands; ``out``: rejected, withdrawn or hired."""

    id: str
    job: str
    stage: str
    name: str
    email: str | None
    applied_at: float
    out: bool = False
    anonymised: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """Something done to an application, by "api" or "person": a ``move`` (``value`` and ``before``
    are stages), ``comment``, ``attribute`` (a name and a score), ``tags``, ``disqualify`` (any
    decision that ends syncd's right to move somebody) or ``revert``."""

    at: float
    by: Literal["api", "person"]
    kind: str
    candidate: str
    value: Any = None
    before: Any = None


class Account(ABC):
    """One account of an ATS, and everybody in it.

    ``stages``: where a recruiter may move somebody; ``early`` those of them in which somebody may
    come in besides ``applied_stage``; ``targets``: two that the settings may move people to, as
    people call them. ``deeds``: what its people are able to do of what is named in the mix.
    ``limit``: requests within seconds that the vendor allows. ``secrets`` may stand in no URL.
    ``logins``: how many requests one login takes, 0 where there is none. ``score_step``: how far
    apart, of 100, the scores are that it can keep.
    """

    connector: ClassVar[Connector]
    side: ClassVar[Side]
    deeds: frozenset[str]
    stages: Sequence[str]
    early: Sequence[str] = ()
    applied_stage: str
    targets: tuple[str, str]
    logins: int = 0
    score_step: float = 0.0
    limit: tuple[int, float]
    secrets: Sequence[str]
    origins: Sequence[str]
    ledger: list[Act]

    @property
    def type(self) -> str:
        """The ATS, as marks name it."""
        return self.connector.type

    @property
    def capabilities(self) -> Capabilities:
        return self.connector.capabilities

    def mark(self, application_id: str) -> str:
        """The ``external_id`` of an application."""
        return f"{self.type}:{application_id}"

    def of_mark(self, mark: str) -> str:
        """The id in an ``external_id``."""
        return mark.removeprefix(f"{self.type}:")

    def done(self, kind: str, *, candidate: str = "") -> list[Act]:
        """What was done through the API, oldest first."""
        return [
            act
            for act in self.ledger
            if act.kind == kind and act.by == "api" and candidate in ("", act.candidate)
        ]

    @abstractmethod
    def settings(self, settle: float) -> AtsSettings:
        """How the connection reaches this account."""

    @property
    @abstractmethod
    def jobs(self) -> Mapping[str, Job]: ...

    @property
    @abstractmethod
    def applicants(self) -> Mapping[str, Applicant]: ...

    # Its requests

    @abstractmethod
    def exchange(self, fault: Fault | None, request: Request) -> Exchange:
        """Let ``request`` happen as ``fault`` would have it."""

    @abstractmethod
    def is_write(self, request: Request | Logged) -> bool:
        """Whether a request may change an application."""

    def is_login(self, request: Request | Logged) -> bool:
        """Whether a request is a part of logging in or out."""
        return False

    def befitting(self, fault: Fault, request: Request) -> Fault | None:
        """The fault as it can befall this request; None if it cannot."""
        return fault

    @contextmanager
    def pages_of(self, rows: int) -> Iterator[None]:
        """Lists come in pages of so many rows."""
        yield

    def settle(self) -> None:  # noqa: B027 - most accounts see every request
        """Write down what was done without a request."""

    def close(self) -> None:  # noqa: B027
        """Leave nothing behind."""

    # Deeds

    @abstractmethod
    def add_job(self, title: str, state: str, department: str) -> str: ...

    @abstractmethod
    def edit_job(self, job_id: str, **fields: str) -> None:
        """Change ``title``, ``description``, ``state`` or ``department``."""

    @abstractmethod
    def apply(
        self,
        job_id: str,
        name: str,
        email: str | None,
        phone: str | None,
        *,
        stage: str | None = None,
        applied_at: float | None = None,
    ) -> str: ...

    @abstractmethod
    def move(self, application_id: str, stage: str) -> None: ...

    @abstractmethod
    def edit(self, application_id: str, **fields: str) -> None:
        """Change ``email`` or ``phone``."""

    @abstractmethod
    def decide(self, application_id: str, how: str) -> None:
        """``hire``, ``disqualify``, ``withdraw``, ``revert``, ``anonymise`` or ``delete``."""

    def transfer(self, application_id: str, job_id: str, how: str, stage: str) -> str:
        """``relocate`` or ``copy`` somebody to another job; return the application's id there."""
        raise NotImplementedError
