"""A connector for Tinyhire, an ATS that is made up."""

import json
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Any, ClassVar, Literal
from urllib.parse import quote

from pydantic import Field

from syncd.ats.access import name_credential
from syncd.ats.listing import answered_at, log_left_out, no_proof
from syncd.ats.port import ApplicationPage, Capabilities, Connector, Finding, JobPage
from syncd.ats.wire import Flag, Id, Moment, Row, Text, mapping_of, moment_of, moment_text, read_row
from syncd.errors import CursorExpired, NotFound, Rejected, RemoteError
from syncd.http.session import Complaint, Network, Session, Slot
from syncd.model.ats import NOTHING, Account, Application, Job, JobState, Note, Stage, Told
from syncd.settings.schema import ApiKey, AtsSettings
from syncd.settings.units import Rate

SIDE = "Tinyhire"
STAGES = (Stage("new", "New"), Stage("talk", "Talk"), Stage("offer", "Offer"))
OVERLAP = 300.0  # seconds: changes that are stamped before they are listed
_STATES = {"open": JobState.OPEN, "closed": JobState.CLOSED}


class TinyhireSettings(AtsSettings):
    """``key`` and ``base_url`` say which account."""

    type: Literal["tinyhire"] = Field("tinyhire", description="Which ATS this is.")
    key: ApiKey = Field(description="A key, from the account's page of integrations.")

    @property
    def address(self) -> str:
        return self.base_url or "https://api.tinyhire.example"


class _Job(Row):
    id: Id
    title: Text = None
    state: Text = None
    text: Text = None


class _Applicant(Row):
    id: Id
    job: Id
    name: Text = None
    email: Text = None
    phone: Text = None
    stage: Text = None
    applied: Moment = None
    changed: Moment = None
    rejected: Flag = False


class _Note(Row):
    id: Id
    text: Text = None


def job_of(raw: object) -> Job | None:
    row = read_row(_Job, raw)
    if row is None:
        return None
    state = _STATES.get(row.state or "", JobState.DRAFT)  # an unknown word opens nothing
    return Job(row.id, row.title or "", state, row.text, complete=True)


def application_of(raw: object) -> Application | None:
    row = read_row(_Applicant, raw)
    if row is None:
        return None
    return Application(
        id=row.id,
        job_id=row.job,
        candidate_id=row.id,
        stage=row.stage or "",
        name=row.name or "",
        email=row.email,
        phone=row.phone,
        applied_at=row.applied,
        updated_at=row.changed,
        rejected=row.rejected,
    )


class Tinyhire:
    """One account. Its lists are ordered by id, and a page begins after the id of the last."""

    type: ClassVar[str] = "tinyhire"
    label: ClassVar[str] = SIDE
    capabilities: ClassVar[Capabilities] = Capabilities(notes_listed=True)

    def __init__(self, settings: TinyhireSettings, session: Session) -> None:
        self._settings = settings
        self._session = session

    async def account(self) -> Account:
        await self._rows("/jobs", {"limit": 1})
        return Account(self._settings.address.removeprefix("https://"))

    async def jobs(self) -> AsyncIterator[JobPage]:
        after = ""
        while True:
            rows, as_of = await self._rows("/jobs", {"after": after})
            jobs = [job_of(raw) for raw in rows]
            log_left_out(SIDE, "jobs without an id", rows, jobs)
            yield JobPage([job for job in jobs if job], as_of)
            if not (after := _last_id(rows)):
                return

    async def job(self, job_id: str) -> Job | None:
        raw = await self._one(f"/jobs/{quote(job_id, safe='')}")
        return job_of(raw) if raw else None

    async def stages(self, job_id: str) -> tuple[Stage, ...]:
        return STAGES

    async def changed_applications(
        self, cursor: str | None, resume: str | None = None
    ) -> AsyncIterator[ApplicationPage]:
        since, started, after = cursor or "", None, ""
        if resume is not None:
            since, started, after = _read_point(resume)
        if (since and moment_of(since) is None) or cursor == "":
            raise _expired()
        while True:
            rows, as_of = await self._rows("/applicants", {"since": since, "after": after})
            started = as_of if started is None else started
            found = [application_of(raw) for raw in rows]
            log_left_out(SIDE, "applicants without an id or a job", rows, found)
            after = _last_id(rows)
            yield ApplicationPage(
                [row for row in found if row],
                as_of,
                resume=json.dumps([since, started, after]) if after else None,
                cursor=None if after else moment_text(started - OVERLAP),
            )
            if not after:
                return

    async def applications(
        self, job_id: str, ids: Collection[str]
    ) -> AsyncIterator[ApplicationPage]:
        for one in sorted(set(ids)):
            if (found := await self.application(one)) is not None:
                yield ApplicationPage([found], self.remote_now())

    async def application(self, application_id: str) -> Application | None:
        raw = await self._one(_path(application_id))
        return application_of(raw) if raw else None

    async def notes(self, application: Application) -> tuple[Note, ...]:
        rows, _ = await self._rows(f"{_path(application.id)}/notes", {})
        read = (read_row(_Note, raw) for raw in rows)
        return tuple(Note(row.id, row.text) for row in read if row and row.text)

    def remote_now(self) -> float:
        return self._session.remote_now()

    async def prepare(self, *, tags: Sequence[str] = (), reject_reason: str = "") -> None:
        return None

    async def reserve(self) -> Slot:
        return await self._session.reserve()

    async def move(
        self, application: Application, stage: Stage, slot: Slot, *, about: Told = NOTHING
    ) -> None:
        await self._write("PUT", f"{_path(application.id)}/stage", {"stage": stage.id}, slot)

    async def add_note(
        self, application: Application, text: str, slot: Slot, *, about: Told = NOTHING
    ) -> str | None:
        await self._write("POST", f"{_path(application.id)}/notes", {"text": text}, slot)
        return None

    async def edit_note(
        self, application: Application, note: Note, text: str, slot: Slot, *, about: Told = NOTHING
    ) -> None:
        raise _unable("edit a note")

    async def add_tags(
        self, application: Application, tags: Sequence[str], slot: Slot, *, about: Told = NOTHING
    ) -> None:
        raise _unable("tag somebody")

    async def set_score(
        self, application: Application, score: float, slot: Slot, *, about: Told = NOTHING
    ) -> None:
        raise _unable("keep a score")

    async def reject(
        self, application: Application, reason: str, slot: Slot, *, about: Told = NOTHING
    ) -> None:
        raise _unable("reject somebody")

    async def check(self, stages: Collection[str]) -> list[Finding]:
        try:
            await self._rows("/applicants", {"limit": 1})
        except RemoteError as error:
            return [Finding(f"{SIDE}: reading", False, str(error), "put the right key into key")]
        found = [Finding(f"{SIDE}: reading", True, "allowed")]
        for name in dict.fromkeys(stages):
            there = any(stage.is_called(name) for stage in STAGES)
            detail = "exists" if there else "is no stage of Tinyhire"
            found.append(
                Finding(f'{SIDE}: stage "{name}"', there, detail, "" if there else "correct it")
            )
        return found

    async def aclose(self) -> None:
        await self._session.aclose()

    async def _rows(
        self, path: str, params: Mapping[str, str | int]
    ) -> tuple[Sequence[object], float]:
        answer = await self._session.read(path, params=params)
        rows = mapping_of(answer.json()).get("rows")
        if not isinstance(rows, list):  # which is not the same as an empty list
            raise no_proof(SIDE, f"GET {path}", "no rows")
        return rows, answered_at(self._session, answer)

    async def _one(self, path: str) -> Mapping[str, Any] | None:
        try:
            answer = await self._session.read(path)
        except NotFound:
            return None
        raw = mapping_of(answer.json())
        if "id" not in raw:
            raise no_proof(SIDE, f"GET {path}", "something else")
        return raw

    async def _write(self, method: str, path: str, body: Any, slot: Slot) -> None:
        answer = await self._session.write(method, path, slot=slot, json=body)
        answer.json()  # a success that is no JSON did not come from Tinyhire: Uncertain


def _path(application_id: str) -> str:
    return f"/applicants/{quote(application_id, safe='')}"


def _last_id(rows: Sequence[object]) -> str:
    """Where the next page begins; empty at the end, which is an empty page."""
    return str(mapping_of(rows[-1]).get("id") or "") if rows else ""


def _read_point(resume: str) -> tuple[str, float, str]:
    try:
        since, started, after = json.loads(resume)
        return str(since), float(started), str(after)
    except (ValueError, TypeError):
        raise _expired() from None


def _expired() -> CursorExpired:
    return CursorExpired(
        f"{SIDE} does not know any more where the last read stopped; everything is read once more.",
        side=SIDE,
    )


def _unable(what: str) -> Rejected:
    return Rejected(f"{SIDE} cannot {what}; take that out of the rules.", side=SIDE)


def open_tinyhire(settings: AtsSettings, network: Network) -> Tinyhire:
    if not isinstance(settings, TinyhireSettings):
        raise TypeError("these are not the settings of a Tinyhire account")
    key = settings.key
    session = Session(
        side=SIDE,
        base_url=settings.address,
        network=network,
        budget=network.budget(
            settings.requests or Rate(60, 60.0),
            scope=name_credential("tinyhire", settings.address, key),
        ),
        headers=lambda: {"Authorization": f"Bearer {key.get_secret_value()}"},
        complain=lambda status, body: Complaint(),
    )
    return Tinyhire(settings, session)


connector = Connector(
    type="tinyhire",
    settings=TinyhireSettings,
    capabilities=Tinyhire.capabilities,
    open=open_tinyhire,
)
