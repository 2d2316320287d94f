"""rules.md, Rows: what keeps one person back keeps nobody else."""

import pytest

from syncd.errors import ExitCode
from syncd.sandbox import Fault, FaultKind, Side
from syncd.sandbox.heymilo.state import Interview
from tests.phases.scene import HOUR, SETTLE, Scene, code_of, counted

BULK = "/candidates/bulk"


@pytest.fixture
def job(scene: Scene) -> str:
    job = scene.job()
    scene.begin()
    return job


def bulks(scene: Scene) -> list[int | None]:
    return [row.status for row in scene.requests(Side.HEYMILO, "POST", BULK)]


class TestPutAside:
    @pytest.mark.parametrize(
        ("fields", "kind"),
        [
            ({"email": None}, "applicant.no_email"),
            ({"email": "nobody@"}, "applicant.broken_email"),
            ({"name": " "}, "applicant.blank_name"),
        ],
    )
    def test_listed_with_the_reason_and_tried_when_it_changes(
        self, scene: Scene, job: str, fields: dict[str, str | None], kind: str
    ) -> None:
        aside = scene.person(job, **fields)  # type: ignore[arg-type]
        fine = scene.person(job)
        assert code_of(scene.reconcile()) is ExitCode.ATTENTION
        assert scene.matters == [kind]
        (item,) = scene.items
        assert aside in item.reason
        assert "nobody" not in item.reason + item.todo
        assert scene.invited == [fine]
        scene.wait(60)
        scene.world.recruiters.edit(aside, firstname="Now", email="now@example.com")
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.invited == [fine, aside]

    @pytest.mark.parametrize(
        "fields",
        [
            {"phone": "call me after six"},
            {"phone": "+1 415 555 2671"},
            {"name": "Person 🦊 " + "long " * 60},
        ],
    )
    def test_what_keeps_nobody_back(self, scene: Scene, job: str, fields: dict[str, str]) -> None:
        person = scene.person(job, **fields)  # type: ignore[arg-type]
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.invited == [person]
        phone = scene.interview(person).phone
        assert phone == ("+14155552671" if "415" in fields.get("phone", "") else None)

    def test_nobody_in_another_stage_or_before_the_cut_off_is_listed(
        self, scene: Scene, job: str
    ) -> None:
        scene.person(job, email=None, stage="sourced")
        scene.person(job, email=None, created_at=scene.clock.now() - HOUR)
        assert code_of(scene.reconcile()) is ExitCode.DONE


class TestRefusals:
    """The sandbox refuses what it is told to, beyond what syncd itself looks at."""

    @pytest.fixture
    def strict(self, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Scene:
        """HeyMilo refuses addresses that hold the word "bad"."""
        import re

        from syncd.sandbox.heymilo import candidates

        monkeypatch.setattr(candidates, "_ADDRESS", re.compile(r"(?!.*bad)[^@\s]+@[^@\s]+"))
        return scene

    @pytest.mark.parametrize("shape", ["fastapi", "api_error"])
    def test_named_rows_are_put_aside_and_the_rest_is_sent(
        self, strict: Scene, job: str, shape: str
    ) -> None:
        strict.world.heymilo.behaviour.error_shape = shape  # type: ignore[assignment]
        fine = [strict.person(job)]
        bad = strict.person(job, email="bad-1@example.com")
        fine += strict.people(job, 3)
        assert code_of(strict.reconcile()) is ExitCode.ATTENTION
        assert bulks(strict) == [422, 201]
        assert sorted(strict.invited) == sorted(fine)
        assert strict.matters == ["applicant.refused"]
        assert strict.items[0].application_id == bad
        strict.wait(600)
        assert code_of(strict.reconcile()) is ExitCode.ATTENTION
        assert bulks(strict) == []
        strict.world.recruiters.edit(bad, email="good@example.com")
        assert code_of(strict.reconcile()) is ExitCode.DONE
        assert strict.invited[-1] == bad

    def test_unnamed_rows_are_found_by_halving(self, strict: Scene, job: str) -> None:
        strict.world.heymilo.behaviour.names_rows = False
        fine = strict.people(job, 5)
        bad = strict.person(job, email="bad-1@example.com")
        fine += strict.people(job, 2)
        assert code_of(strict.reconcile()) is ExitCode.ATTENTION
        assert sorted(strict.invited) == sorted(fine)
        assert [item.application_id for item in strict.items] == [bad]
        assert len(bulks(strict)) <= 7

    @pytest.mark.parametrize("count", [1, 2])
    def test_all_of_a_batch_are_named(self, strict: Scene, job: str, count: int) -> None:
        for number in range(count):
            strict.person(job, email=f"bad-{number}@example.com")
        assert code_of(strict.reconcile()) is ExitCode.ATTENTION
        assert strict.matters == ["applicant.refused"] * count
        fine = strict.person(job)
        strict.wait(60)
        strict.reconcile()
        assert strict.invited == [fine]
        assert bulks(strict) == [201]

    def test_everybody_refused_without_a_name_is_the_postings_matter(
        self, strict: Scene, job: str
    ) -> None:
        strict.world.heymilo.behaviour.names_rows = False
        for number in range(4):
            strict.person(job, email=f"bad-{number}@example.com")
        assert code_of(strict.reconcile()) is ExitCode.ATTENTION
        assert strict.matters == ["posting.refuses_people"]

    @pytest.mark.parametrize("others", [0, 3])
    def test_somebody_who_is_there_and_is_not_shown(
        self, scene: Scene, job: str, others: int
    ) -> None:
        """HeyMilo keeps an erased person's address, and the state that knew them is lost."""
        scene.world.heymilo.behaviour.duplicates = "conflict"
        erased = scene.person(job, email="erased@example.com")
        scene.world.people.add_by_hand(scene.posting(job).id, "Erased", "erased@example.com")
        (there,) = scene.world.heymilo.state.interviews.values()
        scene.world.people.erase(there.id)
        fine = scene.people(job, others)
        assert code_of(scene.reconcile()) is ExitCode.UNFINISHED  # a list may lag
        assert scene.matters == []
        scene.wait(SETTLE)
        assert code_of(scene.reconcile()) is ExitCode.ATTENTION
        assert sorted(scene.invited) == sorted(["by hand", *fine])
        assert scene.matters == ["applicant.hidden"]
        assert scene.items[0].application_id == erased
        bulks(scene)
        scene.wait(600)
        assert code_of(scene.reconcile()) is ExitCode.ATTENTION
        assert bulks(scene) == []

    def test_somebody_who_is_never_shown_is_not_sent_for_ever(self, scene: Scene, job: str) -> None:
        """HeyMilo forgets marks, and answers with the interview of an erased person."""
        behaviour = scene.world.heymilo.behaviour
        behaviour.duplicates, behaviour.forgets_marks = "same", True
        erased = scene.person(job, email="erased@example.com")
        scene.world.people.add_by_hand(scene.posting(job).id, "Erased", "erased@example.com")
        (there,) = scene.world.heymilo.state.interviews.values()
        scene.world.people.erase(there.id)
        for _ in range(12):
            scene.reconcile()
            scene.wait(SETTLE + 1)
        assert scene.invited == ["by hand", erased, erased]
        assert scene.matters == ["invitation.unknown"]
        assert "does not show" in scene.items[0].reason

    def test_somebody_who_is_shown_later_is_linked(self, scene: Scene, job: str) -> None:
        behaviour = scene.world.heymilo.behaviour
        behaviour.duplicates, behaviour.lag = "conflict", 2 * SETTLE
        scene.world.people.add_by_hand(scene.posting(job).id, "By Hand", "by-hand@example.com")
        scene.person(job, email="by-hand@example.com")
        assert code_of(scene.reconcile()) is ExitCode.UNFINISHED
        scene.wait(SETTLE)
        assert code_of(scene.reconcile()) is ExitCode.ATTENTION
        assert scene.matters == ["applicant.hidden"]
        scene.wait(26 * HOUR)
        scene.reconcile()  # its results phase looks at everybody
        scene.wait(60)
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.matters == []
        assert scene.invited == ["by hand"]

    def test_a_batch_too_large_is_halved(self, scene: Scene, job: str) -> None:
        scene.world.heymilo.behaviour.bulk_limit = 3
        everybody = scene.people(job, 10)
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.invited == everybody
        assert 413 in bulks(scene)

    def test_a_posting_that_takes_nobody_is_no_persons_fault(self, scene: Scene, job: str) -> None:
        person = scene.person(job)
        posting = scene.posting(job)
        scene.world.timeline.at(
            scene.clock.now() + 0.3, lambda: scene.world.people.archive_posting(posting.id)
        )
        scene.reconcile()
        assert scene.invited == []
        assert "applicant.refused" not in scene.matters
        scene.world.people.archive_posting(posting.id, value=False)
        scene.reconcile()
        assert scene.invited == [person]


class TestMarks:
    def test_answers_in_another_order(self, scene: Scene, job: str) -> None:
        scene.world.heymilo.behaviour.bulk_order = "reversed"
        people = scene.people(job, 5)
        scene.reconcile()
        for number, person in enumerate(people):
            scene.finish(person, 10.0 * number)
        scene.wait(60)
        scene.reconcile()
        for number, person in enumerate(people):
            assert scene.done("attribute", person) == [("score_key", str(10 * number))]

    def test_answers_without_marks_are_read_back(self, scene: Scene, job: str) -> None:
        scene.world.heymilo.behaviour.forgets_marks = True
        people = scene.people(job, 3)
        assert counted(scene.reconcile()) == {"invited": 3}
        assert bulks(scene) == [201]
        scene.wait(600)
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.invited == people

    def test_an_answer_that_leaves_rows_out(self, scene: Scene, job: str) -> None:
        """HeyMilo takes some rows and says nothing of the others."""
        scene.faults.plan(Fault(FaultKind.PARTLY, rows=2), path=BULK)
        people = scene.people(job, 5)
        assert code_of(scene.reconcile()) is ExitCode.UNFINISHED
        assert scene.invited == people[:2]
        for _ in range(4):
            scene.wait(SETTLE / 2)
            scene.reconcile()
        assert scene.invited == people
        assert scene.world.heymilo.ledger.repeated() == []


class TestUncertain:
    @pytest.mark.parametrize(
        "kind",
        [FaultKind.ERROR_AFTER, FaultKind.RESET_AFTER, FaultKind.TIMEOUT_AFTER,
         FaultKind.TRUNCATED, FaultKind.CUT_OFF, FaultKind.HTML],
    )  # fmt: skip
    def test_who_was_invited_is_found_at_once(
        self, scene: Scene, job: str, kind: FaultKind
    ) -> None:
        people = scene.people(job, 3)
        scene.faults.plan(Fault(kind), path=BULK)
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.invited == people
        scene.wait(600)
        scene.reconcile()
        assert scene.invited == people

    @pytest.mark.parametrize(
        "kind", [FaultKind.ERROR_BEFORE, FaultKind.RESET_BEFORE, FaultKind.TIMEOUT_BEFORE]
    )
    def test_who_was_not_is_invited_after_two_looks(
        self, scene: Scene, job: str, kind: FaultKind
    ) -> None:
        people = scene.people(job, 3)
        scene.faults.plan(Fault(kind), path=BULK)
        sent = scene.clock.now()
        assert code_of(scene.reconcile()) is ExitCode.UNFINISHED
        while not scene.invited:
            scene.wait(20)
            result = scene.reconcile()
            assert scene.clock.now() < sent + 2 * SETTLE
        assert scene.clock.now() >= sent + SETTLE * 1.2
        assert code_of(result) is ExitCode.DONE
        assert scene.invited == people

    def test_a_write_that_lands_late_is_not_made_twice(self, scene: Scene, job: str) -> None:
        people = scene.people(job, 3)
        scene.faults.plan(Fault(FaultKind.TIMEOUT_LATE, seconds=200), path=BULK)
        for _ in range(10):
            scene.reconcile()
            scene.wait(60)
        assert scene.invited == people

    def test_lists_that_lag(self, scene: Scene, job: str) -> None:
        scene.world.heymilo.behaviour.lag = 200
        people = scene.people(job, 3)
        scene.faults.plan(Fault(FaultKind.RESET_AFTER), path=BULK)
        for _ in range(12):
            scene.reconcile()
            scene.wait(45)
        assert scene.invited == people

    @pytest.mark.parametrize("kind", [FaultKind.REFUSED, FaultKind.THROTTLED])
    def test_what_certainly_did_not_leave_is_sent_again_at_once(
        self, scene: Scene, job: str, kind: FaultKind
    ) -> None:
        people = scene.people(job, 3)
        scene.faults.plan(Fault(kind, seconds=30), path=BULK)
        assert code_of(scene.reconcile()) is ExitCode.UNFINISHED
        scene.wait(40)
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.invited == people

    def test_somebody_is_found_by_the_mark_whatever_became_of_the_address(
        self, scene: Scene, job: str
    ) -> None:
        def tidy(interview: Interview) -> None:
            interview.email = "tidied@example.com"

        scene.world.heymilo.candidates.invited = tidy
        person = scene.person(job)
        scene.faults.plan(Fault(FaultKind.ERROR_AFTER), path=BULK)
        assert code_of(scene.reconcile()) is ExitCode.DONE
        for _ in range(4):
            scene.wait(SETTLE)
            scene.reconcile()
        assert scene.invited == [person]

    def test_other_jobs_go_on(self, scene: Scene, job: str) -> None:
        other = scene.job("Another job")
        scene.reconcile()
        scene.wait(60)
        everybody = [scene.person(place) for place in (job, other)]
        scene.faults.plan(Fault(FaultKind.ERROR_BEFORE), path=BULK)
        assert code_of(scene.reconcile()) is ExitCode.UNFINISHED
        assert len(scene.invited) == 1
        for _ in range(4):
            scene.wait(SETTLE / 2)
            scene.reconcile()
        assert sorted(scene.invited) == sorted(everybody)

    def test_a_posting_that_is_gone_leaves_it_to_a_person(self, scene: Scene, job: str) -> None:
        person = scene.person(job)
        scene.faults.plan(Fault(FaultKind.ERROR_BEFORE), path=BULK)
        scene.reconcile()
        gone = scene.world.heymilo.state.postings.pop(scene.posting(job).id)
        scene.wait(SETTLE + 60)
        scene.reconcile()
        assert scene.matters == ["invitation.unknown", "posting.gone"]
        assert person in scene.items[0].reason + scene.items[1].reason
        scene.world.heymilo.state.postings[gone.id] = gone
        for _ in range(3):
            scene.wait(SETTLE)
            assert code_of(scene.reconcile()) is ExitCode.ATTENTION
            assert scene.matters == ["invitation.unknown"]
        assert scene.invited == []
        scene.retry()
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.invited == [person]
