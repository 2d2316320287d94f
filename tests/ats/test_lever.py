"""Lever's connector on an account that remembers."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from syncd.ats.lever import LeverSettings, connector
from syncd.ats.lever.client import rating_of
from syncd.ats.lever.rows import application_of
from syncd.ats.port import ApplicationPage, Ats, Finding
from syncd.errors import CredentialsRefused, CursorExpired, NotFound, Rejected, Uncertain
from syncd.model.ats import Account, Application, JobState, Note, Stage, Told
from syncd.sandbox.faults import FaultKind
from syncd.testing import Purpose, person, say
from tests.ats.lever_fake import KEY, ORIGIN, USER, LeverFake
from tests.clock import ManualClock


@pytest.fixture
def account(clock: ManualClock) -> LeverFake:
    """Somebody else's clock is an hour ahead; pages are small."""
    return LeverFake(clock, page_size=3, skew=3600.0)


@pytest.fixture
def port(account: LeverFake) -> Ats:
    return account.connect()


async def read(pages: AsyncIterator[ApplicationPage]) -> list[ApplicationPage]:
    return [page async for page in pages]


def ids(pages: Sequence[ApplicationPage]) -> list[str]:
    return [row.id for page in pages for row in page.rows]


async def one(port: Ats, key: str) -> Application:
    found = await port.application(key)
    assert found is not None
    return found


async def test_the_account_is_named_by_the_settings(port: Ats) -> None:
    assert await port.account() == Account("lever.example.com", USER)


async def test_jobs_over_many_pages(account: LeverFake, port: Ats) -> None:
    made = [account.add_job(f"Job {n}") for n in range(7)]
    account.set_job_state(made[0], JobState.CLOSED)
    account.make_job_odd(made[1])
    account.add_odd_rows(made[2])
    pages = [page async for page in port.jobs()]
    jobs = {job.id: job for page in pages for job in page.rows}
    assert set(jobs) - {"odd"} == set(made)
    assert jobs[made[0]].state is JobState.CLOSED
    assert jobs[made[1]].state is JobState.DRAFT
    assert all(job.complete for job in jobs.values())
    assert all(page.as_of == int(account.now()) for page in pages)
    assert await port.job("nothing") is None
    assert await port.job(made[3]) == jobs[made[3]]


async def test_everybody_then_only_what_changed(
    account: LeverFake, port: Ats, clock: ManualClock
) -> None:
    job = account.add_job("Job")
    people = [account.apply(job, person(n)) for n in range(7)]
    clock.advance(1000.0)
    pages = await read(port.changed_applications(None))
    assert ids(pages) == people
    assert [page.cursor is None for page in pages] == [True, True, False]
    assert ids(await read(port.changed_applications(pages[-1].cursor))) == []
    account.move(people[3], "Interview")
    new = account.apply(job, person(8))
    later = await read(port.changed_applications(pages[-1].cursor))
    assert set(ids(later)) == {people[3], new}
    (moved,) = {row for page in later for row in page.rows if row.id == people[3]}
    assert moved.stage == "interview"
    assert moved.applied_at == int((account.now() - 1000.0) * 1000) / 1000


async def test_somebody_new_is_found_without_a_time_of_change(
    account: LeverFake, port: Ats, clock: ManualClock
) -> None:
    job = account.add_job("Job")
    cursor = (await read(port.changed_applications(None)))[-1].cursor
    clock.advance(1000.0)
    key = account.apply(job, person(1))
    account.people.change(key, updatedAt=None)
    (found,) = [row for p in await read(port.changed_applications(cursor)) for row in p.rows]
    assert (found.id, found.updated_at) == (key, None)


async def test_who_was_deleted_is_told_by_id(
    account: LeverFake, port: Ats, clock: ManualClock
) -> None:
    job = account.add_job("Job")
    people = [account.apply(job, person(n)) for n in range(5)]
    clock.advance(1000.0)
    cursor = (await read(port.changed_applications(None)))[-1].cursor
    for key in people[:4]:
        account.delete(key)
    pages = await read(port.changed_applications(cursor))
    assert [key for page in pages for key in page.gone] == people[:4]
    assert ids(pages) == []
    (half,) = [page.resume for page in pages if len(page.gone) == 3]
    rest = await read(account.connect().changed_applications(cursor, half))
    assert [page.gone for page in rest] == [[people[3]]]
    assert rest[-1].cursor is not None


@pytest.mark.parametrize("added", ["created_at_start", "deleted_at_start", "deleted"])
async def test_what_is_added_for_safety_may_be_refused(
    account: LeverFake, port: Ats, clock: ManualClock, added: str
) -> None:
    job = account.add_job("Job")
    cursor = (await read(port.changed_applications(None)))[-1].cursor
    account.apply(job, person(1))
    account.refused.add(added)
    account.unknown.add(added)
    pages = await read(port.changed_applications(cursor))
    assert len(ids(pages)) == 1
    assert pages[-1].cursor is not None


async def test_a_change_behind_the_reader_comes_in_the_next_read(
    account: LeverFake, port: Ats, clock: ManualClock
) -> None:
    job = account.add_job("Job")
    people = [account.apply(job, person(n)) for n in range(5)]
    reading = port.changed_applications(None)
    await anext(reading)
    account.move(people[0], "Interview")
    clock.advance(3600.0)  # a slow read
    rest = await read(reading)
    assert people[0] in ids(await read(port.changed_applications(rest[-1].cursor)))


async def test_another_process_goes_on_where_the_last_one_stopped(account: LeverFake) -> None:
    job = account.add_job("Job")
    people = [account.apply(job, person(n)) for n in range(7)]
    first = await anext(account.connect().changed_applications(None))
    rest = await read(account.connect().changed_applications(None, first.resume))
    assert ids([first]) + ids(rest) == people
    cursor = rest[-1].cursor
    half = await anext(account.connect().changed_applications(cursor))
    rest = await read(account.connect().changed_applications(cursor, half.resume))
    assert set(ids([half]) + ids(rest)) == set(people)
    assert rest[-1].cursor is not None


@pytest.mark.parametrize(
    "token", ["", "x", "[]", "{}", "[1]", '[null,9,"0.1",1]', '[1,0,"0.1","x"]', '[1,0,"0.1",null]']
)
async def test_a_resume_token_that_is_none(port: Ats, token: str) -> None:
    with pytest.raises(CursorExpired):
        await read(port.changed_applications(None, token))


@pytest.mark.parametrize("cursor", ["", "x", "-1", "1.5", "٣"])
async def test_a_cursor_that_is_none(port: Ats, cursor: str) -> None:
    with pytest.raises(CursorExpired):
        await read(port.changed_applications(cursor))


async def test_a_page_that_lever_does_not_know_any_more(account: LeverFake, port: Ats) -> None:
    job = account.add_job("Job")
    for n in range(5):
        account.apply(job, person(n))
    account.fail(FaultKind.DEAD_CURSOR)
    with pytest.raises(CursorExpired):
        await read(port.changed_applications(None))


async def test_a_refused_key_loses_no_cursor(account: LeverFake) -> None:
    port = account.connect(api_key="another-synthetic-key")
    with pytest.raises(CredentialsRefused):
        await read(port.changed_applications("1000"))


async def test_paging_in_circles_ends(account: LeverFake, port: Ats) -> None:
    account.add_job("Job")
    told = {"data": [], "hasNext": True, "next": "0.1"}
    account._page = lambda request, rows: say(200, told)  # type: ignore[method-assign]
    with pytest.raises(Uncertain):
        [page async for page in port.jobs()]


async def test_several_applications_on_one_opportunity(account: LeverFake, port: Ats) -> None:
    old, new = account.add_job("Old"), account.add_job("New")
    key = account.apply(old, person(1))
    form = account.applied[key][0]
    account.applied[key].insert(0, {**form, "posting": new, "createdAt": form["createdAt"] + 5})
    account.applied[key].append({**form, "posting": None, "createdAt": form["createdAt"] + 9})
    found = await one(port, key)
    assert found.job_id == new
    (page,) = await read(port.changed_applications(None))
    assert [row.job_id for row in page.rows] == [new]


async def test_somebody_on_no_posting_is_left_out(account: LeverFake, port: Ats) -> None:
    key = account.apply(account.add_job("Job"), person(1))
    account.applied[key] = [{"id": "a", "type": "user", "posting": None, "createdAt": 1}]
    assert await port.application(key) is None
    account.applied[key] = []
    assert await port.application(key) is None
    assert ids(await read(port.changed_applications(None))) == []


@pytest.mark.parametrize("unknown", [set(), {"applications"}])
async def test_applications_told_by_id_are_asked_for(
    account: LeverFake, port: Ats, unknown: set[str]
) -> None:
    job = account.add_job("Job")
    made = [account.apply(job, person(n)) for n in range(3)]
    account.expands, account.unknown = False, unknown
    (page,) = await read(port.changed_applications(None))
    assert {row.id: row.job_id for row in page.rows} == dict.fromkeys(made, job)


async def test_nobody_is_asked_for_twice_in_one_read(
    account: LeverFake, port: Ats, clock: ManualClock
) -> None:
    job = account.add_job("Job")
    clock.advance(1000.0)
    cursor = (await read(port.changed_applications(None)))[-1].cursor
    account.expands = False
    made = [account.apply(job, person(n)) for n in range(5)]
    before = len(account.asked)
    assert ids(await read(port.changed_applications(cursor))) == made
    asked = [row.path for row in account.asked[before:] if row.path.endswith("/applications")]
    assert len(asked) == len(set(asked)) == 5


async def test_applications_that_are_not_told_are_asked_for(account: LeverFake, port: Ats) -> None:
    job = account.add_job("Job")
    key = account.apply(job, person(1))
    account.hides_applications = True
    assert (await one(port, key)).job_id == job


@pytest.mark.parametrize("told", [1784839601500, "2026-07-23T20:46:41.500Z"])
def test_times_are_read_in_either_form(told: Any) -> None:
    applied = [{"id": "a", "posting": "p", "createdAt": told}]
    found = application_of({"id": "o", "applications": applied, "updatedAt": told})
    assert found is not None
    assert (found.applied_at, found.updated_at) == (1784839601.5, 1784839601.5)


async def test_decisions(account: LeverFake, port: Ats) -> None:
    job = account.add_job("Job")
    rejected, hired, barred, gone, blank = (account.apply(job, person(n)) for n in range(5))
    account.reject(rejected)
    account.hire(hired)
    account.bar(barred)
    account.delete(gone)
    account.anonymise(blank)
    rows = {r.id: r for p in await read(port.changed_applications(None)) for r in p.rows}
    assert (rows[rejected].rejected, rows[rejected].hired) == (True, False)
    assert (rows[hired].rejected, rows[hired].hired) == (False, True)
    assert rows[barred].do_not_contact
    assert not rows[hired].do_not_contact
    assert rows[blank].anonymised
    assert gone not in rows
    assert await port.application(gone) is None
    asked = [row.path for row in account.asked]
    assert asked.count("/v1/archive_reasons") == 1


async def test_without_the_right_to_read_reasons_somebody_archived_is_out(
    account: LeverFake, port: Ats
) -> None:
    key = account.apply(account.add_job("Job"), person(1))
    account.hire(key)
    account.forbidden.add("archive_reasons")
    assert (await one(port, key)).out


@pytest.mark.parametrize(
    ("consent", "forbids"),
    [
        (None, False),
        ({}, False),
        ({"contact": {"allowed": True, "expiresAt": None}}, False),
        ({"contact": {"allowed": False, "expiresAt": None}}, True),
        ({"store": {"allowed": False}}, True),
        ({"contact": {"allowed": True, "expiresAt": 999_000}}, True),
        ({"contact": {"allowed": True, "expiresAt": 1_001_000}}, False),
        ({"interviewIntelligence": {"allowed": False}}, False),
        ({"contact": "no"}, False),
        ("no", False),
    ],
)
def test_consent(consent: Any, forbids: bool) -> None:
    row = {"id": "o", "applications": [{"id": "a", "posting": "p"}], "dataProtection": consent}
    found = application_of(row, now=1000.0)
    assert found is not None
    assert found.do_not_contact is forbids
    alike = application_of({**row, "dataProtection": None, "contact": row}, now=1000.0)
    assert alike is not None
    assert alike.do_not_contact is forbids


async def test_named_people_are_read_with_few_requests(account: LeverFake, port: Ats) -> None:
    account.page_size = 100
    job, other = account.add_job("Job"), account.add_job("Other")
    people = [account.apply(job, person(n)) for n in range(40)]
    account.apply(other, person(99))
    before = len(account.asked)
    few = await read(port.applications(job, people[:3]))
    assert set(ids(few)) == set(people[:3])
    assert len(account.asked) - before == 3
    before = len(account.asked)
    many = await read(port.applications(job, [*people[5:30], "gone"]))
    assert set(people[5:30]) <= set(ids(many)) <= set(people)
    assert len(account.asked) - before == 2  # the list, and whom it lacked


async def test_a_long_list_is_not_read_for_a_few_of_its_people(
    account: LeverFake, port: Ats
) -> None:
    job = account.add_job("Job")
    people = [account.apply(job, person(n)) for n in range(60)]
    before = len(account.asked)
    found = await read(port.applications(job, people[-5:]))
    assert set(people[-5:]) <= set(ids(found))
    assert len(account.asked) - before <= 2 * 5


async def test_who_was_listed_late_is_not_taken_for_gone(
    account: LeverFake, port: Ats, clock: ManualClock
) -> None:
    job = account.add_job("Job")
    account.lag = 600.0
    people = [account.apply(job, person(n)) for n in range(5)]
    assert set(ids(await read(port.applications(job, people)))) == set(people)


async def test_notes_and_ratings(account: LeverFake, port: Ats) -> None:
    key = account.apply(account.add_job("Job"), person(1))
    for n in range(5):
        account.add_note(key, f"Note {n}")
    found = await one(port, key)
    made = await port.add_note(
        found, "Result (syncd 0123abcd)", await port.reserve(), about=Told("completed", 74.9)
    )
    notes = await port.notes(found)
    assert [note.text for note in notes][-1] == "Result (syncd 0123abcd)"
    assert (len(notes), notes[-1].id) == (6, made)
    assert account.ratings_of(key)[-1] == 3
    assert account.actors == [USER]


@pytest.mark.parametrize(
    ("score", "rating"), [(0, 1), (24.99, 1), (25, 2), (49.9, 2), (50, 3), (75, 4), (100, 4)]
)
def test_a_quarter_of_the_range_for_each_rating(score: float, rating: int) -> None:
    assert rating_of(score) == rating


async def test_tags_are_added_to_those_there(account: LeverFake, port: Ats) -> None:
    key = account.apply(account.add_job("Job"), person(1))
    account.add_tag(key, "Engineering")
    found = await one(port, key)
    await port.prepare(tags=["engineering", "New", "new"])
    await port.add_tags(found, ["engineering", "New", "new"], await port.reserve())
    assert account.tags_of(key) == ["Engineering", "New"]
    before = len(account.asked)
    await port.add_tags(await one(port, key), ["NEW"], await port.reserve())
    assert len(account.asked) - before == 1  # read, and nothing written


async def test_moving_and_archiving(account: LeverFake, port: Ats) -> None:
    job = account.add_job("Job")
    key = account.apply(job, person(1))
    stages = await port.stages(job)
    assert [stage.name for stage in stages] == list(account.stages)
    await port.move(await one(port, key), stages[2], await port.reserve())
    assert account.stage_of(key) == "Phone Screen"
    with pytest.raises(NotFound):
        await port.move(await one(port, key), Stage("none", "None"), await port.reserve())
    await port.prepare(reject_reason="underqualified")
    await port.reject(await one(port, key), "underqualified", await port.reserve())
    assert account.is_rejected(key)
    assert (await one(port, key)).rejected


async def test_nobody_is_brought_back_by_an_empty_reason(account: LeverFake, port: Ats) -> None:
    key = account.apply(account.add_job("Job"), person(1))
    account.reject(key)
    with pytest.raises(Rejected, match="reject_reason"):
        await port.reject(await one(port, key), "", await port.reserve())
    assert account.is_rejected(key)


async def test_a_score_is_carried_by_the_note_alone(account: LeverFake, port: Ats) -> None:
    found = await one(port, account.apply(account.add_job("Job"), person(1)))
    with pytest.raises(Rejected):
        await port.set_score(found, 80.0, await port.reserve())
    with pytest.raises(Rejected):
        await port.edit_note(found, Note("n", "text"), "other", await port.reserve())
    assert not [row for row in account.asked if account.purpose(row) is Purpose.WRITE]


@pytest.mark.parametrize("fault", [FaultKind.ERROR_AFTER, FaultKind.HTML, FaultKind.TIMEOUT_AFTER])
async def test_a_write_without_a_certain_outcome(
    account: LeverFake, port: Ats, fault: FaultKind
) -> None:
    found = await one(port, account.apply(account.add_job("Job"), person(1)))
    account.fail(fault, on=Purpose.WRITE)
    with pytest.raises(Uncertain):
        await port.add_note(found, "A note", await port.reserve())
    assert sum(account.purpose(row) is Purpose.WRITE for row in account.asked) == 1


async def lines(port: Ats, *stages: str) -> dict[str, Finding]:
    return {finding.what.removeprefix("Lever: "): finding for finding in await port.check(stages)}


async def test_check(account: LeverFake, port: Ats) -> None:
    found = await lines(port, "Applied", "phone-screen", "Nowhere")
    wrong = {what for what, finding in found.items() if finding.ok is False}
    assert wrong == {'stage "Nowhere"'}
    assert found["acting user"].ok
    assert not [row for row in account.asked if account.purpose(row) is Purpose.WRITE]
    for what, finding in found.items():
        assert finding.ok is not False or finding.todo, what


@pytest.mark.parametrize(
    ("user", "ok"),
    [
        ({"accessRole": "super admin"}, True),
        ({"accessRole": "interviewer"}, None),
        ({"accessRole": "admin", "deactivatedAt": 1}, False),
        (None, False),
    ],
)
async def test_check_of_who_acts(account: LeverFake, user: Any, ok: bool | None) -> None:
    account.users = {USER: {"id": USER, **user}} if user else {}
    assert (await lines(account.connect()))["acting user"].ok is ok
    assert (await lines(account.connect(perform_as="")))["acting user"].ok is None


@pytest.mark.parametrize("resource", ["opportunities", "archive_reasons", "stages", "users"])
async def test_check_of_a_right_that_is_missing(
    account: LeverFake, port: Ats, resource: str
) -> None:
    account.forbidden.add(resource)
    wrong = [finding for finding in await port.check(["Applied"]) if finding.ok is False]
    assert [resource.replace("_", " ") in finding.what for finding in wrong] == [True]
    assert "let the API key allow" in wrong[0].todo


@pytest.mark.parametrize(("resource", "ok"), [("archive_reasons", None), ("opportunities", False)])
async def test_check_of_what_is_not_there(
    account: LeverFake, port: Ats, resource: str, ok: bool | None
) -> None:
    account.unknown.add(resource)
    found = (await lines(port))[f"reading {resource.replace('_', ' ')}"]
    assert found.ok is ok
    assert found.todo


async def test_check_of_a_wrong_key(account: LeverFake) -> None:
    (finding,) = await account.connect(api_key="another-synthetic-key").check(["Applied"])
    assert finding.ok is False
    assert "api_key" in finding.todo


def test_settings() -> None:
    given = {"type": "lever", "api_key": "k"}
    settings = LeverSettings.model_validate(given)
    assert settings.address == "https://api.lever.co"
    assert (settings.rate.requests, settings.rate.seconds) == (10, 1.0)
    for wrong in ({"base_url": "https://api.lever.co/v1"}, {"perform_as": "a b"}, {"api_key": ""}):
        with pytest.raises(ValueError, match="1 validation error"):
            LeverSettings.model_validate({**given, **wrong})
    assert KEY not in repr(LeverSettings.model_validate({**given, "api_key": KEY}))


def test_the_address_recruiters_see_somebody_at() -> None:
    assert connector.link is not None
    settings = LeverSettings.model_validate({"type": "lever", "api_key": "k"})
    assert connector.link(settings, "j", "o-1") == "https://hire.lever.co/candidates/o-1"
    assert connector.link(settings, "j", None) is None
    other = settings.model_copy(update={"base_url": ORIGIN})
    assert connector.link(other, "j", "o-1") is None
