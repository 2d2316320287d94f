"""Any connector's fake as an account of the simulation.

A fake remembers how things stand, not who did what. So it is looked at before and after every
write that it serves, and what differs was done by the API.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from syncd.model.ats import JobState
from syncd.sandbox import Fault, FaultKind, Request, Side, World
from syncd.sandbox.faulting import Exchange
from syncd.sandbox.log import Logged
from syncd.sandbox.timeline import Timeline
from syncd.settings.schema import AtsSettings
from syncd.settings.units import Rate
from syncd.testing import Deed, Fake, HttpFake, Person, Purpose
from tests.simulation.accounts.account import Account, Act, Applicant, Job
from tests.simulation.mix import Mix

#: What everybody's people do, and what only some fakes play.
_USUAL = frozenset(
    {
        *("apply", "apply_oddly", "apply_again", "move", "move_back", "edit_address", "edit_phone"),
        *("new_job", "close_job", "reopen_job", "rename_job", "describe_job"),
    }
)
_DECLARED = {
    Deed.HIRE: "hire",
    Deed.REJECT: "disqualify",
    Deed.WITHDRAW: "withdraw",
    Deed.ANONYMISE: "anonymise",
    Deed.DELETE: "delete",
}
_HEYMILOS = frozenset(
    {
        *("edit_posting", "annotate_posting", "archive_posting", "unarchive_posting"),
        *("remove_posting", "clone_posting", "occupy_title", "claim_job", "invite_by_hand"),
        *("advance", "finish", "retake", "rescore", "shortlist", "dismiss", "knock_out", "erase"),
    }
)
_STATES = {
    "published": JobState.OPEN,
    "draft": JobState.DRAFT,
    "closed": JobState.CLOSED,
    "archived": JobState.CLOSED,
}


class _Moment:
    """The clock of a fake: in an event of the timeline it shows the event's own time."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline

    def now(self) -> float:
        return self._timeline.now()

    def monotonic(self) -> float:
        return self._timeline.now()

    async def sleep(self, seconds: float) -> None:
        raise NotImplementedError("a fake waits for nothing")


@dataclass(frozen=True, slots=True)
class _Standing:
    """What the API can change of an application."""

    stage: str
    notes: tuple[str, ...]
    tags: tuple[str, ...]
    score: float | None
    rejected: bool


class PlayedAccount(Account):
    """A fake, and who did what to the people in it."""

    side = Side.ATS

    def __init__(self, world: World, mix: Mix, *, make: type[Fake]) -> None:
        self._world = world
        self._skew = mix.workable.skew if make.tells_time else 0.0
        self.fake = make(
            _Moment(world.timeline), page_size=mix.page, skew=self._skew, lag=mix.workable.lag
        )
        fake = self.fake
        self.connector = fake.connector  # type: ignore[misc]
        self.stages = fake.stages
        self.applied_stage = fake.applied_stage
        self.early = tuple(stage for stage in fake.stages[:3] if stage != fake.applied_stage)
        later = fake.stages[fake.stages.index(fake.applied_stage) + 1 :]
        self.targets = later[0], later[-1]
        self.logins = fake.logins
        self.score_step = fake.score_step
        played = {name for deed, name in _DECLARED.items() if deed in fake.deeds}
        self.deeds = _USUAL | _HEYMILOS | played
        self._drafts = Deed.DRAFT_JOB in fake.deeds
        given = self._given(60.0)
        rate: Rate | None = getattr(given, "rate", None)  # a folder has none
        self.limit = (rate.requests, rate.seconds) if rate else (10**9, 1.0)
        self.secrets = tuple(_secrets_of(given))
        self.origins = fake.origins if isinstance(fake, HttpFake) else ()
        if isinstance(fake, HttpFake):
            fake.timeline = world.timeline
            self._serve = fake.serve
            fake.serve = self._watched  # type: ignore[method-assign]
        self.ledger: list[Act] = []
        self._jobs: dict[str, Job] = {}
        self._applicants: dict[str, Applicant] = {}
        self._standing: dict[str, _Standing] = {}
        self._decided: set[str] = set()  # by a stage, so that another stage takes it back

    def _given(self, settle: float) -> AtsSettings:
        given = {**self.fake.settings(), "settle": settle}
        given.pop("requests", None)
        settings: AtsSettings = self.connector.settings.model_validate(given)
        return settings

    def settings(self, settle: float) -> AtsSettings:
        return self._given(settle)

    @property
    def jobs(self) -> Mapping[str, Job]:
        return self._jobs

    @property
    def applicants(self) -> Mapping[str, Applicant]:
        return self._applicants

    def close(self) -> None:
        self.fake.close()

    # Its requests

    def exchange(self, fault: Fault | None, request: Request) -> Exchange:
        assert isinstance(self.fake, HttpFake)
        return self.fake.play(fault, request)

    def is_write(self, request: Request | Logged) -> bool:
        return self._purpose(request) is Purpose.WRITE

    def is_login(self, request: Request | Logged) -> bool:
        return self._purpose(request) is Purpose.LOGIN

    def _purpose(self, request: Request | Logged) -> Purpose:
        if isinstance(request, Logged):
            return self.fake.purpose(request)
        assert isinstance(self.fake, HttpFake)
        return self.fake.purpose_of(request)

    def befitting(self, fault: Fault, request: Request) -> Fault | None:
        fake = self.fake
        assert isinstance(fake, HttpFake)
        login = self.is_login(request)
        if fault.kind not in fake.faults or (login and fault.kind in _NOT_OF_LOGINS):
            return None
        if fault.kind is FaultKind.DEAD_CURSOR and not fake.carries_cursor(request):
            return None
        if fault.kind is FaultKind.THROTTLED and fault.retry_after not in fake.throttles:
            return replace(fault, retry_after="none")
        return fault

    def _watched(self, request: Request) -> Any:
        if not self.is_write(request):
            return self._serve(request)
        self.settle()
        try:
            return self._serve(request)
        finally:
            self.settle()

    def settle(self) -> None:
        """Write down what differs from what was last seen: the API did it."""
        for id_ in self._applicants:
            before, after = self._standing[id_], self._look(id_)
            if before == after:
                continue
            self._standing[id_] = after
            if after.stage != before.stage:
                self._note("api", "move", id_, after.stage, before.stage)
                self._applicants[id_] = replace(self._applicants[id_], stage=after.stage)
            for text in after.notes:
                if text not in before.notes:
                    self._note("api", "comment", id_, text)
            if len(after.notes) > len(set(after.notes)):
                self._note("api", "comment", id_, after.notes[-1])
            if after.score != before.score:
                score = (
                    "none" if after.score is None else f"{after.score:.2f}".rstrip("0").rstrip(".")
                )
                self._note("api", "attribute", id_, ("score", score))
            if after.tags != before.tags:
                self._note("api", "tags", id_, after.tags, before.tags)
            if after.rejected > before.rejected:
                self._note("api", "disqualify", id_)
                self._applicants[id_] = replace(self._applicants[id_], out=True)

    def _look(self, application_id: str) -> _Standing:
        fake, able = self.fake, self.capabilities
        return _Standing(
            stage=fake.stage_of(application_id),
            notes=tuple(fake.notes_of(application_id)),
            tags=tuple(fake.tags_of(application_id)) if able.tags else (),
            score=fake.score_of(application_id) if able.score_field else None,
            rejected=fake.is_rejected(application_id) if able.rejects else False,
        )

    def _note(self, by: Any, kind: str, id_: str, value: Any = None, before: Any = None) -> None:
        self.ledger.append(Act(self._world.timeline.now(), by, kind, id_, value, before))

    # Deeds

    def add_job(self, title: str, state: str, department: str) -> str:
        if state == "draft" and not self._drafts:
            state = "published"
        id_ = self.fake.add_job(title, state=_STATES[state], department=department)
        self._jobs[id_] = Job(id_, title, state, department)
        return id_

    def edit_job(self, job_id: str, **fields: str) -> None:
        job = self._jobs[job_id]
        if state := fields.pop("state", None):
            self.fake.set_job_state(job_id, _STATES[state])
            job = replace(job, state=state)
        if fields:
            self.fake.edit_job(job_id, **fields)  # type: ignore[arg-type]
            job = replace(job, title=fields.get("title", job.title))
        self._jobs[job_id] = job

    def apply(
        self,
        job_id: str,
        name: str,
        email: str | None,
        phone: str | None,
        *,
        stage: str | None = None,
        applied_at: float | None = None,
    ) -> str:
        at = None if applied_at is None else applied_at + self._skew
        id_ = self.fake.apply(job_id, Person(name, email, phone), applied_at=at)
        if stage is not None:
            self.fake.move(id_, stage)
        true_at = self._world.timeline.now() if applied_at is None else applied_at
        where = self.fake.stage_of(id_)
        self._applicants[id_] = Applicant(id_, job_id, where, name, email, true_at)
        self._standing[id_] = self._look(id_)
        return id_

    def move(self, application_id: str, stage: str) -> None:
        one = self._applicants[application_id]
        self.fake.move(application_id, stage)
        if application_id in self._decided:
            self._decided.discard(application_id)
            self._note("person", "revert", application_id)
            one = replace(one, out=False)
        self._applicants[application_id] = replace(one, stage=stage)
        self._note("person", "move", application_id, stage, one.stage)
        self._standing[application_id] = self._look(application_id)

    def edit(self, application_id: str, **fields: str) -> None:
        self.fake.edit_person(application_id, **fields)  # type: ignore[arg-type]
        if email := fields.get("email"):
            self._applicants[application_id] = replace(
                self._applicants[application_id], email=email
            )

    def decide(self, application_id: str, how: str) -> None:
        one = self._applicants[application_id]
        match how:
            case "delete":
                self.fake.delete(application_id)
                del self._applicants[application_id]
                return
            case "anonymise":
                self.fake.anonymise(application_id)
                one = replace(one, anonymised=True, email=None)
            case "disqualify":
                self.fake.reject(application_id)
            case _:
                getattr(self.fake, how)(application_id)
        if how != "anonymise":
            one = replace(one, out=True)
            self._note("person", "disqualify", application_id)
        after = self._standing[application_id] = self._look(application_id)
        if after.stage != one.stage:
            self._decided.add(application_id)
        self._applicants[application_id] = replace(one, stage=after.stage)


_NOT_OF_LOGINS = frozenset({FaultKind.EXPIRED, FaultKind.UNAUTHORISED})


def _secrets_of(given: AtsSettings) -> Iterable[str]:
    for name in type(given).model_fields:
        value = getattr(given, name)
        if hasattr(value, "get_secret_value") and (secret := value.get_secret_value()):
            yield secret
