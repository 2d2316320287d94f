"""What syncd needs of an ATS: the port every connector fills.

A connector only translates. It decides nothing, retries no write, and keeps nothing of a person.
Reads are retried by the session below it; every write is exactly one request, sent with the
``slot`` the journal reserved for it, and raises as :mod:`syncd.errors` says, so that the caller
knows whether it may have been applied. Every write is told which result it belongs to (``about``);
most connectors have no use for it.

Where a vendor's own session or token dies at any time, a read logs in again and goes on, and a
write that is answered so was certainly not applied: it raises NotSent, and the next
:meth:`Ats.reserve` logs in before it takes a slot.
"""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from syncd.ats.hints import Hint
from syncd.http.session import Network, Slot
from syncd.model.ats import NOTHING, Account, Application, Job, Note, Stage, Told
from syncd.settings.schema import AtsSettings

#: The ``code`` of the Rejected that a move raises when the person is not where it expected them.
STALE = "stale_stage"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an ATS can do; rules that need more are refused or reported, never half done.

    ``score_field``: a number can be written into a field; ``score_needs_setting`` says that the
    field must be named by ``score_field`` in the settings. ``notes_listed``: a note can be found
    again; ``notes_edited``: its text can be replaced. ``tags``: tags can be added.
    ``moves_compare``: a move names the stage it expects and fails when it is another.
    ``tells_do_not_contact`` and ``tells_anonymised``: these flags mean something when False.
    """

    score_field: bool = False
    score_needs_setting: bool = False
    notes_listed: bool = False
    notes_edited: bool = False
    tags: bool = False
    moves_compare: bool = False
    rejects: bool = False
    tells_do_not_contact: bool = False
    tells_anonymised: bool = False


@dataclass(frozen=True, slots=True)
class JobPage:
    """Some jobs, in any state. ``as_of``: the ATS's clock when the page was answered."""

    rows: Sequence[Job]
    as_of: float


@dataclass(frozen=True, slots=True)
class ApplicationPage:
    """Some applications of every stage.

    ``resume`` continues after this page (None on the last one); ``cursor`` stands only on the
    last page and is where the next read begins. Both are opaque text to the caller.
    ``as_of``: the ATS's clock when the page was answered, epoch seconds. ``gone``: the ids of
    applications that were deleted, where the ATS lists them.
    """

    rows: Sequence[Application]
    as_of: float
    resume: str | None = None
    cursor: str | None = None
    gone: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of ``syncd check``: ``ok`` None means "worth knowing, not wrong"."""

    what: str
    ok: bool | None
    detail: str
    todo: str = ""


class Ats(Protocol):
    """One ATS account."""

    type: ClassVar[str]
    label: ClassVar[str]
    capabilities: ClassVar[Capabilities]

    async def account(self) -> Account:
        """Who the credentials belong to; the cheapest request that proves them."""
        ...

    def jobs(self) -> AsyncIterator[JobPage]:
        """Every job the credentials can see, in every state. Rows may be incomplete."""
        ...

    async def job(self, job_id: str) -> Job | None:
        """One job, complete; None if the ATS says that there is none."""
        ...

    async def stages(self, job_id: str) -> tuple[Stage, ...]:
        """The stages of a job's pipeline, in order."""
        ...

    def changed_applications(
        self, cursor: str | None, resume: str | None = None
    ) -> AsyncIterator[ApplicationPage]:
        """Applications of every job and stage modified since ``cursor`` (None: all of them).

        The cursor overlaps, so rows come again; rows may move between pages while reading, and
        then come in a later read. Raises CursorExpired when ``cursor`` or ``resume`` is dead.
        """
        ...

    def applications(self, job_id: str, ids: Collection[str]) -> AsyncIterator[ApplicationPage]:
        """The named applications of a job, read afresh with the fewest requests.

        Rows that were not asked for may come along; an application that is gone is left out.
        """
        ...

    async def application(self, application_id: str) -> Application | None:
        """One application, complete with its tags; None if it is gone."""
        ...

    async def notes(self, application: Application) -> tuple[Note, ...]:
        """The notes of an application; only called where ``notes_listed``."""
        ...

    def remote_now(self) -> float:
        """The ATS's own clock now, epoch seconds; the local one before any answer."""
        ...

    async def prepare(self, *, tags: Sequence[str] = (), reject_reason: str = "") -> None:
        """Look up what writes with these tags or this reason need, so that a slot is spent on
        the write alone; cached, so that calling it before every such write costs nothing.

        Raises Rejected when the ATS has no such reason (or tag that cannot be made).
        """
        ...

    async def reserve(self) -> Slot:
        """Wait for the budget (and a valid session and an actor) for one write.

        Raises Rejected when the ATS has nobody in whose name to write.
        """
        ...

    async def move(
        self, application: Application, stage: Stage, slot: Slot, *, about: Told = NOTHING
    ) -> None:
        """Move to ``stage``; where ``moves_compare``, raise Rejected with the code STALE for
        somebody who is not in ``application.stage`` any more."""
        ...

    async def add_note(
        self, application: Application, text: str, slot: Slot, *, about: Told = NOTHING
    ) -> str | None:
        """Write a note; return its id if the ATS tells it."""
        ...

    async def edit_note(
        self,
        application: Application,
        note: Note,
        text: str,
        slot: Slot,
        *,
        about: Told = NOTHING,
    ) -> None:
        """Replace a note's text; only called where ``notes_edited``."""
        ...

    async def add_tags(
        self, application: Application, tags: Sequence[str], slot: Slot, *, about: Told = NOTHING
    ) -> None:
        """Add tags to those in ``application.tags``, which was read just before by
        :meth:`application`."""
        ...

    async def set_score(
        self, application: Application, score: float, slot: Slot, *, about: Told = NOTHING
    ) -> None:
        """Write the score, 0 to 100, into the ATS's own or the configured field."""
        ...

    async def reject(
        self, application: Application, reason: str, slot: Slot, *, about: Told = NOTHING
    ) -> None:
        """Reject with the reason of that name, after :meth:`prepare`; without one if empty."""
        ...

    async def check(self, stages: Collection[str]) -> list[Finding]:
        """Credentials, permissions, actor, configured fields: nothing is written."""
        ...

    async def aclose(self) -> None:
        """Give back what must be given back (a vendor's session)."""
        ...


SettingsModel = type[AtsSettings]


@dataclass(frozen=True, slots=True)
class Connector:
    """What an entry point of the group ``syncd.ats`` names.

    ``settings`` is the model of ``[connections.*.ats]`` for this type; ``open`` makes the port
    from validated settings and a network.

    ``hint`` reads a webhook: given the settings, its headers (names in lower case), its raw body
    and the time now, epoch seconds, it returns what may be read again, or raises Refused; None
    where the vendor signs none. ``link`` gives the address at which a recruiter sees an
    application (or a job, where there is no application id), None where it cannot be known.
    """

    type: str
    settings: SettingsModel
    capabilities: Capabilities
    open: Callable[[AtsSettings, Network], Ats]
    hint: Callable[[AtsSettings, Mapping[str, str], bytes, float], Hint] | None = None
    link: Callable[[AtsSettings, str | None, str | None], str | None] | None = None
