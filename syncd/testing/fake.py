"""A fake: a stand-in of one ATS account that remembers what was done to it.

The conformance suite, whole cycles and simulations act on a connector through its fake alone. What
recruiters and applicants do is a method each (a deed); what stands in the account afterwards can be
asked. Jobs and applications are named by the ids that the connector's port gives them, stages by
their names.

Deeds that an ATS does not know are left out of :attr:`Fake.deeds` and are never asked for; what
the connector's own capabilities deny is not asked for either.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, ClassVar, Literal

import httpx

from syncd.ats.port import Ats, Connector
from syncd.clock import Clock
from syncd.http.session import Network
from syncd.model.ats import JobState
from syncd.sandbox.faults import Fault, FaultKind
from syncd.sandbox.log import Logged
from syncd.testing.people import Person


class Deed(StrEnum):
    """What an ATS's people may be able to do, beyond what every fake must play."""

    DRAFT_JOB = "draft a job"
    DELETE_JOB = "delete a job"
    ODD_JOB = "give a job a state that nobody knows"
    REJECT = "reject"
    HIRE = "hire"
    WITHDRAW = "withdraw"
    ANONYMISE = "anonymise"
    BAR = "mark as not to be contacted"
    DELETE = "delete an application"
    NOTE = "write a note"
    TAG = "add a tag"
    ODD_ROWS = "list rows without ids, with nothing in them, or with values of another kind"


class Purpose(StrEnum):
    """What a request is for."""

    READ = "read"
    WRITE = "write"
    LOGIN = "login"


#: What happens on the way, whatever the ATS.
ON_THE_WAY = frozenset(
    {
        FaultKind.ERROR_BEFORE,
        FaultKind.ERROR_AFTER,
        FaultKind.REFUSED,
        FaultKind.RESET_BEFORE,
        FaultKind.RESET_AFTER,
        FaultKind.TIMEOUT_BEFORE,
        FaultKind.TIMEOUT_AFTER,
        FaultKind.TIMEOUT_LATE,
        FaultKind.THROTTLED,
        FaultKind.TRUNCATED,
        FaultKind.CUT_OFF,
        FaultKind.HTML,
        FaultKind.EMPTY,
        FaultKind.SLOW,
        FaultKind.UNAUTHORISED,
    }
)


class Fake(ABC):
    """One account of an ATS, in memory or in a folder.

    ``connector`` is what is tested. ``deeds``: those beyond the ordinary that it plays.
    ``faults``: what can go wrong, see :meth:`fail`; EXPIRED (the vendor's session died: it must be
    logged in anew) and DEAD_CURSOR only where there are sessions and cursors to lose.
    ``throttles``: the ways in which a 429 of this ATS says when to come again.
    ``reject_reason``: a reason that people can be rejected with, where the ATS demands one.
    ``stages``: the stages of every job, by name, in order: at least three, of which
    :meth:`apply` puts people into ``applied_stage``.
    ``costs``: the most requests, logins left out, that reading takes, by the port's method, for a
    page of 100 rows: ``account``, ``jobs``, ``job``, ``stages``, ``changes`` (all, and a read in
    which nothing has changed), ``application``, ``notes``. What is left out is not looked at.
    ``reads_own_writes``: False where what is written shows in later reads only after a person
    has taken it over. ``tells_time``: False where answers do not tell the account's clock.
    ``score_step``: how far apart, of 100, the scores are that the ATS can keep. ``logins``: how
    many requests one login takes, 0 where there is none.

    ``skew``: seconds by which the account's clock is ahead of ``clock``. ``lag``: seconds until
    lists show what changed. ``page_size``: the most rows in an answer, whatever is asked for.
    """

    connector: ClassVar[Connector]
    deeds: ClassVar[frozenset[Deed]] = frozenset()
    faults: ClassVar[frozenset[FaultKind]] = frozenset()
    throttles: ClassVar[Sequence[Literal["seconds", "date", "none", "vendor"]]] = (
        "seconds",
        "date",
        "none",
    )
    stages: ClassVar[Sequence[str]] = ("Applied", "Phone Screen", "Interview")
    applied_stage: ClassVar[str] = "Applied"
    reject_reason: ClassVar[str] = ""
    costs: ClassVar[Mapping[str, int]] = {}
    reads_own_writes: ClassVar[bool] = True
    tells_time: ClassVar[bool] = True
    score_step: ClassVar[float] = 0.0
    logins: ClassVar[int] = 0

    def __init__(
        self, clock: Clock, *, page_size: int = 100, skew: float = 0.0, lag: float = 0.0
    ) -> None:
        self.clock = clock
        self.page_size = page_size
        self.skew = skew
        self.lag = lag

    def now(self) -> float:
        """The account's own clock, epoch seconds."""
        return self.clock.now() + self.skew

    # The way in

    @abstractmethod
    def settings(self) -> dict[str, Any]:
        """What ``[connections.*.ats]`` says to reach this account, ``type`` included."""

    def transport(self, clock: Clock) -> httpx.AsyncBaseTransport | None:
        """Where the connector's requests go; ``clock`` is what waiting is done on.

        None for an ATS that is not reached over HTTP.
        """
        return None

    def connect(self, clock: Clock | None = None, **settings: Any) -> Ats:
        """The port on this account, as a process that begins now has it; more ``settings`` win."""
        clock = clock or self.clock
        given = self.connector.settings.model_validate({**self.settings(), **settings})
        return self.connector.open(given, Network(clock=clock, transport=self.transport(clock)))

    def close(self) -> None:  # noqa: B027 - most have nothing to leave behind
        """Leave nothing behind."""

    # What was asked, and what goes wrong

    @property
    def asked(self) -> Sequence[Logged]:
        """Every request so far; none for an ATS that is not reached over HTTP."""
        return ()

    def purpose(self, row: Logged) -> Purpose:
        """What a request was for."""
        return Purpose.READ if row.method in ("GET", "HEAD") else Purpose.WRITE

    def fail(
        self,
        fault: Fault | FaultKind,
        times: int = 1,
        *,
        on: Purpose | None = None,
        after: int = 0,
    ) -> None:
        """Let ``fault`` befall the next ``times`` requests, ``after`` so many were let pass.

        ``on``: only such requests count; None means reads and writes, never logins. Reads and
        writes alike are counted one by one, so ``after`` leads into the middle of paging.
        """
        raise self._unable("fail")

    def fail_no_more(self) -> None:
        """Forget the faults that no request has met yet."""
        raise self._unable("fail")

    def before_answer(self, act: Callable[[Logged | None], None] | None) -> None:
        """Let ``act`` be called before each answer to a read that is no login, e.g. to change what
        a list under way shows."""
        raise self._unable("be interrupted")

    # Deeds that every fake plays

    @abstractmethod
    def add_job(
        self,
        title: str,
        *,
        state: JobState = JobState.OPEN,
        department: str = "Engineering",
        description: str = "<p>A job of a test, described in a sentence or two.</p>",
    ) -> str:
        """Somebody makes a job; return its id. DRAFT only where ``DRAFT_JOB`` is declared."""

    @abstractmethod
    def edit_job(
        self, job_id: str, *, title: str | None = None, description: str | None = None
    ) -> None:
        """Somebody changes what is given."""

    @abstractmethod
    def set_job_state(self, job_id: str, state: JobState) -> None:
        """Somebody closes, or opens, a job."""

    @abstractmethod
    def apply(self, job_id: str, person: Person, *, applied_at: float | None = None) -> str:
        """Somebody applies, now or (on the account's clock) then; return the application's id."""

    @abstractmethod
    def edit_person(
        self,
        application_id: str,
        *,
        name: str | None = None,
        email: str | None = None,
        phone: str | None = None,
    ) -> None:
        """Somebody changes what is given; an empty text takes away.

        The next read of the application shows it, the list of changes not in every ATS.
        """

    @abstractmethod
    def move(self, application_id: str, stage: str) -> None:
        """A recruiter moves somebody to the stage of that name."""

    # Deeds that are declared

    def delete_job(self, job_id: str) -> None:
        """A job is gone, and its applications with it."""
        raise self._unable(Deed.DELETE_JOB)

    def make_job_odd(self, job_id: str) -> None:
        """A job gets a state of a word that the connector cannot know."""
        raise self._unable(Deed.ODD_JOB)

    def reject(self, application_id: str) -> None:
        """A recruiter rejects somebody."""
        raise self._unable(Deed.REJECT)

    def hire(self, application_id: str) -> None:
        """Somebody is hired."""
        raise self._unable(Deed.HIRE)

    def withdraw(self, application_id: str) -> None:
        """Somebody steps back."""
        raise self._unable(Deed.WITHDRAW)

    def anonymise(self, application_id: str) -> None:
        """The person's data are gone, the application stays."""
        raise self._unable(Deed.ANONYMISE)

    def bar(self, application_id: str) -> None:
        """The person is not to be contacted any more."""
        raise self._unable(Deed.BAR)

    def delete(self, application_id: str) -> None:
        """The application is gone."""
        raise self._unable(Deed.DELETE)

    def add_note(self, application_id: str, text: str) -> None:
        """A recruiter writes a note."""
        raise self._unable(Deed.NOTE)

    def add_tag(self, application_id: str, tag: str) -> None:
        """A recruiter adds a tag."""
        raise self._unable(Deed.TAG)

    def add_odd_rows(self, job_id: str) -> None:
        """Lists of jobs and applications get rows that can hardly be read."""
        raise self._unable(Deed.ODD_ROWS)

    # What stands in the account

    @abstractmethod
    def stage_of(self, application_id: str) -> str:
        """The name of the stage somebody is in."""

    def told_stage_of(self, application_id: str) -> str:
        """The stage as answers about somebody tell it: by its name, or else by its id."""
        return self.stage_of(application_id)

    def notes_of(self, application_id: str) -> Sequence[str]:
        """The texts of the notes, oldest first; markup taken away where the ATS adds it."""
        raise self._unable("tell notes")

    def tags_of(self, application_id: str) -> Sequence[str]:
        """The tags as they are."""
        raise self._unable("tell tags")

    def score_of(self, application_id: str) -> float | None:
        """The score that was written, 0 to 100 or as near as the ATS's own scale comes."""
        raise self._unable("tell scores")

    def is_rejected(self, application_id: str) -> bool:
        """Whether somebody was rejected."""
        raise self._unable("tell who is rejected")

    def _unable(self, what: str) -> NotImplementedError:
        return NotImplementedError(f"{type(self).__name__} does not {what}")
