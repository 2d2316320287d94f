"""`syncd backfill`: people from before the cut-off, shown first and invited by their hash."""

from datetime import UTC, datetime

import pytest

from syncd.cli.backfill import exit_code
from syncd.errors import ExitCode, UsageError
from syncd.phases.applicants.backfill import Backfill, Wish, backfill, read_moment
from syncd.phases.context import Context, Report
from syncd.sandbox import Fault, FaultKind, Side
from tests.commands.conftest import account_of, act, plan_backfill
from tests.phases.conftest import both_databases
from tests.phases.scene import DAY, Scene, code_of


def approve(scene: Scene, wish: Wish, given: str) -> tuple[Backfill, Report]:
    async def work(ctx: Context) -> tuple[Backfill, Report]:
        return await backfill(ctx, wish, given), ctx.report

    return act(scene, work)


def code(answer: tuple[Backfill, Report]) -> ExitCode:
    return exit_code(*answer, "given")


@pytest.fixture
def job(scene: Scene) -> str:
    return scene.job(created_at=scene.clock.now() - 30 * DAY)


@pytest.fixture
def old(scene: Scene, job: str) -> list[str]:
    """Ten people who applied day by day before the first pass, the oldest first."""
    now = scene.clock.now()
    people = [scene.person(job, created_at=now - (10 - n) * DAY) for n in range(10)]
    scene.begin()
    assert scene.invited == []
    return people


def since(scene: Scene, days: float) -> float:
    """So many days before the first pass."""
    return scene.clock.start - days * DAY


@both_databases
def test_those_shown_are_invited_the_oldest_first(scene: Scene, job: str, old: list[str]) -> None:
    wish = Wish(job, since(scene, 7.5), limit=3)
    plan = plan_backfill(scene, wish)
    assert plan.ids == old[3:6]
    assert exit_code(plan, Report(), None) is ExitCode.CHANGES
    assert scene.writes == []
    assert scene.invited == []
    answer = approve(scene, wish, plan.group.hash)
    assert code(answer) is ExitCode.DONE
    assert scene.invited == old[3:6]
    # Once done they are not shown again, and no pass goes on by itself.
    assert plan_backfill(scene, wish).ids == old[6:9]
    scene.reconcile()
    assert scene.invited == old[3:6]
    assert "let in by backfill" in account_of(scene, old[3]).knows


def test_the_moment_itself_is_meant(scene: Scene, job: str, old: list[str]) -> None:
    assert plan_backfill(scene, Wish(job, since(scene, 2))).ids == old[8:]
    assert plan_backfill(scene, Wish(job, since(scene, 2) + 1)).ids == old[9:]


def test_a_changed_group_refuses_the_hash(scene: Scene, job: str, old: list[str]) -> None:
    wish = Wish(job, since(scene, 5.5))
    shown = plan_backfill(scene, wish).group.hash
    scene.world.recruiters.disqualify(old[6])
    scene.wait(60)
    answer = approve(scene, wish, shown)
    assert code(answer) is ExitCode.REFUSED_BY_GUARD
    assert scene.invited == []
    assert answer[0].ids == [old[5], *old[7:]]
    assert code(approve(scene, wish, answer[0].group.hash)) is ExitCode.DONE
    assert scene.invited == [old[5], *old[7:]]


def test_only_those_who_could_be_invited_but_for_the_cut_off(
    scene: Scene, job: str, old: list[str]
) -> None:
    recruiters = scene.world.recruiters
    recruiters.move(old[0], "interview")
    recruiters.edit(old[1], email=None)
    recruiters.anonymise(old[2])
    twin = scene.person(job, email="person-4@example.com")  # the same as old[3]
    scene.wait(60)
    scene.reconcile()
    assert scene.invited == [twin]
    new = scene.person(job)
    scene.wait(60)
    plan = plan_backfill(scene, Wish(job, since(scene, 30)))
    assert plan.ids == old[4:]
    assert new not in plan.ids


def test_people_who_are_in_the_posting_are_tied_and_not_invited(
    scene: Scene, job: str, old: list[str]
) -> None:
    posting = scene.posting(job)
    scene.world.people.add_by_hand(posting.id, "Test Somebody", "person-1@example.com")
    scene.wait(3600)
    plan = plan_backfill(scene, Wish(job, since(scene, 30)))
    answer = approve(scene, Wish(job, since(scene, 30)), plan.group.hash)
    assert len(scene.invited) == len(set(scene.invited))
    assert old[0] not in scene.invited
    assert code(answer) in (ExitCode.DONE, ExitCode.REFUSED_BY_GUARD)


def test_nobody_is_left_by_a_run_that_was_cut_short(scene: Scene, job: str, old: list[str]) -> None:
    """A backfill whose sending failed is finished by passes, without another word."""
    wish = Wish(job, since(scene, 30))
    shown = plan_backfill(scene, wish).group.hash
    scene.faults.plan(Fault(FaultKind.THROTTLED), side=Side.HEYMILO, path="/bulk", times=3)
    answer = approve(scene, wish, shown)
    if scene.invited:
        pytest.fail("the fault did not bite")
    assert code(answer) is ExitCode.UNFINISHED
    assert plan_backfill(scene, wish).admitted == 10
    scene.applicants["max_per_run"] = 2  # ten are more than three times that, and approved already
    for _ in range(8):
        scene.wait(120)
        assert code_of(scene.reconcile()) is not ExitCode.REFUSED_BY_GUARD
    assert sorted(scene.invited) == sorted(old)


def test_an_uncertain_sending_is_looked_up(scene: Scene, job: str, old: list[str]) -> None:
    wish = Wish(job, since(scene, 30))
    shown = plan_backfill(scene, wish).group.hash
    scene.faults.plan(Fault(FaultKind.ERROR_AFTER), side=Side.HEYMILO, path="/bulk")
    assert code(approve(scene, wish, shown)) is ExitCode.DONE
    for _ in range(4):
        scene.wait(400)
        scene.reconcile()
    assert sorted(scene.invited) == sorted(old)


def test_outside_hours_later_passes_do_it(scene: Scene, job: str, old: list[str]) -> None:
    scene.applicants["hours"] = "08:00-20:00 UTC"  # it is 20:28
    wish = Wish(job, since(scene, 30))
    answer = approve(scene, wish, plan_backfill(scene, wish).group.hash)
    assert code(answer) is ExitCode.UNFINISHED
    assert scene.invited == []
    scene.wait(DAY / 2)
    scene.reconcile()
    assert sorted(scene.invited) == sorted(old)


def test_an_invitation_owes_its_move(scene: Scene, job: str, old: list[str]) -> None:
    scene.applicants["move_to_stage"] = "Interview"
    wish = Wish(job, since(scene, 1.5))
    approve(scene, wish, plan_backfill(scene, wish).group.hash)
    assert scene.done("move", old[9]) == ["interview"]


def test_nobody_left(scene: Scene, job: str, old: list[str]) -> None:
    plan = plan_backfill(scene, Wish(job, since(scene, 0.5)))
    assert plan.ids == []
    assert exit_code(plan, Report(), None) is ExitCode.DONE
    assert code(approve(scene, Wish(job, since(scene, 0.5)), plan.group.hash)) is ExitCode.DONE


def test_jobs_for_which_nobody_can_be_invited(scene: Scene, job: str, old: list[str]) -> None:
    def refused(job_id: str) -> str:
        with pytest.raises(UsageError) as caught:
            plan_backfill(scene, Wish(job_id, 0.0))
        return str(caught.value)

    assert "knows no job" in refused("NOWHERE")
    scene.world.recruiters.close_job(job)
    scene.reconcile()
    assert "closed" in refused(job)
    scene.world.recruiters.publish_job(job)
    scene.world.people.archive_posting(scene.posting(job).id)
    scene.reconcile()
    assert "no live posting" in refused(job)
    scene.postings["templates"] = [{"template_code": "X", "title": ["nothing like it"]}]
    scene.reconcile()
    assert "no rule selects it" in refused(job)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01T08:00:00Z", datetime(2026, 3, 1, 8, tzinfo=UTC)),
        (" 2026-03-01T08:00:00+02:00 ", datetime(2026, 3, 1, 6, tzinfo=UTC)),
    ],
)
def test_moments(text: str, moment: datetime) -> None:
    assert read_moment(text) == moment.timestamp()


@pytest.mark.parametrize("text", ["", "soon", "01.03.2026", "2026-13-01", "2026-03-01T08:00:00"])
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(UsageError, match="--applied-after"):
        read_moment(text)
