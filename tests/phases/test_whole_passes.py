"""What holds for a pass as a whole: rehearsals, lost states, crashes, manners."""

import logging
import sqlite3
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import event, text

from syncd.errors import ExitCode
from syncd.sandbox import Fault, FaultKind, Side
from syncd.settings.schema import Mode
from syncd.store import Store
from syncd.store.tables import metadata
from tests.phases.conftest import both_databases
from tests.phases.scene import DAY, HOUR, SETTLE, Scene, code_of, counted, kinds_of

RULES = [
    {"min_score": 70, "note": True, "score": True, "tag": "passed", "move_to_stage": "Interview"}
]


def dump(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with store.read() as tx:
        return {
            name: sorted(map(tuple, tx.execute(text(f'SELECT * FROM "{name}"'))), key=repr)
            for name in metadata.tables
        }


def populate(scene: Scene) -> tuple[str, list[str]]:
    """A job with five invited people, two of whom have results, and one who waits."""
    scene.writeback = RULES
    job = scene.job(created_at=scene.clock.now() - 20 * DAY)
    scene.begin()
    people = scene.people(job, 5)
    scene.reconcile()
    scene.wait(HOUR)
    scene.finish(people[0], 90)
    scene.finish(people[1], 20)
    people.append(scene.person(job))
    return job, people


class TestRehearsal:
    @both_databases
    def test_a_plan_leaves_no_trace_and_says_what_a_pass_does(self, scene: Scene) -> None:
        job, people = populate(scene)
        scene.job("Another job")
        scene.world.recruiters.rename_job(job, "Renamed")
        before, ledger = dump(scene.store), len(scene.world.heymilo.ledger.postings)
        acts = len(scene.world.workable.account.ledger)
        planned = scene.plan()
        assert dump(scene.store) == before
        assert scene.writes == []
        assert kinds_of(planned) == {
            "posting.create": 1,
            "posting.update": 1,
            "candidate.ingest": 1,
            "note.add": 1,
            "score.set": 1,
            "tag.add": 1,
            "application.move": 1,
        }
        assert len(scene.world.heymilo.ledger.postings) == ledger
        assert len(scene.world.workable.account.ledger) == acts
        assert counted(scene.reconcile()) == {
            "postings created": 1,
            "postings updated": 1,
            "invited": 1,
            "notes written": 1,
            "scores written": 1,
            "tags added": 1,
            "moved": 1,
        }
        assert people[-1] in scene.invited
        scene.wait(60)
        assert scene.plan().changes == []

    def test_nothing_personal_is_planned(self, scene: Scene) -> None:
        populate(scene)
        told = repr([change.data for change in scene.plan().changes])
        assert "Test" not in told
        assert "@" not in told

    def test_a_state_that_is_not_there_is_not_made(self, scene: Scene, tmp_path: Path) -> None:
        scene.job()
        scene.store = Store.open("sqlite:///nowhere.db", tmp_path, scene.clock)
        assert kinds_of(scene.plan()) == {"posting.create": 1}
        assert not (tmp_path / "nowhere.db").exists()

    def test_mode_plan_changes_nothing_either(self, scene: Scene) -> None:
        scene.mode = Mode.PLAN
        scene.job()
        before = dump(scene.store)
        assert kinds_of(scene.reconcile()) == {"posting.create": 1}
        assert scene.writes == []
        assert dump(scene.store) == before

    def test_mode_off_asks_nothing(self, scene: Scene) -> None:
        scene.mode = Mode.OFF
        scene.job()
        assert code_of(scene.reconcile()) is code_of(scene.plan()) is ExitCode.DONE
        assert scene.world.log.rows == []


class TestLostState:
    def lose(self, scene: Scene) -> None:
        with scene.store.write() as tx:
            for table in reversed(metadata.sorted_tables):
                tx.execute(table.delete())

    def test_marks_are_enough(self, scene: Scene) -> None:
        job, people = populate(scene)
        scene.reconcile()
        acts = len(scene.world.workable.account.ledger)
        posted, sent = len(scene.world.heymilo.ledger.postings), len(scene.invited)
        self.lose(scene)
        for _ in range(3):
            scene.wait(120)
            assert code_of(scene.reconcile()) is ExitCode.DONE
        assert len(scene.world.heymilo.ledger.postings) == posted
        assert len(scene.invited) == sent
        assert Counter(scene.done("comment")) == Counter(set(scene.done("comment")))
        new_acts = scene.world.workable.account.ledger[acts:]
        assert [a.kind for a in new_acts if a.kind in ("comment", "move", "tags")] == []
        assert scene.done("move", people[0]) == ["interview"]
        assert len(scene.postings_of(job)) == 1

    def test_nobody_who_came_meanwhile_is_lost(self, scene: Scene) -> None:
        job, _ = populate(scene)
        scene.reconcile()
        scene.wait(DAY)
        new = scene.person(job)
        scene.wait(HOUR)
        self.lose(scene)
        scene.reconcile()
        assert scene.invited[-1] == new

    def test_nor_when_the_first_pass_afterwards_fails(self, scene: Scene) -> None:
        job, _ = populate(scene)
        scene.reconcile()
        scene.wait(DAY)
        new = scene.person(job)
        scene.wait(HOUR)
        self.lose(scene)
        fault = Fault(FaultKind.ERROR_BEFORE)
        scene.faults.plan(fault, side=Side.WORKABLE, path="/jobs", times=10)
        while scene.faults.left:
            scene.reconcile()
        scene.reconcile()
        assert scene.invited[-1] == new

    def test_a_mark_put_there_by_hand_is_no_lost_state(self, scene: Scene) -> None:
        """Somebody marks a posting before the first pass: still nobody old is invited."""
        job = scene.job(created_at=scene.clock.now() - 20 * DAY)
        scene.person(job, created_at=scene.clock.now() + HOUR)
        scene.world.people.make_posting("By hand", "", {"external_id": f"workable:{job}"})
        scene.wait(DAY)
        for _ in range(2):
            scene.reconcile()
        assert scene.invited == []
        scene.wait(60)
        new = scene.person(job)
        scene.reconcile()
        assert scene.invited == [new]

    def test_a_job_that_came_while_the_state_was_lost_has_no_cut_off(self, scene: Scene) -> None:
        populate(scene)
        scene.wait(2 * DAY)
        new = scene.job("New job")
        person = scene.person(new)
        scene.wait(HOUR)
        self.lose(scene)
        scene.reconcile()
        assert person in scene.invited

    def test_erased_people_are_not_invited_anew(self, scene: Scene) -> None:
        """Whoever is still in HeyMilo is found by the mark, whatever became of the result."""
        _, people = populate(scene)
        scene.reconcile()
        scene.world.people.dismiss(scene.interview(people[2]).id)
        self.lose(scene)
        scene.reconcile()
        assert Counter(scene.invited) == Counter(set(scene.invited))


class TestCrashes:
    """The process dies at any commit; the next passes finish the work, and nothing is twice."""

    @pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
    def test_at_every_commit(self, scene: Scene, before: bool) -> None:
        scene.writeback = RULES
        scene.applicants |= {"move_to_stage": "Phone Screen", "batch_size": 2}
        job = scene.job(department="Engineering")
        scene.begin()
        people = scene.people(job, 4)
        second = scene.job("Second job")
        crashes = 0
        for nth in range(1, 200):
            if not self.die_at(scene, nth, before=before):
                break
            crashes += 1
        assert crashes >= 10
        self.converge(scene)
        for person in people:
            scene.finish(person, 90)
        for nth in range(1, 200):
            scene.wait(SETTLE)
            if not self.die_at(scene, nth, before=before):
                break
        self.converge(scene)
        assert sorted(scene.invited) == sorted(people)
        assert len(scene.postings_of(job)) == len(scene.postings_of(second)) == 1
        for person in people:
            assert len(scene.done("comment", person)) == 1
            assert scene.done("move", person)[-1] == "interview"
        scene.wait(HOUR)
        assert counted(scene.reconcile()) == {}

    def converge(self, scene: Scene) -> None:
        """Passes until nothing is left to look up."""
        for _ in range(4):
            scene.wait(SETTLE)
            result = scene.reconcile()
        assert code_of(result) is ExitCode.DONE

    def die_at(self, scene: Scene, nth: int, *, before: bool) -> bool:
        """Run a pass that dies at its nth commit; return whether it came that far."""
        count = 0

        class Died(BaseException):
            pass

        def on_commit(connection: object) -> None:
            nonlocal count
            count += 1
            if count == nth:
                raise Died

        engine = scene.store.engine
        name = "commit"
        if before:
            event.listen(engine, name, on_commit)
        else:
            real = engine.dialect.do_commit

            def do_commit(connection: sqlite3.Connection) -> None:
                real(connection)
                on_commit(connection)

            engine.dialect.do_commit = do_commit  # type: ignore[method-assign]
        try:
            scene.reconcile()
        except Died:
            return True
        else:
            return False
        finally:
            if before:
                event.remove(engine, name, on_commit)
            else:
                engine.dialect.do_commit = real  # type: ignore[method-assign]
            scene.wait(31)  # the lease of this process, which lives on, must run out


class TestManners:
    def test_a_quiet_pass_costs_few_requests(self, scene: Scene) -> None:
        _, people = populate(scene)
        for person in people[:5]:
            scene.finish(person, 90)
        scene.reconcile()
        scene.wait(60 * DAY)
        scene.reconcile()
        scene.wait(120)
        result = scene.reconcile()
        assert counted(result) == {}
        assert Counter(row.path.rsplit("/", 1)[-1] for row in scene.requests()) == {
            "interview-templates": 1,
            "postings": 1,
            "jobs": 1,
            "candidates": 2,  # Workable's changes, and those still in flight
        }
        assert scene.requests(Side.WORKABLE, path="/candidates")[0].query[-1][0] == "updated_after"

    def test_a_pass_over_many_jobs_asks_no_more(self, scene: Scene) -> None:
        for number in range(60):
            scene.job(f"Job number {number}", description=f"<p>The description {number}.</p>")
        scene.begin()
        scene.wait(DAY)
        scene.reconcile()
        assert len(scene.requests()) <= 6

    def test_only_a_changed_job_is_read_in_full(self, scene: Scene) -> None:
        jobs = [scene.job(f"Job number {number}") for number in range(5)]
        scene.begin()
        scene.wait(HOUR)
        scene.world.recruiters.rename_job(jobs[2], "Renamed")
        scene.reconcile()
        asked = {row.path for row in scene.requests(Side.WORKABLE, path="/jobs/")}
        assert asked == {f"/spi/v3/jobs/{jobs[2]}", f"/spi/v3/jobs/{jobs[2]}/stages"}

    def test_a_pass_that_died_goes_on_at_its_page(self, scene: Scene) -> None:
        job = scene.job()
        for _ in range(250):
            scene.person(job, created_at=scene.clock.now() - DAY)
        seen = len(scene.world.log)

        class Died(BaseException):
            pass

        def die() -> None:
            pages = [
                row
                for row in scene.world.log.rows[seen:]
                if row.side is Side.WORKABLE and row.path.endswith("/candidates")
            ]
            if len(pages) == 2:
                raise Died

        real = scene.world.exchange

        def exchange(request: object) -> object:
            answer = real(request)  # type: ignore[arg-type]
            die()
            return answer

        scene.world.exchange = exchange  # type: ignore[method-assign, assignment]
        with pytest.raises(Died):
            scene.reconcile()
        scene.world.exchange = real  # type: ignore[method-assign]
        scene.wait(31)
        scene.reconcile()
        pages = [r for r in scene.requests(Side.WORKABLE, "GET") if r.path.endswith("/candidates")]
        assert "since_id" in dict(pages[0].query)
        assert len(pages) == 2
        scene.reconcile()
        assert scene.invited == []

    def test_a_dead_cursor_leads_to_a_whole_read(self, scene: Scene) -> None:
        job = scene.job()
        scene.people(job, 120, created_at=scene.clock.now() - DAY)
        scene.begin()
        new = scene.people(job, 110)
        scene.faults.plan(Fault(FaultKind.DEAD_CURSOR), side=Side.WORKABLE, path="/candidates")
        for _ in range(3):
            scene.reconcile()
            scene.wait(60)
        assert sorted(scene.invited) == sorted(new)

    def test_a_refused_key_ends_the_pass_and_is_not_hammered(self, scene: Scene) -> None:
        populate(scene)
        scene.faults.plan(Fault(FaultKind.UNAUTHORISED), side=Side.HEYMILO, times=100)
        assert code_of(scene.reconcile()) is ExitCode.CREDENTIALS
        assert len(scene.requests(Side.HEYMILO)) == 1
        assert scene.requests(Side.WORKABLE) == []

    def test_a_failing_phase_does_not_keep_the_next_from_running(self, scene: Scene) -> None:
        _, people = populate(scene)
        fault = Fault(FaultKind.ERROR_BEFORE)
        scene.faults.plan(fault, side=Side.WORKABLE, path="/candidates", times=3)
        assert code_of(scene.reconcile()) is ExitCode.UNFINISHED
        assert len(scene.done("comment", people[0])) == 1
        assert len(scene.invited) == 5

    def test_limits_are_kept(self, scene: Scene) -> None:
        populate(scene)
        scene.world.log.rows.clear()
        scene.reconcile()
        assert not [row for row in scene.world.log if row.status == 429]

    def test_nothing_personal_is_stored_or_logged(
        self, scene: Scene, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        job = scene.job(description="<p>A secretive description.</p>")
        scene.begin()
        scene.person(job, "Unmistakable Person", email="unmistakable@example.com")
        scene.person(job, "Broken Unmistakable", email="unmistakable@")
        scene.reconcile()
        stored = repr(dump(scene.store)) + caplog.text
        for personal in ("nmistakable", "@example.com", "secretive", "sandbox-heymilo-key"):
            assert personal not in stored
        assert all("nmistakable" not in row.path + repr(row.query) for row in scene.world.log)
