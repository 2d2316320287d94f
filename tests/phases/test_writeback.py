"""rules.md, write-back: each result once, and people's own decisions stand."""

import pytest

from syncd.errors import ExitCode
from syncd.model.marks import note_marks
from syncd.sandbox import Fault, FaultKind
from tests.phases.scene import DAY, HOUR, SETTLE, Scene, code_of, counted

PASSED, FAILED = "HeyMilo: passed", "HeyMilo: below"


@pytest.fixture
def job(scene: Scene) -> str:
    scene.writeback = [
        {"min_score": 70, "note": True, "score": True, "tag": PASSED,
         "move_to_stage": "Phone Screen"},
        {"max_score": 70, "note": True, "score": True, "tag": FAILED},
        {"status": ["knocked_out"], "note": True},
    ]  # fmt: skip
    job = scene.job()
    scene.begin()
    return job


def invite(scene: Scene, job: str, count: int = 1) -> list[str]:
    people = scene.people(job, count)
    scene.reconcile()
    scene.wait(HOUR)
    return people


def stage_of(scene: Scene, person: str) -> str:
    return scene.world.recruiters.candidate(person).stage


class TestThresholds:
    @pytest.mark.parametrize(
        ("score", "tag", "stage"),
        [(0, FAILED, "applied"), (69.9, FAILED, "applied"), (70, PASSED, "phone-screen"),
         (100, PASSED, "phone-screen")],
    )  # fmt: skip
    def test_rules_meet_without_a_gap(
        self, scene: Scene, job: str, score: float, tag: str, stage: str
    ) -> None:
        (person,) = invite(scene, job)
        scene.finish(person, score)
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.done("tags", person) == [[tag]]
        assert stage_of(scene, person) == stage
        assert scene.done("attribute", person) == [("score_key", f"{score:g}")]
        assert len(scene.done("comment", person)) == 1

    def test_rules_that_match_nothing_write_nothing(self, scene: Scene, job: str) -> None:
        (person,) = invite(scene, job)
        scene.world.people.dismiss(scene.interview(person).id)
        scene.wait(DAY)
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.writes == []

    def test_rules_changed_later_hold_for_later_results(self, scene: Scene, job: str) -> None:
        first, second = invite(scene, job, 2)
        scene.finish(first, 90)
        scene.reconcile()
        scene.writeback = [{"tag": "other"}]
        scene.finish(second, 90)
        scene.wait(60)
        scene.reconcile()
        assert scene.done("tags", first) == [[PASSED]]
        assert scene.done("tags", second) == [["other"]]
        assert scene.done("comment", second) == []

    def test_without_rules_a_note_and_the_score(self, scene: Scene, job: str) -> None:
        scene.writeback = []
        (person,) = invite(scene, job)
        scene.finish(person, 90)
        assert counted(scene.reconcile()) == {"notes written": 1, "scores written": 1}

    def test_without_a_field_no_score(self, scene: Scene, job: str) -> None:
        scene.ats["score_field"] = ""
        (person,) = invite(scene, job)
        scene.finish(person, 90)
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.done("attribute") == []
        assert len(scene.done("comment", person)) == 1


class TestPeopleWin:
    def test_somebody_moved_by_a_person_stays(self, scene: Scene, job: str) -> None:
        (person,) = invite(scene, job)
        scene.world.recruiters.move(person, "interview")
        scene.finish(person, 90)
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.done("move") == []
        assert scene.done("tags", person) == [[PASSED]]
        assert len(scene.done("comment", person)) == 1

    @pytest.mark.parametrize("act", ["disqualify", "withdraw", "hire"])
    def test_somebody_decided_upon_stays(self, scene: Scene, job: str, act: str) -> None:
        (person,) = invite(scene, job)
        getattr(scene.world.recruiters, act)(person)
        scene.finish(person, 90)
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.done("move") == []
        assert len(scene.done("comment", person)) == 1
        assert scene.done("attribute", person) == [("score_key", "90")]

    def test_somebody_moved_while_the_note_is_written_stays(self, scene: Scene, job: str) -> None:
        (person,) = invite(scene, job)
        scene.finish(person, 90)
        scene.faults.plan(Fault(FaultKind.SLOW, seconds=25), path="/comments")
        scene.world.timeline.at(
            scene.clock.now() + 5, lambda: scene.world.recruiters.move(person, "interview")
        )
        scene.reconcile()
        assert stage_of(scene, person) == "interview"

    @pytest.mark.parametrize("act", ["anonymise", "delete"])
    def test_nothing_is_written_on_somebody_erased(self, scene: Scene, job: str, act: str) -> None:
        (person,) = invite(scene, job)
        getattr(scene.world.recruiters, act)(person)
        scene.finish(person, 90)
        for _ in range(2):
            assert code_of(scene.reconcile()) is ExitCode.DONE
            assert scene.writes == []

    def test_somebody_whom_syncd_moved_is_moved_on(self, scene: Scene, job: str) -> None:
        scene.applicants["move_to_stage"] = "Assessment"
        (person,) = invite(scene, job)
        assert stage_of(scene, person) == "assessment"
        scene.finish(person, 90)
        scene.reconcile()
        assert stage_of(scene, person) == "phone-screen"

    def test_nobody_is_moved_back(self, scene: Scene, job: str) -> None:
        (person,) = invite(scene, job)
        scene.finish(person, 90)
        scene.reconcile()
        scene.world.recruiters.move(person, "applied")
        scene.world.people.shortlist(scene.interview(person).id)
        scene.wait(DAY + HOUR)
        scene.reconcile()
        assert scene.done("move", person) == ["phone-screen"]

    def test_tags_of_people_stay(self, scene: Scene, job: str) -> None:
        (person,) = invite(scene, job)
        scene.world.recruiters.set_tags(person, "theirs", "also theirs")
        scene.finish(person, 90)
        scene.reconcile()
        assert scene.done("tags", person) == [["theirs", "also theirs", PASSED]]

    def test_a_tag_that_is_there_is_not_written(self, scene: Scene, job: str) -> None:
        (person,) = invite(scene, job)
        scene.world.recruiters.set_tags(person, PASSED.upper())
        scene.finish(person, 90)
        scene.reconcile()
        assert scene.done("tags", person) == []

    def test_rejecting_only_where_it_is_written(self, scene: Scene, job: str) -> None:
        scene.writeback.append(
            {"max_score": 40, "reject": True,
             "reject_reason": "Doesn't have required qualifications"}
        )  # fmt: skip
        low, high, moved = invite(scene, job, 3)
        scene.world.recruiters.move(moved, "interview")
        for person, score in ((low, 30), (high, 60), (moved, 30)):
            scene.finish(person, score)
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.done("disqualify", low) == ["Doesn't have required qualifications"]
        assert scene.done("disqualify", high) == scene.done("disqualify", moved) == []


class TestLinked:
    def test_every_application_of_a_person_is_told(self, scene: Scene, job: str) -> None:
        both = [scene.person(job, email="same@example.com") for _ in range(2)]
        scene.reconcile()
        assert len(scene.invited) == 1
        scene.wait(HOUR)
        scene.finish(scene.invited[0], 90)
        scene.reconcile()
        for person in both:
            assert len(scene.done("comment", person)) == 1
            assert stage_of(scene, person) == "phone-screen"

    def test_one_that_comes_after_the_result_is_told_too(self, scene: Scene, job: str) -> None:
        first = scene.person(job, email="same@example.com")
        scene.reconcile()
        scene.wait(HOUR)
        scene.finish(first, 90)
        scene.reconcile()
        scene.wait(DAY)
        second = scene.person(job, email="same@example.com")
        scene.reconcile()
        assert scene.invited == [first]
        assert len(scene.done("comment", first)) == len(scene.done("comment", second)) == 1


class TestIdle:
    def test_once_and_a_later_result_still_counts(self, scene: Scene, job: str) -> None:
        scene.writeback.append({"idle_days": 7, "note": True, "tag": "HeyMilo: idle"})
        person, started = invite(scene, job, 2)
        scene.wait(6 * DAY)
        scene.world.people.start(scene.interview(started).id)
        scene.reconcile()
        assert scene.done("comment") == []
        scene.wait(DAY)
        for _ in range(3):
            scene.wait(HOUR)
            scene.reconcile()
        (note,) = scene.done("comment", person)
        assert "not started" in note
        assert scene.done("tags", person) == [["HeyMilo: idle"]]
        assert scene.done("comment", started) == []
        scene.finish(person, 90)
        scene.reconcile()
        assert len(scene.done("comment", person)) == 2
        assert scene.done("tags", person) == [["HeyMilo: idle"], ["HeyMilo: idle", PASSED]]

    def test_of_one_status_only(self, scene: Scene, job: str) -> None:
        scene.writeback = [{"idle_days": 7, "status": ["in_progress"], "tag": "stuck"}]
        pending, started = invite(scene, job, 2)
        scene.world.people.start(scene.interview(started).id)
        scene.reconcile()
        scene.wait(8 * DAY)
        scene.reconcile()
        assert scene.done("tags", started) == [["stuck"]]
        assert scene.done("tags", pending) == []


class TestNotes:
    def test_a_note_ends_in_its_mark(self, scene: Scene, job: str) -> None:
        first, second = invite(scene, job, 2)
        scene.finish(first, 90)
        scene.finish(second, 90)
        scene.reconcile()
        marks = [note_marks(scene.done("comment", person)[0]) for person in (first, second)]
        assert all(len(found) == 1 for found in marks)
        assert marks[0] != marks[1]
        assert scene.done("comment", first)[0].endswith(f"(syncd {marks[0][0]})")

    @pytest.mark.parametrize("kind", [FaultKind.ERROR_AFTER, FaultKind.RESET_AFTER, FaultKind.HTML])
    def test_one_that_may_stand_is_looked_for(
        self, scene: Scene, job: str, kind: FaultKind
    ) -> None:
        (person,) = invite(scene, job)
        scene.finish(person, 90)
        scene.faults.plan(Fault(kind), path="/comments")
        scene.reconcile()
        for _ in range(3):
            scene.wait(SETTLE)
            assert code_of(scene.reconcile()) is ExitCode.DONE
        assert len(scene.done("comment", person)) == 1

    def test_one_that_does_not_stand_is_written_after_two_looks(
        self, scene: Scene, job: str
    ) -> None:
        (person,) = invite(scene, job)
        scene.finish(person, 90)
        scene.faults.plan(Fault(FaultKind.ERROR_BEFORE), path="/comments")
        sent = scene.clock.now()
        assert code_of(scene.reconcile()) is ExitCode.UNFINISHED
        assert stage_of(scene, person) == "phone-screen"  # what is certain goes on
        while not scene.done("comment"):
            assert scene.clock.now() < sent + 3 * SETTLE
            scene.wait(30)
            scene.reconcile()
        assert scene.clock.now() > sent + 1.2 * SETTLE
        assert len(scene.done("comment", person)) == 1

    def test_a_list_that_is_refused_keeps_nothing_from_being_written(
        self, scene: Scene, job: str
    ) -> None:
        (person,) = invite(scene, job)
        scene.finish(person, 90)
        scene.faults.plan(Fault(FaultKind.ERROR_BEFORE, status=404), path="/activities", times=9)
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert len(scene.done("comment", person)) == 1
        assert scene.done("attribute", person) == [("score_key", "90")]

    def test_an_uncertain_one_that_cannot_be_looked_for_is_a_persons(
        self, scene: Scene, job: str
    ) -> None:
        (person,) = invite(scene, job)
        scene.finish(person, 90)
        scene.faults.plan(Fault(FaultKind.RESET_AFTER), path="/comments")
        scene.faults.plan(Fault(FaultKind.ERROR_BEFORE, status=404), path="/activities", times=9)
        for _ in range(3):
            assert code_of(scene.reconcile()) is ExitCode.ATTENTION
            scene.wait(SETTLE)
        assert len(scene.done("comment", person)) == 1

    def test_activities_that_lag(self, scene: Scene, job: str) -> None:
        (person,) = invite(scene, job)
        scene.wait(SETTLE)
        scene.world.workable.behaviour.lag = 200
        scene.finish(person, 90)
        scene.faults.plan(Fault(FaultKind.RESET_AFTER), path="/comments")
        for _ in range(12):
            scene.reconcile()
            scene.wait(60)
        assert len(scene.done("comment", person)) == 1

    def test_a_refused_one_is_told_and_tried_again(self, scene: Scene, job: str) -> None:
        (person,) = invite(scene, job)
        scene.world.workable.account.scopes.discard("w_candidates")
        scene.finish(person, 90)
        result = scene.reconcile()
        assert scene.done("comment") == []
        assert result.codes
        scene.world.workable.account.scopes.add("w_candidates")
        scene.wait(60)
        scene.reconcile()
        scene.reconcile()
        assert len(scene.done("comment", person)) == 1
        assert scene.matters == []


class TestUnknownThings:
    def test_an_unknown_stage_is_told_and_stops_nothing_else(self, scene: Scene, job: str) -> None:
        scene.writeback[0]["move_to_stage"] = "Lunch"
        (person,) = invite(scene, job)
        scene.finish(person, 90)
        assert code_of(scene.reconcile()) is ExitCode.ATTENTION
        assert len(scene.matters) == 1
        assert "Lunch" in scene.items[0].reason
        assert len(scene.done("comment", person)) == 1
        assert code_of(scene.reconcile()) is ExitCode.ATTENTION
        assert len(scene.done("comment", person)) == 1
        scene.writeback[0]["move_to_stage"] = "Interview"
        scene.reconcile()
        assert stage_of(scene, person) == "interview"
        assert code_of(scene.reconcile()) is ExitCode.DONE

    def test_an_unknown_field_is_told_and_stops_nothing_else(self, scene: Scene, job: str) -> None:
        scene.ats["score_field"] = "nowhere"
        (person,) = invite(scene, job)
        scene.finish(person, 90)
        assert code_of(scene.reconcile()) is ExitCode.ATTENTION
        assert scene.matters == ["writeback.refused"]
        assert len(scene.done("comment", person)) == 1
        assert stage_of(scene, person) == "phone-screen"
        scene.ats["score_field"] = "score_key"
        scene.reconcile()
        assert scene.done("attribute", person) == [("score_key", "90")]
        assert code_of(scene.reconcile()) is ExitCode.DONE

    def test_an_unknown_reason_is_told_and_rejects_nobody(self, scene: Scene, job: str) -> None:
        scene.writeback = [{"reject": True, "reject_reason": "No such reason"}]
        (person,) = invite(scene, job)
        scene.finish(person, 10)
        assert code_of(scene.reconcile()) is ExitCode.ATTENTION
        assert scene.done("disqualify") == []
        assert scene.matters == ["writeback.refused"]
        scene.writeback = [
            {"reject": True, "reject_reason": "doesn’t have required qualifications"}
        ]
        scene.reconcile()
        assert len(scene.done("disqualify", person)) == 1
        assert scene.matters == []

    @pytest.mark.parametrize(
        ("path", "kind"),
        [("/move", "move"), ("/tags", "tags"), ("/update_custom_attribute_value", "attribute")],
    )
    @pytest.mark.parametrize("fault", [FaultKind.ERROR_BEFORE, FaultKind.ERROR_AFTER])
    def test_what_may_be_repeated_is(
        self, scene: Scene, job: str, path: str, kind: str, fault: FaultKind
    ) -> None:
        (person,) = invite(scene, job)
        scene.finish(person, 90)
        scene.faults.plan(Fault(fault), path=path)
        assert code_of(scene.reconcile()) is ExitCode.UNFINISHED
        scene.wait(60)
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert len(scene.done(kind, person)) in (1, 2)
        assert scene.world.recruiters.candidate(person).tags == [PASSED]
        assert stage_of(scene, person) == "phone-screen"
        assert len(scene.done("comment", person)) == 1
