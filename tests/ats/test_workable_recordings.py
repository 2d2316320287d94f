"""The connector on what a Workable account really answered in July 2026.

The recordings are read where they are; without them these tests are skipped.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from syncd.ats.port import ApplicationPage
from syncd.ats.workable import Workable, connector
from syncd.errors import NotFound
from syncd.http.session import Network
from syncd.model.ats import Application, JobState, Stage
from tests.clock import ManualClock

RECORDINGS = Path(__file__).resolve().parents[3] / "shared/ats/data/workable/recordings-nango"

pytestmark = pytest.mark.skipif(
    not RECORDINGS.is_dir(), reason="the recorded answers of Workable are not here"
)

JOB = "9CD658E13E"
MEMBER = "1f395d"


@dataclass
class Replay:
    """Answers recorded requests, matched by method, path, query and body, and no others."""

    recorded: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def load(self, *names: str) -> "Replay":
        for name in names:
            self.recorded += json.loads((RECORDINGS / f"{name}.json").read_text())["interactions"]
        return self

    def answer(self, request: httpx.Request) -> httpx.Response:
        path, query = request.url.path, dict(request.url.params)
        body = json.loads(request.content) if request.content else None
        self.asked.append(f"{request.method} {path}")
        for one in self.recorded:
            wanted = (one["method"], one["path"], one["params"] or {}, one["body"])
            if wanted == (request.method, path, query, body):
                told = one["response"]
                content = told.encode() if isinstance(told, str) else json.dumps(told).encode()
                return httpx.Response(one["status"], content=content, headers={"date": one["date"]})
        return pytest.fail(f"not recorded: {request.method} {path} {query} {body}")

    def connect(self, **more: Any) -> Workable:
        settings = connector.settings.model_validate(
            {
                "type": "workable",
                "subdomain": "nangodev",
                "api_token": "synthetic-token",
                "requests": "1000/s",
                "member_id": MEMBER,
                **more,
            }
        )
        network = Network(clock=ManualClock(), transport=httpx.MockTransport(self.answer))
        port = connector.open(settings, network)
        assert isinstance(port, Workable)
        return port


@pytest.fixture
def replay() -> Replay:
    return Replay()


async def all_of(pages: AsyncIterator[ApplicationPage]) -> list[ApplicationPage]:
    return [page async for page in pages]


def person(code: str, **more: Any) -> Application:
    return Application(code, JOB, code, "Sourced", name="", email=None, **more)


async def test_the_list_of_jobs(replay: Replay) -> None:
    (page,) = [page async for page in replay.load("jobs").connect().jobs()]
    first, second = page.rows
    assert (first.id, first.title, first.state) == (JOB, "Account Executive", JobState.CLOSED)
    assert first.location == "London, United Kingdom"
    assert second.location == "New York, United States"
    assert first.fields["code"] == "GB/09/AE"
    assert first.fields["sample"] == "true"
    assert first.department is None
    assert first.created_at is not None
    assert first.created_until == first.created_at + 86_400
    assert page.as_of == 1784848155.0  # the answer's Date: 23 July 2026, 23:09:15


async def test_one_job_agrees_with_its_list_row(replay: Replay) -> None:
    port = replay.load("jobs", "get-job").connect()
    row = (await anext(port.jobs())).rows[0]
    job = await port.job(JOB)
    assert job is not None
    assert job.complete
    assert job.employment_type == "Full-time"
    assert str(job.description).startswith("<p>We are looking for")
    for name in ("id", "title", "state", "location", "department", "created_at", "updated_at"):
        assert getattr(job, name) == getattr(row, name)


async def test_the_stages_of_a_job(replay: Replay) -> None:
    stages = await replay.load("list-job-stages").connect().stages(JOB)
    assert [stage.id for stage in stages] == [
        "sourced", "applied", "phone-screen", "assessment", "interview", "offer", "hired",
    ]  # fmt: skip
    assert stages[2].is_called("Phone Screen")


async def test_all_candidates_over_two_pages(replay: Replay) -> None:
    pages = await all_of(replay.load("candidates").connect().changed_applications(None))
    rows = [row for page in pages for row in page.rows]
    assert [len(page.rows) for page in pages] == [100, 25]
    assert len({row.id for row in rows}) == 125
    assert {row.job_id for row in rows} == {JOB, "B3627BCF5D"}
    assert all(row.email and row.name and row.applied_at and row.updated_at for row in rows)
    assert all(row.tags is None for row in rows)
    assert sum(row.hired for row in rows) == 2
    assert any(row.rejected for row in rows)
    assert pages[0].resume is not None
    assert pages[1].cursor == "2026-07-23T20:46:07Z"  # 300 s before the first answer's Date


async def test_a_read_resumed_at_the_second_page(replay: Replay) -> None:
    port = replay.load("candidates").connect()
    first = await anext(port.changed_applications(None))
    (rest,) = await all_of(port.changed_applications(None, first.resume))
    assert len(rest.rows) == 25
    assert rest.cursor == "2026-07-23T20:46:07Z"


async def test_the_next_page_of_a_job_lies_below_the_job(replay: Replay) -> None:
    found = json.loads((RECORDINGS / "list-candidates.json").read_text())["interactions"][0]
    found["params"] = {"shortcode": JOB, "limit": "100"}
    rest = {
        "method": "GET",
        "path": f"/spi/v3/jobs/{JOB}/candidates",
        "params": {"limit": "50", "since_id": "2727baa2"},
        "body": None,
        "status": 200,
        "date": found["date"],
        "response": {"candidates": [{**found["response"]["candidates"][0], "id": "2727ffff"}]},
    }
    gone = [
        {**rest, "path": f"/spi/v3/candidates/{id_}", "params": {}, "status": 404, "response": {}}
        for id_ in ("not-hex", "also-not-hex")
    ]
    replay.recorded = [found, rest, *gone]
    ids = ["not-hex", "2727ffff", found["response"]["candidates"][3]["id"], "also-not-hex"]
    pages = await all_of(replay.connect().applications(JOB, ids))
    assert [len(page.rows) for page in pages] == [50, 1]


async def test_one_candidate(replay: Replay) -> None:
    found = await replay.load("get-candidate").connect().application("27273038")
    assert found is not None
    assert (found.job_id, found.stage, found.tags) == (JOB, "Sourced", ("nango", "priority"))
    assert found.email == "nango.testone@example.com"
    assert not found.out


async def test_activities_without_comments_hold_no_notes(replay: Replay) -> None:
    replay.load("list-candidate-activities").recorded[0]["params"] = {"limit": "100"}
    assert await replay.connect().notes(person("272731b1")) == ()


async def test_the_comments_among_recorded_activities(replay: Replay) -> None:
    one = replay.load("list-job-activities").recorded[0]
    one["path"], one["params"] = "/spi/v3/candidates/27270276/activities", {"limit": "100"}
    del one["response"]["paging"]
    notes = await replay.connect().notes(person("27270276"))
    assert len(notes) == 21
    assert all(note.id and note.text for note in notes)


async def test_the_writes_as_recorded(replay: Replay) -> None:
    port = replay.load(
        "move-candidate", "create-comment", "update-candidate-tags", "disqualification-reasons"
    ).connect()
    await port.move(person("272731b1"), Stage("interview", "Interview"), await port.reserve())
    text = "Test comment from Nango dryrun"
    assert await port.add_note(person("272737d8"), text, await port.reserve()) == "90775157"
    await port.add_tags(person("27273038", tags=("nango",)), ["seed"], await port.reserve())
    await port.prepare(reject_reason="Doesn't have required qualifications")
    assert len(replay.asked) == 4


async def test_a_disqualification_as_recorded_but_for_its_note(replay: Replay) -> None:
    port = replay.load("disqualification-reasons", "disqualify-candidate").connect()
    del replay.recorded[-1]["body"]["disqualify_note"]
    reason = "Doesn't have required qualifications"
    await port.prepare(reject_reason=reason)
    await port.reject(person("272737e6"), reason, await port.reserve())
    assert replay.asked[-1] == "POST /spi/v3/candidates/272737e6/disqualify"


async def test_an_unknown_attribute_as_recorded(replay: Replay) -> None:
    port = replay.load("update-candidate-custom-attribute").connect(score_field="seed_attr")
    replay.recorded[0]["body"]["value"] = "80"
    with pytest.raises(NotFound):
        await port.set_score(person("27273038"), 80, await port.reserve())


async def test_the_acting_member_among_recorded_members(replay: Replay) -> None:
    replay.load("list-members", "move-candidate").recorded[0]["params"]["limit"] = "100"
    port = replay.connect(member_id="")
    await port.move(person("272731b1"), Stage("interview", "Interview"), await port.reserve())
    assert replay.asked == ["GET /spi/v3/members", "POST /spi/v3/candidates/272731b1/move"]


async def test_somebody_in_the_talent_pool_is_on_no_job(replay: Replay) -> None:
    made = replay.load("create-talent-pool-candidate").recorded[0]
    made.update(method="GET", path="/spi/v3/candidates/2727c2c3", params=None, body=None)
    assert await replay.connect().application("2727c2c3") is None
