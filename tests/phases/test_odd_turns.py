"""What people and both services do that nobody asked them to; see nothing-forgotten.md."""

from dataclasses import replace

import pytest

from syncd.ats.workable import applications
from syncd.errors import ExitCode
from syncd.http.session import Network
from syncd.model.ats import Application
from syncd.passes.checking import check_connection
from syncd.passes.standing import read_standing
from syncd.sandbox import Fault, FaultKind, Request, SandboxTransport, Side, World
from syncd.sandbox.wire import Answer, say
from syncd.sandbox.workable.state import Stage
from tests.phases.scene import DAY, HOUR, SETTLE, Scene, code_of, counted
from tests.virtual import run

BULK = "/candidates/bulk"


@pytest.fixture
def job(scene: Scene) -> str:
    job = scene.job()
    scene.begin()
    return job


class TestAClockAhead:
    """This machine's clock is two hours ahead, and the first thing asked of HeyMilo is a look."""

    @pytest.fixture
    def job(self, scene: Scene) -> str:
        scene.world.heymilo.behaviour.skew = -2 * HOUR
        job = scene.job()
        scene.begin()
        scene.world.heymilo.behaviour.lag = 200
        return job

    def test_a_look_counts_only_when_settle_has_passed(self, scene: Scene, job: str) -> None:
        scene.person(job)
        scene.faults.plan(Fault(FaultKind.RESET_AFTER), path=BULK)
        scene.reconcile()
        for _ in range(2):
            scene.wait(65)
            scene.reconcile(only=["applicants"])
            assert scene.requests(path=BULK) == []
        scene.wait(HOUR)
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert len(scene.invited) == 1

    def test_nobody_who_does_not_show_yet_counts_as_vanished(self, scene: Scene, job: str) -> None:
        person = scene.person(job)
        scene.reconcile()
        scene.wait(30)
        scene.reconcile(only=["results"])
        scene.wait(HOUR)
        scene.finish(person, 90)
        scene.reconcile()
        assert len(scene.done("comment", person)) == 1


class TestAnotherAddress:
    """Who is known by the application, is known whatever becomes of the address."""

    def test_nobody_is_invited_again_for_it(self, scene: Scene, job: str) -> None:
        person = scene.person(job, email="old@example.com")
        scene.reconcile()
        scene.wait(HOUR)
        scene.world.recruiters.edit(person, email="new@example.com")
        for _ in range(3):
            assert code_of(scene.reconcile()) is ExitCode.DONE
            scene.wait(HOUR)
        assert scene.invited == [person]
        scene.finish(person, 90)
        scene.reconcile()
        assert len(scene.done("comment", person)) == 1

    @pytest.mark.parametrize("kind", [FaultKind.RESET_AFTER, FaultKind.TIMEOUT_LATE])
    def test_nor_while_the_first_sending_is_not_settled(
        self, scene: Scene, job: str, kind: FaultKind
    ) -> None:
        scene.world.heymilo.behaviour.lag = 200
        person = scene.person(job, email="old@example.com")
        scene.faults.plan(Fault(kind, seconds=90), path=BULK)
        scene.reconcile()
        scene.world.recruiters.edit(person, email="new@example.com")
        for _ in range(15):
            scene.wait(60)
            scene.reconcile()
        assert scene.invited == [person]

    def test_whoever_was_not_reached_is_invited_at_the_new_one(
        self, scene: Scene, job: str
    ) -> None:
        person = scene.person(job, email="old@example.com")
        scene.faults.plan(Fault(FaultKind.RESET_BEFORE), path=BULK)
        scene.reconcile()
        scene.world.recruiters.edit(person, email="new@example.com")
        for _ in range(5):
            scene.wait(SETTLE / 2)
            scene.reconcile()
        assert scene.invited == [person]
        assert scene.interview(person).email == "new@example.com"

    def test_taken_over_from_somebody_invited(self, scene: Scene, job: str) -> None:
        first = scene.person(job, email="one@example.com")
        second = scene.person(job, email=None)
        scene.reconcile()
        scene.wait(HOUR)
        scene.world.recruiters.edit(second, email="One@example.com")
        assert counted(scene.reconcile()) == {"linked": 1}
        assert scene.invited == [first]


class TestStrangers:
    """HeyMilo holds people of whom the ATS knows nothing."""

    def test_they_stop_nothing_and_nothing_is_written_of_them(self, scene: Scene, job: str) -> None:
        people = scene.world.people
        for number in range(3):
            one = people.add_by_hand(scene.posting(job).id, "P", f"stranger-{number}@example.com")
            people.finish(one.id, 80)
        person = scene.person(job)
        assert counted(scene.reconcile()) == {"invited": 1}
        for _ in range(2):
            scene.wait(DAY)
            assert code_of(scene.reconcile()) is ExitCode.DONE
            assert scene.writes == []
        assert scene.invited == ["by hand"] * 3 + [person]

    def test_one_who_came_a_moment_before(self, scene: Scene, job: str) -> None:
        """By a shared link, too lately for a list to show: HeyMilo says 409."""
        scene.world.heymilo.behaviour.lag = 120
        scene.world.heymilo.behaviour.duplicates = "conflict"
        scene.wait(SETTLE)
        scene.world.people.add_by_hand(scene.posting(job).id, "P", "same@example.com")
        first = scene.person(job, email="same@example.com")
        other = scene.person(job)
        assert code_of(scene.reconcile()) is ExitCode.UNFINISHED
        for _ in range(4):
            scene.wait(SETTLE / 2)
            result = scene.reconcile()
        assert code_of(result) is ExitCode.DONE
        assert scene.invited == ["by hand", other]
        scene.world.people.finish(scene.world.heymilo.ledger.invitations[0].interview_id, 90)
        scene.wait(HOUR)
        scene.reconcile()
        assert len(scene.done("comment", first)) == 1


class TestHeld:
    def test_nobody_is_sent_to_a_posting_that_expired(self, scene: Scene) -> None:
        scene.world.heymilo.behaviour.expired_for_good = True
        job = scene.job()
        scene.begin()
        scene.wait(31 * DAY)
        person = scene.person(job)
        for _ in range(2):
            assert code_of(scene.reconcile()) is ExitCode.ATTENTION
            assert scene.matters == ["posting.not_revived"]
            assert scene.requests(Side.HEYMILO, "POST", BULK) == []
        scene.world.heymilo.behaviour.expired_for_good = False
        scene.posting(job).lapsed = False
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.invited == [person]

    @pytest.mark.parametrize("status", [402, 403, 409, 429, 500])
    def test_nobody_is_lost_while_heymilo_refuses_everybody(
        self, scene: Scene, job: str, status: int
    ) -> None:
        """As when the credits of a workspace are used up."""
        people = scene.people(job, 3)
        fault = Fault(FaultKind.ERROR_BEFORE, status=status, body="html")
        scene.faults.plan(fault, path=BULK, times=2)
        codes = set()
        for _ in range(2):
            codes.add(code_of(scene.reconcile()))
            assert len(scene.requests(Side.HEYMILO, "POST", BULK)) <= 1
            scene.wait(2 * SETTLE)
        assert codes <= {ExitCode.UNFINISHED, ExitCode.ATTENTION, ExitCode.CREDENTIALS}
        for _ in range(4):
            result = scene.reconcile()
            scene.wait(SETTLE)
        assert code_of(result) is ExitCode.DONE
        assert scene.invited == people

    def test_whoever_is_not_to_be_contacted(
        self, scene: Scene, job: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Workable has no such flag; a service that has one is heeded."""
        real = applications.application_of

        def flagged(raw: object) -> Application | None:
            one = real(raw)
            return one and replace(one, do_not_contact=True)

        monkeypatch.setattr(applications, "application_of", flagged)
        scene.person(job)
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.invited == []


class TestStagesOfTheirOwn:
    def test_each_job_resolves_the_name_of_a_stage_for_itself(self, scene: Scene) -> None:
        scene.writeback = [{"min_score": 70, "move_to_stage": "Phone Screen"}]
        own = tuple(
            Stage(9_000 + place, slug, name, slug, place + 1)
            for place, (slug, name) in enumerate(
                [("new", "Applied"), ("first-call", "Phone Screen"), ("hired", "Hired")]
            )
        )
        jobs = [scene.job("Usual"), scene.job("Own", stages=own)]
        scene.begin()
        people = [scene.person(jobs[0]), scene.person(jobs[1], stage="new")]
        scene.reconcile()
        assert sorted(scene.invited) == sorted(people)
        scene.wait(HOUR)
        for person in people:
            scene.finish(person, 90)
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.done("move", people[0]) == ["phone-screen"]
        assert scene.done("move", people[1]) == ["first-call"]


class TestScores:
    def test_a_score_computed_anew_is_told_once_with_the_old_one(
        self, scene: Scene, job: str
    ) -> None:
        (person,) = scene.people(job, 1)
        scene.reconcile()
        scene.wait(HOUR)
        scene.finish(person, 61)
        scene.reconcile()
        scene.world.people.rescore(scene.interview(person).id, 74)
        for _ in range(3):
            scene.wait(DAY)
            scene.reconcile()
        first, second = scene.done("comment", person)
        assert "score 61 of 100" in first
        assert "replaces the earlier score 61" in second
        assert scene.done("attribute", person) == [("score_key", "61"), ("score_key", "74")]

    def test_a_decision_that_is_taken_back_writes_nothing_twice(
        self, scene: Scene, job: str
    ) -> None:
        (person,) = scene.people(job, 1)
        scene.reconcile()
        scene.wait(HOUR)
        scene.finish(person, 61)
        scene.reconcile()
        one = scene.interview(person).id
        for value in (True, False, True):
            scene.world.people.shortlist(one, value)
            scene.wait(DAY)
            scene.reconcile()
        assert len(scene.done("comment", person)) == 1
        assert scene.done("attribute", person) == [("score_key", "61")]


@pytest.mark.parametrize("skew", [-3 * HOUR, -40.0, 40.0, 3 * HOUR])
def test_clocks_that_disagree(scene: Scene, skew: float) -> None:
    scene.world.heymilo.behaviour.skew = skew
    scene.world.workable.behaviour.skew = -skew / 2
    job = scene.job()
    scene.begin()
    everybody = []
    for number in range(6):
        everybody.append(scene.person(job))
        if number == 3:
            scene.faults.plan(Fault(FaultKind.RESET_AFTER), path=BULK)
        scene.reconcile()
        scene.wait(700)
    assert scene.invited == everybody
    for person in everybody:
        scene.finish(person, 70)
    scene.reconcile()
    assert len(scene.done("comment")) == 6


def test_what_waits_to_be_written_is_told_with_its_age(scene: Scene, job: str) -> None:
    (person,) = scene.people(job, 1)
    scene.reconcile()
    scene.wait(HOUR)
    scene.finish(person, 70)
    scene.faults.plan(Fault(FaultKind.ERROR_BEFORE), path="/comments", times=9)
    seen = scene.clock.now()
    scene.reconcile()
    scene.wait(HOUR)
    scene.reconcile()
    standing = read_standing(scene.store, "acme", scene.settings.connections["acme"])
    assert standing.counts["results not written back"] == 1
    assert standing.oldest_unwritten == pytest.approx(seen, abs=60)
    phases = standing.runs
    assert phases["postings"].succeeded_at is not None
    assert phases["writeback"].succeeded_at is not None
    assert phases["writeback"].succeeded_at < phases["postings"].succeeded_at


def test_another_integration_in_the_workspace_is_warned_of(scene: Scene) -> None:
    """HeyMilo's own connector and syncd would both invite people."""

    def look() -> list[str]:
        transport = SandboxTransport(scene.world, scene.clock)
        network = Network(clock=scene.clock, transport=transport)
        work = check_connection(scene.settings, "acme", scene.store, network)
        findings, _ = run(scene.clock, work)
        return [f.what for f in findings if f.ok is None and "own ATS" in f.what]

    assert look() == []
    row = {"object": "ats_connection", "integration_id": "ats_1", "ats_provider": "workable"}
    scene.world.heymilo.state.connections.append({**row, "is_active": False})
    assert look() == []
    row["integration_id"] = "ats_2"
    scene.world.heymilo.state.connections.append({**row, "is_active": True})
    assert look() == ["HeyMilo's own ATS integration"]


def test_reasons_of_rules_are_checked_before_anybody_is_rejected(scene: Scene) -> None:
    def look() -> dict[str, bool | None]:
        transport = SandboxTransport(scene.world, scene.clock)
        network = Network(clock=scene.clock, transport=transport)
        work = check_connection(scene.settings, "acme", scene.store, network)
        findings, _ = run(scene.clock, work)
        return {f.detail: f.ok for f in findings if f.what == "writeback rule 1"}

    scene.writeback = [{"reject": True, "reject_reason": "No such reason"}]
    (found,) = look().items()
    assert "reject_reason" in found[0]
    assert found[1] is False
    scene.writeback = [{"reject": True, "reject_reason": "Doesn’t have required qualifications"}]
    assert list(look().values()) == [True]
    scene.writeback = [{"note": True}]
    assert look() == {}


class TestDeletedCopies:
    """A posting that was deleted before anybody looked who is in it."""

    @pytest.fixture
    def copy(self, scene: Scene, job: str) -> str:
        marks = dict(scene.posting(job).metadata or {})
        copy: str = scene.world.people.make_posting("A copy", metadata=marks).id
        scene.reconcile(only=["postings"])
        return copy

    def test_it_keeps_nobody_waiting(self, scene: Scene, job: str, copy: str) -> None:
        scene.world.people.remove_posting(copy)
        person = scene.person(job)
        assert scene.reconcile().error is None
        assert scene.invited == [person]

    def test_one_that_only_hides_its_people_keeps_its_own_job_waiting(
        self, scene: Scene, job: str, copy: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = scene.job("Another engineer")
        scene.reconcile(only=["postings"])
        waiting, invited = scene.person(job), scene.person(other)
        serve = World.serve

        def hide(world: World, request: Request) -> Answer:
            if request.path.endswith(f"/{copy}/candidates"):
                return say(404, {"detail": "Not found"})
            return serve(world, request)

        with monkeypatch.context() as patched:
            patched.setattr(World, "serve", hide)
            assert ExitCode.UNFINISHED in scene.reconcile().codes
        assert scene.invited == [invited]
        scene.reconcile()
        assert set(scene.invited) == {invited, waiting}
