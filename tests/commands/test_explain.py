"""`syncd explain`: an answer for every id of a run, with every reason why not yet."""

import json
from typing import Any

import pytest

from syncd.cli.explain import to_data
from syncd.journal.machine import State
from syncd.passes.explaining import Account, explain
from syncd.passes.explaining.account import tell_state
from syncd.sandbox import Fault, FaultKind, Side
from syncd.settings.schema import Mode
from syncd.store.journal import JournalRow
from syncd.store.tables import metadata
from tests.commands.conftest import account_of
from tests.phases.conftest import both_databases
from tests.phases.scene import CODE, DAY, HOUR, Scene


def why(scene: Scene, text: str) -> str:
    """Everything that stands in the way, as one text."""
    return " ".join(account_of(scene, text).why_not_yet)


def deeds(account: Account) -> dict[str, str]:
    return {deed.kind: deed.told for deed in account.did}


@pytest.fixture
def job(scene: Scene) -> str:
    job = scene.job(created_at=scene.clock.now() - 30 * DAY)
    scene.begin()
    return job


@both_databases
def test_there_is_an_answer_for_every_id_of_a_run(scene: Scene, job: str) -> None:
    people = [scene.person(job), scene.person(job, email=None), scene.person(job)]
    scene.writeback = [{"note": True, "score": True, "tag": "seen", "move_to_stage": "Interview"}]
    scene.applicants["move_to_stage"] = "Phone Screen"
    draft = scene.job("Draft", state="draft")
    taken = scene.job("Taken")
    scene.world.people.make_posting("Taken")
    scene.wait(60)
    scene.reconcile()
    scene.finish(people[0], 91.0)
    scene.wait(600)
    scene.reconcile()
    ids: set[tuple[str, str]] = set()
    with scene.store.read() as tx:
        for name in ("job", "posting", "application", "interview", "journal", "attention"):
            for row in tx.execute(metadata.tables[name].select()).mappings():
                for column, value in row.items():
                    told = column.endswith("_id") or column in ("key",)
                    if told and isinstance(value, str):
                        ids.add((column, value))
    assert {draft, taken, *people} <= {value for _, value in ids}
    assert len(ids) > 25
    for column, value in sorted(ids):
        accounts = explain(scene.settings, scene.store, ["acme"], value)
        assert accounts, f"{column} {value}"
        for account in accounts:
            assert account.next, f"{column} {value}"
            told = json.dumps(to_data(account))
            assert "Test Person" not in told
            assert "example.com" not in told


def test_an_id_nobody_knows(scene: Scene, job: str) -> None:
    for text in ("", "nowhere", "%", job[:-1]):
        assert explain(scene.settings, scene.store, ["acme"], text) == []


def test_it_writes_nothing_and_asks_nobody(scene: Scene, job: str) -> None:
    before = len(scene.world.log.rows)
    with scene.store.read() as tx:
        dump = {name: tx.execute(t.select()).all() for name, t in metadata.tables.items()}
    account_of(scene, job)
    with scene.store.read() as tx:
        assert dump == {name: tx.execute(t.select()).all() for name, t in metadata.tables.items()}
    assert len(scene.world.log.rows) == before


class TestApplicants:
    def test_invited_and_written_back(self, scene: Scene, job: str) -> None:
        person = scene.person(job)
        scene.wait(60)
        scene.reconcile()
        account = account_of(scene, person)
        assert deeds(account) == {"candidate.ingest": "done"}
        assert account.why_not_yet == ["The status is pending, which is not final."]
        scene.finish(person, 0.0)
        scene.wait(600)
        scene.reconcile(only=["results"])
        account = account_of(scene, person)
        assert account.knows["score"] == 0
        assert account.next.startswith("The next pass writes a note, the score")
        scene.reconcile()
        account = account_of(scene, person)
        assert list(deeds(account)) == ["candidate.ingest", "note.add", "score.set"]
        assert account.next.startswith("Nothing is left to do")

    def test_before_the_cut_off(self, scene: Scene) -> None:
        job = scene.job(created_at=scene.clock.now() - 30 * DAY)
        old = scene.person(job, created_at=scene.clock.now() - DAY)
        scene.begin()
        assert "before the cut-off of 2026-05-28T20:26:40Z" in why(scene, old)
        assert "backfill" in why(scene, old)

    def test_every_reason_is_told(self, scene: Scene, job: str) -> None:
        person = scene.person(job, email=None, created_at=scene.clock.start - DAY)
        scene.world.recruiters.move(person, "interview")
        scene.wait(60)
        scene.reconcile()
        told = why(scene, person)
        assert "outside the configured stages (Applied)" in told
        assert "Put aside: The applicant has no e-mail address" in told

    def test_decided_upon(self, scene: Scene, job: str) -> None:
        person, other = scene.person(job), scene.person(job)
        scene.world.recruiters.disqualify(person)
        scene.world.recruiters.anonymise(other)
        scene.wait(60)
        scene.reconcile()
        assert "rejected" in why(scene, person)
        assert "anonymised" in why(scene, other)

    def test_hours_order_and_addresses(self, scene: Scene, job: str) -> None:
        scene.applicants = {"hours": "08:00-20:00 UTC", "max_per_run": 2}
        people = [scene.person(job) for _ in range(3)]
        scene.wait(1)
        last = scene.person(job)
        scene.wait(60)
        scene.reconcile()
        assert why(scene, people[0]) == "Waits for the hours 08:00-20:00 UTC."
        assert "3 people applied earlier" in why(scene, last)
        assert "at most 2" in why(scene, last)
        scene.applicants = {"only_emails": ["nobody@example.com"]}
        scene.reconcile()
        assert "only_emails" in why(scene, people[0])

    def test_ready(self, scene: Scene, job: str) -> None:
        scene.applicants = {"hours": "08:00-20:00 UTC"}
        person = scene.person(job)
        scene.wait(60)
        scene.reconcile()
        scene.applicants = {}
        account = account_of(scene, person)
        assert account.next == "The next pass invites this person."
        assert account.why_not_yet == []

    def test_a_guard(self, scene: Scene, job: str) -> None:
        scene.applicants = {"max_per_run": 1}
        people = scene.people(job, 4)
        scene.wait(60)
        (refusal,) = scene.reconcile().report.refusals
        assert f"--approve {refusal.hash}" in why(scene, people[0])
        scene.reconcile(approve=[refusal.hash])
        assert "--approve" not in why(scene, people[3])

    def test_uncertain(self, scene: Scene, job: str) -> None:
        person = scene.person(job)
        scene.wait(60)
        scene.faults.plan(Fault(FaultKind.TIMEOUT_BEFORE), side=Side.HEYMILO, path="/bulk")
        scene.reconcile()
        account = account_of(scene, person)
        assert account.did[0].told.startswith("uncertain since 2026-05-28T20:28:4")
        assert "it is sent again" in why(scene, person)
        scene.wait(400)
        scene.reconcile()
        assert "missed 1 times after settle" in account_of(scene, person).did[0].told

    def test_somebody_who_applied_twice(self, scene: Scene, job: str) -> None:
        scene.applicants = {"hours": "08:00-20:00 UTC"}
        first = scene.person(job, email="somebody@example.com")
        scene.world.people.add_by_hand(scene.posting(job).id, "X", "somebody@example.com")
        scene.wait(60)
        scene.reconcile()
        account = account_of(scene, first)
        assert account.knows["tied to another application's interview"] or account.why_not_yet

    def test_moved_by_a_person(self, scene: Scene, job: str) -> None:
        scene.writeback = [{"note": True, "move_to_stage": "Interview"}]
        person = scene.person(job)
        scene.wait(60)
        scene.reconcile()
        scene.world.recruiters.move(person, "phone-screen")
        scene.finish(person, 50.0)
        scene.wait(600)
        scene.reconcile()
        account = account_of(scene, person)
        told = [deed for deed in account.did if deed.kind == "application.move"]
        assert told[0].told == "left undone: was moved or decided upon by a person"

    @pytest.mark.parametrize("mode", [Mode.OFF, Mode.PLAN, Mode.CREATE_ONLY])
    def test_modes(self, scene: Scene, job: str, mode: Mode) -> None:
        scene.applicants = {"hours": "08:00-20:00 UTC"}
        person = scene.person(job)
        scene.wait(60)
        scene.reconcile()
        scene.mode = mode
        assert f'mode "{mode}"' in why(scene, person)

    def test_a_posting_that_is_not_there(self, scene: Scene, job: str) -> None:
        scene.applicants = {"hours": "08:00-20:00 UTC"}
        person = scene.person(job)
        scene.wait(60)
        scene.world.people.archive_posting(scene.posting(job).id)
        scene.reconcile()
        assert "is archived, not active" in why(scene, person)
        scene.world.recruiters.close_job(job)
        scene.reconcile()
        assert f"Job {job} is closed" in why(scene, person)


class TestJobs:
    def test_what_there_is(self, scene: Scene) -> None:
        job = scene.job(created_at=scene.clock.now() - 30 * DAY)
        scene.person(job, created_at=scene.clock.now() - DAY)
        scene.begin()
        scene.person(job)
        scene.person(job, email=None)
        scene.wait(60)
        scene.reconcile()
        account = account_of(scene, job)
        assert (
            account.knows
            | {
                "posting": scene.posting(job).id,
                "posting status": "active",
                "template": CODE,
                "applications": 3,
                "invited or linked": 1,
                "waiting to be invited": 0,
                "before the cut-off": 1,
                "invited are": "those who apply since 2026-05-28T20:26:40Z",
            }
            == account.knows
        )
        assert deeds(account) == {"posting.create": "done"}
        assert account.tally == {"candidate.ingest confirmed": 1}
        assert account.why_not_yet == []

    def test_draft_unselected_closed(self, scene: Scene) -> None:
        scene.postings = {"templates": [{"template_code": CODE, "department": ["Eng*"]}]}
        draft = scene.job("One", state="draft")
        other = scene.job("Two", department="Sales")
        mine = scene.job("Three", department="Eng")
        scene.begin()
        scene.world.recruiters.close_job(mine)
        scene.wait(60)
        scene.reconcile()
        assert "draft" in account_of(scene, draft).next
        assert "no template rule" in account_of(scene, other).next
        assert "grace period lasts until 2026-05-29T20:28:4" in why(scene, mine)
        scene.wait(2 * DAY)
        assert why(scene, mine) == ""
        assert "archived" in account_of(scene, mine).next
        scene.reconcile()
        assert "30 days" in account_of(scene, mine).next
        assert deeds(account_of(scene, mine))["posting.archive"] == "done"

    def test_what_blocks_a_posting(self, scene: Scene) -> None:
        job = scene.job("Taken")
        scene.world.people.make_posting("Taken")
        scene.begin()
        account = account_of(scene, job)
        assert account.next == "A posting is to be made for the job."
        assert "already bears the title" in account.why_not_yet[0]
        assert [item.kind for item in account.attention] == ["posting.title_taken"]

    def test_an_uncertain_creation(self, scene: Scene) -> None:
        job = scene.job()
        fault = Fault(FaultKind.TIMEOUT_BEFORE)
        scene.faults.plan(fault, side=Side.HEYMILO, method="POST", path="/postings")
        scene.reconcile()
        assert "Its creation is uncertain since" in why(scene, job)

    def test_a_guard(self, scene: Scene) -> None:
        scene.postings["archive_after_hours"] = 0
        jobs = [scene.job(f"Job number {n}") for n in range(10)]
        scene.begin()
        for job in jobs[:5]:
            scene.world.recruiters.close_job(job)
        (refusal,) = scene.reconcile().report.refusals
        assert f"--approve {refusal.hash}" in why(scene, jobs[0])

    def test_a_posting_somebody_ended(self, scene: Scene, job: str) -> None:
        posting = scene.posting(job).id
        scene.world.people.archive_posting(posting)
        scene.reconcile()
        account = account_of(scene, posting)
        assert "attention retry" in account.next
        assert account.knows["status"] == "archived"
        assert [item.kind for item in account.attention] == ["posting.archived_while_open"]

    def test_somebody_elses_posting(self, scene: Scene) -> None:
        job = scene.job()
        marks = {"external_id": f"workable:{job}", "syncd": "ffffffffffff/other"}
        posting = scene.world.people.make_posting("Another", "", marks)
        scene.begin()
        account = account_of(scene, posting.id)
        assert "not one that syncd looks after" in account.next
        assert [item.kind for item in account.attention] == ["posting.foreign_mark"]


class TestInterviews:
    def test_it_says_whose_and_what_comes(self, scene: Scene, job: str) -> None:
        person = scene.person(job)
        scene.wait(60)
        scene.reconcile()
        interview = scene.interview(person).id
        account = account_of(scene, interview)
        assert account.knows["applications"] == person
        assert deeds(account) == {"candidate.ingest": "done"}
        scene.writeback = [{"status": ["shortlisted"], "note": True}]
        scene.finish(person, 50.0)
        scene.wait(600)
        scene.reconcile()
        assert "no write-back rule matches" in account_of(scene, interview).next

    def test_idle_people(self, scene: Scene, job: str) -> None:
        scene.writeback = [{"idle_days": 7, "note": True}]
        person = scene.person(job)
        scene.wait(60)
        scene.reconcile()
        assert "7 days after their last activity" in why(scene, scene.interview(person).id)

    def test_nobodys(self, scene: Scene, job: str) -> None:
        scene.person(job)
        added = scene.world.people.add_by_hand(scene.posting(job).id, "X", "x@example.com")
        scene.wait(HOUR)
        scene.reconcile()
        scene.wait(2 * DAY)
        scene.reconcile()
        assert "nobody whom syncd invited or linked" in account_of(scene, added.id).next

    def test_vanished(self, scene: Scene, job: str) -> None:
        person = scene.person(job)
        scene.wait(60)
        scene.reconcile()
        interview = scene.interview(person).id
        scene.world.people.erase(interview)
        for _ in range(3):
            scene.wait(DAY)
            scene.reconcile()
        assert "does not show the interview any more" in account_of(scene, interview).next


@pytest.mark.parametrize("state", list(State))
def test_every_state_has_words(state: State) -> None:
    row: Any = JournalRow(
        "acme", "key", "note.add", "", "because", state, 0.0, 1, sent_at=1.0, evidence={"why": "y"}
    )
    assert tell_state(row)
