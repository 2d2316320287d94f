"""The HeyMilo client against a HeyMilo that keeps what it is told."""

import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from syncd.errors import (
    CredentialsRefused,
    Fault,
    HoldLost,
    NotFound,
    Rejected,
    SyncdError,
    Throttled,
    Uncertain,
)
from tests.clock import ManualClock
from tests.heymilo.fake import KEY, FakeHeyMilo, candidate, error, ok, posting


@pytest.fixture
def fake() -> FakeHeyMilo:
    return FakeHeyMilo()


async def every(pages: AsyncIterator[list[Any]]) -> list[Any]:
    return [row async for rows in pages for row in rows]


def person(number: int, **more: Any) -> dict[str, Any]:
    return {
        "name": f"Synthetic Person {number}",
        "email": f"person{number}@example.com",
        "metadata": {"external_id": f"workable:{number}"},
        **more,
    }


async def test_a_posting_from_creation_to_archive(fake: FakeHeyMilo) -> None:
    client = fake.open()
    fields = {
        "title": "Synthetic Engineer",
        "interview_template_id": "IT_1",
        "job_overview": None,
        "metadata": {"external_id": "workable:J1", "empty": None},
    }
    made = await client.create_posting(fields, await client.reserve())
    assert (made.status, made.created_at) == ("draft", 1.5)
    assert fake.sent[-1] == {
        "title": "Synthetic Engineer",
        "interview_template_id": "IT_1",
        "metadata": {"external_id": "workable:J1"},
    }
    assert made.posting is not None
    assert made.posting.metadata == {"external_id": "workable:J1"}
    live = await client.activate_posting(made.id, await client.reserve())
    assert (live.status, live.finalized) == ("active", True)
    changed = await client.update_posting(
        made.id, {"title": "Other", "description": None}, await client.reserve()
    )
    assert changed.title == "Other"
    assert fake.sent[-1] == {"title": "Other"}
    read = await client.posting(made.id)
    assert read is not None
    assert (read.title, read.native, read.test_posting) == ("Other", False, False)
    assert (await client.archive_posting(made.id, await client.reserve())).archived
    assert await client.posting("nobody") is None


async def test_lists_are_read_to_their_end_in_pages_of_100(fake: FakeHeyMilo) -> None:
    for number in range(250):
        fake.postings[f"P{number}"] = posting(f"P{number}", title=f"Job {number}")
    rows = await every(fake.open().postings())
    assert [row.id for row in rows] == [f"P{number}" for number in range(250)]
    assert [dict(request.url.params) for request in fake.log] == [
        {"limit": "100"},
        {"limit": "100", "starting_after": "P99"},
        {"limit": "100", "starting_after": "P199"},
    ]
    fake.log.clear()
    found = await every(fake.open().posting_summaries("job 24"))
    assert [row.id for row in found] == ["P24", *(f"P{n}" for n in range(240, 250))]
    assert str(fake.log[0].url).endswith("/api/v2/postings/list?limit=100&search=job%2024")


async def test_a_full_last_page_asks_for_no_further_one(fake: FakeHeyMilo) -> None:
    for number in range(200):
        fake.postings[f"P{number}"] = posting(f"P{number}")
    assert len(await every(fake.open().postings())) == 200
    assert len(fake.log) == 2


async def test_rows_that_move_between_pages_come_once(fake: FakeHeyMilo) -> None:
    more = {"pagination": {"has_more": True}}
    end = {"pagination": {"has_more": False}}
    fake.instead = [
        ok([posting("A"), posting("B")], **more),
        ok([posting("B"), posting("C")], **more),
        ok([posting("A"), posting("D")], **end),
    ]
    assert [row.id for row in await every(fake.open().postings())] == ["A", "B", "C", "D"]


@pytest.mark.parametrize(
    "pages",
    [
        [[], []],
        [["A", "B"], []],
        [["A", "B"], ["A", "B"]],
        [["A"], ["B"], ["C"], ["A"]],
    ],
)
async def test_a_list_that_does_not_end_is_given_up(
    fake: FakeHeyMilo, pages: list[list[str]]
) -> None:
    more = {"pagination": {"has_more": True}}
    fake.instead = [ok([posting(name) for name in names], **more) for names in pages]
    with pytest.raises(Uncertain):
        await every(fake.open().postings())
    assert len(fake.log) <= len(pages)


@pytest.mark.parametrize("status", [400, 404, 422])
async def test_a_cursor_that_is_refused_leads_to_the_first_page(
    fake: FakeHeyMilo, status: int
) -> None:
    fake.postings["P"] = posting("P")
    fake.candidates["P"] = [candidate(f"I{n:03}", "P", created_at=float(n)) for n in range(150)]
    client, real = fake.open(), fake.candidates["P"]
    fake.instead = [ok(real[:100], pagination={"has_more": True}), error(status, "gone")]
    assert len(await every(client.candidates("P"))) == 150
    asked = [dict(request.url.params).get("starting_after") for request in fake.log]
    assert asked == [None, "I099", None, "I099"]


async def test_a_cursor_that_is_refused_again_and_again_ends_the_list(fake: FakeHeyMilo) -> None:
    """It is not the news that the posting is not there."""
    more = {"pagination": {"has_more": True}}
    for _ in range(3):
        fake.instead += [ok([candidate("I1", "P")], **more), error(404, "gone")]
    with pytest.raises(Uncertain):
        await every(fake.open().candidates("P"))
    assert len(fake.log) == 6
    fake.instead = [error(404, "gone")]
    with pytest.raises(NotFound):
        await every(fake.open().candidates("P"))


async def test_candidates_are_paged_by_interview(fake: FakeHeyMilo) -> None:
    fake.postings["P"] = posting("P")
    fake.candidates["P"] = [
        candidate(f"I{n:03}", "P", created_at=float(n), email="", name=None, candidate_id="same")
        for n in range(150)
    ]
    client = fake.open()
    assert len(await every(client.candidates("P"))) == 150
    assert fake.log[-1].url.params["starting_after"] == "I099"
    late = await every(client.candidates("P", created_after=120.9))
    assert late[0].interview_id == "I120"
    assert fake.log[-1].url.params["created_after"] == "120"


async def test_people_are_ingested_alone_and_in_bulk(fake: FakeHeyMilo) -> None:
    fake.postings["P"] = posting("P")
    client = fake.open()
    one = await client.ingest("P", person(1, phone_number=None), await client.reserve())
    assert one.metadata == {"external_id": "workable:1"}
    assert "phone_number" not in fake.sent[-1]
    many = await client.ingest_bulk("P", [person(2), person(3)], await client.reserve())
    assert [row.metadata for row in many] == [
        {"external_id": "workable:2"},
        {"external_id": "workable:3"},
    ]
    assert len(await every(client.candidates("P"))) == 3


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ([], []),
        ([{"interview_id": "I1"}], ["I1"]),
        ([{"interview_id": f"I{n}"} for n in range(5)], [f"I{n}" for n in range(5)]),
        ([{"interview_id": "I1"}, {"interview_id": None}, None, "x"], ["I1"]),
    ],
)
async def test_a_bulk_answer_may_name_fewer_or_more(
    fake: FakeHeyMilo, data: list[Any], named: list[str]
) -> None:
    client = fake.open()
    fake.instead = [ok(data, 201)]
    rows = await client.ingest_bulk("P", [person(1), person(2)], await client.reserve())
    assert [row.interview_id for row in rows] == named


BAD_BODIES = [
    httpx.Response(201, content=b""),
    httpx.Response(201, content=b"<html>ok</html>"),
    httpx.Response(201, content=b'{"data": {"id": "P1", '),
    httpx.Response(201, json=[]),
    httpx.Response(201, json={"data": None}),
    httpx.Response(201, json={"data": {"status": "active"}}),
    httpx.Response(201, json={"data": {"id": None, "interview_id": ""}}),
    httpx.Response(201, json={"data": [{"no": "id"}]}),
]


@pytest.mark.parametrize("body", BAD_BODIES, ids=lambda body: body.content.decode()[:30])
async def test_an_unreadable_answer_to_a_write_is_uncertain(
    fake: FakeHeyMilo, body: httpx.Response
) -> None:
    client = fake.open()
    writes = [
        lambda slot: client.create_posting({"title": "x"}, slot),
        lambda slot: client.update_posting("P", {"title": "x"}, slot),
        lambda slot: client.ingest("P", person(1), slot),
        lambda slot: client.ingest_bulk("P", [person(1)], slot),
        lambda slot: client.create_webhook("P", "https://example.com/h", "e", slot),
    ]
    for write in writes:
        fake.log.clear()
        fake.instead = [body]
        with pytest.raises(Uncertain):
            await write(await client.reserve())
        assert len(fake.log) == 1


async def test_interviews(fake: FakeHeyMilo) -> None:
    client = fake.open()
    assert await client.interview("none") is None
    fake.postings["P"] = posting("P")
    fake.candidates["P"] = [
        candidate(
            "I1",
            "P",
            score=0,
            status="a_new_word",
            metadata={"n": 5, "gone": None},
            workflow={
                "steps": [{"step_id": "s", "order": 1, "status": "odd", "started": None}],
                "all_complete": True,
                "last_activity_at": "2026-05-21T15:00:00",
            },
        )
    ]
    told = await client.interview("I1")
    assert told is not None
    assert (told.score, told.status, told.metadata) == (0.0, "a_new_word", {"n": "5"})
    assert told.workflow is not None
    assert told.workflow.last_activity_at == 1779375600.0
    assert told.workflow.steps[0].status == "odd"
    fake.instead = [ok({"interview_id": "I2", "status": "not_ready"})]
    early = await client.interview("I2")
    assert early is not None
    assert (early.status, early.score, early.workflow) == ("not_ready", None, None)
    assert await client.interview_metadata("I1") is None
    slot = await client.reserve()
    assert await client.set_interview_metadata("I1", {"a": "b"}, slot) == {"a": "b"}
    assert await client.interview_metadata("I1") == {"a": "b"}


async def test_native_mapping_is_seen(fake: FakeHeyMilo) -> None:
    fake.postings["P"] = posting(
        "P",
        ats_metadata={"pending_activation": False, "mapping_activated_at": "2026-05-21T15:00:00"},
    )
    fake.postings["Q"] = posting("Q", ats_metadata={"pending_activation": True})
    client = fake.open()
    mapped, waiting = await client.posting("P"), await client.posting("Q")
    assert mapped is not None
    assert waiting is not None
    assert (mapped.native, mapped.pending_activation) == (True, False)
    assert mapped.mapping_activated_at == 1779375600.0
    assert (waiting.native, waiting.pending_activation, waiting.mapping_activated_at) == (
        True,
        True,
        None,
    )


async def test_webhooks_under_either_name(fake: FakeHeyMilo) -> None:
    client = fake.open()
    url = "https://example.com/hooks/token"
    hook = await client.create_webhook("P", url, "interview_completed", await client.reserve())
    assert fake.sent[-1]["url"] == fake.sent[-1]["webhook_url"] == url
    assert (hook.webhook_id, hook.url, hook.is_active) == ("w1", url, True)
    assert [held.url for held in await every(client.webhooks())] == [url]
    await client.delete_webhook("w1", await client.reserve())
    with pytest.raises(NotFound):
        await client.delete_webhook("w1", await client.reserve())


async def test_what_a_workspace_holds(fake: FakeHeyMilo) -> None:
    fake.rows = {
        "workspaces": [{"workspace_id": 77, "name": "Synthetic"}],
        "interview-templates": [{"id": "IT", "template_code": "ENG", "posting_id": "B"}],
        "sender-emails": [{"id": "S", "full_email": "jobs@example.com"}],
        "phone-numbers": [{"id": "N", "phone_number": "+15550100", "active": True}],
        "email-template-groups": [{"id": "E", "name": "Mails"}],
        "design-template-groups": [{"id": "D", "name": "Looks"}],
        "voices": [{"id": "V", "name": "Calm"}],
        "ats/connections": [{"integration_id": "X", "ats_provider": "workable"}],
    }
    client = fake.open()
    assert [(w.id, w.name) for w in await client.workspaces()] == [("77", "Synthetic")]
    assert [t.template_code for t in await every(client.templates())] == ["ENG"]
    assert [s.full_email for s in await every(client.sender_emails())] == ["jobs@example.com"]
    assert [n.phone_number for n in await every(client.phone_numbers())] == ["+15550100"]
    assert [g.name for g in await every(client.email_template_groups())] == ["Mails"]
    assert [g.name for g in await every(client.design_template_groups())] == ["Looks"]
    assert [v.name for v in await every(client.voices())] == ["Calm"]
    assert [c.ats_provider for c in await client.ats_connections()] == ["workable"]
    del fake.rows["ats/connections"]
    assert await client.ats_connections() == []
    fake.postings["P"] = posting("P")
    assert (await client.posting_stats("P")).total_candidates == 0
    with pytest.raises(NotFound):
        await client.posting_stats("none")


@pytest.mark.parametrize(
    ("remote_id", "asked"),
    [
        ("a/b?c#d", "/api/v2/postings/a%2Fb%3Fc%23d"),
        ("../../health", "/api/v2/postings/..%2F..%2Fhealth"),
        ("ü %", "/api/v2/postings/%C3%BC%20%25"),
        ("12345E67", "/api/v2/postings/12345E67"),
    ],
)
async def test_ids_are_opaque(fake: FakeHeyMilo, remote_id: str, asked: str) -> None:
    assert await fake.open().posting(remote_id) is None
    assert fake.log[0].url.raw_path.decode() == asked


@pytest.mark.parametrize("remote_id", ["", ".", ".."])
async def test_what_cannot_be_an_id_is_not_asked_for(fake: FakeHeyMilo, remote_id: str) -> None:
    with pytest.raises(NotFound):
        await fake.open().posting(remote_id)
    assert fake.log == []


@pytest.mark.parametrize(
    "row",
    [
        {"id": "P", "metadata": {"a": {"nested": 1}}},
        {"id": "P", "deadline": "soon"},
        {"title": "no id"},
        {"id": None},
        "text",
        None,
    ],
)
async def test_a_row_that_cannot_be_trusted_stops_the_list(fake: FakeHeyMilo, row: Any) -> None:
    fake.instead = [ok([posting("A"), row], pagination={"has_more": False})]
    with pytest.raises(Uncertain):
        await every(fake.open().postings())


async def test_a_refused_key_is_asked_once(fake: FakeHeyMilo) -> None:
    client = fake.open(key="revoked")
    for _ in range(3):
        with pytest.raises(CredentialsRefused) as caught:
            await client.workspaces()
        assert "revoked" not in str(caught.value)
    assert len(fake.log) == 1


async def test_a_bulk_rejection_names_the_rows(fake: FakeHeyMilo) -> None:
    client = fake.open()
    detail = [{"loc": ["body", "data", 1, "email"], "msg": "x", "type": "value_error"}]
    fake.instead = [
        httpx.Response(422, json={"detail": detail}),
        error(422, "validation_error", errors=[{"code": "invalid_param", "param": "data.0.name"}]),
    ]
    faults = []
    for _ in range(2):
        with pytest.raises(Rejected) as caught:
            await client.ingest_bulk("P", [person(1), person(2)], await client.reserve())
        faults += caught.value.faults
    assert faults == [
        Fault(("data", 1, "email"), "value_error"),
        Fault(("data", 0, "name"), "invalid_param"),
    ]


async def test_the_setting_is_the_limit_and_headers_only_lower_it(fake: FakeHeyMilo) -> None:
    clock = ManualClock()
    client = fake.open(clock)
    fake.rows["workspaces"] = [{"id": "1"}]
    high = {"X-RateLimit-Limit": "9000"}
    fake.instead = [
        httpx.Response(200, json={"data": [{"id": "1"}]}, headers=high) for _ in range(300)
    ]
    began = clock.monotonic()
    for _ in range(281):
        await client.workspaces()
    assert 60 < clock.monotonic() - began < 63
    fake.instead = [
        httpx.Response(200, json={"data": [{"id": "1"}]}, headers={"X-RateLimit-Limit": "5"})
    ]
    clock.advance(100)
    began = clock.monotonic()
    for _ in range(6):
        await client.workspaces()
    assert clock.monotonic() - began > 60


async def test_the_gate_and_the_remote_clock(fake: FakeHeyMilo) -> None:
    asked: list[None] = []

    def gate() -> None:
        asked.append(None)
        if len(asked) > 1:
            raise HoldLost("The hold was taken over.")

    clock = ManualClock()
    client = fake.open(clock, gate=gate)
    date = "Fri, 15 Jan 2027 09:00:00 GMT"  # an hour ahead
    fake.instead = [httpx.Response(200, json={"data": []}, headers={"date": date})]
    await client.workspaces()
    assert client.remote_now() - clock.now() == pytest.approx(3600, abs=1)
    with pytest.raises(HoldLost):
        await client.ingest("P", person(1), await client.reserve())
    assert len(fake.log) == 1
    await client.aclose()


async def test_nothing_personal_or_secret_is_shown(
    fake: FakeHeyMilo, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    fake.postings["P"] = posting("P", description="secret text", urls={"ingestion_url_key": "k3y"})
    fake.rows["sender-emails"] = [{"id": "S", "full_email": "jobs@example.com"}]
    fake.rows["phone-numbers"] = [{"id": "N", "phone_number": "+15550100"}]
    client = fake.open()
    shown = [repr(await client.ingest("P", person(1), await client.reserve()))]
    shown += [repr(await client.ingest_bulk("P", [person(2)], await client.reserve()))]
    shown += [repr(await every(client.candidates("P"))), repr(await every(client.postings()))]
    shown += [repr(await every(client.sender_emails())), repr(await every(client.phone_numbers()))]
    shown += [repr(await client.interview("0000000000000000")), repr(client)]
    hook = client.create_webhook("P", "https://example.com/t0ken", "e", await client.reserve())
    shown += [repr(await hook)]
    bad = candidate("I", "P", email="person1@example.com", metadata={"person1@example.com": [1]})
    prose = "person1@example.com Synthetic Person +15550100"
    fake.instead = [
        ok([bad], pagination={"has_more": False}),
        error(400, prose, message=prose, param=prose, errors=[{"code": prose, "param": prose}]),
        httpx.Response(
            422, json={"detail": [{"loc": ["body", prose], "msg": prose, "type": prose}]}
        ),
    ]
    for _ in range(3):
        with pytest.raises(SyncdError) as caught:
            await every(client.candidates("P"))
        shown += [str(caught.value), repr(caught.value), repr(vars(caught.value))]
    for text in [*shown, caplog.text]:
        for hidden in (
            "example.com",
            "Synthetic Person",
            "15550100",
            "secret",
            KEY,
            "k3y",
            "t0ken",
        ):
            assert hidden not in text


async def test_a_pause_is_obeyed_by_every_client_of_the_key(fake: FakeHeyMilo) -> None:
    clock = ManualClock()
    budgets: dict[str, Any] = {}
    one, two = fake.open(clock, budgets=budgets), fake.open(clock, budgets=budgets)
    fake.instead = [httpx.Response(429, headers={"retry-after": "400"})]
    with pytest.raises(Throttled):
        await one.workspaces()
    with pytest.raises(Throttled):
        await two.workspaces()
    assert len(fake.log) == 1
