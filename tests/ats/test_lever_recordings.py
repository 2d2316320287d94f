"""The connector on what a Lever account answered in July 2026, and on the vendor's samples."""

import base64
import json
from typing import Any

import pytest

from syncd.ats.lever import connector
from syncd.ats.lever.rows import application_of, job_of, notes_of, stages_of
from syncd.ats.port import Ats
from syncd.errors import NotSent, Rejected
from syncd.model.ats import Application, JobState, Stage, Told
from tests.ats.replay import DATA, Replay

KEY = "synthetic-key"
PERSON = "6408dc54-7015-4e5b-8d60-23afff2b1efc"
CONTACT = "997fd432-94f6-4613-9fa8-c3d5bd49600b"
POSTING = "75ff237f-c221-4c26-8b23-faf395f5ea1c"
USER = "be129d9b-50da-4485-9377-0d83e981f30b"
TIMING = "c97322d4-a7f3-4008-948c-4f8e9c58d372"
OPPORTUNITY = f"/v1/opportunities/{PERSON}"


@pytest.fixture
def replay() -> Replay:
    return Replay("lever")


def connect(replay: Replay) -> Ats:
    return replay.open(connector, api_key=KEY, perform_as=USER)


def person(**more: Any) -> Application:
    return Application(PERSON, POSTING, CONTACT, "lead-new", name="", email=None, **more)


def sample(name: str) -> Any:
    path = DATA / "lever/docs-samples" / f"{name}.json"
    if not path.is_file():
        pytest.skip("the samples of Lever's documentation are not here")
    return json.loads(path.read_text())["sample"]["data"]


async def test_the_list_of_postings(replay: Replay) -> None:
    (page,) = [page async for page in connect(replay.load("get-postings")).jobs()]
    states = [job.state for job in page.rows]
    assert states == [
        JobState.OPEN,
        JobState.DRAFT,
        JobState.OPEN,
        JobState.OPEN,
        JobState.CLOSED,
        JobState.OPEN,
    ]
    first = page.rows[0]
    assert (first.title, first.department) == ("Nango Seed Posting 2", "Sales")
    assert (first.location, first.employment_type) == ("San Francisco, CA", "Full-time")
    assert first.description is not None
    assert first.description.startswith("<div>Second seed posting")
    assert (first.complete, first.created_at) == (True, 1782972983.451)
    assert first.fields["team"] == "Account Executive"
    assert page.as_of == 1782974705.0  # the answer's Date: 2 July 2026, 06:45:05
    (asked,) = replay.asked
    assert asked.query == [("limit", "100")]  # no filter by state: it hides internal postings
    assert asked.authorization == "Basic " + base64.b64encode(f"{KEY}:".encode()).decode()


async def test_one_posting(replay: Replay) -> None:
    job = await connect(replay.load("get-posting")).job(POSTING)
    assert job is not None
    assert (job.id, job.state, job.department) == (POSTING, JobState.OPEN, "Research & Development")


def test_a_posting_of_the_documentation_with_lists_and_closing() -> None:
    job = job_of(sample("get-postings-posting"))
    assert job is not None
    assert (job.state, job.location, job.employment_type) == (
        JobState.OPEN,
        "San Francisco",
        "Full-time",
    )
    assert job.description is not None
    order = ["act as", "<h3>Job requirements</h3>", "<ul><li>Quick learner", "<div>Our <a"]
    assert sorted(map(job.description.index, order)) == [job.description.index(o) for o in order]
    assert job.fields["reqCode"] == "7381912"


async def test_stages_are_asked_for_once_and_are_not_all_uuids(replay: Replay) -> None:
    port = connect(replay.load("get-stages"))
    stages = await port.stages(POSTING)
    assert stages[:4] == (
        Stage("lead-new", "New lead"),
        Stage("lead-reached-out", "Reached out"),
        Stage("lead-responded", "Responded"),
        Stage("applicant-new", "New applicant"),
    )
    assert await port.stages("another") == stages
    assert replay.paths() == ["GET /v1/stages"]


async def test_one_opportunity_whose_applications_are_told_by_id(replay: Replay) -> None:
    replay.load("get-opportunity", "archive-reasons")
    applied = {"id": "7278da68", "posting": POSTING, "createdAt": 1782972986091, "type": "posting"}
    replay.add("GET", f"{OPPORTUNITY}/applications", {"data": [applied], "hasNext": False})
    found = await connect(replay).application(PERSON)
    assert found is not None
    assert (found.id, found.job_id, found.candidate_id) == (PERSON, POSTING, CONTACT)
    assert found.stage == "lead-reached-out"
    assert (found.name, found.email) == (
        "Nango Seed Candidate 1",
        "nango-seed-candidate-1@example.com",
    )
    assert found.phone == "5555550100"
    assert (found.rejected, found.hired, found.out) == (True, False, True)
    assert (found.anonymised, found.do_not_contact) == (False, False)
    assert found.tags is not None
    assert found.tags[0] == "Nango Seed"
    assert found.applied_at == 1782972986.091
    assert found.updated_at == 1782974048.515
    assert [pair for pair in replay.asked[0].query if pair[0] == "expand"] == [
        ("expand", "applications"),
        ("expand", "contact"),
    ]


def test_opportunities_of_the_documentation() -> None:
    rows = sample("get-opportunities")
    applied = [{"id": "a", "posting": "p", "createdAt": 1}]
    read = [application_of(row, (), 1.7e9, applied) for row in rows]
    assert all(read)
    first, second = [found for found in read if found][:2]
    assert first.do_not_contact  # consent to be written to was refused
    assert not second.do_not_contact  # there is none on record
    assert second.updated_at is None
    assert first.email == "shane@exampleq3.com"
    assert not first.out
    (alone,) = [application_of(sample("get-opportunities-opportunity"), (), 0.0, applied)]
    assert alone == application_of(rows[0], (), 0.0, applied)


def test_an_application_of_the_documentation_is_for_its_posting() -> None:
    applied = sample("get-opportunities-opportunity-applications-application")
    found = application_of({"id": "o", "applications": [applied]})
    assert found is not None
    assert (found.job_id, found.candidate_id) == ("6a1e4b79-75a3-454f-9417-ea79612b9585", "o")
    assert (found.name, found.email, found.phone) == (
        "Teresa Kale",
        "teresa@example3.com",
        "(123) 456-7888",
    )


def test_notes_of_the_documentation_and_recorded(replay: Replay) -> None:
    (note,) = notes_of(sample("get-opportunities-opportunity-notes"))
    assert "move forward" in note.text
    assert "Sounds great" in note.text  # what others added, and though it was deleted
    replay.load("get-note")
    (recorded,) = next(iter(replay.recorded.values()))
    (note,) = notes_of([recorded["response"]["data"]])
    assert note.text == "Test note for get-note dryrun"
    assert note.id == "dafc52cc-2eba-4542-92ba-1f17685df17b"


def test_stages_of_the_documentation() -> None:
    assert stages_of(sample("get-stages"))[0].name == "New applicant"


async def test_a_note_is_answered_whole(replay: Replay) -> None:
    port = connect(replay.load("create-note"))
    slot = await port.reserve()
    made = await port.add_note(person(), "A note", slot, about=Told("completed", 80.0))
    assert made == "7f8004a4-e5db-466a-ae31-7a26346701ed"
    (asked,) = replay.asked
    assert asked.body == {"value": "A note", "score": 4}
    assert asked.query == [("perform_as", USER)]


async def test_a_note_is_answered_as_the_documentation_says(replay: Replay) -> None:
    replay.add("POST", f"{OPPORTUNITY}/notes", {"data": {"noteId": "n-1"}}, status=201)
    port = connect(replay)
    assert await port.add_note(person(), "A note", await port.reserve()) == "n-1"
    assert replay.asked[0].body == {"value": "A note"}


async def test_a_move_a_tag_and_an_archiving(replay: Replay) -> None:
    replay.load(
        "update-opportunity-stage", "update-opportunity-tags", "update-opportunity-archived"
    )
    port = connect(replay.load("get-archive-reasons"))
    stage = Stage("lead-reached-out", "Reached out")
    await port.move(person(), stage, await port.reserve())
    await port.add_tags(person(tags=("Seed",)), ["seed", "new"], await port.reserve())
    await port.prepare(reject_reason="timing")
    await port.reject(person(), "Timing", await port.reserve())
    writes = [asked for asked in replay.asked if asked.method != "GET"]
    assert [(asked.path.rsplit("/", 1)[1], asked.body) for asked in writes] == [
        ("stage", {"stage": "lead-reached-out"}),
        ("addTags", {"tags": ["new"]}),
        ("archived", {"reason": TIMING}),
    ]
    assert all(asked.query == [("perform_as", USER)] for asked in writes)


async def test_reasons_that_turn_nobody_down_today_are_refused(replay: Replay) -> None:
    port = connect(replay.load("get-archive-reasons"))
    for reason in ("Hired", "No Response - OLD", "Nothing of the kind"):
        with pytest.raises(Rejected, match="reason"):
            await port.prepare(reject_reason=reason)
    with pytest.raises(NotSent):
        await port.reject(person(), "Timing", await port.reserve())
    with pytest.raises(Rejected, match="reject_reason"):
        await port.reject(person(), "", await port.reserve())
    assert all(asked.method == "GET" for asked in replay.asked)


async def test_a_missing_stage_is_told_by_its_code(replay: Replay) -> None:
    path = DATA / "lever/docs-samples/intro-4.json"
    if not path.is_file():
        pytest.skip("the samples of Lever's documentation are not here")
    error = json.loads(path.read_text())["sample"]
    port = connect(replay.add("PUT", f"{OPPORTUNITY}/stage", error, status=404))
    with pytest.raises(Rejected) as caught:
        await port.move(person(), Stage("gone", "Gone"), await port.reserve())
    assert caught.value.code == "ResourceNotFound"
    assert "a80bbbe0" not in str(caught.value)  # the text that was sent is not repeated
