"""The bytes on the wire, pinned: every call of the client against a recorded conversation.

A changed path, parameter, body or order of requests fails here. The conversation is recorded
anew from the fake with ``SYNCD_RECORD=1``; it holds no key.
"""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import vcr
from vcr.errors import CannotOverwriteExistingCassetteException

from syncd.heymilo.client import HeyMilo
from syncd.http.session import Network
from syncd.settings.schema import HeyMiloSettings
from tests.clock import ManualClock
from tests.heymilo.fake import KEY, FakeHeyMilo, posting

CASSETTE = Path(__file__).parent / "cassettes" / "client.yaml"
RECORDING = os.environ.get("SYNCD_RECORD") == "1"

tape = vcr.VCR(
    record_mode="all" if RECORDING else "none",
    match_on=["method", "scheme", "host", "port", "path", "query", "body"],
    filter_headers=["x-api-key", "user-agent"],
)


def client() -> HeyMilo:
    """A client of the fake while recording, of the cassette (and no network) otherwise."""
    if RECORDING:
        fake = FakeHeyMilo()
        fake.postings = {f"P{n:03}": posting(f"P{n:03}") for n in range(101)}
        fake.rows = {
            "workspaces": [{"id": "W1", "name": "Synthetic"}],
            "interview-templates": [{"id": "IT", "template_code": "ENG", "posting_id": "B"}],
            "sender-emails": [{"id": "S", "full_email": "jobs@example.com"}],
            "phone-numbers": [{"id": "N", "phone_number": "+15550100"}],
            "email-template-groups": [{"id": "E", "name": "Mails"}],
            "design-template-groups": [{"id": "D", "name": "Looks"}],
            "voices": [{"id": "V", "name": "Calm"}],
            "webhooks": [{"webhook_id": "w0", "posting_id": "P000", "url": "https://example.com"}],
        }
        return fake.open()
    settings = HeyMiloSettings(api_key=KEY, base_url="https://heymilo.example.com")
    return HeyMilo.open(settings, Network(ManualClock()))


async def every(pages: AsyncIterator[list[Any]]) -> list[Any]:
    return [row async for rows in pages for row in rows]


async def converse(heymilo: HeyMilo) -> None:
    """Every call of the client once."""
    person = {"name": "Synthetic Person", "email": "person@example.com"}
    marked = {**person, "metadata": {"external_id": "workable:1", "syncd": "abc/acme"}}
    assert [w.id for w in await heymilo.workspaces()] == ["W1"]
    assert len(await every(heymilo.postings())) == 101
    assert len(await every(heymilo.posting_summaries("synthetic"))) == 101
    for rows in (
        heymilo.templates(),
        heymilo.sender_emails(),
        heymilo.phone_numbers(),
        heymilo.email_template_groups(),
        heymilo.design_template_groups(),
        heymilo.voices(),
        heymilo.webhooks(),
    ):
        assert len(await every(rows)) == 1
    assert await heymilo.ats_connections() == []
    fields = {
        "title": "Synthetic Engineer",
        "interview_template_id": "IT",
        "deadline": "2027-02-14T08:00:00+00:00",
        "metadata": {"external_id": "workable:J1", "syncd": "abc/acme"},
    }
    made = await heymilo.create_posting(fields, await heymilo.reserve())
    assert (await heymilo.activate_posting(made.id, await heymilo.reserve())).status == "active"
    changed = await heymilo.update_posting(made.id, {"title": "Other"}, await heymilo.reserve())
    assert changed.title == "Other"
    one = await heymilo.ingest(made.id, marked, await heymilo.reserve())
    two = await heymilo.ingest_bulk(made.id, [marked, person], await heymilo.reserve())
    assert [row.interview_id for row in two] != [one.interview_id] * 2
    assert len(await every(heymilo.candidates(made.id))) == 3
    assert len(await every(heymilo.candidates(made.id, created_after=1.5))) == 2
    assert (await heymilo.posting_stats(made.id)).total_candidates == 3
    told = await heymilo.interview(one.interview_id)
    assert told is not None
    assert told.status == "pending"
    assert await heymilo.interview("none") is None
    set_to = {"external_id": "workable:1"}
    written = await heymilo.set_interview_metadata(
        one.interview_id, set_to, await heymilo.reserve()
    )
    assert written == await heymilo.interview_metadata(one.interview_id) == set_to
    hook = await heymilo.create_webhook(
        made.id, "https://example.com/hooks/1", "interview_completed", await heymilo.reserve()
    )
    await heymilo.delete_webhook(hook.webhook_id, await heymilo.reserve())
    assert (await heymilo.archive_posting(made.id, await heymilo.reserve())).archived
    ended = await heymilo.posting(made.id)
    assert ended is not None
    assert ended.archived


async def test_the_conversation_is_as_recorded() -> None:
    with tape.use_cassette(str(CASSETTE)) as cassette:
        heymilo = client()
        await converse(heymilo)
        await heymilo.aclose()
        assert RECORDING or cassette.all_played


@pytest.mark.skipif(RECORDING, reason="replays only")
async def test_another_body_is_not_answered() -> None:
    """The cassette must not answer what was never asked, or it would pin nothing."""
    with tape.use_cassette(str(CASSETTE)):
        heymilo = client()
        with pytest.raises(CannotOverwriteExistingCassetteException):
            await heymilo.create_posting({"title": "Something else"}, await heymilo.reserve())
        await heymilo.aclose()


def test_the_cassette_holds_no_key() -> None:
    assert KEY not in CASSETTE.read_text()
