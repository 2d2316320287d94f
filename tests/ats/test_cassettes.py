"""The bytes on the wire, pinned: every call of the Workable connector, recorded from the sandbox.

A changed path, parameter, body or order of requests fails here. ``SYNCD_RECORD=1`` records the
conversation anew; it holds no token. Real recorded answers of Workable are tested beside this.
"""

import os
from pathlib import Path

import httpx
import pytest
import vcr
from vcr.errors import CannotOverwriteExistingCassetteException

from syncd.ats.workable import WorkableSettings, connector
from syncd.ats.workable.client import Workable
from syncd.http.session import Network
from syncd.model.ats import Stage
from syncd.sandbox import WORKABLE_URL, SandboxClock, Side, World
from syncd.sandbox.serve import app

CASSETTE = Path(__file__).parent / "cassettes" / "workable.yaml"
RECORDING = os.environ.get("SYNCD_RECORD") == "1"
FIELD = "heymilo_score"

tape = vcr.VCR(
    record_mode="all" if RECORDING else "none",
    match_on=["method", "scheme", "host", "port", "path", "query", "body"],
    filter_headers=["authorization", "user-agent"],
)


def small_world() -> World:
    """One job, one candidate, one attribute: enough for every call, the same each time."""
    world = World(seed=3)
    world.workable.behaviour.requests = 1000
    recruiters = world.recruiters
    recruiters.add_attribute(FIELD, "Score")
    recruiters.add_reason("Not a fit")
    job = recruiters.add_job("Synthetic Engineer", department="Engineering")
    recruiters.apply(job.shortcode, "Synthetic Person", "person@example.com", None)
    return world


def open_client() -> Workable:
    """A client of the sandbox while recording, of the cassette (and no network) otherwise."""
    clock = SandboxClock()
    world = small_world()
    served = app(world, Side.WORKABLE, clock)
    transport = httpx.ASGITransport(served) if RECORDING else None  # type: ignore[arg-type]
    settings = WorkableSettings(
        type="workable",
        base_url=WORKABLE_URL,
        api_token=world.workable.token,
        score_field=FIELD,
    )
    client = connector.open(settings, Network(clock=clock, transport=transport))
    assert isinstance(client, Workable)
    return client


async def converse(client: Workable) -> None:
    """Every call of the port once."""
    assert (await client.account()).id
    (job,) = [job async for page in client.jobs() for job in page.rows]
    detail = await client.job(job.id)
    assert detail is not None
    assert detail.complete
    assert await client.job("NOSUCHJOB0") is None
    stages = await client.stages(job.id)
    pages = [page async for page in client.changed_applications(None)]
    (row,) = pages[0].rows
    assert pages[-1].cursor is not None
    assert len([p async for p in client.changed_applications(pages[-1].cursor)]) == 1
    assert len([p async for p in client.applications(job.id, [row.id])]) == 1
    person = await client.application(row.id)
    assert person is not None
    assert await client.application("1") is None
    assert await client.notes(person) == ()
    target = next(stage for stage in stages if stage.is_called("Phone Screen"))
    await client.add_note(person, "A note (syncd 00000000)", await client.reserve())
    await client.set_score(person, 78.5, await client.reserve())
    await client.prepare(tags=["passed"])
    await client.add_tags(person, ["passed"], await client.reserve())
    await client.move(person, target, await client.reserve())
    assert [note.text for note in await client.notes(person)] == ["A note (syncd 00000000)"]
    await client.prepare(reject_reason="Not a fit")
    await client.reject(person, "Not a fit", await client.reserve())
    after = await client.application(row.id)
    assert after is not None
    assert after.rejected
    assert after.tags == ("passed",)


async def test_the_conversation_is_as_recorded() -> None:
    with tape.use_cassette(str(CASSETTE)) as cassette:
        client = open_client()
        await converse(client)
        await client.aclose()
        assert RECORDING or cassette.all_played


@pytest.mark.skipif(RECORDING, reason="replays only")
async def test_another_body_is_not_answered() -> None:
    """The cassette must not answer what was never asked, or it would pin nothing."""
    with tape.use_cassette(str(CASSETTE)):
        client = open_client()
        await client.account()
        (job,) = [job async for page in client.jobs() for job in page.rows]
        (row,) = [r async for page in client.changed_applications(None) for r in page.rows]
        assert row.job_id == job.id
        with pytest.raises(CannotOverwriteExistingCassetteException):
            await client.move(row, Stage("offer", "Offer"), await client.reserve())


def test_the_cassette_holds_no_token() -> None:
    text = CASSETTE.read_text()
    assert small_world().workable.token not in text
    assert "authorization" not in text.lower()
