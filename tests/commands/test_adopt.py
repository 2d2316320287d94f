"""`syncd adopt`: taking a posting that was made by hand."""

import pytest

from syncd.errors import ExitCode, SyncdError, UsageError
from syncd.phases.postings.adopt import Adopted, adopt
from syncd.sandbox import Fault, FaultKind, Side
from tests.commands.conftest import account_of, act
from tests.phases.conftest import both_databases
from tests.phases.scene import DAY, OWNER, Scene, code_of


def adopted(scene: Scene, job: str, posting: str) -> Adopted:
    return act(scene, lambda ctx: adopt(ctx, job, posting))


def refused(scene: Scene, job: str, posting: str) -> str:
    with pytest.raises(UsageError) as caught:
        adopted(scene, job, posting)
    assert scene.writes == []
    return str(caught.value)


@pytest.fixture
def job(scene: Scene) -> str:
    """A job whose title a posting made by hand bears."""
    return scene.job("Data Engineer", description="<p>The job's description.</p>")


@pytest.fixture
def by_hand(scene: Scene, job: str) -> str:
    posting = scene.world.people.make_posting(
        "Data Engineer", "Written by hand.", {"source": "by hand"}
    )
    scene.begin()
    assert scene.matters == ["posting.title_taken"]
    assert scene.postings_of(job) == []
    return posting.id


@both_databases
def test_it_is_marked_kept_as_it_is_and_used(scene: Scene, job: str, by_hand: str) -> None:
    assert by_hand in scene.items[0].todo
    person = scene.person(job)
    answer = adopted(scene, job, by_hand)
    assert answer == Adopted(job, "Data Engineer", by_hand, "active", selected=True, written=True)
    assert [method for method, _ in scene.writes] == ["PATCH"]
    assert scene.posting(job).metadata == {
        "source": "by hand",
        "external_id": f"workable:{job}",
        "syncd": OWNER,
    }
    scene.wait(60)
    assert code_of(scene.reconcile()) is ExitCode.DONE
    assert scene.matters == []
    assert scene.invited == [person]
    assert scene.posting(job).description == "Written by hand."
    assert [event.kind for event in scene.world.heymilo.ledger.postings] == ["updated"]
    deeds = account_of(scene, by_hand).did
    assert deeds[0].reason == "adopted by hand with `syncd adopt`"


def test_people_who_are_in_it_count_as_invited(scene: Scene, job: str, by_hand: str) -> None:
    there = scene.person(job, email="There@example.com ")
    interview = scene.world.people.add_by_hand(by_hand, "Test Somebody", "there@example.com")
    new = scene.person(job)
    scene.wait(60)
    adopted(scene, job, by_hand)
    scene.reconcile()
    assert scene.invited == ["by hand", new]
    scene.world.people.finish(interview.id, 81.0)
    scene.wait(600)
    scene.reconcile()
    assert len(scene.done("comment", there)) == 1


def test_doing_it_again_writes_nothing(scene: Scene, job: str, by_hand: str) -> None:
    adopted(scene, job, by_hand)
    assert adopted(scene, job, by_hand).written is False
    assert scene.writes == []


def test_a_later_change_of_the_job_is_carried_over(scene: Scene, job: str, by_hand: str) -> None:
    adopted(scene, job, by_hand)
    scene.reconcile()
    scene.wait(DAY)
    scene.world.recruiters.edit_job(job, description="<p>Another text of the job.</p>")
    scene.reconcile()
    assert scene.posting(job).description == "Another text of the job."


def test_what_does_not_belong_together(scene: Scene, job: str, by_hand: str) -> None:
    state = scene.world.heymilo.state
    assert "no job" in refused(scene, "NOWHERE", by_hand)
    assert "no posting" in refused(scene, job, "nowhere")
    blueprint = next(iter(state.templates.values())).posting_id
    assert "blueprint" in refused(scene, job, blueprint)
    state.postings[by_hand].test = True
    assert "test posting" in refused(scene, job, by_hand)
    state.postings[by_hand].test = False
    state.postings[by_hand].ats = {"source": "job_sync"}
    assert "ATS integration" in refused(scene, job, by_hand)
    state.postings[by_hand].ats = None
    scene.world.people.archive_posting(by_hand)
    assert "archived" in refused(scene, job, by_hand)


def test_other_marks_are_respected(scene: Scene, job: str, by_hand: str) -> None:
    people = scene.world.people
    people.edit_posting(
        by_hand, metadata={"external_id": f"workable:{job}", "syncd": "ffffffffffff/other"}
    )
    told = refused(scene, job, by_hand)
    assert "ffffffffffff/other" in told
    assert "remove the keys" in told
    people.edit_posting(by_hand, metadata={"syncd": "ffffffffffff/other"})
    assert "ffffffffffff/other" in refused(scene, job, by_hand)
    people.edit_posting(by_hand, metadata={"external_id": "workable:ANOTHER"})
    assert "job ANOTHER" in refused(scene, job, by_hand)
    people.edit_posting(by_hand, metadata={"external_id": "crm-4711"})
    assert "something else" in refused(scene, job, by_hand)


def test_a_job_has_one_posting(scene: Scene, job: str, by_hand: str) -> None:
    people = scene.world.people
    other = people.make_posting("Other", "", {"external_id": f"workable:{job}", "syncd": OWNER})
    assert other.id in refused(scene, job, by_hand)
    people.edit_posting(
        other.id, metadata={"external_id": f"workable:{job}", "syncd": "ffffffffffff/other"}
    )
    assert "ffffffffffff/other" in refused(scene, job, by_hand)
    people.archive_posting(other.id)
    assert adopted(scene, job, by_hand).written


def test_only_open_jobs_that_a_pass_has_seen(scene: Scene, job: str, by_hand: str) -> None:
    later = scene.job("Another")
    assert "No pass has seen" in refused(scene, later, by_hand)
    scene.world.recruiters.close_job(job)
    assert "closed" in refused(scene, job, by_hand)


@pytest.mark.parametrize("kind", [FaultKind.ERROR_AFTER, FaultKind.RESET_AFTER])
def test_a_lost_answer_is_looked_up(scene: Scene, job: str, by_hand: str, kind: FaultKind) -> None:
    scene.faults.plan(Fault(kind), side=Side.HEYMILO, method="PATCH")
    assert adopted(scene, job, by_hand).written
    assert scene.posting(job).id == by_hand


def test_what_failed_is_told_and_may_be_done_again(scene: Scene, job: str, by_hand: str) -> None:
    scene.faults.plan(Fault(FaultKind.ERROR_BEFORE), side=Side.HEYMILO, method="PATCH")
    with pytest.raises(SyncdError, match="again") as caught:
        adopted(scene, job, by_hand)
    assert caught.value.exit_code is ExitCode.UNFINISHED
    assert scene.postings_of(job) == []
    assert adopted(scene, job, by_hand).written
