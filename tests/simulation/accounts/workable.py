"""The sandbox's own Workable account."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar
from unittest.mock import patch

from syncd.ats.port import Connector
from syncd.ats.workable import applications, client, connector
from syncd.ats.workable.settings import WorkableSettings
from syncd.sandbox import WORKABLE_URL, Fault, Request, Side, World
from syncd.sandbox.faulting import Exchange, play
from syncd.sandbox.log import Logged
from syncd.sandbox.workable.views import show_id
from tests.simulation.accounts.account import Account, Applicant, Job
from tests.simulation.mix import DEEDS, SCORE_KEY, Mix

#: Where changed applications are listed, the parameter of one job's, and those of the two cursors.
FEED = "/spi/v3/candidates"
ONE_JOB, SINCE, AFTER = "shortcode", "updated_after", "since_id"


class WorkableAccount(Account):
    """Recruiters and applicants of the world's Workable."""

    connector: ClassVar[Connector] = connector
    side = Side.WORKABLE
    deeds = frozenset(DEEDS)
    stages = ("sourced", "applied", "phone-screen", "interview", "offer")
    early = ("phone-screen", "sourced")
    applied_stage = "applied"
    targets = ("Phone Screen", "Interview")
    limit = (10, 10.0)
    origins = (WORKABLE_URL,)

    def __init__(self, world: World, mix: Mix) -> None:
        self._world = world
        self._account = world.workable.account
        self._people = world.recruiters
        self._people.add_attribute(SCORE_KEY, "Score")
        self.secrets = (world.workable.token,)

    def settings(self, settle: float) -> WorkableSettings:
        return WorkableSettings.model_validate(
            {
                "type": "workable",
                "base_url": WORKABLE_URL,
                "api_token": self._world.workable.token,
                "settle": settle,
                "score_field": SCORE_KEY,
            }
        )

    @property
    def ledger(self) -> list[Any]:  # type: ignore[override]
        return self._account.ledger

    @property
    def jobs(self) -> Mapping[str, Job]:
        return {
            code: Job(code, job.title, job.state, job.department or "")
            for code, job in self._account.jobs.items()
        }

    @property
    def applicants(self) -> Mapping[str, Applicant]:
        skew = self._world.workable.behaviour.skew
        return {
            show_id(one.id): Applicant(
                id=show_id(one.id),
                job=one.job,
                stage=one.stage,
                name=one.name,
                email=one.email,
                applied_at=one.created_at - skew,
                out=one.disqualified_at is not None,
                anonymised=one.anonymized,
            )
            for one in self._account.candidates.values()
        }

    def exchange(self, fault: Fault | None, request: Request) -> Exchange:
        return play(fault, request, self._world.serve, self._world.timeline)

    def is_write(self, request: Request | Logged) -> bool:
        return request.method != "GET"

    @contextmanager
    def pages_of(self, rows: int) -> Iterator[None]:
        with (
            patch.object(client, "PAGE_SIZE", rows),
            patch.object(applications, "PAGE_SIZE", rows),
        ):
            yield

    def add_job(self, title: str, state: str, department: str) -> str:
        return self._people.add_job(title, state=state, department=department).shortcode  # type: ignore[arg-type]

    def edit_job(self, job_id: str, **fields: str) -> None:
        self._people.edit_job(job_id, **fields)

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
        given: dict[str, Any] = {} if stage is None else {"stage": stage}
        if applied_at is not None:
            given["created_at"] = applied_at + self._world.workable.behaviour.skew
        return self._people.apply(job_id, name, email, phone, sourced=stage == "sourced", **given)

    def move(self, application_id: str, stage: str) -> None:
        self._people.move(application_id, stage)

    def edit(self, application_id: str, **fields: str) -> None:
        self._people.edit(application_id, **fields)

    def decide(self, application_id: str, how: str) -> None:
        getattr(self._people, how)(application_id)

    def transfer(self, application_id: str, job_id: str, how: str, stage: str) -> str:
        made: str = getattr(self._people, how)(application_id, job_id, stage)
        return made
