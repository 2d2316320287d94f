"""What an applicant tracking system tells: jobs, their stages, applications and notes.

Times are epoch seconds in UTC on the ATS's own clock. Personal fields are left out of ``repr`` so
that no log or traceback can show them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

DAY = 86_400.0


class JobState(StrEnum):
    """The three states syncd acts on; a connector maps its vendor's own onto them."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Job:
    """A job as the ATS shows it.

    ``complete`` is False for a list row that lacks ``description`` and ``employment_type``.
    ``created_at`` may be a day only (Workable tells midnight); ``created_until`` is the latest
    moment it can mean. ``fields`` holds further text fields by their ATS name, for
    ``template_field``.
    """

    id: str
    title: str
    state: JobState
    description: str | None = field(default=None, repr=False)
    department: str | None = None
    location: str | None = None
    employment_type: str | None = None
    created_at: float | None = None
    updated_at: float | None = None
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    complete: bool = False

    @property
    def created_until(self) -> float | None:
        """The latest moment ``created_at`` can mean: a bare midnight stands for a whole day."""
        if self.created_at is None:
            return None
        return self.created_at + DAY if self.created_at % DAY == 0 else self.created_at


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of a job's pipeline: ``id`` is what moves take, ``name`` what people see."""

    id: str
    name: str

    def is_called(self, text: str) -> bool:
        """Whether ``text`` (from settings or a list row) means this stage, by id or name."""
        wanted = text.strip().casefold()
        return wanted in (self.id.casefold(), self.name.strip().casefold())


@dataclass(frozen=True, slots=True)
class Application:
    """One person's application to one job, as read just now.

    ``stage`` is the stage's name or id, as the answer had it. ``tags`` is None where the answer
    does not tell them, and so is ``score``, what the field for syncd's scores holds.
    """

    id: str
    job_id: str
    candidate_id: str
    stage: str
    name: str = field(repr=False)
    email: str | None = field(repr=False)
    phone: str | None = field(default=None, repr=False)
    applied_at: float | None = None
    updated_at: float | None = None
    rejected: bool = False
    withdrawn: bool = False
    hired: bool = False
    anonymised: bool = False
    do_not_contact: bool = False
    tags: tuple[str, ...] | None = field(default=None, repr=False)
    score: float | None = None

    @property
    def out(self) -> bool:
        """Whether a decision was taken that ends syncd's right to move this person."""
        return self.rejected or self.withdrawn or self.hired


@dataclass(frozen=True, slots=True)
class Note:
    """A note on an application, as far as finding syncd's own mark needs."""

    id: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Told:
    """Which result of an interview a write tells, for ATSs that keep both with what is written.

    ``status`` is HeyMilo's word, ``score`` 0 to 100, ``at`` when the person or HeyMilo last did
    something about it, epoch seconds. All are empty for a write that follows an invitation.
    """

    status: str = ""
    score: float | None = None
    at: float | None = None


NOTHING = Told()


@dataclass(frozen=True, slots=True)
class Account:
    """Whose ATS account the credentials open; ``id`` is stable over the account's life."""

    id: str
    actor: str = ""
