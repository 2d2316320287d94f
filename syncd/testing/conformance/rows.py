"""What is read says what stands there: jobs, stages, applications, whatever is odd."""

import pytest

from syncd.ats.port import Ats
from syncd.model.ats import Application, Job, JobState, Stage
from syncd.testing.conformance.bench import Bench, fresh, read_changes
from syncd.testing.fake import Deed
from syncd.testing.people import Person, person

TOLD_OUT = {
    Deed.REJECT: "reject",
    Deed.HIRE: "hire",
    Deed.WITHDRAW: "withdraw",
}


class TellsJobs(Bench):
    """``jobs``, ``job`` and ``stages``."""

    def jobs(self) -> dict[str, Job]:
        async def work(ats: Ats) -> list[Job]:
            return [job async for page in ats.jobs() for job in page.rows]

        read = self.play(work)
        assert len({job.id for job in read}) == len(read), "a job came twice"
        return {job.id: job for job in read}

    def job(self, job_id: str) -> Job | None:
        async def work(ats: Ats) -> Job | None:
            return await ats.job(job_id)

        return self.play(work)

    def test_every_job_is_listed_in_its_state(self) -> None:
        self.account = self.make(page_size=2)
        opened = [self.account.add_job(f"Engineer {n}") for n in range(5)]
        closed = self.account.add_job("Old post")
        self.account.set_job_state(closed, JobState.CLOSED)
        listed = self.jobs()
        assert {i: listed[i].state for i in opened} == dict.fromkeys(opened, JobState.OPEN)
        # Where closed jobs are not listed they are found by their id.
        found = listed.get(closed) or self.job(closed)
        assert found is None or found.state is JobState.CLOSED
        assert {*listed} <= {*opened, closed}

    def test_a_job_is_told_with_what_a_posting_needs(self) -> None:
        job_id = self.account.add_job("Backend Engineer", description="<p>Write it well.</p>")
        self.account.add_job("Another")
        job = self.job(job_id)
        assert job is not None
        assert (job.id, job.title, job.state) == (job_id, "Backend Engineer", JobState.OPEN)
        assert job.complete
        assert "Write it well." in (job.description or "")
        assert (job.department or "Engineering") == "Engineering"

    def test_a_changed_job_is_told_as_it_is_now(self) -> None:
        job_id = self.account.add_job("Backend Engineer")
        self.jobs()
        self.clock.advance(60.0)
        self.account.edit_job(job_id, title="Platform Engineer", description="<p>New words</p>")
        assert self.jobs()[job_id].title == "Platform Engineer"
        told = self.job(job_id)
        assert told is not None
        assert "New words" in (told.description or "")

    def test_a_draft_is_a_draft(self) -> None:
        self.need(Deed.DRAFT_JOB)
        job_id = self.account.add_job("Engineer", state=JobState.DRAFT)
        told = self.jobs().get(job_id) or self.job(job_id)
        assert told is None or told.state is JobState.DRAFT

    def test_a_state_that_nobody_knows_opens_nothing(self) -> None:
        self.need(Deed.ODD_JOB)
        job_id = self.account.add_job("Engineer")
        self.account.make_job_odd(job_id)
        told = self.jobs().get(job_id) or self.job(job_id)
        assert told is None or told.state is JobState.DRAFT

    def test_a_job_that_is_not_there_is_none(self) -> None:
        self.need(Deed.DELETE_JOB)
        job_id = self.account.add_job("Engineer")
        self.account.delete_job(job_id)
        assert self.job(job_id) is None
        assert job_id not in self.jobs()

    def test_the_stages_are_those_of_the_job_in_order(self) -> None:
        job_id = self.account.add_job("Engineer")
        for stage in self.account.stages:  # where stages are known only by who is in them
            one = self.account.apply(job_id, person(len(stage)))
            self.account.move(one, stage)

        async def work(ats: Ats) -> tuple[Stage, ...]:
            return await ats.stages(job_id)

        stages = self.play(work)
        names = [stage.name for stage in stages]
        assert [n for n in names if n in self.account.stages] == list(self.account.stages)
        assert len({stage.id for stage in stages}) == len(stages)


class TellsApplications(Bench):
    """``application``, ``applications`` and the rows of ``changed_applications``."""

    def one(self, application_id: str) -> Application | None:
        async def work(ats: Ats) -> Application | None:
            return await ats.application(application_id)

        return self.play(work)

    def both(self, application_id: str) -> list[Application]:
        """The application in the list of changes, and read alone."""

        async def work(ats: Ats) -> list[Application]:
            rows = (await read_changes(ats)).latest()
            alone = await fresh(ats, application_id)
            return [rows[application_id], alone] if application_id in rows else [alone]

        return self.play(work)

    def test_somebody_is_told_alike_in_lists_and_alone(self) -> None:
        job = self.account.add_job("Engineer")
        self.clock.advance(60.0)
        applied_at = self.account.now()
        somebody = person(5)
        applied = self.account.apply(job, somebody)
        self.clock.advance(60.0)
        for row in self.both(applied):
            assert (row.id, row.job_id) == (applied, job)
            assert (row.name, row.email) == (somebody.name, somebody.email)
            assert row.phone == somebody.phone
            assert row.stage.casefold() == self.account.told_stage_of(applied).casefold()
            assert row.applied_at == pytest.approx(applied_at, abs=1.0)
            assert row.candidate_id
            assert not (row.out)
            assert not (row.anonymised)
            assert not (row.do_not_contact)

    def test_an_old_application_tells_when_it_was_made(self) -> None:
        job = self.account.add_job("Engineer")
        long_ago = self.account.now() - 90 * 86_400.0
        applied = self.account.apply(job, person(5), applied_at=long_ago)
        for row in self.both(applied):
            assert row.applied_at == pytest.approx(long_ago, abs=1.0)

    def test_without_an_address_or_a_number_there_is_none(self) -> None:
        job = self.account.add_job("Engineer")
        applied = self.account.apply(job, Person("Alpha Sample", None, None))
        for row in self.both(applied):
            assert row.email is None
            assert row.phone is None

    def test_a_corrected_address_is_told(self) -> None:
        _, people = self.populate(2)
        self.account.edit_person(people[0], email="corrected@example.com")
        told = self.one(people[0])
        assert told is not None
        assert told.email == "corrected@example.com"

    def test_a_moved_person_is_in_the_new_stage(self) -> None:
        _job, people = self.populate(2)
        for stage in self.account.stages:
            if stage == self.account.stage_of(people[0]):
                continue
            self.account.move(people[0], stage)
            for row in self.both(people[0]):
                assert row.stage.casefold() == self.account.told_stage_of(people[0]).casefold()

    @pytest.mark.parametrize("deed", list(TOLD_OUT))
    def test_who_is_out_is_told_to_be_out(self, deed: Deed) -> None:
        self.need(deed)
        _, people = self.populate(2)
        getattr(self.account, TOLD_OUT[deed])(people[0])
        self.clock.advance(5.0)
        for row in self.both(people[0]):
            assert row.out
            if deed is Deed.HIRE:
                assert row.hired
        for row in self.both(people[1]):
            assert not row.out

    def test_who_is_anonymised_or_barred_is_told_so(self) -> None:
        self.need(Deed.ANONYMISE)
        _, people = self.populate(2)
        self.account.anonymise(people[0])
        told = self.one(people[0])
        assert told is None or told.anonymised or not self.able("tells_anonymised")
        assert told is None or told.email is None

    def test_who_must_not_be_contacted_is_told_so(self) -> None:
        self.need(Deed.BAR)
        assert self.able("tells_do_not_contact"), "it can be told, but is not declared"
        _, people = self.populate(2)
        self.account.bar(people[0])
        for row in self.both(people[0]):
            assert row.do_not_contact
        for row in self.both(people[1]):
            assert not row.do_not_contact

    def test_who_is_gone_is_none(self) -> None:
        self.need(Deed.DELETE)
        job, people = self.populate(3)
        self.account.delete(people[0])
        assert self.one(people[0]) is None
        assert sorted(self.named(job, people)) == sorted(people[1:])

    @pytest.mark.parametrize("count", [1, 4, 25])
    def test_those_who_are_named_are_read_afresh(self, count: int) -> None:
        self.account = self.make(page_size=10)
        job, people = self.populate(30)
        other = self.account.add_job("Another")
        self.account.apply(other, person(77))
        wanted = people[-count:]
        self.account.edit_person(wanted[0], name="Newly Named 1")
        self.clock.advance(5.0)
        read = self.named(job, wanted)
        assert {*wanted} <= {*read}
        assert read[wanted[0]].name == "Newly Named 1"

    def named(self, job: str, ids: list[str]) -> dict[str, Application]:
        async def work(ats: Ats) -> dict[str, Application]:
            return {row.id: row async for page in ats.applications(job, ids) for row in page.rows}

        return self.play(work)

    def test_odd_rows_hide_nobody(self) -> None:
        self.need(Deed.ODD_ROWS)
        job, people = self.populate(3)
        self.account.add_odd_rows(job)

        async def work(ats: Ats) -> tuple[list[str], list[str]]:
            jobs = [row.id async for page in ats.jobs() for row in page.rows]
            return jobs, (await read_changes(ats)).ids

        jobs, ids = self.play(work)
        assert job in jobs
        assert {*people} <= {*ids}
        assert all(ids)
        assert all(jobs)
