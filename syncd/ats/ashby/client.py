"""The port filled for Ashby."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Any, ClassVar

from syncd.ats.access import basic_headers, name_credential
from syncd.ats.ashby.applications import Applications
from syncd.ats.ashby.calls import SIDE, ask, read_pages, rows_in, tell
from syncd.ats.ashby.checks import findings
from syncd.ats.ashby.errors import complaint, judge
from syncd.ats.ashby.jobs import Jobs
from syncd.ats.ashby.lookups import NUMBERS, Reasons, ScoreField, Tags
from syncd.ats.ashby.plans import Plans
from syncd.ats.ashby.rows import notes_of
from syncd.ats.ashby.settings import AshbySettings
from syncd.ats.port import ApplicationPage, Capabilities, Finding, JobPage
from syncd.ats.wire import mapping_of, text_of
from syncd.errors import Rejected
from syncd.http.session import Network, Session, Slot
from syncd.model.ats import NOTHING, Account, Application, Job, Note, Stage, Told
from syncd.settings.schema import AtsSettings


class Ashby:
    """One Ashby account."""

    type: ClassVar[str] = "ashby"
    label: ClassVar[str] = SIDE
    capabilities: ClassVar[Capabilities] = Capabilities(
        score_field=True,
        score_needs_setting=True,
        notes_listed=True,
        tags=True,
        rejects=True,
    )

    def __init__(self, settings: AshbySettings, session: Session) -> None:
        self._settings = settings
        self._session = session
        self._plans = Plans(session)
        self._jobs = Jobs(session, self._plans)
        self._applications = Applications(session, self._plans)
        self._tags = Tags(session)
        self._reasons = Reasons(session)
        self._score = ScoreField(session, settings.score_field)

    async def account(self) -> Account:
        """Read one job; the account's name is the host in the settings.

        ``apiKey.info`` would tell nothing of the account, and only to keys with a permission of
        its own.
        """
        answer = await ask(self._session, "job.list", limit=1)
        rows_in(mapping_of(answer.json()), "job.list")
        return Account(self._settings.account_id)

    def jobs(self) -> AsyncIterator[JobPage]:
        """Every job, as list rows: without the text, which is on the postings."""
        return self._jobs.all()

    async def job(self, job_id: str) -> Job | None:
        """One job with the text of its posting; None if there is none."""
        return await self._jobs.one(job_id)

    async def stages(self, job_id: str) -> tuple[Stage, ...]:
        """The stages of all of the job's plans; raises NotFound if there is no such job."""
        return await self._plans.of_job(job_id)

    def changed_applications(
        self, cursor: str | None, resume: str | None = None
    ) -> AsyncIterator[ApplicationPage]:
        """Applications of every job and stage by sync token; see :mod:`.applications`."""
        return self._applications.changed(cursor, resume)

    def applications(self, job_id: str, ids: Collection[str]) -> AsyncIterator[ApplicationPage]:
        """A few are read one by one, more from the job's list."""
        return self._applications.named(job_id, ids)

    async def application(self, application_id: str) -> Application | None:
        """One application with the candidate's tags; None if it is gone."""
        return await self._applications.one(application_id)

    async def notes(self, application: Application) -> tuple[Note, ...]:
        """The notes on the candidate, of whatever application."""
        found: list[Note] = []
        async for page in read_pages(
            self._session, "candidate.listNotes", candidateId=application.candidate_id
        ):
            found += notes_of(page.rows)
        return tuple(found)

    def remote_now(self) -> float:
        return self._session.remote_now()

    async def prepare(self, *, tags: Sequence[str] = (), reject_reason: str = "") -> None:
        """Tags and reasons are sent by their ids; a tag that is missing is made."""
        if tags:
            await self._tags.know(tags)
        if reject_reason:
            await self._reasons.know(reject_reason)

    async def reserve(self) -> Slot:
        """Know the field of the score, then wait for the budget. Ashby asks for no actor."""
        await self._score.know()
        return await self._session.reserve()

    async def move(
        self, application: Application, stage: Stage, slot: Slot, *, about: Told = NOTHING
    ) -> None:
        """Move to a stage, or to the one of its name in the plan that the person is in."""
        target = self._plans.counterpart(application.stage, stage)
        await self._write(
            "application.changeStage", slot, applicationId=application.id, interviewStageId=target
        )

    async def add_note(
        self, application: Application, text: str, slot: Slot, *, about: Told = NOTHING
    ) -> str | None:
        """Write a note on the candidate; nobody is notified."""
        told = await self._write(
            "candidate.createNote",
            slot,
            candidateId=application.candidate_id,
            note=text,
            sendNotifications=False,
        )
        return text_of(told.get("id"))

    async def edit_note(
        self, application: Application, note: Note, text: str, slot: Slot, *, about: Told = NOTHING
    ) -> None:
        """Ashby documents no call that edits a note, so this always raises Rejected."""
        raise Rejected(f"{SIDE} cannot edit a note; write a further one.", side=SIDE)

    async def add_tags(
        self, application: Application, tags: Sequence[str], slot: Slot, *, about: Told = NOTHING
    ) -> None:
        """Add the tags that are not there, after :meth:`prepare`.

        Ashby takes one tag at a time, and having one twice changes nothing: each further tag is a
        request of its own, which may start no later than the first.
        """
        held = {tag.casefold() for tag in application.tags or ()}
        new = {tag.casefold(): tag for tag in tags if tag.casefold() not in held}
        ids = [self._tags.id_of(tag) for tag in new.values()]
        for number, tag_id in enumerate(ids):
            if number:
                start_by = slot.start_by
                slot = await self._session.reserve()
                slot.start_by = start_by
            await self._write(
                "candidate.addTag", slot, candidateId=application.candidate_id, tagId=tag_id
            )

    async def set_score(
        self, application: Application, score: float, slot: Slot, *, about: Told = NOTHING
    ) -> None:
        """Write the score into the custom field that ``score_field`` names, as a number or, in a
        field of text, as its digits."""
        field = self._score.field()
        number = round(score, 2)
        of_candidate = field.object_type == "Candidate"
        await self._write(
            "customField.setValue",
            slot,
            objectId=application.candidate_id if of_candidate else application.id,
            objectType=field.object_type,
            fieldId=field.id,
            fieldValue=number if field.field_type in NUMBERS else f"{number:g}",
        )

    async def reject(
        self, application: Application, reason: str, slot: Slot, *, about: Told = NOTHING
    ) -> None:
        """Move into the plan's stage for people who are out, with the reason.

        Raises Rejected without a reason, which Ashby demands, and where the plan has no such
        stage or cannot be read.
        """
        if not reason:
            raise Rejected(
                f"{SIDE} archives nobody without a reason; set reject_reason in the write-back "
                "rule.",
                side=SIDE,
                code="no_reason",
            )
        stage = self._plans.archive(application.stage)
        if stage is None:
            raise Rejected(
                f"{SIDE} told of no stage for people who are out in the interview plan of "
                f"application {application.id}; archive it by hand.",
                side=SIDE,
                code="no_archived_stage",
            )
        await self._write(
            "application.changeStage",
            slot,
            applicationId=application.id,
            interviewStageId=stage,
            archiveReasonId=self._reasons.id_of(reason),
        )

    async def _write(self, call: str, slot: Slot, **body: Any) -> Mapping[str, Any]:
        """Send one write; after a refusal what was looked up is looked up anew."""
        try:
            return await tell(self._session, call, slot, **body)
        except Rejected:
            self._tags.forget()
            self._reasons.forget()
            self._score.forget()
            raise

    async def check(self, stages: Collection[str]) -> list[Finding]:
        """What the key may read, one permission after the other; stages; the score field."""
        return await findings(self._session, self._plans, self._settings, stages)

    async def aclose(self) -> None:
        """A key has no session to give back; connections are closed."""
        await self._session.aclose()


def open_ashby(settings: AtsSettings, network: Network) -> Ashby:
    """Make the port from ``[connections.*.ats]``; raises TypeError for another type's settings."""
    if not isinstance(settings, AshbySettings):
        raise TypeError("these are not the settings of an Ashby account")
    session = Session(
        side=SIDE,
        base_url=settings.address,
        network=network,
        budget=network.budget(
            settings.rate,
            scope=name_credential("ashby", settings.address, settings.api_key),
        ),
        headers=basic_headers(settings.api_key, "application/json; version=1"),
        complain=complaint,
        judge=judge,
    )
    return Ashby(settings, session)
