"""Reading a Workable account, page by page, whatever it puts into its rows."""

import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import httpx
import pytest

from syncd.ats.port import ApplicationPage
from syncd.errors import CredentialsRefused, CursorExpired, NotFound, Rejected, Uncertain
from syncd.model.ats import JobState
from tests.ats.workable_stand_in import ORIGIN, Asked, StandIn
from tests.clock import ManualClock

JOB = "AAAA000001"


async def all_of(pages: AsyncIterator[ApplicationPage]) -> list[ApplicationPage]:
    return [page async for page in pages]


def ids(pages: list[ApplicationPage]) -> list[str]:
    return [row.id for page in pages for row in page.rows]


def answer(status: int = 200, **body: Any) -> Any:
    return lambda asked: httpx.Response(status, json=body)


def epoch(text: str | None) -> float:
    return datetime.fromisoformat(str(text)).timestamp()


# Jobs


async def test_every_job_comes_once_although_pages_overlap(account: StandIn) -> None:
    for n in range(2, 251):
        account.add_job(f"AAAA{n:06}")
    pages = [page async for page in account.connect().jobs()]
    found = [job.id for page in pages for job in page.rows]
    assert found == list(account.jobs)
    assert len(account.asked) == 3
    assert not any(job.complete or job.description for page in pages for job in page.rows)
    assert all(page.as_of == account.now() for page in pages)


@pytest.mark.parametrize(
    ("state", "meant"),
    [
        ("published", JobState.OPEN),
        ("draft", JobState.DRAFT),
        ("closed", JobState.CLOSED),
        ("archived", JobState.CLOSED),
        ("on_moon", JobState.DRAFT),
        (None, JobState.DRAFT),
        (7, JobState.DRAFT),
    ],
)
async def test_states(account: StandIn, state: Any, meant: JobState) -> None:
    account.jobs[JOB]["state"] = state
    job = await account.connect().job(JOB)
    assert job is not None
    assert job.state is meant


async def test_one_job_is_complete(account: StandIn) -> None:
    account.jobs[JOB].update(
        full_description=None,
        description="<p>What</p>",
        requirements="<ul><li>Who</li></ul>",
        benefits="",
        code="ENG-1",
        sample=True,
        openings=3,
        salary={"from": 1},
        department=None,
        department_hierarchy=[{"id": 1, "name": "Company"}, {"id": 2, "name": "Platform"}, {}],
        location={"city": "New York", "region": "New York", "country": "United States"},
        created_at="2026-03-25T00:00:00Z",
        updated_at="2026-07-23T20:46:41.5+02:00",
    )
    job = await account.connect().job(JOB)
    assert job is not None
    assert job.complete
    assert job.description == "<div><p>What</p></div>\n<div><ul><li>Who</li></ul></div>"
    assert job.employment_type == "Full-time"
    assert job.department == "Platform"
    assert job.location == "New York, United States"
    assert job.created_at == epoch("2026-03-25T00:00:00+00:00")
    assert job.updated_at == epoch("2026-07-23T18:46:41.500+00:00")
    assert job.fields["code"] == "ENG-1"
    assert job.fields["sample"] == "true"
    assert job.fields["openings"] == "3"
    assert not {"salary", "description", "requirements"} & set(job.fields)


async def test_the_whole_description_wins_over_its_parts(account: StandIn) -> None:
    account.jobs[JOB].update(full_description="<p>All</p>", description="<p>Part</p>")
    job = await account.connect().job(JOB)
    assert job is not None
    assert job.description == "<p>All</p>"


async def test_a_job_that_does_not_exist_is_none_and_its_stages_are_not_found(
    account: StandIn,
) -> None:
    port = account.connect()
    assert await port.job("GONE") is None
    with pytest.raises(NotFound):
        await port.stages("GONE")


async def test_ids_cannot_leave_their_place_in_the_path(account: StandIn) -> None:
    assert await account.connect().job("../candidates?x=1") is None
    assert account.asked[0].path == "/spi/v3/jobs/../candidates?x=1"
    assert account.asked[0].params == {}


async def test_stages_in_the_order_of_the_pipeline(account: StandIn) -> None:
    stages = await account.connect().stages(JOB)
    assert [stage.name for stage in stages][:3] == ["Sourced", "Applied", "Phone Screen"]
    assert stages[2].id == "phone-screen"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"jobs": None},
        {"jobs": {}},
        {"error": "Not authorized"},
        {"jobs": [], "paging": {"next": 5}},
    ],
)
async def test_an_answer_without_rows_is_never_an_empty_account(
    account: StandIn, body: dict[str, Any]
) -> None:
    account.faults = [("GET .*/jobs", answer(**body))]
    with pytest.raises(Uncertain):
        _ = [page async for page in account.connect().jobs()]


async def test_odd_jobs_stop_nothing(account: StandIn, caplog: pytest.LogCaptureFixture) -> None:
    odd: list[Any] = [
        None,
        "text",
        7,
        {},
        {"shortcode": None, "id": "5b5cff", "title": "Secret title"},
        {"shortcode": "B", "title": 5, "location": "Berlin", "department_hierarchy": {"name": "x"}},
        {"shortcode": "C", "created_at": "yesterday", "updated_at": 12, "location": {"city": []}},
        {"shortcode": "C", "title": "again"},
    ]
    account.faults = [("GET .*/jobs", answer(jobs=odd))]
    with caplog.at_level("DEBUG"):
        pages = [page async for page in account.connect().jobs()]
    first, second = pages[0].rows
    assert (first.id, first.title, first.location, first.department) == ("B", "5", None, None)
    assert (second.id, second.title, second.created_at, second.updated_at) == ("C", "", None, None)
    assert "left out 5" in caplog.text
    assert "Secret" not in caplog.text


# Changed applications


async def test_a_full_read_comes_in_pages_and_ends_with_a_cursor(
    account: StandIn, clock: ManualClock
) -> None:
    people = [account.add_candidate(JOB) for _ in range(250)]
    began = account.now()
    account.before_answer = lambda asked: clock.advance(7)
    pages = await all_of(account.connect().changed_applications(None))
    assert ids(pages) == people
    assert [page.resume is None for page in pages] == [False, False, True]
    assert [page.cursor is None for page in pages] == [True, True, False]
    # Not later than the moment the first page was answered, less the overlap, on their clock.
    assert epoch(pages[-1].cursor) == began + 7 - 300
    assert [page.as_of for page in pages] == [began + 7, began + 14, began + 21]
    assert "updated_after" not in account.asked[0].params


async def test_a_read_goes_on_at_its_resume_point_and_keeps_its_beginning(
    account: StandIn, clock: ManualClock
) -> None:
    people = [account.add_candidate(JOB) for _ in range(250)]
    began = account.now()
    first = await anext(account.connect().changed_applications(None))
    clock.advance(86_400)
    account.asked.clear()
    rest = await all_of(account.connect().changed_applications(None, first.resume))
    assert ids([first, *rest])[:100] == people[:100]
    assert set(ids([first, *rest])) == set(people)
    assert len(account.asked) == 2
    assert epoch(rest[-1].cursor) == began - 300
    assert "@" not in str(first.resume)


async def test_whoever_changes_during_a_read_comes_in_the_next(
    account: StandIn, clock: ManualClock
) -> None:
    people = [account.add_candidate(JOB, age=9e5) for _ in range(150)]
    port = account.connect()

    def meanwhile(asked: Asked) -> None:
        clock.advance(10)
        if "since_id" in asked.params:
            account.change(people[3], stage="Interview")

    account.before_answer = meanwhile
    pages = await all_of(port.changed_applications(None))
    assert (
        next(row for page in pages for row in page.rows if row.id == people[3]).stage == "Applied"
    )
    account.before_answer = None
    clock.advance(120)
    later = await all_of(port.changed_applications(pages[-1].cursor))
    assert ids(later) == [people[3]]
    assert later[0].rows[0].stage == "Interview"


async def test_a_list_that_lags_loses_nobody(account: StandIn, clock: ManualClock) -> None:
    account.lag = 200.0
    port = account.connect()
    cursor = (await all_of(port.changed_applications(None)))[-1].cursor
    new = [account.add_candidate(JOB, age=0)]
    seen: set[str] = set()
    for _ in range(6):
        clock.advance(60)
        pages = await all_of(port.changed_applications(cursor))
        cursor = pages[-1].cursor
        seen |= set(ids(pages))
    assert seen == set(new)


async def test_people_on_no_job_and_odd_rows_are_left_out(
    account: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    fine = account.add_candidate(JOB)
    pool = account.add_candidate(None, name="In The Pool")
    rows: list[Any] = [
        None,
        [],
        {"id": None, "job": {"shortcode": JOB}, "name": "No Id"},
        {"id": "1", "job": {"shortcode": ""}},
        {"id": {"$ne": 1}, "job": {"shortcode": JOB}},
        {**account.candidates[fine], "email": ["x"], "phone": 5, "stage": None, "name": None,
         "firstname": " Ada ", "lastname": "Example", "created_at": "no", "updated_at": None,
         "tags": "vip"},
        account.candidates[pool],
    ]  # fmt: skip
    account.faults = [("GET .*/candidates", answer(candidates=rows))]
    with caplog.at_level("DEBUG"):
        pages = await all_of(account.connect().changed_applications(None))
    (row,) = pages[0].rows
    assert (row.id, row.email, row.phone, row.stage) == (fine, None, "5", "")
    assert row.name == "Ada Example"
    assert (row.applied_at, row.updated_at, row.tags) == (None, None, None)
    assert "left out 6" in caplog.text
    assert pool in caplog.text
    assert "Pool" not in caplog.text
    assert "$ne" not in caplog.text


@pytest.mark.parametrize("status", [400, 404, 410, 422])
async def test_a_refused_cursor_or_resume_point_has_expired(account: StandIn, status: int) -> None:
    port = account.connect()
    fault = ("GET .*candidates", answer(status, error="Not found"))
    resume = json.dumps({"next": f"{ORIGIN}/spi/v3/candidates?since_id=1", "started": 1.8e9})
    for cursor, point in (("2026-11-23T00:00:00Z", None), (None, resume)):
        account.faults = [fault]
        with pytest.raises(CursorExpired):
            await all_of(port.changed_applications(cursor, point))
    account.faults = [fault]
    with pytest.raises(Rejected) as caught:
        await all_of(port.changed_applications(None))
    assert not isinstance(caught.value, CursorExpired)


async def test_a_page_the_account_named_itself_and_then_refuses_has_expired(
    account: StandIn,
) -> None:
    for _ in range(150):
        account.add_candidate(JOB)
    pages = account.connect().changed_applications(None)
    await anext(pages)
    account.faults = [("GET .*", answer(422, error="gone"))]
    with pytest.raises(CursorExpired):
        await anext(pages)


@pytest.mark.parametrize(
    ("cursor", "resume"),
    [
        ("soon", None),
        ("", None),
        (None, "junk"),
        (None, "[]"),
        (None, '{"next": "ftp://x", "started": 1}'),
        (None, '{"next": "/spi/v3/candidates"}'),
        (None, '{"next": "/spi/v3/candidates", "started": 1e300}'),
    ],
)
async def test_a_token_that_is_none_has_expired_without_a_request(
    account: StandIn, cursor: str | None, resume: str | None
) -> None:
    with pytest.raises(CursorExpired):
        await all_of(account.connect().changed_applications(cursor, resume))
    assert account.asked == []


async def test_refused_credentials_are_no_expired_cursor(account: StandIn) -> None:
    account.faults = [("GET .*", answer(401, error="Not authorized"))]
    with pytest.raises(CredentialsRefused):
        await all_of(account.connect().changed_applications("2026-11-23T00:00:00Z"))
    assert len(account.asked) == 1


# Paging that does not end


def circle(*nexts: str | None, rows: list[dict[str, Any]]) -> list[tuple[str, Any]]:
    return [
        ("GET .*", answer(candidates=rows, paging={"next": further} if further else None))
        for further in nexts
    ]


async def test_a_last_page_that_leads_to_itself_ends_the_list(account: StandIn) -> None:
    code = account.add_candidate(JOB)
    last = f"{ORIGIN}/spi/v3/candidates?since_id={code}"
    account.faults = circle(last, last, last, rows=[account.candidates[code]])
    pages = await all_of(account.connect().changed_applications(None))
    assert ids(pages) == [code]
    assert pages[-1].cursor is not None
    assert len(account.asked) == 2


async def test_pages_in_a_circle_are_no_complete_list(account: StandIn) -> None:
    code = account.add_candidate(JOB)
    one, two = (f"{ORIGIN}/spi/v3/candidates?since_id={n}" for n in (1, 2))
    account.faults = circle(one, two, one, two, rows=[account.candidates[code]])
    with pytest.raises(Uncertain):
        await all_of(account.connect().changed_applications(None))
    assert len(account.asked) == 3


async def test_pages_without_anything_new_do_not_go_on_for_ever(account: StandIn) -> None:
    nexts = (f"/spi/v3/candidates?since_id={n}" for n in range(100))
    account.faults = circle(*nexts, rows=[])
    with pytest.raises(Uncertain):
        await all_of(account.connect().changed_applications(None))
    assert len(account.asked) == 10


async def test_an_empty_page_in_the_middle_is_not_the_end(account: StandIn) -> None:
    code = account.add_candidate(JOB)
    account.faults = circle("/spi/v3/candidates?since_id=1", rows=[])
    pages = await all_of(account.connect().changed_applications(None))
    assert ids(pages) == [code]


# Named applications


async def test_a_few_are_read_one_by_one(account: StandIn) -> None:
    kept, relocated, gone = (account.add_candidate(JOB) for _ in range(3))
    account.add_job("BBBB000002")
    account.change(relocated, job={"shortcode": "BBBB000002"})
    del account.candidates[gone]
    pages = await all_of(account.connect().applications(JOB, [kept, relocated, gone, kept]))
    found = {row.id: row.job_id for page in pages for row in page.rows}
    assert found == {kept: JOB, relocated: "BBBB000002"}
    assert len(account.asked) == 3
    assert all(row.tags == () for page in pages for row in page.rows)


async def test_many_are_read_from_the_list_which_ends_as_soon_as_all_were_seen(
    account: StandIn,
) -> None:
    people = [account.add_candidate(JOB) for _ in range(450)]
    wanted = people[210:260]
    pages = await all_of(account.connect().applications(JOB, wanted))
    assert set(wanted) <= set(ids(pages))
    assert len(account.asked) == 1
    assert account.asked[0].params["shortcode"] == JOB
    far = [people[0], *people[390:400]]
    account.asked.clear()
    pages = await all_of(account.connect().applications(JOB, far))
    assert set(far) <= set(ids(pages))
    assert len(account.asked) == 5  # pages overlap by a row: 100, then 99 new ones each
    assert {asked.path for asked in account.asked[1:]} == {f"/spi/v3/jobs/{JOB}/candidates"}


async def test_one_that_is_gone_is_left_out_of_many(account: StandIn) -> None:
    people = [account.add_candidate(JOB) for _ in range(6)]
    del account.candidates[people[2]]
    pages = await all_of(account.connect().applications(JOB, people))
    assert ids(pages) == [code for code in people if code != people[2]]


async def test_the_applications_of_a_job_that_is_gone_are_gone(account: StandIn) -> None:
    assert await all_of(account.connect().applications("GONE", list("abcdef"))) == []


async def test_ids_of_another_kind_are_found_too(account: StandIn) -> None:
    for _ in range(5):
        account.add_candidate(JOB)
    pages = await all_of(account.connect().applications(JOB, ["x1", "x2", "x3", "x4"]))
    assert len(ids(pages)) == 5
    assert "since_id" not in account.asked[0].params


# One application


@pytest.mark.parametrize(
    ("fields", "attribute"),
    [
        ({"disqualified": True}, "rejected"),
        ({"disqualified": "true"}, "rejected"),
        ({"withdrew": True}, "withdrawn"),
        ({"hired_at": "2026-07-01T00:00:00Z"}, "hired"),
        ({"stage_kind": "hired"}, "hired"),
        ({"anonymized": 1}, "anonymised"),
    ],
)
async def test_decisions_are_told(account: StandIn, fields: dict[str, Any], attribute: str) -> None:
    code = account.add_candidate(JOB, **fields)
    found = await account.connect().application(code)
    assert found is not None
    flags = ("rejected", "withdrawn", "hired", "anonymised", "do_not_contact")
    assert [flag for flag in flags if getattr(found, flag)] == [attribute]


async def test_one_application_has_its_tags_and_no_name_in_its_repr(account: StandIn) -> None:
    code = account.add_candidate(
        JOB, tags=["one", " two ", ""], originating_candidate_id="2727ffff", disqualified="0"
    )
    found = await account.connect().application(code)
    assert found is not None
    assert found.tags == ("one", " two ")
    assert found.candidate_id == code
    assert not found.out
    assert "Person" not in repr(found)
    assert "example.com" not in repr(found)


async def test_tags_that_cannot_all_be_read_are_not_known(account: StandIn) -> None:
    found = await account.connect().application(
        account.add_candidate(JOB, tags=["one", {"name": "two"}])
    )
    assert found is not None
    assert found.tags is None


async def test_somebody_gone_or_in_the_talent_pool_is_no_application(account: StandIn) -> None:
    port = account.connect()
    assert await port.application("27279999") is None
    assert await port.application(account.add_candidate(None)) is None


@pytest.mark.parametrize("body", [[], {}, {"candidate": None}, {"candidate": {"name": "x"}}, "x"])
async def test_an_answer_without_the_candidate_is_not_the_news_that_they_are_gone(
    account: StandIn, body: Any
) -> None:
    code = account.add_candidate(JOB)
    account.faults = [("GET .*", lambda asked: httpx.Response(200, json=body))]
    with pytest.raises(Uncertain):
        await account.connect().application(code)


# Notes


async def test_every_comment_is_found_among_the_activities(account: StandIn) -> None:
    code = account.add_candidate(JOB)
    for n in range(230):
        account.comment(
            code, f"<p>Note {n}</p>" if n % 2 else None, "comment" if n % 3 else "rating"
        )
    mark = account.comment(code, "<p>Score 80 (syncd 0123abcd)</p>")
    account.comment(code, "a message", "message")
    port = account.connect()
    application = await port.application(code)
    assert application is not None
    notes = await port.notes(application)
    assert notes[-1].id == mark
    assert notes[-1].text == "<p>Score 80 (syncd 0123abcd)</p>"
    assert (
        len(notes)
        == len({note.id for note in notes})
        == 1 + sum(n % 2 and n % 3 != 0 for n in range(230))
    )
    assert "Score" not in repr(notes)


async def test_activities_without_ids_are_read_too(account: StandIn) -> None:
    code = account.add_candidate(JOB)
    port = account.connect()
    application = await port.application(code)
    assert application is not None
    rows: list[Any] = [
        {"action": "comment", "body": "one"},
        {"action": "comment", "body": "two"},
        3,
    ]
    account.faults = [("GET .*/activities", answer(activities=rows))]
    assert [note.text for note in await port.notes(application)] == ["one", "two"]


@pytest.mark.parametrize("date", ["", "soon", "Thu, 99 Jul 2026 23:09:15 GMT"])
async def test_without_a_date_what_is_known_of_its_clock_counts(
    account: StandIn, clock: ManualClock, date: str
) -> None:
    port = account.connect()
    await port.account()
    clock.advance(100)
    bare = httpx.Response(200, json={"candidates": []}, headers={"date": date})
    account.faults = [("GET .*", lambda asked: bare)]
    (page,) = await all_of(port.changed_applications(None))
    assert page.as_of == pytest.approx(account.now(), abs=2)


# The account


async def test_the_account_is_named_by_its_address_whatever_the_token_may_see(
    account: StandIn,
) -> None:
    assert (await account.connect().account()).id == "example"
    by_address = account.connect(subdomain="", base_url="https://Example.workable.com/")
    assert (await by_address.account()).id == "example"
    assert [asked.path for asked in account.asked] == ["/spi/v3/jobs"] * 2


async def test_an_account_without_jobs_still_proves_the_token(account: StandIn) -> None:
    account.jobs.clear()
    assert (await account.connect(member_id="1f395d").account()).actor == "1f395d"


async def test_something_else_at_the_address_proves_nothing(account: StandIn) -> None:
    account.faults = [("GET .*", answer(ok=True))]
    with pytest.raises(Uncertain):
        await account.connect().account()
