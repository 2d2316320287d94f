"""Ashby's connector on an account that remembers."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from syncd.ats.ashby import AshbySettings
from syncd.ats.port import ApplicationPage, Ats, Finding
from syncd.errors import CredentialsRefused, CursorExpired, NotFound, NotSent, Rejected, Uncertain
from syncd.model.ats import Account, Application, JobState, Note, Stage, Told
from syncd.sandbox.faults import Fault, FaultKind
from syncd.testing import Person, Purpose, person
from tests.ats.ashby_fake import KEY, PLANS, AshbyFake
from tests.clock import ManualClock


@pytest.fixture
def account(clock: ManualClock) -> AshbyFake:
    """Somebody else's clock is an hour ahead; pages are small."""
    return AshbyFake(clock, page_size=3, skew=3600.0)


@pytest.fixture
def port(account: AshbyFake) -> Ats:
    return account.connect()


async def read(pages: AsyncIterator[ApplicationPage]) -> list[ApplicationPage]:
    return [page async for page in pages]


def ids(pages: Sequence[ApplicationPage]) -> list[str]:
    return [row.id for page in pages for row in page.rows]


async def one(port: Ats, key: str) -> Application:
    found = await port.application(key)
    assert found is not None
    return found


def calls(account: AshbyFake) -> list[str]:
    return [row.path.removeprefix("/") for row in account.asked]


def writes(account: AshbyFake) -> list[str]:
    return [r.path for r in account.asked if account.purpose(r) is Purpose.WRITE]


async def test_the_account_is_named_by_the_settings(port: Ats) -> None:
    assert await port.account() == Account("ashby.example.com")


async def test_jobs_over_many_pages(account: AshbyFake, port: Ats) -> None:
    made = [account.add_job(f"Job {n}", department=f"Team {n % 2}") for n in range(7)]
    account.set_job_state(made[0], JobState.CLOSED)
    account.make_job_odd(made[1])
    draft = account.add_job("Draft", state=JobState.DRAFT)
    account.empty_pages = True
    account.add_odd_rows(made[2])
    pages = [page async for page in port.jobs()]
    jobs = {job.id: job for page in pages for job in page.rows}
    assert set(jobs) - {"odd"} == {*made, draft}
    assert [jobs[key].state for key in (made[0], made[1], draft)] == [
        JobState.CLOSED,
        JobState.DRAFT,
        JobState.DRAFT,
    ]
    assert (jobs[made[3]].department, jobs[made[3]].location) == ("Team 1", "Berlin")
    names = [call for call in calls(account) if call != "job.list"]
    assert sorted(names) == ["department.list", "jobPosting.list", "location.list"]


async def test_a_changed_text_changes_the_job(
    account: AshbyFake, port: Ats, clock: ManualClock
) -> None:
    key = account.add_job("Job")

    async def listed() -> float | None:
        (job,) = [job async for page in port.jobs() for job in page.rows]
        return job.updated_at

    before = await listed()
    clock.advance(60.0)
    account.edit_job(key, description="<p>Another text.</p>")
    job = await port.job(key)
    assert job is not None
    assert job.description == "<p>Another text.</p>"
    changed = await listed()
    assert changed is not None
    assert before is not None
    assert changed > before
    again = await port.job(key)
    assert again is not None
    assert again.updated_at == changed  # or it would be read in every pass
    fresh = await account.connect().job(key)
    assert fresh is not None
    assert fresh.updated_at == changed
    assert await port.job("nothing") is None


async def test_names_that_cannot_be_listed_leave_the_jobs(account: AshbyFake) -> None:
    key = account.add_job("Job")
    account.permissions.remove("organizationRead")
    with pytest.raises(CredentialsRefused):  # or rules by department would select other jobs
        [page async for page in account.connect().jobs()]
    account.permissions.add("organizationRead")
    account.departments.clear()
    (page,) = [page async for page in account.connect().jobs()]
    assert [(job.id, job.department) for job in page.rows] == [(key, None)]


async def test_a_custom_field_of_a_job_can_name_the_template(account: AshbyFake, port: Ats) -> None:
    key = account.add_job("Job")
    fields = [{"id": "cf-1", "title": "Interview", "value": "ENG-1"}, {"id": 3, "value": ["a"]}, 7]
    account.jobs.change(key, customFields=fields)
    (page,) = [page async for page in port.jobs()]
    assert (page.rows[0].fields["Interview"], page.rows[0].fields["cf-1"]) == ("ENG-1", "ENG-1")


async def test_stages_of_all_plans_are_read_once(account: AshbyFake, port: Ats) -> None:
    account.plans = PLANS
    key, other = account.add_job("Job"), account.add_job("Other")
    account.jobs.change(key, interviewPlanIds=["plan-2", "plan-of-old", "plan-1"])
    stages = await port.stages(key)
    assert [stage.name for stage in stages] == [*account.stages, "Archived"] * 2
    assert stages[0].id == "plan-1:new-lead"  # the default plan comes first
    before = len(account.asked)
    assert {s.id for s in await port.stages(other)} == {s.id for s in stages}
    assert calls(account)[before:] == ["job.info"]
    with pytest.raises(NotFound):
        await port.stages("nothing")
    account.jobs.change(other, defaultInterviewPlanId="gone", interviewPlanIds=[])
    with pytest.raises(Rejected):
        await account.connect().stages(other)


async def test_everybody_then_only_what_changed(account: AshbyFake, port: Ats) -> None:
    job = account.add_job("Job")
    people = [account.apply(job, person(n)) for n in range(7)]
    account.empty_pages = True
    pages = await read(port.changed_applications(None))
    assert ids(pages) == people
    assert [] in [page.rows for page in pages]
    assert [page.cursor for page in pages[:-1]] == [None] * (len(pages) - 1)
    cursor = pages[-1].cursor
    assert ids(await read(port.changed_applications(cursor))) == []
    account.clock.advance(10.0)  # type: ignore[attr-defined]
    account.move(people[3], "Interview")
    new = account.apply(job, person(8))
    later = await read(port.changed_applications(cursor))
    assert set(ids(later)) == {people[3], new}
    assert {row.stage for row in later[0].rows} == {"plan-1:interview", "plan-1:applied"}
    assert all(row.tags is None for row in later[0].rows)


async def test_another_process_goes_on_where_the_last_one_stopped(account: AshbyFake) -> None:
    job = account.add_job("Job")
    cursor = (await read(account.connect().changed_applications(None)))[-1].cursor
    account.clock.advance(10.0)  # type: ignore[attr-defined]
    people = [account.apply(job, person(n)) for n in range(7)]
    first = await anext(account.connect().changed_applications(cursor))
    rest = await read(account.connect().changed_applications(cursor, first.resume))
    assert ids([first]) + ids(rest) == people
    bodies = [body for call, body in account.bodies if call == "application.list"]
    assert {body.get("syncToken") for body in bodies[1:]} == {cursor}


@pytest.mark.parametrize("token", ["", "x", "[]", "{}", "[1, null]", '["c"]', '["c", 5]'])
async def test_a_resume_token_that_is_none(port: Ats, token: str) -> None:
    with pytest.raises(CursorExpired):
        await read(port.changed_applications(None, token))


@pytest.mark.parametrize(
    "code",
    [
        "sync_token_expired",
        "sync_token_invalid",
        "incremental_sync_too_large",
        "next_cursor_expired",
        "invalid_next_cursor",
        "cursor_invalid",
        "invalid_input",
    ],
)
async def test_what_means_a_full_read(account: AshbyFake, port: Ats, code: str) -> None:
    job = account.add_job("Job")
    for n in range(5):
        account.apply(job, person(n))
    dead = account._refuse(code).answer
    account.bury_cursor = lambda request: dead  # type: ignore[method-assign]
    account.fail(FaultKind.DEAD_CURSOR)
    with pytest.raises(CursorExpired) as caught:  # in the middle of a read
        await read(port.changed_applications(None))
    assert caught.value.code == code
    account.fail(FaultKind.DEAD_CURSOR)
    with pytest.raises(CursorExpired):  # at its beginning
        await read(port.changed_applications("sync-1"))
    assert len(ids(await read(port.changed_applications(None)))) == 5


async def test_a_first_read_that_is_refused_is_told_as_it_is(account: AshbyFake) -> None:
    account.permissions.remove("candidatesRead")
    with pytest.raises(CredentialsRefused):
        await read(account.connect().changed_applications(None))
    with pytest.raises(CredentialsRefused):  # and no reason to read everything
        await read(account.connect().changed_applications("sync-1"))


async def test_decisions(account: AshbyFake, port: Ats) -> None:
    job = account.add_job("Job")
    rejected, withdrawn, hired, gone, odd, lead = (account.apply(job, person(n)) for n in range(6))
    account.reject(rejected)
    account.withdraw(withdrawn)
    account.hire(hired)
    account.delete(gone)
    account.applications.change(odd, status="Paused")
    account.applications.change(lead, status="Lead")
    rows = {r.id: r for p in await read(port.changed_applications(None)) for r in p.rows}
    told = {key: (row.rejected, row.withdrawn, row.hired) for key, row in rows.items()}
    assert told == {
        rejected: (True, False, False),
        withdrawn: (False, True, False),
        hired: (False, False, True),
        odd: (True, False, False),  # nobody is invited because of a word that is not known
        lead: (False, False, False),
    }
    assert await port.application(gone) is None


async def test_only_who_lacks_an_address_is_asked_for_alone(account: AshbyFake, port: Ats) -> None:
    job = account.add_job("Job")
    for n in range(4):
        account.apply(job, person(n))
    bare = account.apply(job, Person("Somebody", None))
    out = account.apply(job, Person("Another", None))
    account.reject(out)
    rows = {r.id: r for p in await read(port.changed_applications(None)) for r in p.rows}
    assert rows[bare].email is None
    assert calls(account).count("candidate.info") == 1
    account._person(bare)["emailAddresses"] = [{"value": "later@example.com"}]
    shown = account._shown
    account._shown = lambda row: row and {**row, "candidate": {"id": row["candidate"]["id"]}}  # type: ignore[method-assign]
    assert (await one(port, bare)).email == "later@example.com"
    account._shown = shown  # type: ignore[method-assign]


async def test_one_person_with_several_applications(account: AshbyFake, port: Ats) -> None:
    first = account.apply(account.add_job("Job"), person(1))
    second = account.apply(account.add_job("Other"), person(2))
    account.applications.change(second, candidate=account.applications[first]["candidate"])
    rows = [row for p in await read(port.changed_applications(None)) for row in p.rows]
    assert len({row.id for row in rows}) == 2
    assert len({row.candidate_id for row in rows}) == 1


async def test_named_people_are_read_with_few_requests(account: AshbyFake, port: Ats) -> None:
    account.page_size = 100
    job, other = account.add_job("Job"), account.add_job("Other")
    people = [account.apply(job, person(n)) for n in range(40)]
    account.apply(other, person(99))
    account.reject(people[7])
    assert set(ids(await read(port.applications(job, people[:3])))) == set(people[:3])
    assert calls(account) == ["application.info"] * 3
    before = len(account.asked)
    rows = {r.id: r for p in await read(port.applications(job, people[5:30])) for r in p.rows}
    assert set(people[5:30]) <= set(rows) <= set(people)
    assert rows[people[7]].rejected
    assert calls(account)[before:] == ["application.list", "application.info"]


async def test_a_note_is_found_again(account: AshbyFake, port: Ats) -> None:
    key = account.apply(account.add_job("Job"), person(1))
    for n in range(4):
        account.add_note(key, f"Note {n}")
    found = await one(port, key)
    made = await port.add_note(found, "Result (syncd 0123abcd)", await port.reserve())
    notes = await port.notes(found)
    assert [note.text for note in notes][-1] == "Result (syncd 0123abcd)"
    assert (len(notes), notes[-1].id) == (5, made)
    with pytest.raises(Rejected):
        await port.edit_note(found, Note("n", "text"), "other", await port.reserve())


async def test_tags_are_made_once_and_added_by_id(account: AshbyFake, port: Ats) -> None:
    key = account.apply(account.add_job("Job"), person(1))
    account.add_tag(key, "Known before")
    found = await one(port, key)
    assert found.tags == ("Known before",)
    wanted = ["known before", "HeyMilo: passed", "Second"]
    for _ in range(2):
        await port.prepare(tags=wanted)
    assert calls(account).count("candidateTag.list") == 1
    assert calls(account).count("candidateTag.create") == 2
    slot = await port.reserve()
    await port.add_tags(found, wanted, slot)
    assert account.tags_of(key) == ["Known before", "HeyMilo: passed", "Second"]
    before = len(account.asked)
    await port.add_tags(await one(port, key), ["SECOND"], await port.reserve())
    assert "candidate.addTag" not in calls(account)[before:]


async def test_further_tags_start_no_later_than_the_first(
    account: AshbyFake, port: Ats, clock: ManualClock
) -> None:
    key = account.apply(account.add_job("Job"), person(1))
    await port.prepare(tags=["One", "Two"])
    found = await one(port, key)
    account.before_answer(None)
    slot = await port.reserve()
    slot.start_by = clock.monotonic() + 5.0
    account.fail(Fault(FaultKind.SLOW, seconds=20.0), on=Purpose.WRITE)
    with pytest.raises(NotSent):
        await port.add_tags(found, ["One", "Two"], slot)
    assert account.tags_of(key) == ["One"]


async def test_a_tag_that_may_not_be_made(account: AshbyFake, port: Ats) -> None:
    account.permissions.remove("hiringProcessMetadataWrite")
    with pytest.raises(Rejected):
        await port.prepare(tags=["New"])
    found = await one(port, account.apply(account.add_job("Job"), person(1)))
    with pytest.raises(NotSent):
        await port.add_tags(found, ["New"], await port.reserve())


async def test_a_move_stays_in_the_plan_somebody_is_in(account: AshbyFake, port: Ats) -> None:
    account.plans = PLANS
    job = account.add_job("Job")
    key = account.apply(job, person(1))
    account.switch_plan(key)
    target = next(s for s in await port.stages(job) if s.name == "Phone Screen")
    assert target.id == "plan-1:phone-screen"
    fresh = account.connect()  # a process that never read the stages
    await fresh.move(await one(fresh, key), target, await fresh.reserve())
    assert account.stage_of(key) == "Phone Screen"
    assert (await one(port, key)).stage == "plan-2:phone-screen"
    with pytest.raises(NotFound):
        await port.move(await one(port, key), Stage("none", "None"), await port.reserve())


@pytest.mark.parametrize("plan", [1, 2])
async def test_rejecting_archives_with_a_reason(account: AshbyFake, port: Ats, plan: int) -> None:
    key = account.apply(account.add_job("Job"), person(1))
    if plan == 2:
        account.switch_plan(key)
    found = await one(port, key)
    await port.prepare(reject_reason="lacks skills")
    await port.reject(found, "Lacks  Skills", await port.reserve())
    assert account.is_rejected(key)
    assert account.bodies[-1][1] == {
        "applicationId": key,
        "interviewStageId": f"plan-{plan}:archived",
        "archiveReasonId": "r-1",
    }


async def test_what_nobody_can_be_rejected_with(account: AshbyFake, port: Ats) -> None:
    found = await one(port, account.apply(account.add_job("Job"), person(1)))
    for reason in ("Took another offer", "Old one", "Nothing of the kind"):
        with pytest.raises(Rejected, match="reject_reason"):
            await port.prepare(reject_reason=reason)
    with pytest.raises(Rejected, match="reject_reason"):
        await port.reject(found, "", await port.reserve())
    with pytest.raises(NotSent):  # the reason was not looked up
        await port.reject(found, "Other", await port.reserve())
    assert writes(account) == []


async def test_a_plan_without_a_stage_for_who_is_out(account: AshbyFake, port: Ats) -> None:
    named = account._stage
    account._stage = lambda plan, name: {**named(plan, name), "type": "Active"}  # type: ignore[method-assign]
    found = await one(port, account.apply(account.add_job("Job"), person(1)))
    await port.prepare(reject_reason="Lacks skills")
    with pytest.raises(Rejected, match="stage"):
        await port.reject(found, "Lacks skills", await port.reserve())
    assert writes(account) == []


@pytest.mark.parametrize(
    ("named", "where", "value"),
    [("AI score", "application", 82.46), ("f-1", "application", 82.46), ("grade", "", "82.46")],
)
async def test_the_score_in_a_custom_field(
    account: AshbyFake, named: str, where: str, value: Any
) -> None:
    key = account.apply(account.add_job("Job"), person(1))
    port = account.connect(score_field=named)
    found = await one(port, key)
    await port.set_score(found, 82.456, await port.reserve(), about=Told("completed", 82.456))
    held = {**account.values}
    assert held == {(key if where else found.candidate_id, "f-1" if where else "f-2"): value}
    await port.set_score(found, 0.0, await port.reserve())
    assert calls(account).count("customField.list") == 1


@pytest.mark.parametrize("named", ["", "Seen", "Nothing"])
async def test_a_score_without_a_field_for_it(account: AshbyFake, named: str) -> None:
    port = account.connect(score_field=named)
    found = await one(port, account.apply(account.add_job("Job"), person(1)))
    with pytest.raises(Rejected, match="score_field"):
        await port.set_score(found, 80.0, await port.reserve())
    await port.add_note(found, "A note all the same", await port.reserve())
    assert len(writes(account)) == 1


@pytest.mark.parametrize("fault", [FaultKind.ERROR_AFTER, FaultKind.HTML, FaultKind.EMPTY])
async def test_a_write_without_a_certain_outcome(
    account: AshbyFake, port: Ats, fault: FaultKind
) -> None:
    found = await one(port, account.apply(account.add_job("Job"), person(1)))
    account.fail(fault, on=Purpose.WRITE)
    with pytest.raises(Uncertain):
        await port.add_note(found, "A note", await port.reserve())
    assert len(writes(account)) == 1


async def lines(port: Ats, *stages: str) -> dict[str, Finding]:
    return {finding.what.removeprefix("Ashby: "): finding for finding in await port.check(stages)}


async def test_check(account: AshbyFake, port: Ats) -> None:
    account.plans = PLANS
    account.add_job("Job")
    found = await lines(port, "Applied", "plan-2:phone-screen", "Nowhere")
    wrong = {what for what, finding in found.items() if finding.ok is False}
    assert wrong == {'stage "Nowhere"'}
    assert found['score field "AI score"'].ok
    assert writes(account) == []
    for what, finding in found.items():
        assert finding.ok is not False or finding.todo, what


@pytest.mark.parametrize(
    ("permission", "lines_wrong"),
    [
        ("jobsRead", 1),
        ("candidatesRead", 1),
        ("interviewsRead", 2),
        ("organizationRead", 2),
        ("hiringProcessMetadataRead", 3),
    ],
)
async def test_check_of_a_permission_that_is_missing(
    account: AshbyFake, port: Ats, permission: str, lines_wrong: int
) -> None:
    account.add_job("Job")
    account.permissions.remove(permission)
    wrong = [finding for finding in await port.check(["Applied"]) if finding.ok is False]
    assert len(wrong) == lines_wrong
    assert all(permission in finding.todo for finding in wrong)


@pytest.mark.parametrize(
    ("named", "detail"), [("Seen", "cannot hold a number"), ("Nothing", "no custom field")]
)
async def test_check_of_the_score_field(account: AshbyFake, named: str, detail: str) -> None:
    finding = (await lines(account.connect(score_field=named)))[f'score field "{named}"']
    assert finding.ok is False
    assert detail in finding.detail


@pytest.mark.parametrize(
    "call",
    ["department.list", "jobPosting.list", "interviewPlan.list", "archiveReason.list",
     "candidateTag.list", "job.info"],
)  # fmt: skip
async def test_check_of_what_passes_do_without(account: AshbyFake, port: Ats, call: str) -> None:
    account.add_job("Job")
    account.unknown.add(call)
    found = await port.check(["Applied"])
    assert [finding.what for finding in found if finding.ok is False] == []
    told = [finding for finding in found if call in finding.detail]
    assert all(finding.ok is None and finding.todo for finding in told)
    assert len(told) == (call != "job.info")


async def test_a_job_that_a_list_tells_no_plan_of_is_asked_for(
    account: AshbyFake, port: Ats
) -> None:
    key = account.add_job("Job")
    plan = account.jobs[key]["defaultInterviewPlanId"]
    account.jobs.change(key, defaultInterviewPlanId=None, interviewPlanIds=None)
    [page async for page in port.jobs()]
    account.jobs.change(key, defaultInterviewPlanId=plan)
    assert [stage.name for stage in await port.stages(key)][:4] == list(account.stages)


async def test_check_before_any_job_is_open(port: Ats) -> None:
    assert (await lines(port, "Applied"))["stages"].ok is None


async def test_check_of_a_wrong_key(account: AshbyFake) -> None:
    (finding,) = await account.connect(api_key="another-synthetic-key").check(["Applied"])
    assert finding.ok is False
    assert "api_key" in finding.todo
    assert len(account.asked) == 1


def test_settings() -> None:
    settings = AshbySettings.model_validate({"type": "ashby", "api_key": KEY})
    assert settings.address == "https://api.ashbyhq.com"
    assert (settings.rate.requests, settings.rate.seconds) == (5, 1.0)
    assert KEY not in repr(settings)
