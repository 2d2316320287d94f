"""rules.md, Jobs and postings, case by case."""

from typing import Any

import pytest

from syncd.errors import ExitCode
from syncd.sandbox import Fault, FaultKind, Side
from syncd.settings.schema import Mode
from tests.phases.conftest import both_databases
from tests.phases.scene import CODE, DAY, HOUR, OWNER, Scene, code_of, counted, kinds_of


class TestSelected:
    @both_databases
    def test_an_open_job_gets_one_marked_live_posting(self, scene: Scene) -> None:
        job = scene.job(department="Engineering", description="<p>Work with <b>care</b>.</p>")
        result = scene.reconcile()
        assert code_of(result) is ExitCode.DONE
        posting = scene.posting(job)
        assert posting.metadata == {"external_id": f"workable:{job}", "syncd": OWNER}
        assert posting.title == "Data Engineer"
        assert posting.description == "Work with care."
        assert scene.status(job) == "active"
        assert posting.deadline == pytest.approx(scene.clock.now() + 30 * DAY, abs=60)
        assert posting.fields["name"]  # given by HeyMilo, never sent
        assert counted(result) == {"postings created": 1}

    @pytest.mark.parametrize("state", ["draft", "closed", "archived"])
    def test_other_states_are_left_alone(self, scene: Scene, state: Any) -> None:
        job = scene.job(state=state)
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.postings_of(job) == []

    def test_jobs_that_no_rule_matches_are_left_alone(self, scene: Scene) -> None:
        scene.postings["templates"] = [{"template_code": CODE, "department": ["Engineering*"]}]
        job = scene.job(department="Sales")
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.postings_of(job) == []

    def test_a_rule_may_ask_for_what_lists_lack(self, scene: Scene) -> None:
        scene.postings["templates"] = [{"template_code": CODE, "employment_type": ["Full-time"]}]
        full = scene.job("Full", employment_type="Full-time")
        part = scene.job("Part", employment_type="Part-time")
        scene.reconcile()
        assert len(scene.postings_of(full)) == 1
        assert scene.postings_of(part) == []
        scene.reconcile()
        assert [r.path for r in scene.requests(Side.WORKABLE, path="/jobs/")] == []

    def test_a_field_of_the_job_may_name_the_template(self, scene: Scene) -> None:
        scene.postings = {"template_field": "code", "templates": []}
        named, silent = scene.job("One", code=CODE.lower()), scene.job("Two")
        scene.reconcile()
        assert len(scene.postings_of(named)) == 1
        assert scene.postings_of(silent) == []

    def test_an_unknown_template_is_its_jobs_matter(self, scene: Scene) -> None:
        scene.postings["templates"] = [
            {"template_code": "NOWHERE", "department": ["Sales"]},
            {"template_code": CODE},
        ]
        lost, fine = scene.job("Lost", department="Sales"), scene.job("Fine")
        assert code_of(scene.reconcile()) is ExitCode.ATTENTION
        assert scene.matters == ["template.unknown"]
        assert "NOWHERE" in scene.items[0].reason
        assert scene.postings_of(lost) == []
        assert len(scene.postings_of(fine)) == 1
        scene.world.heymilo.resources.add_template("NOWHERE")
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert len(scene.postings_of(lost)) == 1

    def test_an_unknown_resource_is_told_once_a_job(self, scene: Scene) -> None:
        scene.postings["sender_email"] = "nobody@example.com"
        job = scene.job()
        assert code_of(scene.reconcile()) is ExitCode.ATTENTION
        assert scene.matters == ["resource.unknown"]
        assert scene.postings_of(job) == []

    @pytest.mark.parametrize(("title", "matters"), [("QA", ["job.title_too_short"]), ("Dev", [])])
    def test_short_titles(self, scene: Scene, title: str, matters: list[str]) -> None:
        job = scene.job(title)
        scene.reconcile()
        assert scene.matters == matters
        assert len(scene.postings_of(job)) == (not matters)

    def test_long_titles_are_cut_and_stay_at_rest(self, scene: Scene) -> None:
        job = scene.job("word " * 80)
        scene.reconcile()
        assert len(scene.posting(job).title) <= 200
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.writes == []

    def test_a_description_too_short_is_left_out(self, scene: Scene) -> None:
        job = scene.job(description="<p>short</p>")
        scene.reconcile()
        assert scene.posting(job).description == "The blueprint of an interview template."


class TestWhoseItIs:
    def test_an_unmarked_posting_with_the_title_blocks(self, scene: Scene) -> None:
        by_hand = scene.world.people.make_posting("data  engineer")
        job = scene.job("Data Engineer")
        assert code_of(scene.reconcile()) is ExitCode.ATTENTION
        assert scene.matters == ["posting.title_taken"]
        assert by_hand.id in scene.items[0].reason
        assert scene.postings_of(job) == []
        scene.world.people.archive_posting(by_hand.id)
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert len(scene.postings_of(job)) == 1

    def test_a_blueprint_or_test_posting_does_not(self, scene: Scene) -> None:
        scene.world.people.make_posting("Data Engineer").test = True
        blueprint = scene.job("Blueprint Engineering screen")
        job = scene.job("Data Engineer")
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert len(scene.postings_of(job)) == len(scene.postings_of(blueprint)) == 1

    def test_a_posting_with_the_jobs_mark_is_adopted(self, scene: Scene) -> None:
        job = scene.job()
        marks = {"external_id": f"workable:{job}", "theirs": "kept"}
        made = scene.world.people.make_posting("By hand", "Their own words here.", marks)
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.posting(job).id == made.id
        assert made.metadata == {**marks, "syncd": OWNER}
        assert made.title == "By hand"  # nothing was agreed before, so nothing is overwritten
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.writes == []

    def test_a_foreign_mark_is_refused(self, scene: Scene) -> None:
        job = scene.job()
        marks = {"external_id": f"workable:{job}", "syncd": "ffffffffffff/acme"}
        scene.world.people.make_posting("Theirs", "", marks)
        assert code_of(scene.reconcile()) is ExitCode.ATTENTION
        assert scene.matters == ["posting.foreign_mark"]
        assert "ffffffffffff/acme" in scene.items[0].reason
        assert "ffffffffffff/acme" in scene.items[0].todo
        assert len(scene.postings_of(job)) == 1
        assert scene.writes == []

    def test_a_clone_is_reported_and_left_alone(self, scene: Scene) -> None:
        job = scene.job()
        scene.reconcile()
        first = scene.posting(job)
        scene.wait(HOUR)
        clone = scene.world.people.make_posting("Copy", "", dict(first.metadata or {}))
        scene.world.recruiters.rename_job(job, "Senior Data Engineer")
        assert code_of(scene.reconcile()) is ExitCode.ATTENTION
        assert scene.matters == ["posting.clone"]
        assert scene.items[0].posting_id == clone.id
        assert (first.title, clone.title) == ("Senior Data Engineer", "Copy")
        scene.world.people.archive_posting(clone.id)
        assert code_of(scene.reconcile()) is ExitCode.DONE


class TestChanges:
    @pytest.fixture
    def job(self, scene: Scene) -> str:
        job = scene.job(description="<p>The first description.</p>")
        scene.reconcile()
        scene.wait(HOUR)
        return job

    def test_a_title_sent_without_an_answer_is_nobodys_edit(self, scene: Scene, job: str) -> None:
        """What was applied unseen, and is outdated by now, is brought up to date."""
        scene.world.recruiters.edit_job(job, title="Renamed once")
        scene.faults.plan(Fault(FaultKind.RESET_AFTER), side=Side.HEYMILO, method="PATCH")
        scene.reconcile()
        assert scene.posting(job).title == "Renamed once"
        scene.world.recruiters.edit_job(job, title="Renamed twice")
        scene.wait(120)
        scene.reconcile()
        assert scene.posting(job).title == "Renamed twice"
        assert scene.matters == []

    def test_a_title_given_at_a_creation_without_an_answer_is_nobodys_choice(
        self, scene: Scene
    ) -> None:
        """The job is renamed before its posting is seen for the first time."""
        scene.world.heymilo.behaviour.lag = 60
        job = scene.job(title="Data Engineer", description="<p>The first description.</p>")
        fault = Fault(FaultKind.RESET_AFTER)
        scene.faults.plan(fault, side=Side.HEYMILO, method="POST", path="/postings")
        scene.reconcile()
        scene.wait(60)
        changed = {"title": "Platform Engineer", "description": "<p>The second description.</p>"}
        scene.world.recruiters.edit_job(job, **changed)
        for _ in range(2):
            scene.wait(120)
            scene.reconcile()
        posting = scene.posting(job)
        assert (posting.title, posting.description) == (
            "Platform Engineer",
            "The second description.",
        )
        assert scene.matters == []
        assert len(scene.world.heymilo.state.postings) == 2, "the template's and the job's"

    def test_nor_is_it_where_somebody_copied_the_posting_before_it_was_first_seen(
        self, scene: Scene
    ) -> None:
        job = scene.job(title="Data Engineer")
        fault = Fault(FaultKind.RESET_AFTER)
        scene.faults.plan(fault, side=Side.HEYMILO, method="POST", path="/postings")
        scene.world.heymilo.behaviour.lag = 60
        scene.reconcile()
        first = scene.posting(job)
        scene.wait(60)
        scene.world.people.make_posting("A copy", metadata=dict(first.metadata or {}))
        scene.world.recruiters.edit_job(job, title="Platform Engineer")
        scene.wait(120)
        scene.reconcile()
        assert first.title == "Platform Engineer"
        assert scene.matters == ["posting.clone"]

    def test_a_title_edited_before_the_posting_was_first_seen_is_kept(self, scene: Scene) -> None:
        scene.world.heymilo.behaviour.lag = 60
        job = scene.job(title="Data Engineer")
        fault = Fault(FaultKind.RESET_AFTER)
        scene.faults.plan(fault, side=Side.HEYMILO, method="POST", path="/postings")
        scene.reconcile()
        scene.world.people.edit_posting(scene.posting(job).id, title="We are hiring!")
        scene.world.recruiters.edit_job(job, title="Platform Engineer")
        for _ in range(2):
            scene.wait(120)
            scene.reconcile()
        assert scene.posting(job).title == "We are hiring!"

    def test_a_renamed_job_renames_its_posting(self, scene: Scene, job: str) -> None:
        scene.world.recruiters.edit_job(
            job, title="Senior Engineer", description="<p>New words.</p>"
        )
        result = scene.reconcile()
        assert counted(result) == {"postings updated": 1}
        assert scene.posting(job).title == "Senior Engineer"
        assert scene.posting(job).description == "New words."
        (event,) = [e for e in scene.world.heymilo.ledger.postings if e.kind == "updated"]
        assert event.fields == ("description", "title")

    def test_what_a_person_edited_is_kept_and_reported(self, scene: Scene, job: str) -> None:
        posting = scene.posting(job)
        scene.world.people.edit_posting(posting.id, title="Engineer (we are hiring!)")
        assert code_of(scene.reconcile()) is ExitCode.ATTENTION
        assert scene.matters == ["posting.edited"]
        assert scene.writes == []
        scene.world.recruiters.edit_job(job, title="Other title", description="<p>New words.</p>")
        assert code_of(scene.reconcile()) is ExitCode.ATTENTION
        assert posting.title == "Engineer (we are hiring!)"
        assert posting.description == "New words."
        scene.world.people.edit_posting(posting.id, title="Other title")
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.matters == []

    def test_a_dismissed_edit_stays_quiet_until_it_changes(self, scene: Scene, job: str) -> None:
        from syncd.store import attention

        posting = scene.posting(job)
        scene.world.people.edit_posting(posting.id, title="Edited once")
        scene.reconcile()
        with scene.store.write() as tx:
            attention.dismiss(tx, [item.item_id for item in scene.items], scene.clock.now())
        assert code_of(scene.reconcile()) is ExitCode.DONE
        scene.world.people.edit_posting(posting.id, title="Edited twice")
        assert code_of(scene.reconcile()) is ExitCode.ATTENTION

    def test_what_the_server_tidies_is_no_edit(self, scene: Scene) -> None:
        job = scene.job(description="<p>One</p><pre>a   </pre><p>Two lines of it</p>")
        for _ in range(3):
            assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.writes == []
        assert "Two lines" in scene.posting(job).description

    def test_other_metadata_is_never_touched(self, scene: Scene, job: str) -> None:
        posting = scene.posting(job)
        scene.world.people.edit_posting(posting.id, metadata={**(posting.metadata or {}), "a": "b"})
        scene.world.recruiters.rename_job(job, "Renamed")
        scene.reconcile()
        assert (posting.metadata or {})["a"] == "b"

    def test_a_named_resource_that_is_set_later_is_written(self, scene: Scene, job: str) -> None:
        added = scene.world.heymilo.resources.add_resource("sender-emails")
        known = scene.world.heymilo.state.resources["sender-emails"][added]
        scene.postings["sender_email"] = known["full_email"]
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.posting(job).fields["sender_email_id"] == added
        scene.reconcile()
        assert scene.writes == []

    def test_a_resource_that_a_person_chose_before_is_kept(self, scene: Scene, job: str) -> None:
        added = scene.world.heymilo.resources.add_resource("sender-emails")
        scene.world.people.edit_posting(scene.posting(job).id, sender_email_id="theirs")
        scene.postings["sender_email"] = added
        assert code_of(scene.reconcile()) is ExitCode.ATTENTION
        assert scene.matters == ["posting.edited"]
        assert scene.posting(job).fields["sender_email_id"] == "theirs"

    def test_a_description_that_comes_later_is_written(self, scene: Scene) -> None:
        job = scene.job("Terse", description="short")
        scene.reconcile()
        scene.wait(HOUR)
        scene.world.recruiters.edit_job(job, description="<p>Now in so many words.</p>")
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.posting(job).description == "Now in so many words."

    def test_another_template_is_reported(self, scene: Scene, job: str) -> None:
        scene.world.heymilo.resources.add_template("OTHER")
        scene.postings["templates"] = [{"template_code": "OTHER"}]
        posting = scene.posting(job)
        assert code_of(scene.reconcile()) is ExitCode.ATTENTION
        assert scene.matters == ["posting.template_changed"]
        assert scene.posting(job) is posting

    def test_a_job_that_no_rule_matches_any_more(self, scene: Scene, job: str) -> None:
        scene.person(job)
        scene.postings["templates"] = [{"template_code": CODE, "department": ["Nothing"]}]
        assert code_of(scene.reconcile()) is ExitCode.ATTENTION
        assert scene.matters == ["job.unselected"]
        assert scene.status(job) == "active"
        assert scene.invited == []

    def test_create_only_makes_and_changes_nothing_else(self, scene: Scene, job: str) -> None:
        scene.mode = Mode.CREATE_ONLY
        scene.world.recruiters.rename_job(job, "Renamed")
        new = scene.job("Another one")
        scene.person(job)
        scene.reconcile()
        assert scene.posting(job).title == "Data Engineer"
        assert len(scene.postings_of(new)) == 1
        assert scene.invited == []


class TestDeadlines:
    def test_it_is_kept_ahead_while_the_job_is_open(self, scene: Scene) -> None:
        job = scene.job()
        scene.reconcile()
        first = scene.posting(job).deadline
        scene.wait(14 * DAY)
        scene.reconcile()
        assert scene.posting(job).deadline == first
        scene.wait(2 * DAY)
        scene.reconcile()
        assert scene.posting(job).deadline == pytest.approx(scene.clock.now() + 30 * DAY, abs=60)

    def test_a_later_date_set_by_hand_is_kept(self, scene: Scene) -> None:
        job = scene.job()
        scene.reconcile()
        scene.world.people.edit_posting(scene.posting(job).id, deadline="2027-06-01T00:00:00Z")
        before = scene.posting(job).deadline
        scene.wait(20 * DAY)
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.posting(job).deadline == before

    def test_an_expired_one_is_revived(self, scene: Scene) -> None:
        job = scene.job()
        scene.reconcile()
        scene.wait(31 * DAY)
        assert scene.status(job) == "expired"
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.status(job) == "active"

    def test_one_that_stays_expired_is_reported(self, scene: Scene) -> None:
        scene.world.heymilo.behaviour.expired_for_good = True
        job = scene.job()
        scene.reconcile()
        scene.wait(31 * DAY)
        for _ in range(2):
            assert code_of(scene.reconcile()) is ExitCode.ATTENTION
            assert scene.matters == ["posting.not_revived"]
        assert scene.writes == []
        assert scene.status(job) == "expired"


class TestClosed:
    @pytest.fixture
    def job(self, scene: Scene) -> str:
        job = scene.job()
        scene.reconcile()
        scene.wait(HOUR)
        return job

    @pytest.mark.parametrize("end", ["close_job", "archive_job"])
    def test_it_is_archived_after_a_day_and_nobody_is_invited_before(
        self, scene: Scene, job: str, end: str
    ) -> None:
        scene.person(job)
        getattr(scene.world.recruiters, end)(job)
        for hours in (0, 23):
            scene.wait(hours * HOUR)
            assert code_of(scene.reconcile()) is ExitCode.DONE
            assert scene.status(job) == "active"
        scene.wait(HOUR)
        assert counted(scene.reconcile()) == {"postings archived": 1}
        assert scene.status(job) == "archived"
        assert scene.invited == []
        scene.reconcile()
        assert scene.writes == []

    def test_the_plan_says_how_many_are_in_flight(self, scene: Scene, job: str) -> None:
        scene.people(job, 2)
        scene.reconcile()
        scene.world.recruiters.close_job(job)
        scene.postings["archive_after_hours"] = 0
        (change,) = scene.plan().changes
        assert change.values == {"in_flight": 2}
        scene.reconcile()
        assert scene.status(job) == "archived"

    def test_archiving_can_be_turned_off(self, scene: Scene, job: str) -> None:
        scene.postings["archive_when_closed"] = False
        scene.world.recruiters.close_job(job)
        scene.reconcile()
        scene.wait(10 * DAY)
        scene.reconcile()
        assert scene.status(job) == "active"

    def test_a_reopening_within_the_grace_changes_nothing(self, scene: Scene, job: str) -> None:
        scene.world.recruiters.close_job(job)
        scene.reconcile()
        scene.wait(23 * HOUR)
        scene.world.recruiters.reopen_job(job)
        scene.reconcile()
        scene.wait(2 * HOUR)
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.status(job) == "active"

    def test_a_reopening_after_it_is_reported(self, scene: Scene, job: str) -> None:
        scene.world.recruiters.close_job(job)
        scene.reconcile()
        scene.wait(25 * HOUR)
        scene.reconcile()
        scene.world.recruiters.reopen_job(job)
        for _ in range(2):
            assert code_of(scene.reconcile()) is ExitCode.ATTENTION
            assert scene.matters == ["posting.archived_while_open"]
        assert len(scene.postings_of(job)) == 1

    def test_one_that_a_person_archived_is_not_made_again(self, scene: Scene, job: str) -> None:
        scene.world.people.archive_posting(scene.posting(job).id)
        assert code_of(scene.reconcile()) is ExitCode.ATTENTION
        assert scene.matters == ["posting.archived_while_open"]
        assert len(scene.postings_of(job)) == 1
        scene.world.people.archive_posting(scene.posting(job).id, value=False)
        assert code_of(scene.reconcile()) is ExitCode.DONE

    def test_one_that_is_gone_is_not_made_again(self, scene: Scene, job: str) -> None:
        scene.world.people.remove_posting(scene.posting(job).id)
        for _ in range(2):
            assert code_of(scene.reconcile()) is ExitCode.ATTENTION
            assert scene.matters == ["posting.gone"]
        assert scene.postings_of(job) == []


class TestMissing:
    def test_a_job_that_left_the_list_is_asked_for_by_id(self, scene: Scene) -> None:
        jobs = [scene.job(f"Job number {n}") for n in range(3)]
        scene.reconcile()
        scene.wait(DAY)
        scene.faults.plan(Fault(FaultKind.SHRUNK, rows=1), side=Side.WORKABLE, path="/jobs")
        assert code_of(scene.reconcile()) is ExitCode.DONE
        asked = {r.path.rsplit("/", 1)[1] for r in scene.requests(Side.WORKABLE, path="/jobs/")}
        assert len(asked & set(jobs)) == 2
        assert scene.writes == []

    def test_a_job_that_is_gone_is_reported_and_nothing_archived(self, scene: Scene) -> None:
        job, other = scene.job("Going"), scene.job("Staying")
        scene.reconcile()
        removed = scene.world.recruiters.remove_job(job)
        scene.wait(3 * DAY)
        for _ in range(2):
            assert code_of(scene.reconcile()) is ExitCode.ATTENTION
            assert scene.matters == ["job.missing"]
        assert scene.status(job) == scene.status(other) == "active"
        scene.world.workable.account.jobs[job] = removed
        assert code_of(scene.reconcile()) is ExitCode.DONE

    def test_an_empty_list_is_a_guards_matter(self, scene: Scene) -> None:
        jobs = [scene.job(f"Job number {n}") for n in range(2)]
        scene.reconcile()
        held = [scene.world.recruiters.remove_job(job) for job in jobs]
        scene.wait(3 * DAY)
        scene.postings["archive_after_hours"] = 0
        result = scene.reconcile()
        assert ExitCode.REFUSED_BY_GUARD in result.codes
        assert scene.writes == []
        (refusal,) = result.report.refusals
        assert refusal.numbers["missing"] == 2
        assert code_of(scene.reconcile(approve=["000000000000"])) is ExitCode.REFUSED_BY_GUARD
        scene.reconcile(approve=[refusal.hash])
        assert [scene.status(job) for job in jobs] == ["archived"] * 2
        assert len(held) == 2

    def test_many_archivals_wait_for_a_word(self, scene: Scene) -> None:
        jobs = [scene.job(f"Job number {n}") for n in range(10)]
        scene.reconcile()
        scene.wait(HOUR)
        for job in jobs[:4]:
            scene.world.recruiters.close_job(job)
        scene.world.recruiters.rename_job(jobs[9], "Renamed")
        scene.reconcile()
        scene.wait(25 * HOUR)
        result = scene.reconcile()
        assert code_of(result) is ExitCode.REFUSED_BY_GUARD
        assert [scene.status(job) for job in jobs] == ["active"] * 10
        assert scene.posting(jobs[9]).title == "Renamed"  # what is not in the group goes through
        (refusal,) = result.report.refusals
        assert len(refusal.changes) == 4
        shown = scene.plan().report.refusals[0]
        assert shown.hash == refusal.hash
        assert code_of(scene.reconcile(approve=[refusal.hash])) is ExitCode.DONE
        assert [scene.status(job) for job in jobs] == ["archived"] * 4 + ["active"] * 6

    def test_three_of_ten_are_believed(self, scene: Scene) -> None:
        jobs = [scene.job(f"Job number {n}") for n in range(10)]
        scene.reconcile()
        for job in jobs[:3]:
            scene.world.recruiters.close_job(job)
        scene.reconcile()
        scene.wait(25 * HOUR)
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert [scene.status(job) for job in jobs] == ["archived"] * 3 + ["active"] * 7

    def test_many_updates_wait_for_a_word_too(self, scene: Scene) -> None:
        jobs = [scene.job(f"Job number {n}") for n in range(10)]
        scene.reconcile()
        scene.wait(HOUR)
        scene.postings["title"] = "{title} ({id})"
        result = scene.reconcile()
        assert code_of(result) is ExitCode.REFUSED_BY_GUARD
        assert scene.writes == []
        (refusal,) = result.report.refusals
        assert code_of(scene.reconcile(approve=[refusal.hash])) is ExitCode.DONE
        assert all(job in scene.posting(job).title for job in jobs)

    def test_deadlines_are_no_guards_matter(self, scene: Scene) -> None:
        jobs = [scene.job(f"Job number {n}") for n in range(10)]
        scene.reconcile()
        scene.wait(16 * DAY)
        assert counted(scene.reconcile()) == {"postings updated": len(jobs)}

    @pytest.mark.parametrize(
        ("side", "path"), [(Side.WORKABLE, "/jobs"), (Side.HEYMILO, "/postings")]
    )
    def test_a_list_that_cannot_be_read_changes_nothing(
        self, scene: Scene, side: Side, path: str
    ) -> None:
        job = scene.job()
        scene.reconcile()
        scene.world.recruiters.close_job(job)
        scene.postings["archive_after_hours"] = 0
        scene.faults.plan(Fault(FaultKind.ERROR_BEFORE), side=side, path=path, times=3)
        result = scene.reconcile()
        assert code_of(result) is ExitCode.UNFINISHED
        assert scene.status(job) == "active"
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.status(job) == "archived"


class TestNative:
    @pytest.fixture
    def job(self, scene: Scene) -> str:
        scene.world.heymilo.resources.add_template(
            "NATIVE", ats={"ats_name": "workable", "ats_job_id": "1", "source": "job_sync"}
        )
        scene.postings["templates"] = [{"template_code": "NATIVE"}]
        return scene.job()

    def test_it_is_left_a_draft_and_reported(self, scene: Scene, job: str) -> None:
        scene.begin()
        scene.person(job)
        for _ in range(2):
            assert code_of(scene.reconcile()) is ExitCode.ATTENTION
            assert scene.matters == ["posting.native_mapping"]
        assert scene.status(job) == "draft"
        assert scene.invited == []

    def test_it_is_activated_where_that_is_wanted(self, scene: Scene, job: str) -> None:
        scene.postings["native_mapping"] = "activate"
        scene.begin()
        scene.person(job)
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.status(job) == "active"
        assert (scene.posting(job).ats or {})["pending_activation"] is False
        assert scene.invited == []

    def test_an_activation_that_did_not_attach_is_told_and_tried_again(
        self, scene: Scene, job: str
    ) -> None:
        scene.postings["native_mapping"] = "activate"
        scene.world.heymilo.behaviour.attach_failures = 1
        assert code_of(scene.reconcile()) is ExitCode.ATTENTION
        assert scene.matters == ["posting.not_active"]
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.matters == []


class TestDrafts:
    def test_a_posting_that_is_made_as_a_draft_is_activated(self, scene: Scene) -> None:
        scene.world.heymilo.behaviour.created_status = "draft"
        job = scene.job()
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.status(job) == "active"

    def test_an_activation_that_failed_is_made_in_the_next_pass(self, scene: Scene) -> None:
        scene.world.heymilo.behaviour.created_status = "draft"
        job = scene.job()
        scene.faults.plan(Fault(FaultKind.ERROR_BEFORE), path="/activate")
        assert code_of(scene.reconcile()) is ExitCode.UNFINISHED
        assert scene.status(job) == "draft"
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.status(job) == "active"
        assert len(scene.world.heymilo.ledger.created_for(f"workable:{job}")) == 1

    def test_an_update_that_fails_beside_an_activation_is_not_forgotten(self, scene: Scene) -> None:
        scene.world.heymilo.behaviour.created_status = "draft"
        job = scene.job()
        scene.faults.plan(Fault(FaultKind.ERROR_BEFORE), path="/activate")
        scene.reconcile()
        scene.wait(HOUR)
        scene.world.recruiters.rename_job(job, "Renamed")
        scene.faults.plan(Fault(FaultKind.ERROR_BEFORE), side=Side.HEYMILO, method="PATCH")
        assert code_of(scene.reconcile()) is ExitCode.UNFINISHED
        assert scene.status(job) == "active"
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.posting(job).title == "Renamed"


class TestRefused:
    """What the ATS does not tell of one job is that job's matter."""

    def test_other_jobs_do_not_wait_for_one(self, scene: Scene) -> None:
        silent, other = scene.job("One"), scene.job("Two")
        path = f"/jobs/{silent}"
        scene.faults.plan(Fault(FaultKind.ERROR_BEFORE, status=400), side=Side.WORKABLE, path=path)
        assert code_of(scene.reconcile()) is ExitCode.UNFINISHED
        assert scene.postings_of(silent) == []
        assert scene.status(other) == "active"
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.status(silent) == "active"

    def test_a_posting_needs_no_stages(self, scene: Scene) -> None:
        job = scene.job()
        path = f"/jobs/{job}/stages"
        fault = Fault(FaultKind.ERROR_BEFORE, status=404)
        scene.faults.plan(fault, side=Side.WORKABLE, path=path, times=2)
        assert code_of(scene.reconcile()) is ExitCode.UNFINISHED
        assert scene.status(job) == "active"
        assert code_of(scene.reconcile()) is ExitCode.UNFINISHED
        person = scene.person(job)
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.invited == [person]

    def test_what_was_told_of_the_job_stands(self, scene: Scene) -> None:
        job = scene.job()
        scene.reconcile()
        scene.world.people.edit_posting(scene.posting(job).id, title="By hand")
        scene.reconcile()
        assert scene.matters == ["posting.edited"]
        scene.wait(HOUR)
        scene.world.recruiters.edit_job(job, department="Elsewhere")
        path = f"/jobs/{job}"
        scene.faults.plan(Fault(FaultKind.ERROR_BEFORE, status=400), side=Side.WORKABLE, path=path)
        assert code_of(scene.reconcile()) is ExitCode.UNFINISHED
        assert scene.matters == ["posting.edited"]


class TestUncertainCreation:
    @pytest.mark.parametrize(
        "kind", [FaultKind.ERROR_AFTER, FaultKind.RESET_AFTER, FaultKind.TRUNCATED, FaultKind.HTML]
    )
    def test_what_was_made_is_found_at_once(self, scene: Scene, kind: FaultKind) -> None:
        job = scene.job()
        scene.faults.plan(Fault(kind), side=Side.HEYMILO, method="POST", path="/postings")
        scene.reconcile()
        assert scene.status(job) == "active"
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert len(scene.world.heymilo.ledger.created_for(f"workable:{job}")) == 1

    @pytest.mark.parametrize("kind", [FaultKind.ERROR_BEFORE, FaultKind.TIMEOUT_BEFORE])
    def test_what_was_not_made_is_made_after_two_looks(self, scene: Scene, kind: FaultKind) -> None:
        job = scene.job()
        scene.faults.plan(Fault(kind), side=Side.HEYMILO, method="POST", path="/postings")
        for wait in (0, 60, 200, 100):
            scene.wait(wait)
            assert code_of(scene.reconcile()) is ExitCode.UNFINISHED
            assert scene.postings_of(job) == []
        scene.wait(60)
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert scene.status(job) == "active"

    def test_lists_that_lag_do_not_make_a_second(self, scene: Scene) -> None:
        scene.world.heymilo.behaviour.lag = 120
        job = scene.job()
        fault = Fault(FaultKind.RESET_AFTER)
        scene.faults.plan(fault, side=Side.HEYMILO, method="POST", path="/postings")
        for _ in range(8):
            scene.reconcile()
            scene.wait(60)
        assert len(scene.postings_of(job)) == 1
        assert scene.status(job) == "active"

    def test_a_creation_that_shows_late_is_not_made_twice(self, scene: Scene) -> None:
        scene.world.heymilo.behaviour.lag = 120
        job = scene.job()
        for _ in range(5):
            assert code_of(scene.reconcile()) in (ExitCode.UNFINISHED, ExitCode.DONE)
            assert scene.matters == []
            scene.wait(40)
        assert code_of(scene.reconcile()) is ExitCode.DONE
        assert len(scene.postings_of(job)) == 1


def test_a_plan_says_what_would_happen_and_why(scene: Scene) -> None:
    scene.job()
    result = scene.plan()
    assert kinds_of(result) == {"posting.create": 1}
    (change,) = result.changes
    assert change.reason == "the job is open and template rule 1 names ENG-SCREEN"
    assert change.values == {"title": "Data Engineer", "template_code": "ENG-SCREEN"}
