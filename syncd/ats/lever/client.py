"""The port filled for Lever."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import quote

from syncd.ats.access import basic_headers, name_credential
from syncd.ats.lever.applications import Opportunities
from syncd.ats.lever.checks import findings
from syncd.ats.lever.errors import complaint
from syncd.ats.lever.pages import SIDE, one_in, path_of, read_list, read_pages, rows_in
from syncd.ats.lever.reasons import Reasons
from syncd.ats.lever.rows import job_of, notes_of, stages_of
from syncd.ats.lever.settings import LeverSettings
from syncd.ats.listing import log_left_out, no_proof
from syncd.ats.port import ApplicationPage, Capabilities, Finding, JobPage
from syncd.ats.wire import mapping_of, text_of
from syncd.errors import NotFound, Rejected
from syncd.http.session import Network, Session, Slot
from syncd.model.ats import NOTHING, Account, Application, Job, Note, Stage, Told
from syncd.settings.schema import AtsSettings

# The account's one pipeline is read once for all jobs of a pass.
_STAGES_LAST = 60.0  # seconds

# Where recruiters work, for the one address of the API that answers name it with.
_PAGES: Mapping[str, str] = {"https://api.lever.co": "https://hire.lever.co"}


class Lever:
    """One Lever account."""

    type: ClassVar[str] = "lever"
    label: ClassVar[str] = SIDE
    capabilities: ClassVar[Capabilities] = Capabilities(
        notes_listed=True,
        tags=True,
        rejects=True,
        tells_do_not_contact=True,
        tells_anonymised=True,
    )

    def __init__(self, settings: LeverSettings, session: Session) -> None:
        self._settings = settings
        self._session = session
        self._reasons = Reasons(session)
        self._opportunities = Opportunities(session, self._reasons)
        self._stages: tuple[Stage, ...] = ()
        self._stages_read = float("-inf")  # Lever's clock

    async def account(self) -> Account:
        """Read one posting; the account's name is the host in the settings."""
        path = path_of("postings")
        answer = await self._session.read(path, params={"limit": 1})
        rows_in(mapping_of(answer.json()), path)
        return Account(self._settings.account_id, self._settings.perform_as)

    async def jobs(self) -> AsyncIterator[JobPage]:
        """Every posting that is not confidential, whole, in whatever state.

        The state is not filtered by: it may not be combined with other filters, and a list of
        published postings leaves the internal ones out.
        """
        async for page in read_pages(self._session, path_of("postings")):
            jobs = [job_of(raw) for raw in page.rows]
            log_left_out(SIDE, "postings without an id", page.rows, jobs)
            yield JobPage([job for job in jobs if job], page.as_of)

    async def job(self, job_id: str) -> Job | None:
        """One posting; None for 404."""
        path = path_of("postings", job_id)
        try:
            answer = await self._session.read(path)
        except NotFound:
            return None
        job = job_of(one_in(answer, path))
        if job is None:
            raise no_proof(SIDE, f"GET {path}", "no posting")
        return job

    async def stages(self, job_id: str) -> tuple[Stage, ...]:
        """The account's stages, which all jobs share."""
        if not 0 <= self._session.remote_now() - self._stages_read < _STAGES_LAST:
            self._stages = stages_of(await read_list(self._session, path_of("stages")))
            self._stages_read = self._session.remote_now()
        return self._stages

    def changed_applications(
        self, cursor: str | None, resume: str | None = None
    ) -> AsyncIterator[ApplicationPage]:
        """Opportunities of every posting and stage; see :mod:`.applications`."""
        return self._opportunities.changed(cursor, resume)

    def applications(self, job_id: str, ids: Collection[str]) -> AsyncIterator[ApplicationPage]:
        """A few are read one by one, more from the posting's list."""
        return self._opportunities.named(job_id, ids)

    async def application(self, application_id: str) -> Application | None:
        """One opportunity with its tags; None if it is gone or for no posting any more."""
        return (await self._opportunities.one(application_id))[0]

    async def notes(self, application: Application) -> tuple[Note, ...]:
        """The notes of the opportunity, deleted ones among them."""
        found: list[Note] = []
        async for page in read_pages(
            self._session, path_of("opportunities", application.id, "notes")
        ):
            found += notes_of(page.rows)
        return tuple(found)

    def remote_now(self) -> float:
        return self._session.remote_now()

    async def prepare(self, *, tags: Sequence[str] = (), reject_reason: str = "") -> None:
        """Tags need nothing here; a reason is sent by its id."""
        if reject_reason:
            await self._reasons.know(reject_reason)

    async def reserve(self) -> Slot:
        """Wait for the budget; who acts is named in the settings or is the key itself."""
        return await self._session.reserve()

    async def move(
        self, application: Application, stage: Stage, slot: Slot, *, about: Told = NOTHING
    ) -> None:
        """Put the opportunity into a stage by its id."""
        await self._write("PUT", application, "stage", {"stage": stage.id}, slot)

    async def add_note(
        self, application: Application, text: str, slot: Slot, *, about: Told = NOTHING
    ) -> str | None:
        """Write a note with the rating that stands for the score; see :func:`rating_of`."""
        body: dict[str, Any] = {"value": text}
        if about.score is not None:
            body["score"] = rating_of(about.score)
        told = mapping_of(await self._write("POST", application, "notes", body, slot))
        return text_of(told.get("id")) or text_of(told.get("noteId"))

    async def edit_note(
        self, application: Application, note: Note, text: str, slot: Slot, *, about: Told = NOTHING
    ) -> None:
        """What editing a note takes is in no description at hand, so this raises Rejected."""
        raise Rejected(f"{SIDE} is not asked to edit notes; write a further one.", side=SIDE)

    async def add_tags(
        self, application: Application, tags: Sequence[str], slot: Slot, *, about: Told = NOTHING
    ) -> None:
        """Add the tags that are not there; tags differing only in case are one.

        Nothing is sent when all are there.
        """
        held = {tag.casefold() for tag in application.tags or ()}
        new = {tag.casefold(): tag for tag in reversed(tags) if tag.casefold() not in held}
        if new:
            body = {"tags": list(reversed(new.values()))}
            await self._write("POST", application, "addTags", body, slot)

    async def set_score(
        self, application: Application, score: float, slot: Slot, *, about: Told = NOTHING
    ) -> None:
        """Lever has no field for a score; the note carries it. Always raises Rejected."""
        raise Rejected(
            f"{SIDE} has no field for a score; the note carries it.", side=SIDE, code="no_score"
        )

    async def reject(
        self, application: Application, reason: str, slot: Slot, *, about: Told = NOTHING
    ) -> None:
        """Archive with a reason. Raises Rejected without one: for Lever that means the opposite."""
        if not reason:
            raise Rejected(
                f"{SIDE} archives nobody without a reason; set reject_reason in the write-back "
                "rule.",
                side=SIDE,
                code="no_reason",
            )
        body = {"reason": self._reasons.id_of(reason)}
        await self._write("PUT", application, "archived", body, slot)

    async def _write(
        self, method: str, application: Application, what: str, body: Mapping[str, Any], slot: Slot
    ) -> Any:
        """Send one write and return the object answered. An answer that is neither empty nor JSON
        came from something else than Lever's API, so it proves nothing and raises Uncertain."""
        params = {"perform_as": self._settings.perform_as} if self._settings.perform_as else None
        path = path_of("opportunities", application.id, what)
        try:
            answer = await self._session.write(method, path, slot=slot, json=body, params=params)
        except NotFound:
            raise
        except Rejected:
            self._reasons.forget()
            raise
        return mapping_of(answer.json()).get("data") if answer.body.strip() else None

    async def check(self, stages: Collection[str]) -> list[Finding]:
        """What the key may read, who acts, whether the stages exist."""
        return await findings(self._session, self._settings, stages)

    async def aclose(self) -> None:
        """A key has no session to give back; connections are closed."""
        await self._session.aclose()


def rating_of(score: float) -> int:
    """Lever's rating of a note for a score of 0 to 100: a quarter of the range for each of 1
    (strong no), 2 (no), 3 (yes) and 4 (strong yes); the lower bound belongs to the higher one."""
    return min(4, max(1, int(score // 25) + 1))


def open_lever(settings: AtsSettings, network: Network) -> Lever:
    """Make the port from ``[connections.*.ats]``; raises TypeError for another type's settings."""
    if not isinstance(settings, LeverSettings):
        raise TypeError("these are not the settings of a Lever account")
    session = Session(
        side=SIDE,
        base_url=settings.address,
        network=network,
        budget=network.budget(
            settings.rate,
            scope=name_credential("lever", settings.address, settings.api_key),
        ),
        headers=basic_headers(settings.api_key, "application/json"),
        complain=complaint,
    )
    return Lever(settings, session)


def find_link(settings: AtsSettings, _job_id: str | None, application_id: str | None) -> str | None:
    """The recruiter's page of an opportunity, as answers name it; a job's is not known."""
    pages = _PAGES.get(settings.address) if isinstance(settings, LeverSettings) else None
    if pages is None or application_id is None:
        return None
    return f"{pages}/candidates/{quote(application_id, safe='')}"
