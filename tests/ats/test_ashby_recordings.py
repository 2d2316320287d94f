"""The connector on what an Ashby account really answered in May 2026.

Whoever recorded it made the ids short; the same person may have another id in another recording.
"""

import base64
from typing import Any

import pytest

from syncd.ats.ashby import connector
from syncd.ats.ashby.rows import notes_of
from syncd.ats.port import Ats
from syncd.errors import CredentialsRefused, NotFound, Rejected, Throttled, Uncertain
from syncd.model.ats import Application, JobState, Stage
from tests.ats.replay import Replay

KEY = "synthetic-key"


def number(digits: str) -> str:
    return f"00000000-0000-0000-0000-{digits:0>12}"


@pytest.fixture
def replay() -> Replay:
    return Replay("ashby")


def connect(replay: Replay, **settings: Any) -> Ats:
    return replay.open(connector, api_key=KEY, **settings)


def person(**more: Any) -> Application:
    given = {"id": number("1"), "job_id": number("3"), "candidate_id": number("2"), **more}
    return Application(**{"stage": "s", "name": "", "email": None, **given})


def places(replay: Replay) -> Replay:
    """Departments as recorded; locations, of which there is no recording."""
    location = {"id": number("2"), "name": "San Francisco", "isArchived": False}
    replay.add("POST", "/location.list", {"success": True, "results": [location]})
    return replay.load("departments", "list-job-postings")


async def test_the_list_of_jobs(replay: Replay) -> None:
    (page,) = [page async for page in connect(places(replay).load("jobs")).jobs()]
    assert len(page.rows) == 21
    assert [job.state for job in page.rows].count(JobState.OPEN) == 1
    first = page.rows[0]
    assert first.title == "[Old] Senior Full-Stack Engineer - Remote"
    assert (first.state, first.employment_type) == (JobState.CLOSED, "FullTime")
    assert first.location == "San Francisco"
    assert (first.complete, first.description) == (False, None)
    assert first.created_at == 1707034558.104
    assert first.updated_at == 1726656693.773
    assert page.as_of == 1780002702.0  # the answer's Date
    assert replay.asked[0].body == {
        "limit": 100,
        "status": ["Open", "Draft", "Closed", "Archived"],
    }
    pair = base64.b64encode(f"{KEY}:".encode()).decode()
    assert {asked.authorization for asked in replay.asked} == {f"Basic {pair}"}
    assert sorted(replay.paths()[1:]) == [
        "POST /department.list",
        "POST /jobPosting.list",
        "POST /location.list",
    ]


async def test_a_job_has_the_text_of_its_posting(replay: Replay) -> None:
    row = {"id": "j", "title": "Lead", "status": "Open", "updatedAt": "2026-01-01T00:00:00.000Z"}
    told = {"success": True, "results": {**row, "jobPostingIds": [number("1")]}}
    replay.add("POST", "/job.info", told)
    job = await connect(places(replay).load("get-job-posting")).job("j")
    assert job is not None
    assert job.complete
    assert job.description is not None
    assert job.description.startswith("<p><em>(In San Francisco)</em></p>")
    assert job.updated_at == 1777377308.267  # the posting's, which is newer


async def test_a_closed_job_without_a_posting(replay: Replay) -> None:
    job = await connect(places(replay).load("get-job")).job(number("1"))
    assert job is not None
    assert (job.state, job.description, job.complete) == (JobState.CLOSED, None, True)


async def test_applications_over_an_empty_page_that_is_not_the_last(replay: Replay) -> None:
    replay.load("applications")
    last = {"success": True, "results": [], "moreDataAvailable": False, "syncToken": "S1"}
    replay.add("POST", "/application.list", last)
    pages = [page async for page in connect(replay).changed_applications(None)]
    assert [len(page.rows) for page in pages] == [20, 0, 0]
    assert [page.resume is None for page in pages] == [False, False, True]
    assert [page.cursor for page in pages] == [None, None, "S1"]
    one, other = pages[0].rows[:2]
    assert (one.id, one.job_id, one.candidate_id) == (number("1"), number("3"), number("2"))
    assert (one.name, one.email, one.phone) == ("Test User 1", "user1@example.com", "+10000000001")
    assert (one.rejected, one.withdrawn, one.hired) == (True, False, False)
    assert one.stage == number("2d")
    assert (other.out, other.stage, other.tags) == (False, number("36"), None)
    assert {asked.path for asked in replay.asked} == {"/application.list"}  # nobody asked for alone
    bodies = [asked.body for asked in replay.asked]
    first = replay.recorded["POST", "/application.list"]
    assert bodies[0] == {"limit": 100}
    assert len({body.get("cursor") for body in bodies}) == 3
    assert first[-1]["response"] is last


async def test_a_read_goes_on_where_it_stopped(replay: Replay) -> None:
    replay.load("applications")
    first = await anext(connect(replay).changed_applications(None))
    again = Replay("ashby").add(
        "POST",
        "/application.list",
        {"success": True, "results": [], "moreDataAvailable": False, "syncToken": "S2"},
    )
    (page,) = [p async for p in connect(again).changed_applications("S1", first.resume)]
    assert page.cursor == "S2"
    (asked,) = again.asked
    assert str(asked.body["cursor"]).startswith("x8FJ_8b6N88")
    assert "syncToken" not in asked.body  # that read began without one


async def test_one_application_with_the_tags_of_the_candidate(replay: Replay) -> None:
    (recorded,) = Replay("ashby").load("change-application-stage").recorded.values()
    replay.add("POST", "/application.info", recorded[0]["response"]).load("get-candidate")
    plan = {"success": True, "results": [], "moreDataAvailable": False}
    found = await connect(replay.add("POST", "/interviewStage.list", plan)).application(number("1"))
    assert found is not None
    assert (found.tags, found.out, found.stage) == ((), False, number("2"))
    assert replay.asked[0].body == {"applicationId": number("1")}
    assert replay.asked[-1].body == {"id": number("3")}


async def test_a_move_and_a_note(replay: Replay) -> None:
    port = connect(replay.load("change-application-stage", "create-note"))
    await port.move(person(), Stage(number("2"), "2nd Screen"), await port.reserve())
    assert await port.add_note(person(), "A note", await port.reserve()) == number("2")
    move, note = replay.asked
    assert move.body == {"applicationId": number("1"), "interviewStageId": number("2")}
    assert note.body == {
        "candidateId": number("2"),
        "note": "A note",
        "sendNotifications": False,
    }
    (recorded,) = replay.recorded["POST", "/candidate.createNote"]
    (read,) = notes_of([recorded["response"]["results"]])
    assert (read.id, read.text) == (number("2"), "Test note from Nango action validation")


def failed(code: str, shape: str = "info") -> Any:
    prose = "p1@example.com was not expected"
    if shape == "info":
        return {"success": False, "errors": [prose], "errorInfo": {"code": code, "message": prose}}
    if shape == "text":
        return {"success": False, "errors": [code]}
    return {"success": False, "errors": [{"code": code, "message": prose}]}


@pytest.mark.parametrize("shape", ["info", "text", "object"])
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("application_not_found", NotFound),
        ("missing_endpoint_permission", Rejected),
        ("invalid_api_key", CredentialsRefused),
        ("rate_limit_exceeded", Throttled),
        ("invalid_input", Rejected),
        ("internal_server_error", Uncertain),
    ],
)
async def test_a_write_that_failed_with_status_200(
    replay: Replay, code: str, kind: type[Exception], shape: str
) -> None:
    replay.add("POST", "/candidate.createNote", failed(code, shape))
    port = connect(replay)
    with pytest.raises(kind) as caught:
        await port.add_note(person(), "A note", await port.reserve())
    assert type(caught.value) is kind
    assert "example.com" not in str(caught.value)
    if kind is not Throttled:
        assert caught.value.__dict__["code"] == ("" if kind is CredentialsRefused else code)
    assert len(replay.asked) == 1


@pytest.mark.parametrize(
    "told", [{}, {"results": {"id": "n"}}, {"success": "true", "results": {"id": "n"}}, [], "<p>"]
)
async def test_a_write_whose_answer_proves_nothing(replay: Replay, told: Any) -> None:
    port = connect(replay.add("POST", "/candidate.createNote", told))
    with pytest.raises(Uncertain):
        await port.add_note(person(), "A note", await port.reserve())


async def test_a_key_that_lacks_a_permission(replay: Replay) -> None:
    port = connect(replay.add("POST", "/job.list", failed("missing_endpoint_permission")))
    with pytest.raises(CredentialsRefused) as caught:
        [page async for page in port.jobs()]
    assert caught.value.status == 403


async def test_a_refused_key_is_not_sent_twice(replay: Replay) -> None:
    port = connect(replay.add("POST", "/job.list", failed("unauthorized")))
    for _ in range(2):
        with pytest.raises(CredentialsRefused):
            await port.account()
    assert len(replay.asked) == 1
