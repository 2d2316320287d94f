"""The port filled for Greenhouse."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Any, ClassVar

from syncd.ats.greenhouse.applications import Applications
from syncd.ats.greenhouse.checks import findings
from syncd.ats.greenhouse.errors import SIDE, complaint
from syncd.ats.greenhouse.jobs import Jobs
from syncd.ats.greenhouse.login import GreenhouseLogin
from syncd.ats.greenhouse.lookups import Reasons, ScoreField
from syncd.ats.greenhouse.moves import Moves
from syncd.ats.greenhouse.pages import path_of, read_by_ids, rows_in
from syncd.ats.greenhouse.rows import notes_of
from syncd.ats.greenhouse.settings import PUBLISHED_LIMIT, GreenhouseSettings
from syncd.ats.greenhouse.tags import Tags
from syncd.ats.port import ApplicationPage, Capabilities, Finding, JobPage
from syncd.ats.wire import mapping_of, text_of
from syncd.errors import NotFound, Rejected
from syncd.http.renewed import RenewedSession
from syncd.http.session import Budget, Network, Slot
from syncd.model.ats import NOTHING, Account, Application, Job, Note, Stage, Told
from syncd.settings.schema import AtsSettings


class Greenhouse:
    """One Greenhouse account."""

    type: ClassVar[str] = "greenhouse"
    label: ClassVar[str] = SIDE
    capabilities: ClassVar[Capabilities] = Capabilities(
        score_field=True,
        score_needs_setting=True,
        notes_listed=True,
        tags=True,
        moves_compare=True,
        rejects=True,
        tells_do_not_contact=True,
    )

    def __init__(
        self,
        settings: GreenhouseSettings,
        session: RenewedSession,
        login: GreenhouseLogin,
        budget: Budget,
    ) -> None:
        self._settings = settings
        self._session = session
        self._login = login
        self._budget = budget
        self._jobs = Jobs(session)
        self._applications = Applications(session, settings)
        self._moves = Moves(session, self._applications)
        self._tags = Tags(session)
        self._reasons = Reasons(session)
        self._score = ScoreField(session, settings.score_field)

    async def account(self) -> Account:
        """Read one job; the account's name is the host in the settings."""
        path = path_of("jobs")
        rows_in(await self._session.read(path, params={"per_page": 1}), path)
        return Account(self._settings.account_id, self._settings.user_id)

    def jobs(self) -> AsyncIterator[JobPage]:
        """Every job in every state; the open ones with their public text."""
        return self._jobs.all()

    async def job(self, job_id: str) -> Job | None:
        """One job with its public text; None if there is none."""
        return await self._jobs.one(job_id)

    async def stages(self, job_id: str) -> tuple[Stage, ...]:
        """The stages of a job that are in use, in order."""
        return await self._jobs.stages(job_id)

    def changed_applications(
        self, cursor: str | None, resume: str | None = None
    ) -> AsyncIterator[ApplicationPage]:
        """Applications of every job and status; see :mod:`.applications`."""
        return self._applications.changed(cursor, resume)

    def applications(self, job_id: str, ids: Collection[str]) -> AsyncIterator[ApplicationPage]:
        """Fifty applications, and the candidates of fifty, with a request each."""
        return self._applications.named(ids)

    async def application(self, application_id: str) -> Application | None:
        """One application with its candidate's tags; None if it is gone."""
        return await self._applications.one(application_id)

    async def notes(self, application: Application) -> tuple[Note, ...]:
        """The notes on the application, and those on the candidate that are on none.

        They are asked for by the candidate, or else by the application.
        """
        try:
            rows = await self._notes("candidate_ids", application.candidate_id)
        except NotFound:
            raise
        except Rejected:
            rows = await self._notes("application_ids", application.id)
        return notes_of(rows, application.id)

    async def _notes(self, name: str, of: str) -> list[object]:
        pages = read_by_ids(self._session, "notes", [of], name=name)
        return [row async for page in pages for row in page.rows]

    def remote_now(self) -> float:
        return self._session.remote_now()

    async def prepare(self, *, tags: Sequence[str] = (), reject_reason: str = "") -> None:
        """Look up the ids of tags, made if they are missing, and of the reason."""
        if tags:
            await self._tags.know(tags)
        if reject_reason:
            await self._reasons.know(reject_reason)

    async def reserve(self) -> Slot:
        """Look up the field of the score, then wait for a token and the budget."""
        await self._score.know()
        return await self._session.reserve()

    async def move(
        self, application: Application, stage: Stage, slot: Slot, *, about: Told = NOTHING
    ) -> None:
        """Move from the stage that was read; see :mod:`.moves`."""
        await self._moves.make(application, stage, slot)

    async def add_note(
        self, application: Application, text: str, slot: Slot, *, about: Told = NOTHING
    ) -> str | None:
        """Write a note on the application, seen by those whom the settings name."""
        body = {
            "candidate_id": int(application.candidate_id),
            "application_id": int(application.id),
            "body": text,
            "note_type": "NOTE",
            "visibility": self._settings.note_visibility,
        }
        told = await self._write("POST", path_of("notes"), body, slot)
        return text_of(mapping_of(told).get("id"))

    async def edit_note(
        self, application: Application, note: Note, text: str, slot: Slot, *, about: Told = NOTHING
    ) -> None:
        """Notes cannot be edited through the API, so this always raises Rejected."""
        raise Rejected(f"{SIDE} edits no notes; write a further one.", side=SIDE)

    async def add_tags(
        self, application: Application, tags: Sequence[str], slot: Slot, *, about: Told = NOTHING
    ) -> None:
        """Add the tags that are not there, after :meth:`prepare`; see :mod:`.tags`."""
        await self._tags.add(application, tags, slot)

    async def set_score(
        self, application: Application, score: float, slot: Slot, *, about: Told = NOTHING
    ) -> None:
        """Write the score into the application's field that ``score_field`` names."""
        body = {"custom_fields": [self._score.value(score)]}
        await self._write("PATCH", path_of("applications", application.id), body, slot)

    async def reject(
        self, application: Application, reason: str, slot: Slot, *, about: Told = NOTHING
    ) -> None:
        """Reject with a reason, and without an e-mail. Raises Rejected without a reason."""
        if not reason:
            raise Rejected(
                f"{SIDE} rejects nobody without a reason; set reject_reason in the write-back "
                "rule.",
                side=SIDE,
                code="no_reason",
            )
        body = {"rejection_reason_id": int(self._reasons.id_of(reason))}
        await self._write("POST", path_of("applications", application.id, "reject"), body, slot)

    async def _write(self, method: str, path: str, body: Mapping[str, Any], slot: Slot) -> Any:
        """Send one write. An answer that is neither empty nor JSON came from something else than
        Greenhouse's API, so it proves nothing and raises Uncertain."""
        try:
            answer = await self._session.write(method, path, slot=slot, json=body)
        except NotFound:
            raise
        except Rejected:
            self._reasons.forget()
            self._score.forget()
            raise
        return answer.json() if answer.body.strip() else None

    async def check(self, stages: Collection[str]) -> list[Finding]:
        """What these credentials may read, who acts, whether stages and the score field exist."""
        return await findings(self._session, self._budget, self._settings, stages)

    async def aclose(self) -> None:
        """A token is kept for the next pass, or ends by itself; connections are closed."""
        try:
            await self._session.aclose()
        finally:
            await self._login.aclose()


def open_greenhouse(settings: AtsSettings, network: Network) -> Greenhouse:
    """Make the port from ``[connections.*.ats]``; raises TypeError for another type's settings."""
    if not isinstance(settings, GreenhouseSettings):
        raise TypeError("these are not the settings of a Greenhouse account")
    login = GreenhouseLogin(settings, network)
    budget = network.budget(
        settings.rate, scope=settings.credential, answers_per=PUBLISHED_LIMIT.seconds
    )
    session = RenewedSession(
        side=SIDE,
        base_url=settings.address,
        network=network,
        budget=budget,
        login=login,
        complain=complaint,
        places=settings.places,
        scope=settings.token_scope,
    )
    return Greenhouse(settings, session, login, budget)
