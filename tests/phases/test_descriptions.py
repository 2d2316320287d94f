"""Descriptions are not stored and seldom read, and are kept true all the same."""

from syncd.errors import ExitCode
from syncd.sandbox import Fault, FaultKind, Side
from tests.phases.scene import DAY, HOUR, Scene, code_of

OLD, NEW = "<p>The first description.</p>", "<p>The second description.</p>"


def test_a_change_whose_writing_failed_is_made_by_the_next_pass(scene: Scene) -> None:
    job = scene.job(description=OLD)
    scene.begin()
    scene.world.recruiters.edit_job(job, description=NEW)
    scene.faults.plan(Fault(FaultKind.ERROR_BEFORE), side=Side.HEYMILO, method="PATCH")
    assert code_of(scene.reconcile()) is ExitCode.UNFINISHED
    assert scene.posting(job).description == "The first description."
    assert code_of(scene.reconcile()) is ExitCode.DONE
    assert scene.posting(job).description == "The second description."
    scene.wait(HOUR)
    scene.reconcile()
    assert [r.path for r in scene.requests(Side.WORKABLE, path=f"/jobs/{job}")] == []


def test_what_a_person_edited_stays_reported(scene: Scene) -> None:
    job = scene.job(description=OLD)
    scene.begin()
    posting = scene.posting(job)
    scene.world.people.edit_posting(posting.id, description="Edited by hand.")
    for _ in range(3):
        scene.wait(HOUR)
        assert code_of(scene.reconcile()) is ExitCode.ATTENTION
        assert scene.matters == ["posting.edited"]
        assert scene.writes == []
    scene.world.people.edit_posting(posting.id, description="The first description.")
    scene.reconcile()
    assert scene.matters == []


def test_a_description_that_was_taken_away_is_left_and_not_read_again_and_again(
    scene: Scene,
) -> None:
    job = scene.job(description=OLD)
    scene.begin()
    scene.world.recruiters.edit_job(job, description="")
    scene.reconcile()
    scene.wait(DAY)
    scene.reconcile()
    assert scene.posting(job).description == "The first description."
    assert [r.path for r in scene.requests(Side.WORKABLE, path=f"/jobs/{job}")] == []
