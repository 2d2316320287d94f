"""rules.md, results: final ones only, never older over newer, with the fewest requests."""

from typing import Any

import pytest

from syncd.errors import ExitCode
from syncd.sandbox import Fault, FaultKind, Side
from syncd.store import interviews
from syncd.store.interviews import InterviewRow
from tests.phases.conftest import both_databases
from tests.phases.scene import DAY, HOUR, Scene, code_of, counted


@pytest.fixture
def job(scene: Scene) -> str:
    job = scene.job()
    scene.begin()
    return job


def invite(scene: Scene, job: str, count: int = 1) -> list[str]:
    people = scene.people(job, count)
    scene.reconcile()
    assert sorted(scene.invited[-count:]) == sorted(people)
    scene.wait(HOUR)
    return people


def row_of(scene: Scene, application: str) -> InterviewRow:
    id_ = scene.interview(application).id
    with scene.store.read() as tx:
        return interviews.interviews_by_id(tx, "acme", [id_])[id_]


class TestFinality:
    @both_databases
    def test_each_result_is_told_once(self, scene: Scene, job: str) -> None:
        (person,) = invite(scene, job)
        scene.finish(person, 78.5)
        for _ in range(3):
            scene.wait(120)
            scene.reconcile()
        assert len(scene.done("comment", person)) == 1
        assert "score 78.5 of 100" in scene.done("comment", person)[0]
        assert scene.done("attribute", person) == [("score_key", "78.5")]

    def test_unfinished_people_have_no_result(self, scene: Scene, job: str) -> None:
        started, half, evaluated = invite(scene, job, 3)
        act = scene.world.people
        act.start(scene.interview(started).id)
        act.complete_step(scene.interview(half).id, 0, 91.0)
        act.evaluate(scene.interview(evaluated).id)
        scene.interview(evaluated).score = 92.0
        scene.reconcile()
        assert scene.done("comment") == scene.done("attribute") == []
        assert {row_of(scene, p).score for p in (started, half, evaluated)} == {None}
        act.finish(scene.interview(evaluated).id, 60.0)
        scene.wait(60)
        scene.reconcile()
        assert scene.done("attribute") == [("score_key", "60")]

    def test_nought_is_a_score(self, scene: Scene, job: str) -> None:
        (person,) = invite(scene, job)
        scene.finish(person, 0)
        scene.reconcile()
        assert scene.done("attribute", person) == [("score_key", "0")]
        assert "score 0 of 100" in scene.done("comment", person)[0]

    def test_a_score_may_come_a_while_after_the_end(self, scene: Scene, job: str) -> None:
        late, never = invite(scene, job, 2)
        scene.finish(late, None)
        scene.finish(never, None)
        scene.reconcile()
        assert scene.done("comment") == []
        scene.interview(late).score = 66.0
        scene.wait(600)
        scene.reconcile()
        assert len(scene.done("comment", late)) == 1
        assert scene.done("comment", never) == []
        scene.wait(2 * HOUR)
        scene.reconcile()
        assert "no score" in scene.done("comment", never)[0]
        assert scene.done("attribute", never) == []

    @pytest.mark.parametrize(
        ("act", "told", "score"),
        [("knock_out", "Knocked out", None), ("shortlist", "Shortlisted", None),
         ("dismiss", "Dismissed", None)],
    )  # fmt: skip
    def test_decisions_before_the_end(
        self, scene: Scene, job: str, act: str, told: str, score: float | None
    ) -> None:
        (person,) = invite(scene, job)
        scene.world.people.complete_step(scene.interview(person).id, 0, 50.0)
        getattr(scene.world.people, act)(scene.interview(person).id)
        scene.wait(DAY)  # a single look does not show it; a whole one, once a day, does
        scene.reconcile()
        (note,) = scene.done("comment", person)
        assert told in note
        assert "no score" in note
        assert scene.done("attribute") == []

    def test_a_dismissal_does_not_pass_a_partial_score_off_as_final(
        self, scene: Scene, job: str
    ) -> None:
        (person,) = invite(scene, job)
        interview, act = scene.interview(person), scene.world.people
        act.complete_step(interview.id, 0, 46.2)
        act.evaluate(interview.id)
        act.dismiss(interview.id)
        scene.reconcile()
        assert scene.done("comment") == scene.done("attribute") == []
        act.finish(interview.id, 71.0)
        scene.wait(2 * HOUR)
        scene.reconcile()
        assert scene.done("attribute", person) == [("score_key", "71")]

    def test_a_dismissal_of_somebody_whose_result_was_told_is_told_at_once(
        self, scene: Scene, job: str
    ) -> None:
        (person,) = invite(scene, job)
        scene.finish(person, 71.0)
        scene.reconcile()
        scene.world.people.dismiss(scene.interview(person).id)
        scene.wait(1800)  # finished interviews are swept less often
        scene.reconcile()
        row = row_of(scene, person)
        assert (row.status, row.score, row.final) == ("dismissed", 71.0, True)

    def test_a_status_nobody_knows_is_kept_and_writes_nothing(
        self, scene: Scene, job: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from syncd.sandbox.heymilo.state import Interview

        (person,) = invite(scene, job)
        scene.finish(person, 93)
        monkeypatch.setattr(Interview, "status", property(lambda self: "paused_by_robot"))
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert row_of(scene, person).status == "paused_by_robot"
        assert scene.done("comment") == []
        monkeypatch.undo()
        scene.wait(60)
        scene.reconcile()
        assert len(scene.done("comment", person)) == 1


class TestNewerAndOlder:
    def test_a_retake_is_told_once_more_and_names_the_old_score(
        self, scene: Scene, job: str
    ) -> None:
        (person,) = invite(scene, job)
        scene.finish(person, 40)
        scene.reconcile()
        scene.world.people.retake(scene.interview(person).id)
        scene.wait(DAY)
        scene.reconcile()
        assert len(scene.done("comment")) == 1
        scene.finish(person, 80)
        scene.wait(DAY)
        for _ in range(2):
            scene.reconcile()
            scene.wait(120)
        first, second = scene.done("comment", person)
        assert "score 40 of 100" in first
        assert "score 80 of 100" in second
        assert "replaces the earlier score 40" in second
        assert scene.done("attribute", person) == [("score_key", "40"), ("score_key", "80")]

    def test_a_retake_with_the_same_score_tells_nothing_new(self, scene: Scene, job: str) -> None:
        (person,) = invite(scene, job)
        scene.finish(person, 40)
        scene.reconcile()
        scene.world.people.retake(scene.interview(person).id)
        scene.wait(DAY)
        scene.reconcile()
        scene.finish(person, 40)
        scene.wait(DAY)
        scene.reconcile()
        assert len(scene.done("comment", person)) == 1

    def test_a_score_that_comes_back_is_written_again(self, scene: Scene, job: str) -> None:
        (person,) = invite(scene, job)
        for score in (40, 80, 40):
            scene.finish(person, score)
            scene.wait(DAY + HOUR)
            scene.reconcile()
            scene.world.people.retake(scene.interview(person).id)
            scene.wait(DAY + HOUR)
            scene.reconcile()
        assert [value for _, value in scene.done("attribute", person)] == ["40", "80", "40"]
        assert len(scene.done("comment", person)) == 2

    def test_an_older_snapshot_changes_nothing(self, scene: Scene, job: str) -> None:
        (person,) = invite(scene, job)
        scene.finish(person, 80)
        scene.reconcile()
        one = scene.interview(person)
        one.last_activity_at = (one.last_activity_at or 0.0) - 60
        one.score = 30.0
        scene.wait(DAY + HOUR)
        scene.reconcile()
        assert scene.done("attribute", person) == [("score_key", "80")]
        assert row_of(scene, person).score == 80.0

    def test_a_later_decision_adds_no_note(self, scene: Scene, job: str) -> None:
        (person,) = invite(scene, job)
        scene.writeback = [
            {"note": True, "score": True},
            {"status": ["shortlisted"], "tag": "HeyMilo: shortlisted"},
        ]
        scene.finish(person, 80)
        scene.reconcile()
        scene.world.people.shortlist(scene.interview(person).id)
        scene.wait(DAY + HOUR)
        scene.reconcile()
        assert len(scene.done("comment", person)) == 1
        assert scene.done("tags", person) == [["HeyMilo: shortlisted"]]


class TestFewRequests:
    def looks(self, scene: Scene) -> list[tuple[str, dict[str, Any]]]:
        return [
            (row.path.rsplit("/", 1)[-1], dict(row.query))
            for row in scene.requests(Side.HEYMILO, "GET")
            if row.path.endswith(("/candidates", "/data"))
        ]

    def test_nobody_in_flight_costs_ever_less(self, scene: Scene, job: str) -> None:
        """A recruiter decides, or lets somebody retake, soon after a result or hardly ever."""
        (person,) = invite(scene, job)
        scene.finish(person, 80)
        scene.reconcile()
        looked = []
        for number in range(1, 24 * 6):
            scene.wait(600)
            scene.reconcile()
            if self.looks(scene):
                looked.append(number)
        assert looked[0] <= 2
        assert 5 <= len(looked) <= 40
        assert len([n for n in looked if n > 72]) <= 8

    def test_a_posting_without_people_costs_nothing(self, scene: Scene, job: str) -> None:
        scene.wait(3 * DAY)
        scene.reconcile()
        scene.reconcile()
        assert self.looks(scene) == []

    def test_the_list_where_it_is_cheaper(self, scene: Scene, job: str) -> None:
        invite(scene, job, 30)
        scene.reconcile()
        assert [path for path, _ in self.looks(scene)] == ["candidates"]

    def test_single_interviews_where_they_are(self, scene: Scene, job: str) -> None:
        """Two in flight among 250, whose list has three pages."""
        scene.applicants["batch_size"] = 100
        people = invite(scene, job, 250)
        for person in people[:-2]:
            scene.finish(person, 50)
        scene.reconcile()
        scene.wait(10 * HOUR)
        scene.reconcile()  # a look at everybody
        scene.wait(120)
        scene.finish(people[-1], 70)
        assert counted(scene.reconcile()) == {"notes written": 1, "scores written": 1}
        assert [path for path, _ in self.looks(scene)] == ["data", "data"]

    def test_everybody_is_looked_at_once_a_day_at_least(self, scene: Scene, job: str) -> None:
        (person,) = invite(scene, job)
        scene.finish(person, 80)
        scene.reconcile()
        scene.wait(60 * DAY)
        scene.reconcile()
        scene.world.people.retake(scene.interview(person).id)
        scene.wait(23 * HOUR)
        scene.reconcile()
        assert self.looks(scene) == []
        scene.wait(HOUR)
        scene.reconcile()
        assert [path for path, _ in self.looks(scene)] == ["candidates"]
        assert row_of(scene, person).status == "in_progress"


class TestEnded:
    def test_results_of_archived_postings_are_read_for_thirty_days(
        self, scene: Scene, job: str
    ) -> None:
        early, late = invite(scene, job, 2)
        scene.world.recruiters.close_job(job)
        scene.reconcile()
        scene.wait(25 * HOUR)
        scene.reconcile()
        assert scene.status(job) == "archived"
        scene.wait(28 * DAY)
        scene.finish(early, 70)
        scene.reconcile()
        assert len(scene.done("comment", early)) == 1
        scene.wait(3 * DAY)
        scene.finish(late, 70)
        scene.reconcile()
        assert scene.done("comment", late) == []

    def test_somebody_who_vanished_is_left_alone(self, scene: Scene, job: str) -> None:
        gone, stays = invite(scene, job, 2)
        scene.world.people.erase(scene.interview(gone).id)
        scene.finish(stays, 70)
        assert code_of(scene.reconcile()) is ExitCode.DONE
        scene.wait(DAY)
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert row_of(scene, gone).vanished
        assert scene.done("comment", gone) == []
        assert scene.invited == [gone, stays]

    def test_a_posting_that_fails_keeps_no_other_from_being_read(
        self, scene: Scene, job: str
    ) -> None:
        other = scene.job("Another job")
        scene.reconcile()
        scene.wait(60)
        one, two = scene.person(job), scene.person(other)
        scene.reconcile()
        scene.wait(HOUR)
        scene.finish(one, 70)
        scene.finish(two, 70)
        failing = min(scene.posting(job).id, scene.posting(other).id)
        path = f"/postings/{failing}/candidates"
        scene.faults.plan(Fault(FaultKind.ERROR_BEFORE), path=path, times=3)
        assert code_of(scene.reconcile()) is ExitCode.UNFINISHED
        assert len(scene.done("comment")) == 1
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert len(scene.done("comment")) == 2
