"""Guards and a person's word: what was shown goes through, until it is done, and nothing else."""

import pytest

from syncd.errors import ExitCode
from syncd.passes.run import PassResult
from syncd.sandbox import Fault, FaultKind, Side
from syncd.store import approvals
from tests.phases.conftest import both_databases
from tests.phases.scene import DAY, Scene, code_of, kinds_of

AGES_AGO = "2020-01-01T00:00:00Z"


def hash_of(result: PassResult) -> str:
    (refusal,) = result.report.refusals
    return refusal.hash


def crowd(scene: Scene, count: int, most: int = 2) -> tuple[str, list[str]]:
    """A job with a posting, and more applicants than passes may invite without a word."""
    job = scene.job()
    scene.begin()
    scene.applicants |= {"max_per_run": most}
    people = []
    for _ in range(count):
        scene.wait(1)
        people.append(scene.person(job))
    return job, people


class TestCrowds:
    @both_databases
    def test_an_approval_lasts_over_as_many_passes_as_it_takes(self, scene: Scene) -> None:
        _, people = crowd(scene, 9)
        refused = scene.reconcile()
        assert code_of(refused) is ExitCode.REFUSED_BY_GUARD
        assert scene.invited == []
        assert code_of(scene.reconcile(approve=[hash_of(refused)])) is ExitCode.DONE
        assert scene.invited == people[:2]
        for _ in range(4):
            assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.invited == people
        scene.reconcile()
        with scene.store.read() as tx:
            assert not approvals.holds(tx, "acme", "ingest")

    def test_who_joins_meanwhile_is_refused_once_and_not_counted_with_the_others(
        self, scene: Scene
    ) -> None:
        job, people = crowd(scene, 7)
        shown = hash_of(scene.reconcile())
        late = scene.person(job)
        result = scene.reconcile(approve=[shown])
        assert code_of(result) is ExitCode.REFUSED_BY_GUARD
        (refusal,) = result.report.refusals
        assert [change.application_id for change in refusal.changes] == [late]
        assert refusal.numbers == {"approved": 7, "joined": 1}
        assert scene.invited == people[:2]
        for _ in range(3):
            assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.invited == [*people, late]

    def test_a_second_crowd_waits_for_its_own_word(self, scene: Scene) -> None:
        job, people = crowd(scene, 7)
        scene.reconcile(approve=[hash_of(scene.reconcile())])
        late = scene.people(job, 7)
        result = scene.reconcile()
        (refusal,) = result.report.refusals
        assert {change.application_id for change in refusal.changes} == set(late)
        assert scene.invited == people[:4]  # those who were approved go on
        while len(scene.invited) < 7:
            assert code_of(scene.reconcile()) is ExitCode.REFUSED_BY_GUARD
        assert scene.invited == people
        scene.reconcile(approve=[refusal.hash])
        assert len(scene.invited) == 9

    def test_who_left_voids_the_hash(self, scene: Scene) -> None:
        job, people = crowd(scene, 8)
        shown = hash_of(scene.reconcile())
        scene.world.recruiters.disqualify(people[0])
        result = scene.reconcile(approve=[shown])
        assert code_of(result) is ExitCode.REFUSED_BY_GUARD
        assert scene.invited == []
        assert hash_of(result) != shown
        scene.person(job)
        scene.reconcile(approve=[hash_of(result)])
        assert set(scene.invited) <= set(people[1:])
        assert len(scene.invited) == 2

    def test_a_hash_of_a_plan_is_good_at_once(self, scene: Scene) -> None:
        _, people = crowd(scene, 7)
        shown = hash_of(scene.plan())
        assert code_of(scene.reconcile(approve=[shown])) is ExitCode.DONE
        assert scene.invited == people[:2]

    def test_nonsense_lets_nothing_through(self, scene: Scene) -> None:
        crowd(scene, 7)
        scene.reconcile()
        for nonsense in ("", "000000000000", "no such hash"):
            result = scene.reconcile(approve=[nonsense])
            assert code_of(result) is ExitCode.REFUSED_BY_GUARD
        assert scene.invited == []

    def test_a_word_given_at_night_holds_in_the_morning(self, scene: Scene) -> None:
        _, people = crowd(scene, 7)
        scene.applicants["hours"] = "08:00-20:00 UTC"  # it is 20:28
        shown = hash_of(scene.reconcile())
        scene.reconcile(approve=[shown])
        assert scene.invited == []
        scene.wait(DAY / 2)
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.invited == people[:2]

    def test_what_is_kept_of_a_growing_crowd_grows_with_the_crowd_only(self, scene: Scene) -> None:
        job, people = crowd(scene, 7)
        first = hash_of(scene.reconcile())
        for _ in range(5):
            people.append(scene.person(job))
            scene.reconcile()
        with scene.store.read() as tx:
            book = approvals.load(tx, "acme", "ingest")
        assert len(book.items) == 12
        assert len(book.offers) == 6
        scene.reconcile(approve=[first])
        while code_of(scene.reconcile()) is not ExitCode.DONE or len(scene.invited) < 7:
            pass
        assert scene.invited[:7] == people[:7]


class TestArchivals:
    @pytest.fixture
    def jobs(self, scene: Scene) -> list[str]:
        scene.postings["archive_after_hours"] = 0
        jobs = [scene.job(f"Job number {n}") for n in range(12)]
        scene.begin()
        return jobs

    def ended(self, scene: Scene, jobs: list[str]) -> list[str]:
        return [job for job in jobs if scene.status(job) == "archived"]

    def test_many_closings(self, scene: Scene, jobs: list[str]) -> None:
        for job in jobs[:6]:
            scene.world.recruiters.close_job(job)
        shown = hash_of(scene.reconcile())
        assert self.ended(scene, jobs) == []
        scene.world.recruiters.close_job(jobs[6])
        result = scene.reconcile(approve=[shown])
        assert code_of(result) is ExitCode.REFUSED_BY_GUARD
        assert self.ended(scene, jobs) == jobs[:6]
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert self.ended(scene, jobs) == jobs[:7]

    def test_a_closing_taken_back_voids_the_hash(self, scene: Scene, jobs: list[str]) -> None:
        for job in jobs[:6]:
            scene.world.recruiters.close_job(job)
        shown = hash_of(scene.reconcile())
        scene.world.recruiters.publish_job(jobs[0])
        assert code_of(scene.reconcile(approve=[shown])) is ExitCode.REFUSED_BY_GUARD
        assert self.ended(scene, jobs) == []

    def test_no_jobs_at_all_and_the_word_that_they_are_gone(
        self, scene: Scene, jobs: list[str]
    ) -> None:
        account = scene.world.workable.account
        held = dict(account.jobs)
        account.jobs.clear()
        refused = scene.reconcile()
        assert code_of(refused) is ExitCode.REFUSED_BY_GUARD
        assert scene.writes == []
        (refusal,) = refused.report.refusals
        assert {change.job_id for change in refusal.changes} == set(jobs)
        # One comes back: the others are not meant any more.
        account.jobs[jobs[0]] = held[jobs[0]]
        assert code_of(scene.reconcile(approve=[refusal.hash])) is ExitCode.REFUSED_BY_GUARD
        assert self.ended(scene, jobs) == []
        account.jobs.clear()
        again = scene.reconcile()
        approved = scene.reconcile(approve=[hash_of(again)])
        assert code_of(approved) is ExitCode.DONE
        assert self.ended(scene, jobs) == jobs
        assert scene.matters == []
        assert code_of(scene.reconcile()) is ExitCode.DONE

    def test_what_fails_is_archived_by_a_later_pass_without_asking_again(
        self, scene: Scene, jobs: list[str]
    ) -> None:
        account = scene.world.workable.account
        account.jobs.clear()
        shown = hash_of(scene.reconcile())
        scene.faults.plan(
            Fault(FaultKind.ERROR_BEFORE), side=Side.HEYMILO, path="/archive", times=3
        )
        scene.reconcile(approve=[shown])
        assert len(self.ended(scene, jobs)) == 9
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert self.ended(scene, jobs) == jobs

    def test_a_word_of_then_is_none_for_now(self, scene: Scene, jobs: list[str]) -> None:
        """A job that came back after an approval that failed is not archived by it later."""
        account = scene.world.workable.account
        held = dict(account.jobs)
        account.jobs.clear()
        shown = hash_of(scene.reconcile())
        scene.faults.plan(
            Fault(FaultKind.ERROR_BEFORE), side=Side.HEYMILO, path="/archive", times=len(jobs)
        )
        scene.reconcile(approve=[shown])
        assert not scene.faults.left
        assert self.ended(scene, jobs) == []
        account.jobs.update(held)
        scene.reconcile()
        del account.jobs[jobs[0]]
        scene.reconcile()
        assert self.ended(scene, jobs) == []
        assert scene.matters == ["job.missing"]


class TestUpdates:
    def test_another_text_is_another_item(self, scene: Scene) -> None:
        jobs = [
            scene.job(f"Job number {n}", description="<p>Some long text.</p>") for n in range(10)
        ]
        scene.begin()
        for job in jobs[:6]:
            scene.world.recruiters.edit_job(job, description="<p>Another long text.</p>")
        shown = hash_of(scene.reconcile())
        scene.world.recruiters.edit_job(jobs[0], description="<p>A third long text.</p>")
        scene.wait(60)
        result = scene.reconcile(approve=[shown])
        assert code_of(result) is ExitCode.REFUSED_BY_GUARD
        assert scene.writes == []
        assert code_of(scene.reconcile(approve=[hash_of(result)])) is ExitCode.DONE
        texts = {scene.posting(job).description for job in jobs[1:6]}
        assert texts == {"Another long text."}
        assert scene.posting(jobs[0]).description == "A third long text."
        assert kinds_of(scene.plan()) == {}
