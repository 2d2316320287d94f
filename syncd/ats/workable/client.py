"""The port filled for Workable."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Any, ClassVar

from syncd.ats.access import name_credential
from syncd.ats.port import ApplicationPage, Capabilities, Finding, JobPage
from syncd.ats.wire import mapping_of, text_of
from syncd.ats.workable.applications import read_changes, read_named, read_one
from syncd.ats.workable.checks import findings
from syncd.ats.workable.errors import complaint
from syncd.ats.workable.pages import (
    API,
    PAGE_SIZE,
    SIDE,
    body_of,
    path_of,
    read_pages,
    rows_in,
    tell_left_out,
    unreadable,
)
from syncd.ats.workable.people import People
from syncd.ats.workable.rows import job_of, notes_of, stages_of
from syncd.ats.workable.settings import PUBLISHED_LIMIT, WorkableSettings
from syncd.errors import NotFound, Rejected
from syncd.http.session import Network, Session, Slot
from syncd.model.ats import NOTHING, Account, Application, Job, Note, Stage, Told
from syncd.settings.schema import AtsSettings


class Workable:
    """One Workable account."""

    type: ClassVar[str] = "workable"
    label: ClassVar[str] = SIDE
    capabilities: ClassVar[Capabilities] = Capabilities(
        score_field=True,
        score_needs_setting=True,
        notes_listed=True,
        tags=True,
        rejects=True,
        tells_anonymised=True,
    )

    def __init__(self, settings: WorkableSettings, session: Session) -> None:
        self._settings = settings
        self._session = session
        self._people = People(session, settings.member_id)

    async def account(self) -> Account:
        """Read one job, which every token syncd can work with may do.

        ``GET /accounts/{subdomain}`` would tell an id of its own, but only to tokens with
        ``r_account``: an id that depends on a scope is not stable, so the subdomain is the id.
        """
        answer = await self._session.read(f"{API}/jobs", params={"limit": 1})
        rows_in(mapping_of(answer.json()), "jobs", f"{API}/jobs")
        return Account(self._settings.account_id, self._settings.member_id)

    async def jobs(self) -> AsyncIterator[JobPage]:
        """Every job, as list rows: without description and employment type."""
        path = f"{API}/jobs"
        params = {"limit": PAGE_SIZE}
        async for page in read_pages(
            self._session, path, "jobs", params=params, identity="shortcode"
        ):
            jobs = [job_of(raw, complete=False) for raw in page.rows]
            tell_left_out("jobs without a shortcode", page.rows, jobs)
            yield JobPage([job for job in jobs if job], page.as_of)

    async def job(self, job_id: str) -> Job | None:
        """One job, complete; None for 404."""
        path = path_of("jobs", job_id)
        try:
            answer = await self._session.read(path)
        except NotFound:
            return None
        job = job_of(body_of(answer, "job"), complete=True)
        if job is None:
            raise unreadable(path, "no job")
        return job

    async def stages(self, job_id: str) -> tuple[Stage, ...]:
        """The job's stages; raises NotFound if there is no such job."""
        path = path_of("jobs", job_id, "stages")
        answer = await self._session.read(path)
        return stages_of(rows_in(mapping_of(answer.json()), "stages", path))

    def changed_applications(
        self, cursor: str | None, resume: str | None = None
    ) -> AsyncIterator[ApplicationPage]:
        """People of every job and stage that ``updated_after`` lists; see :mod:`.applications`."""
        return read_changes(self._session, cursor, resume)

    def applications(self, job_id: str, ids: Collection[str]) -> AsyncIterator[ApplicationPage]:
        """A few are read one by one, more from the job's list."""
        return read_named(self._session, job_id, ids)

    async def application(self, application_id: str) -> Application | None:
        """One application with its tags; None if it is gone or on no job any more."""
        return (await read_one(self._session, application_id))[0]

    async def notes(self, application: Application) -> tuple[Note, ...]:
        """The comments on the candidate's timeline; their text may be HTML."""
        found: list[Note] = []
        path = path_of("candidates", application.id, "activities")
        async for page in read_pages(
            self._session, path, "activities", params={"limit": PAGE_SIZE}
        ):
            found += notes_of(page.rows)
        return tuple(found)

    def remote_now(self) -> float:
        return self._session.remote_now()

    async def prepare(self, *, tags: Sequence[str] = (), reject_reason: str = "") -> None:
        """Tags need nothing here; a reason is sent by its id."""
        if reject_reason:
            await self._people.know_reason(reject_reason)

    async def reserve(self) -> Slot:
        """Make sure that there is a member to write as, then wait for the budget."""
        await self._people.know_actor()
        return await self._session.reserve()

    async def move(
        self, application: Application, stage: Stage, slot: Slot, *, about: Told = NOTHING
    ) -> None:
        """Move to a stage by its slug."""
        body = {"member_id": self._people.member_id, "target_stage": stage.id}
        await self._write("POST", path_of("candidates", application.id, "move"), body, slot)

    async def add_note(
        self, application: Application, text: str, slot: Slot, *, about: Told = NOTHING
    ) -> str | None:
        """Comment on the candidate; older versions of the API do not tell the comment's id."""
        body = {"member_id": self._people.member_id, "comment": {"body": text}}
        told = await self._write(
            "POST", path_of("candidates", application.id, "comments"), body, slot
        )
        return text_of(mapping_of(told).get("id"))

    async def edit_note(
        self, application: Application, note: Note, text: str, slot: Slot, *, about: Told = NOTHING
    ) -> None:
        """Workable documents no request that edits a comment, so this always raises Rejected."""
        raise Rejected(f"{SIDE} cannot edit a comment; write a further one.", side=SIDE)

    async def add_tags(
        self, application: Application, tags: Sequence[str], slot: Slot, *, about: Told = NOTHING
    ) -> None:
        """Put the union of both, because Workable replaces the whole set.

        Tags differing only in case are one. Nothing is sent when all are there. Raises Rejected
        if the tags that are there are not known (a list does not tell them): putting only the new
        ones would delete them.
        """
        if application.tags is None:
            raise Rejected(
                f"{SIDE} did not tell all tags of application {application.id}; add the tag by "
                "hand.",
                side=SIDE,
                code="tags_unknown",
            )
        held = {tag.casefold() for tag in application.tags}
        new = {tag.casefold(): tag for tag in reversed(tags) if tag.casefold() not in held}
        if new:
            body = {"tags": [*application.tags, *reversed(new.values())]}
            await self._write("PUT", path_of("candidates", application.id, "tags"), body, slot)

    async def set_score(
        self, application: Application, score: float, slot: Slot, *, about: Told = NOTHING
    ) -> None:
        """Write the score as text into the custom attribute that ``score_field`` names."""
        if not self._settings.score_field:
            raise Rejected(
                f"{SIDE} has no score of its own; name a custom attribute in score_field.",
                side=SIDE,
                code="no_score_field",
            )
        body = {
            "custom_attribute_key": self._settings.score_field,
            "value": f"{round(score, 2):g}",
        }
        path = path_of("candidates", application.id, "update_custom_attribute_value")
        await self._write("PATCH", path, body, slot)

    async def reject(
        self, application: Application, reason: str, slot: Slot, *, about: Told = NOTHING
    ) -> None:
        """Disqualify, as the company's decision."""
        body: dict[str, Any] = {"member_id": self._people.member_id, "withdrew": False}
        if reason:
            body["disqualify_reason_id"] = self._people.reason_id(reason)
        await self._write("POST", path_of("candidates", application.id, "disqualify"), body, slot)

    async def _write(self, method: str, path: str, body: Mapping[str, Any], slot: Slot) -> Any:
        """Send one write. The answer may be empty; one that is neither empty nor JSON came from
        something else than Workable's API, so it proves nothing and raises Uncertain."""
        try:
            answer = await self._session.write(method, path, slot=slot, json=body)
        except NotFound:
            raise
        except Rejected:
            self._people.forget()
            raise
        return answer.json() if answer.body.strip() else None

    async def check(self, stages: Collection[str]) -> list[Finding]:
        """What the token may do, who acts, whether the stages and the score field exist."""
        return await findings(self._session, self._people, self._settings, stages)

    async def aclose(self) -> None:
        """A token has no session to give back; connections are closed."""
        await self._session.aclose()


def open_workable(settings: AtsSettings, network: Network) -> Workable:
    """Make the port from ``[connections.*.ats]``; raises TypeError for another type's settings."""
    if not isinstance(settings, WorkableSettings):
        raise TypeError("these are not the settings of a Workable account")
    token = settings.api_token

    def headers() -> Mapping[str, str]:
        return {
            "Authorization": f"Bearer {token.get_secret_value()}",
            "Accept": "application/json",
        }

    session = Session(
        side=SIDE,
        base_url=settings.address,
        network=network,
        budget=network.budget(
            settings.rate,
            scope=name_credential("workable", settings.address, token),
            answers_per=PUBLISHED_LIMIT.seconds,
        ),
        headers=headers,
        complain=complaint,
    )
    return Workable(settings, session)


def find_link(
    settings: AtsSettings, _job_id: str | None, _application_id: str | None
) -> str | None:
    """The account's list of jobs: pages of jobs and people have numbers that only reads tell."""
    return f"{settings.address}/backend/jobs" if isinstance(settings, WorkableSettings) else None
