"""rules.md, Who is invited, case by case."""

from datetime import UTC, datetime

import pytest

from syncd.errors import ExitCode
from syncd.sandbox import Fault, FaultKind, Side
from syncd.settings.schema import Mode
from tests.phases.conftest import both_databases
from tests.phases.scene import CODE, DAY, HOUR, SETTLE, Scene, code_of, counted

LONG_AGO = "2020-01-01T00:00:00Z"


@pytest.fixture
def job(scene: Scene) -> str:
    """A job with somebody who applied before the first pass."""
    job = scene.job(created_at=scene.clock.now() - 20 * DAY)
    scene.person(job, created_at=scene.clock.now() - DAY)
    scene.wait(60)
    return job


class TestFrom:
    @both_databases
    def test_the_first_run_invites_nobody_and_the_next_whoever_is_new(
        self, scene: Scene, job: str
    ) -> None:
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.invited == []
        scene.wait(60)
        new = scene.person(job)
        assert counted(scene.reconcile()) == {"invited": 1}
        for _ in range(3):
            scene.wait(120)
            assert counted(scene.reconcile()) == {}
        assert scene.invited == [new]

    def test_the_first_job_of_an_empty_account_is_new(self, scene: Scene) -> None:
        """Workable tells the day of its creation, which is that of the first pass."""
        scene.begin()
        job = scene.job()
        person = scene.person(job)
        scene.wait(600)
        scene.reconcile()
        assert scene.invited == [person]

    def test_an_explicit_moment_holds_for_every_job(self, scene: Scene, job: str) -> None:
        scene.applicants["applied_after"] = LONG_AGO
        scene.reconcile()
        assert len(scene.invited) == 1

    def test_an_explicit_moment_may_be_late(self, scene: Scene, job: str) -> None:
        scene.begin()
        at = datetime.fromtimestamp(scene.clock.now() + HOUR, UTC)
        scene.applicants["applied_after"] = at
        early = scene.person(job)
        scene.wait(2 * HOUR)
        late = scene.person(job)
        scene.reconcile()
        assert scene.invited == [late]
        assert early not in scene.invited

    def test_an_old_one_dragged_in_is_invited(self, scene: Scene, job: str) -> None:
        old = scene.person(job, stage="phone-screen", created_at=scene.clock.now() - 9 * DAY)
        scene.begin()
        scene.world.recruiters.move(old, "applied")
        scene.reconcile()
        assert scene.invited == [old]

    def test_one_who_was_dragged_before_the_first_pass_is_old(self, scene: Scene, job: str) -> None:
        old = scene.person(job, stage="sourced", created_at=scene.clock.now() - 9 * DAY)
        scene.world.recruiters.move(old, "applied")
        scene.begin()
        scene.reconcile()
        assert scene.invited == []

    def test_a_change_of_the_stages_setting_moves_nobody(self, scene: Scene, job: str) -> None:
        scene.person(job, stage="phone-screen", created_at=scene.clock.now() - 9 * DAY)
        scene.begin()
        scene.applicants["stages"] = ["Applied", "Phone Screen"]
        for _ in range(2):
            scene.reconcile()
            scene.wait(60)
        assert scene.invited == []

    def test_an_old_one_relocated_here_is_invited(self, scene: Scene, job: str) -> None:
        other = scene.job("Another job", created_at=scene.clock.now() - 20 * DAY)
        old = scene.person(other, created_at=scene.clock.now() - 9 * DAY)
        scene.begin()
        scene.wait(600)
        scene.reconcile()
        new = scene.world.recruiters.relocate(old, job)
        scene.reconcile()
        assert scene.invited == [new]

    def test_an_invited_one_relocated_is_invited_for_the_other_job_too(
        self, scene: Scene, job: str
    ) -> None:
        other = scene.job("Another job")
        scene.begin()
        one = scene.person(job)
        scene.reconcile()
        scene.wait(600)
        scene.reconcile()
        new = scene.world.recruiters.relocate(one, other)
        scene.reconcile()
        assert scene.invited == [one, new]

    def test_one_that_keeps_its_id_on_another_job_is_new_there(
        self, scene: Scene, job: str
    ) -> None:
        """Other services than Workable keep the id of an application that is relocated."""
        other = scene.job("Another job", created_at=scene.clock.now() - 20 * DAY)
        old = scene.person(other, created_at=scene.clock.now() - 9 * DAY)
        scene.begin()
        scene.world.recruiters.edit(old, job=job)
        scene.reconcile()
        assert scene.invited == [old]
        assert scene.interview(old).posting_id == scene.posting(job).id


class TestJobsThatCome:
    def test_a_job_made_after_the_first_pass_has_no_cut_off(self, scene: Scene, job: str) -> None:
        scene.begin()
        scene.wait(2 * DAY)
        new = scene.job("New job")
        person = scene.person(new, created_at=scene.clock.now() + 1)
        scene.wait(HOUR)
        scene.reconcile()
        assert scene.invited == [person]

    def test_a_draft_that_is_opened_has_none_either(self, scene: Scene, job: str) -> None:
        draft = scene.job("Draft", state="draft", created_at=scene.clock.now() - 20 * DAY)
        person = scene.person(draft, created_at=scene.clock.now() - 9 * DAY)
        scene.begin()
        scene.reconcile()
        assert scene.invited == []
        scene.world.recruiters.publish_job(draft)
        scene.reconcile()
        assert scene.invited == [person]

    def test_a_draft_opened_before_the_first_pass_is_like_any_job(self, scene: Scene) -> None:
        scene.mode = Mode.CREATE_ONLY
        draft = scene.job("Draft", state="draft", created_at=scene.clock.now() - 20 * DAY)
        scene.reconcile()
        scene.world.recruiters.publish_job(draft)
        scene.person(draft, created_at=scene.clock.now() - 60)
        scene.mode = Mode.SYNC
        scene.reconcile()
        scene.reconcile()
        assert scene.invited == []

    def test_a_job_that_a_later_rule_selects_begins_then(self, scene: Scene, job: str) -> None:
        scene.postings["templates"] = [{"template_code": CODE, "department": ["Engineering"]}]
        scene.begin()
        scene.person(job)
        scene.reconcile()
        scene.wait(60)
        scene.postings["templates"] = [{"template_code": CODE}]
        scene.reconcile()
        assert scene.invited == []
        scene.wait(60)
        new = scene.person(job)
        scene.reconcile()
        assert scene.invited == [new]

    def test_a_reopened_job_begins_anew(self, scene: Scene, job: str) -> None:
        scene.begin()
        scene.world.recruiters.close_job(job)
        scene.reconcile()
        scene.person(job)
        scene.wait(HOUR)
        scene.world.recruiters.reopen_job(job)
        scene.reconcile()
        assert scene.invited == []
        scene.wait(60)
        new = scene.person(job)
        scene.reconcile()
        assert scene.invited == [new]

    def test_a_job_known_only_as_closed_begins_when_it_is_reopened(self, scene: Scene) -> None:
        closed = scene.job("Closed", state="closed", created_at=scene.clock.now() - 20 * DAY)
        scene.person(closed, created_at=scene.clock.now() - 9 * DAY)
        scene.begin()
        scene.world.recruiters.reopen_job(closed)
        scene.reconcile()
        scene.reconcile()
        assert scene.invited == []


class TestNotInvited:
    @pytest.mark.parametrize("act", ["disqualify", "withdraw", "hire", "anonymise"])
    def test_whoever_is_out_before_the_pass(self, scene: Scene, job: str, act: str) -> None:
        scene.begin()
        person = scene.person(job)
        getattr(scene.world.recruiters, act)(person)
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.invited == []

    def test_whoever_is_rejected_and_taken_back(self, scene: Scene, job: str) -> None:
        scene.begin()
        person = scene.person(job)
        scene.world.recruiters.disqualify(person)
        scene.reconcile()
        scene.wait(60)
        scene.world.recruiters.revert(person)
        scene.reconcile()
        assert scene.invited == [person]

    def test_whoever_is_in_another_stage(self, scene: Scene, job: str) -> None:
        scene.begin()
        scene.person(job, stage="sourced")
        scene.reconcile()
        assert scene.invited == []

    def test_whoever_is_deleted_before_the_request(self, scene: Scene, job: str) -> None:
        scene.begin()
        gone = scene.person(job)
        scene.world.heymilo.state.postings[scene.posting(job).id].archived = True
        scene.reconcile()
        scene.world.people.archive_posting(scene.posting(job).id, value=False)
        scene.world.recruiters.delete(gone)
        scene.wait(600)
        assert scene.invited == []
        scene.reconcile()
        scene.reconcile()
        assert scene.invited == []

    def test_whoever_moved_on_while_the_pass_waited(self, scene: Scene, job: str) -> None:
        """More than a minute after the list was read it is read again before sending."""
        scene.begin()
        person = scene.person(job)
        fault = Fault(FaultKind.THROTTLED, seconds=90)
        scene.faults.plan(fault, side=Side.HEYMILO, method="GET", path="/candidates")
        when = scene.clock.now() + 60
        scene.world.timeline.at(when, lambda: scene.world.recruiters.disqualify(person))
        scene.reconcile()
        assert scene.invited == []

    def test_outside_the_hours(self, scene: Scene, job: str) -> None:
        scene.begin()  # 20:27 in UTC
        scene.applicants["hours"] = "08:00-20:00 UTC"
        person = scene.person(job)
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.invited == []
        scene.wait(12 * HOUR)
        scene.reconcile()
        assert scene.invited == [person]

    def test_only_addresses_that_are_asked_for(self, scene: Scene, job: str) -> None:
        scene.begin()
        scene.applicants["only_emails"] = ["chosen@*"]
        chosen = scene.person(job, email="Chosen@example.com")
        other = scene.person(job)
        assert counted(scene.reconcile()) == {"invited": 1, "held back by only_emails": 1}
        assert counted(scene.reconcile()) == {}
        assert scene.invited == [chosen]
        scene.applicants["only_emails"] = []
        scene.wait(600)
        scene.reconcile()
        assert scene.invited == [chosen, other]

    def test_somebody_held_back_who_gets_another_address(self, scene: Scene, job: str) -> None:
        scene.begin()
        scene.applicants["only_emails"] = ["chosen@*"]
        person = scene.person(job)
        scene.reconcile()
        scene.wait(60)
        scene.world.recruiters.edit(person, email="chosen@example.com")
        scene.reconcile()
        assert scene.invited == [person]

    def test_an_unknown_stage_is_told_and_the_others_count(self, scene: Scene, job: str) -> None:
        scene.applicants["stages"] = ["Applied", "Lunch"]
        scene.begin()
        person = scene.person(job)
        assert code_of(scene.reconcile()) is ExitCode.ATTENTION
        assert scene.matters == ["stage.unknown"]
        assert scene.invited == [person]


class TestOnePerson:
    def test_two_applications_to_one_job_are_one_invitation(self, scene: Scene, job: str) -> None:
        scene.begin()
        first = scene.person(job, email="same@example.com")
        scene.wait(5)
        scene.person(job, email=" SAME@example.com")
        assert counted(scene.reconcile()) == {"invited": 1, "linked": 1}
        scene.wait(600)
        scene.person(job, email="Same@Example.com")
        assert counted(scene.reconcile()) == {"linked": 1}
        assert scene.invited == [first]

    def test_two_jobs_are_two_invitations(self, scene: Scene, job: str) -> None:
        other = scene.job("Another job")
        scene.begin()
        both = [scene.person(j, email="same@example.com") for j in (job, other)]
        scene.reconcile()
        assert sorted(scene.invited) == sorted(both)

    def test_somebody_added_in_heymilo_by_hand_is_linked(self, scene: Scene, job: str) -> None:
        scene.begin()
        made = scene.world.people.add_by_hand(scene.posting(job).id, "P", "same@example.com")
        scene.person(job, email="same@example.com")
        assert counted(scene.reconcile()) == {"linked": 1}
        assert scene.invited == ["by hand"]
        scene.world.people.finish(made.id, 80)
        scene.wait(60)
        assert counted(scene.reconcile()) == {"notes written": 1, "scores written": 1}

    def test_somebody_in_an_archived_posting_of_the_job_is_not_invited_again(
        self, scene: Scene, job: str
    ) -> None:
        """A person archived the posting and asked for a new one."""
        scene.begin()
        first = scene.person(job, email="same@example.com")
        scene.reconcile()
        old = scene.posting(job)
        scene.world.people.archive_posting(old.id)
        scene.reconcile()
        scene.retry()
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert len(scene.postings_of(job)) == 2
        scene.wait(600)
        scene.person(job, email="same@example.com")
        assert counted(scene.reconcile()) == {"linked": 1}
        assert scene.invited == [first]

    def test_somebody_who_vanished_from_heymilo_is_not_invited_again(
        self, scene: Scene, job: str
    ) -> None:
        scene.begin()
        person = scene.person(job)
        scene.reconcile()
        scene.world.people.erase(scene.interview(person).id)
        for _ in range(3):
            scene.wait(DAY)
            scene.reconcile()
        assert scene.invited == [person]


class TestHowMany:
    def test_the_oldest_first_and_the_rest_next_time(self, scene: Scene, job: str) -> None:
        scene.applicants |= {"max_per_run": 3, "batch_size": 2}
        other = scene.job("Another job")
        scene.begin()
        order = []
        for _ in range(4):
            for place in (job, other):
                order.append(scene.person(place))
                scene.wait(30)
        result = scene.reconcile()
        assert code_of(result) is ExitCode.DONE
        assert sorted(scene.invited) == sorted(order[:3])
        scene.wait(600)
        scene.reconcile()
        assert sorted(scene.invited) == sorted(order[:6])
        scene.reconcile()
        assert sorted(scene.invited) == sorted(order)

    def test_those_nobody_can_tell_of_do_not_hold_up_the_others(
        self, scene: Scene, job: str
    ) -> None:
        scene.applicants["max_per_run"] = 1
        scene.begin()
        doubtful = scene.person(job)
        scene.wait(5)
        next_ = scene.person(job)
        scene.faults.plan(Fault(FaultKind.ERROR_BEFORE), path="/candidates/bulk")
        assert code_of(scene.reconcile()) is ExitCode.UNFINISHED
        scene.wait(60)
        assert code_of(scene.reconcile()) is ExitCode.UNFINISHED
        assert scene.invited == [next_]
        for _ in range(4):
            scene.wait(SETTLE / 2)
            scene.reconcile()
        assert scene.invited == [next_, doubtful]

    def test_three_times_a_pass_is_a_guards_matter(self, scene: Scene, job: str) -> None:
        scene.applicants["max_per_run"] = 3
        scene.begin()
        scene.people(job, 10)
        result = scene.reconcile()
        assert code_of(result) is ExitCode.REFUSED_BY_GUARD
        assert scene.invited == []
        (refusal,) = result.report.refusals
        assert (refusal.numbers["waiting"], len(refusal.changes)) == (10, 10)
        assert "@" not in str(refusal.data)
        assert code_of(scene.reconcile(approve=["nonsense"])) is ExitCode.REFUSED_BY_GUARD
        assert code_of(scene.reconcile(approve=[refusal.hash])) is ExitCode.DONE
        assert len(scene.invited) == 3

    def test_batches_are_as_large_as_is_set(self, scene: Scene, job: str) -> None:
        scene.applicants["batch_size"] = 4
        scene.begin()
        everybody = scene.people(job, 10)
        scene.reconcile()
        assert len(scene.requests(Side.HEYMILO, "POST", "/candidates/bulk")) == 3
        assert scene.invited == everybody


class TestReadingBeforeWriting:
    def test_a_posting_is_listed_before_its_first_batch(self, scene: Scene, job: str) -> None:
        scene.begin()
        scene.person(job)
        scene.reconcile()
        asked = [(r.method, r.path.rsplit("/", 1)[-1]) for r in scene.requests(Side.HEYMILO)]
        assert asked.index(("GET", "candidates")) < asked.index(("POST", "bulk"))

    def test_later_only_whoever_came_since(self, scene: Scene, job: str) -> None:
        scene.begin()
        scene.people(job, 3)
        scene.reconcile()
        scene.wait(3 * HOUR)
        scene.person(job)
        scene.reconcile()
        looks = scene.requests(Side.HEYMILO, "GET", "/candidates")
        assert "created_after" in dict(looks[0].query)
        began = scene.clock.now() - 3 * HOUR
        assert int(dict(looks[0].query)["created_after"]) == pytest.approx(began - 600, abs=180)

    def test_people_are_not_read_one_by_one(self, scene: Scene, job: str) -> None:
        scene.begin()
        scene.people(job, 30)
        scene.reconcile()
        assert len(scene.invited) == 30
        assert scene.requests(Side.WORKABLE, path="/candidates/") == []
        assert len(scene.requests(Side.WORKABLE)) == 2


class TestMovingAfterwards:
    def test_people_are_moved_once_after_their_invitation(self, scene: Scene, job: str) -> None:
        scene.applicants["move_to_stage"] = "Phone Screen"
        scene.begin()
        person = scene.person(job)
        assert counted(scene.reconcile()) == {"invited": 1, "moved": 1}
        assert scene.done("move", person) == ["phone-screen"]
        scene.world.recruiters.move(person, "applied")
        scene.wait(600)
        scene.reconcile()
        assert scene.done("move", person) == ["phone-screen"]
        assert scene.invited == [person]

    def test_a_move_that_failed_is_made_later(self, scene: Scene, job: str) -> None:
        scene.applicants["move_to_stage"] = "Phone Screen"
        scene.begin()
        person = scene.person(job)
        scene.faults.plan(Fault(FaultKind.ERROR_BEFORE), path="/move")
        assert code_of(scene.reconcile()) is ExitCode.UNFINISHED
        assert scene.done("move") == []
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.done("move", person) == ["phone-screen"]

    def test_somebody_whom_a_person_moved_meanwhile_stays(self, scene: Scene, job: str) -> None:
        scene.applicants["move_to_stage"] = "Phone Screen"
        scene.begin()
        person = scene.person(job)
        scene.faults.plan(Fault(FaultKind.ERROR_BEFORE), path="/move")
        scene.reconcile()
        scene.world.recruiters.move(person, "interview")
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.done("move") == []

    def test_whoever_was_found_after_an_uncertain_sending_is_moved_too(
        self, scene: Scene, job: str
    ) -> None:
        scene.applicants["move_to_stage"] = "Phone Screen"
        scene.begin()
        person = scene.person(job)
        scene.faults.plan(Fault(FaultKind.ERROR_AFTER), path="/candidates/bulk")
        scene.reconcile()
        scene.wait(60)
        scene.reconcile()
        assert scene.invited == [person]
        assert scene.done("move", person) == ["phone-screen"]

    def test_an_unknown_target_is_told(self, scene: Scene, job: str) -> None:
        scene.applicants["move_to_stage"] = "Lunch"
        scene.begin()
        scene.person(job)
        assert code_of(scene.reconcile()) is ExitCode.ATTENTION
        assert scene.matters == ["stage.unknown"]
