"""Interview plans: the stages of a job, and which of them stand around somebody.

A job may have several plans with stages of the same names; somebody is in one of them. All is read
once and kept, so that a pass asks for no plan twice.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from syncd.ats.ashby.calls import ask, one_in, read_list
from syncd.ats.ashby.rows import PlanStage, list_of
from syncd.ats.wire import read_row, text_of
from syncd.errors import CredentialsRefused, Rejected
from syncd.http.session import Session
from syncd.model.ats import Stage


class Plans:
    """The interview plans of an account, as far as they were asked for."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._of_jobs: dict[str, tuple[str, ...]] = {}
        self._stages: dict[str, tuple[PlanStage, ...]] = {}

    def note_job(self, job_id: str, raw: Mapping[str, Any]) -> None:
        """Remember which plans a job has, as an answer about it says."""
        told = [raw.get("defaultInterviewPlanId"), *list_of(raw.get("interviewPlanIds"))]
        self._of_jobs[job_id] = tuple(dict.fromkeys(plan for plan in map(text_of, told) if plan))

    async def of_job(self, job_id: str) -> tuple[Stage, ...]:
        """The stages of all plans of a job, those of its default plan first.

        A plan that cannot be read is left out, unless none can. Raises NotFound if there is no
        such job.
        """
        if not self._of_jobs.get(job_id):
            self.note_job(
                job_id, one_in(await ask(self._session, "job.info", id=job_id), "job.info")
            )
        refused: Rejected | None = None
        found: list[PlanStage] = []
        plans = self._of_jobs[job_id]
        for plan in plans:
            try:
                found += await self._read(plan)
            except Rejected as error:
                refused = error
        if refused is not None and not found:
            raise refused
        return tuple(Stage(id=stage.id, name=stage.name) for stage in found)

    async def learn(self, raw: Mapping[str, Any]) -> None:
        """Know the plan that the stage in an answer about somebody belongs to, for
        :meth:`counterpart` and :meth:`archive`.

        Where it cannot be read, what needs it is refused later.
        """
        plan = text_of(raw.get("interviewPlanId"))
        if plan is None or self._around(text_of(raw.get("id")) or ""):
            return
        try:
            await self._read(plan)
        except Rejected:
            return
        except CredentialsRefused as error:
            if error.status != 403:
                raise

    def counterpart(self, stage_id: str, target: Stage) -> str:
        """The id of the stage that ``target`` is in the plan of somebody who is in ``stage_id``.

        That of ``target`` itself where their plan has it, has nothing of its name, or is unknown.
        """
        around = self._around(stage_id)
        if any(stage.id == target.id for stage in around):
            return target.id
        alike = (s.id for s in around if s.name.casefold() == target.name.strip().casefold())
        return next(alike, target.id)

    def archive(self, stage_id: str) -> str | None:
        """The id of the stage for people who are out, in the plan of somebody in ``stage_id``."""
        return next((stage.id for stage in self._around(stage_id) if stage.archives), None)

    def _around(self, stage_id: str) -> Sequence[PlanStage]:
        """The stages of the plan that has this one."""
        plans = self._stages.values()
        return next((p for p in plans if any(stage.id == stage_id for stage in p)), ())

    async def _read(self, plan: str) -> tuple[PlanStage, ...]:
        if plan not in self._stages:
            rows = await read_list(self._session, "interviewStage.list", interviewPlanId=plan)
            self._stages[plan] = tuple(row for raw in rows if (row := read_row(PlanStage, raw)))
        return self._stages[plan]
