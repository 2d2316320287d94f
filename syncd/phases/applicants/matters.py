"""What of applicants needs a person, in words; ids only."""

from syncd.phases.context import Context
from syncd.policy.people import Problem
from syncd.store.applications import ApplicationRow
from syncd.store.jobs import JobRow
from syncd.store.journal import JournalRow

PROBLEM_KINDS = {problem.value: f"applicant.{problem.value}" for problem in Problem}
KINDS = frozenset(
    {
        *PROBLEM_KINDS.values(),
        "stage.unknown",
        "posting.refuses_people",
        "invitation.unknown",
        "application.move_refused",
    }
)


def put_aside(ctx: Context, job: JobRow, row: ApplicationRow) -> None:
    problem = Problem(row.problem or "")
    ctx.tell(
        PROBLEM_KINDS[problem],
        f"{row.application_id}/{row.job_id}",
        f"{problem.sentence} Application {row.application_id}, job “{job.title}” ({job.job_id}).",
        problem.todo,
        of=(row.problem or "", row.content_hash),
        job_id=job.job_id,
        application_id=row.application_id,
    )


def unknown_stage(ctx: Context, job: JobRow, stage: str, setting: str) -> None:
    ctx.tell(
        "stage.unknown" if setting.startswith("applicants.") else "stage.unknown_target",
        f"{job.job_id}/{setting}/{stage}",
        f"Job “{job.title}” ({job.job_id}) has no stage called {stage!r}, which {setting} names.",
        f"Correct {setting}; `syncd check` lists the stages.",
        job_id=job.job_id,
    )


def unknown_invitation(ctx: Context, row: JournalRow) -> None:
    ctx.tell(
        "invitation.unknown",
        f"{row.application_id}/{row.job_id}",
        f"Nobody can tell whether application {row.application_id} (job {row.job_id}) was invited: "
        + (
            f"posting {row.posting_id} does not show whom HeyMilo was sent."
            if row.evidence.get("absent")
            else f"posting {row.posting_id} is gone from HeyMilo."
        ),
        "Look in HeyMilo; `syncd attention retry` invites the applicant, dismissing does not.",
        job_id=row.job_id,
        application_id=row.application_id,
        posting_id=row.posting_id,
    )
