"""The port filled for Bullhorn."""

import hashlib
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Any, ClassVar

from syncd.ats.bullhorn.applications import ENTITY, Applications
from syncd.ats.bullhorn.checks import findings
from syncd.ats.bullhorn.desk import Desk
from syncd.ats.bullhorn.errors import SIDE, complaint, is_dead
from syncd.ats.bullhorn.fields import JOB_TEXTS, Ladder, job_ladder, read_meta
from syncd.ats.bullhorn.login import BullhornLogin, Memory, leave
from syncd.ats.bullhorn.notes import Notes, to_html
from syncd.ats.bullhorn.pages import Page, one_in, path_of, read_query
from syncd.ats.bullhorn.rows import job_of, stages_of
from syncd.ats.bullhorn.settings import BullhornSettings
from syncd.ats.port import ApplicationPage, Capabilities, Finding, JobPage
from syncd.ats.wire import flag_of, mapping_of, text_of
from syncd.errors import NotFound, Rejected
from syncd.http.renewed import RenewedSession
from syncd.http.session import Network, Slot
from syncd.model.ats import DAY, NOTHING, Account, Application, Job, Note, Stage, Told
from syncd.settings.schema import AtsSettings

# Closed jobs that nobody touched for so long are not listed; one that syncd looks for is read by
# its id. An agency's account holds those of many years.
_CLOSED_FOR = 90 * DAY


class Bullhorn:
    """One Bullhorn account."""

    type: ClassVar[str] = "bullhorn"
    label: ClassVar[str] = SIDE
    capabilities: ClassVar[Capabilities] = Capabilities(
        score_field=True,
        notes_listed=True,
        notes_edited=True,
        rejects=True,
        tells_do_not_contact=True,
        tells_anonymised=True,
    )

    def __init__(self, settings: BullhornSettings, session: RenewedSession) -> None:
        self._settings = settings
        self._session = session
        self._desk = Desk(session, settings)
        self._applications = Applications(session, settings)
        self._notes = Notes(session)
        self._job_fields: Ladder | None = None

    async def account(self) -> Account:
        """The corporation's id, or where that is not told, the name of the API user."""
        told = text_of(await self._desk.setting("corporationId"))
        return Account(told or self._settings.username)

    async def jobs(self) -> AsyncIterator[JobPage]:
        """Every open job, and those that were closed or changed in the last 90 days.

        Rows come without their description. One that was deleted or closed long ago is found by
        :meth:`job`.
        """
        since = int((self.remote_now() - _CLOSED_FOR) * 1000)
        for condition in (
            "isOpen=true AND isDeleted=false",
            f"isOpen=false AND isDeleted=false AND dateLastModified>{since}",
        ):
            async for page in self._jobs_where(condition):
                jobs = [self._job(raw, complete=False) for raw in page.rows]
                yield JobPage([job for job in jobs if job], page.as_of)

    async def _jobs_where(self, condition: str) -> AsyncIterator[Page]:
        ladder = await self._ladder()
        async for page in ladder.pages(
            lambda fields: read_query(self._session, "JobOrder", condition, fields)
        ):
            yield page

    async def job(self, job_id: str) -> Job | None:
        """One job with its description; None for 404 and for a deleted one."""
        path = path_of("entity", "JobOrder", job_id)
        try:
            answer = await (await self._ladder()).read(
                lambda fields: self._session.read(path, params={"fields": f"{fields},{JOB_TEXTS}"})
            )
        except NotFound:
            return None
        found = one_in(answer, path)
        return None if flag_of(found.get("isDeleted")) else self._job(found, complete=True)

    def _job(self, raw: object, *, complete: bool) -> Job | None:
        return job_of(raw, complete=complete, department_field=self._settings.department_field)

    async def _ladder(self) -> Ladder:
        if self._job_fields is None:
            known = await read_meta(self._session, "JobOrder")
            self._job_fields = job_ladder(known, self._settings.department_field)
        return self._job_fields

    async def stages(self, job_id: str) -> tuple[Stage, ...]:
        """The statuses of the account, which are those of every job."""
        return stages_of(await self._desk.statuses())

    def changed_applications(
        self, cursor: str | None, resume: str | None = None
    ) -> AsyncIterator[ApplicationPage]:
        """Submissions of every job and status; see :mod:`.applications`."""
        return self._applications.changed(cursor, resume)

    def applications(self, job_id: str, ids: Collection[str]) -> AsyncIterator[ApplicationPage]:
        """A few are read one by one, more together."""
        return self._applications.named(ids)

    async def application(self, application_id: str) -> Application | None:
        return await self._applications.one(application_id)

    async def notes(self, application: Application) -> tuple[Note, ...]:
        """The notes on the person, about whatever job; their text is HTML."""
        return await self._notes.read(application.candidate_id)

    def remote_now(self) -> float:
        return self._session.remote_now()

    async def prepare(self, *, tags: Sequence[str] = (), reject_reason: str = "") -> None:
        """Look up the status that rejects; there are no tags."""
        if tags:
            raise Rejected(f"{SIDE} has no tags; remove tag from the rules.", side=SIDE)
        await self._desk.know_status(reject_reason)

    async def reserve(self) -> Slot:
        """Look up what writes need, then wait for a session and the budget."""
        await self._desk.know()
        return await self._session.reserve()

    async def move(
        self, application: Application, stage: Stage, slot: Slot, *, about: Told = NOTHING
    ) -> None:
        """Give the submission another status."""
        await self._update(ENTITY, application.id, {"status": stage.id}, slot)

    async def add_note(
        self, application: Application, text: str, slot: Slot, *, about: Told = NOTHING
    ) -> str | None:
        """Write a note about the person on this job."""
        body = self._desk.note(to_html(text), application.candidate_id, application.job_id)
        told = await self._write("PUT", path_of("entity", "Note"), body, slot)
        return text_of(mapping_of(told).get("changedEntityId"))

    async def edit_note(
        self, application: Application, note: Note, text: str, slot: Slot, *, about: Told = NOTHING
    ) -> None:
        """Replace the note's text."""
        await self._update("Note", note.id, {"comments": to_html(text)}, slot)

    async def add_tags(
        self, application: Application, tags: Sequence[str], slot: Slot, *, about: Told = NOTHING
    ) -> None:
        """Bullhorn has no tags, so this always raises Rejected."""
        raise Rejected(f"{SIDE} has no tags; remove tag from the rules.", side=SIDE)

    async def set_score(
        self, application: Application, score: float, slot: Slot, *, about: Told = NOTHING
    ) -> None:
        """Write the score as the result of a screening, or into the field that is set."""
        body = self._desk.score(score, about, self.remote_now())
        await self._update(ENTITY, application.id, body, slot)

    async def reject(
        self, application: Application, reason: str, slot: Slot, *, about: Told = NOTHING
    ) -> None:
        """Give the submission the status that was looked up by :meth:`prepare`.

        Without a reason it is looked up here if need be.
        """
        if not reason:
            await self._desk.know_status(reason)
        await self._update(ENTITY, application.id, {"status": self._desk.status(reason)}, slot)

    async def _update(
        self, entity: str, entity_id: str, body: Mapping[str, Any], slot: Slot
    ) -> None:
        await self._write("POST", path_of("entity", entity, entity_id), body, slot)

    async def _write(self, method: str, path: str, body: Mapping[str, Any], slot: Slot) -> Any:
        """Send one write; an answer that is not JSON proves nothing and raises Uncertain."""
        try:
            answer = await self._session.write(method, path, slot=slot, json=body)
        except NotFound:
            raise
        except Rejected:
            self._desk.forget()
            raise
        return answer.json() if answer.body.strip() else None

    async def check(self, stages: Collection[str]) -> list[Finding]:
        """What the user may read, who writes, whether statuses and the score field exist."""
        return await findings(
            self._session, self._desk, self._applications, self._notes, self._settings, stages
        )

    async def aclose(self) -> None:
        """Log out, unless nobody logged in or the session is kept for the next pass.

        It takes seconds at most, and never fails.
        """
        await self._session.aclose()


def open_bullhorn(settings: AtsSettings, network: Network) -> Bullhorn:
    """Make the port from ``[connections.*.ats]``; raises TypeError for another type's settings."""
    if not isinstance(settings, BullhornSettings):
        raise TypeError("these are not the settings of a Bullhorn account")
    # A hash of a secret with so much chance in it tells nothing about the secret.
    secret = settings.client_secret.get_secret_value()
    named = f"{settings.login_url} {settings.client_id} {settings.username} {secret}".encode()
    scope = f"bullhorn:{hashlib.blake2b(named, digest_size=8).hexdigest()}"
    memory = Memory() if network.wallet is None else network.wallet.recall(scope, Memory)
    session = RenewedSession(
        side=SIDE,
        base_url=settings.login_url.rpartition("/")[0],
        network=network,
        budget=network.budget(settings.rate, scope=scope),
        login=BullhornLogin(settings, memory),
        complain=complaint,
        places=settings.places,
        is_dead=is_dead,
        leave=leave,
        scope=scope,
    )
    return Bullhorn(settings, session)
