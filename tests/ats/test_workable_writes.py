"""Writing to a Workable account: one request each, in somebody's name, with what was known."""

from typing import Any

import httpx
import pytest

from syncd.ats.workable import Workable
from syncd.errors import NotFound, NotSent, Rejected, Throttled, Uncertain
from syncd.http.session import Slot
from syncd.model.ats import Application, Note, Stage
from tests.ats.workable_stand_in import ADMIN, StandIn
from tests.clock import ManualClock

JOB = "AAAA000001"
INTERVIEW = Stage("interview", "Interview")


async def somebody(account: StandIn, port: Workable, **more: Any) -> Application:
    application = await port.application(account.add_candidate(JOB, **more))
    assert application is not None
    return application


async def test_a_move_takes_the_slug_and_is_one_request(account: StandIn) -> None:
    port = account.connect()
    person = await somebody(account, port)
    slot = await port.reserve()
    account.asked.clear()
    await port.move(person, INTERVIEW, slot)
    (asked,) = account.asked
    assert (asked.method, asked.path) == ("POST", f"/spi/v3/candidates/{person.id}/move")
    assert asked.body == {"member_id": ADMIN, "target_stage": "interview"}
    assert account.candidates[person.id]["stage"] == "Interview"


async def test_a_slot_serves_once(account: StandIn) -> None:
    port = account.connect()
    person = await somebody(account, port)
    slot = await port.reserve()
    await port.move(person, INTERVIEW, slot)
    with pytest.raises(NotSent):
        await port.move(person, INTERVIEW, slot)
    assert len(account.writes()) == 1


async def test_a_comment_tells_its_id_and_is_found_again(account: StandIn) -> None:
    port = account.connect()
    person = await somebody(account, port)
    number = await port.add_note(person, "Score 80 (syncd 0123abcd)", await port.reserve())
    notes = await port.notes(person)
    assert [(note.id, note.text) for note in notes] == [(number, "Score 80 (syncd 0123abcd)")]
    assert account.writes()[0].body == {
        "member_id": ADMIN,
        "comment": {"body": "Score 80 (syncd 0123abcd)"},
    }


@pytest.mark.parametrize(
    ("status", "body"), [(200, b""), (201, b" "), (202, b"{}"), (200, b'{"id":""}'), (200, b"[]")]
)
async def test_a_comment_without_an_id_is_written_all_the_same(
    account: StandIn, status: int, body: bytes
) -> None:
    port = account.connect()
    person = await somebody(account, port)
    account.faults = [("POST .*", lambda asked: httpx.Response(status, content=body))]
    assert await port.add_note(person, "text", await port.reserve()) is None
    assert len(account.writes()) == 1


@pytest.mark.parametrize("body", [b"<html>Sign in</html>", b'{"id": "907', b"OK"])
async def test_a_success_that_workable_did_not_write_proves_nothing(
    account: StandIn, body: bytes
) -> None:
    port = account.connect()
    person = await somebody(account, port)
    account.faults = [("POST .*", lambda asked: httpx.Response(200, content=body))] * 2
    with pytest.raises(Uncertain):
        await port.add_note(person, "x", await port.reserve())
    with pytest.raises(Uncertain):
        await port.move(person, INTERVIEW, await port.reserve())


@pytest.mark.parametrize(
    ("status", "raised"),
    [
        (404, NotFound),
        (403, Rejected),
        (422, Rejected),
        (429, Throttled),
        (500, Uncertain),
        (503, Uncertain),
    ],
)
async def test_a_write_that_failed_is_not_repeated(
    account: StandIn, status: int, raised: type[Exception]
) -> None:
    port = account.connect()
    person = await somebody(account, port)
    slot = await port.reserve()
    account.faults = [("POST .*", lambda asked: httpx.Response(status, json={"error": "x"}))] * 2
    with pytest.raises(raised):
        await port.add_note(person, "x", slot)
    assert len(account.writes()) == 1
    assert len(account.faults) == 1


async def test_tags_join_those_that_are_there(account: StandIn) -> None:
    port = account.connect()
    person = await somebody(account, port, tags=["VIP", "from fair "])
    await port.add_tags(person, ["HeyMilo: passed", "vip", "heymilo: PASSED"], await port.reserve())
    assert account.writes()[0].body == {"tags": ["VIP", "from fair ", "HeyMilo: passed"]}


async def test_tags_that_are_all_there_need_no_request(account: StandIn) -> None:
    port = account.connect()
    person = await somebody(account, port, tags=["VIP"])
    await port.add_tags(person, ["vip"], await port.reserve())
    assert account.writes() == []


async def test_tags_are_not_put_over_tags_that_nobody_read(account: StandIn) -> None:
    account.add_candidate(JOB, tags=["VIP"])
    port = account.connect()
    page = await anext(port.changed_applications(None))
    with pytest.raises(Rejected):
        await port.add_tags(page.rows[0], ["new"], await port.reserve())
    assert account.writes() == []


@pytest.mark.parametrize(
    ("score", "text"), [(0, "0"), (78.5, "78.5"), (100.0, "100"), (66.666666, "66.67"), (80, "80")]
)
async def test_a_score_is_written_as_text(account: StandIn, score: float, text: str) -> None:
    account.attributes = [{"id": "4d7", "type": "short_text", "label": "HeyMilo score"}]
    port = account.connect(score_field="4d7")
    person = await somebody(account, port)
    await port.set_score(person, score, await port.reserve())
    assert account.values == {(person.id, "4d7"): text}
    assert set(account.writes()[0].body) == {"custom_attribute_key", "value"}


async def test_an_unknown_score_field_is_not_found_and_none_at_all_is_not_sent(
    account: StandIn,
) -> None:
    port = account.connect(score_field="nope")
    person = await somebody(account, port)
    with pytest.raises(NotFound):
        await port.set_score(person, 80, await port.reserve())
    port = account.connect()
    account.asked.clear()
    with pytest.raises(Rejected, match="score_field"):
        await port.set_score(person, 80, await port.reserve())
    assert account.writes() == []


REASONS: list[Any] = [
    {"id": "b29c68", "description": "Didn't pass", "candidate_withdrew": False},
    {"id": "b29c6f", "description": "Not interested", "candidate_withdrew": True},
    {"description": "without an id"},
    None,
]


@pytest.mark.parametrize("reason", ["Didn't pass", " didn’t  PASS", "b29c68"])
async def test_a_reject_sends_the_id_of_its_reason(account: StandIn, reason: str) -> None:
    account.reasons = REASONS
    port = account.connect()
    person = await somebody(account, port)
    await port.prepare(reject_reason=reason)
    slot = await port.reserve()
    asked = len(account.asked)
    await port.prepare(reject_reason=reason)
    await port.reject(person, reason, slot)
    assert len(account.asked) == asked + 1
    assert account.writes()[0].body == {
        "member_id": ADMIN,
        "disqualify_reason_id": "b29c68",
        "withdrew": False,
    }


@pytest.mark.parametrize("reason", ["Not interested", "Unknown"])
async def test_a_reason_that_a_company_cannot_give_is_refused_before_anything_is_written(
    account: StandIn, reason: str
) -> None:
    account.reasons = REASONS
    port = account.connect()
    person = await somebody(account, port)
    with pytest.raises(Rejected, match=reason):
        await port.prepare(reject_reason=reason)
    with pytest.raises(NotSent):
        await port.reject(person, reason, await port.reserve())
    assert account.writes() == []


async def test_a_reject_without_a_reason_names_none(account: StandIn) -> None:
    port = account.connect()
    person = await somebody(account, port)
    await port.prepare(tags=["x"])
    await port.reject(person, "", await port.reserve())
    assert account.writes()[0].body == {"member_id": ADMIN, "withdrew": False}


async def test_reasons_that_cannot_be_read_are_not_taken_for_none(account: StandIn) -> None:
    account.faults = [("GET .*reasons", lambda asked: httpx.Response(200, json={"ok": 1}))]
    with pytest.raises(Uncertain):
        await account.connect().prepare(reject_reason="Didn't pass")


async def test_the_first_active_admin_acts_and_is_looked_up_once(account: StandIn) -> None:
    account.members = [
        {"id": f"1f3{n:03x}", "role": "simple", "active": True} for n in range(120)
    ] + [
        {"id": "1f4000", "role": "admin", "active": False},
        {"id": "1f4001", "role": "admin", "active": True},
        {"id": "1f4002", "role": "admin", "active": True},
    ]
    port = account.connect()
    person = await somebody(account, port)
    for _ in range(3):
        await port.add_note(person, "x", await port.reserve())
    assert {asked.body["member_id"] for asked in account.writes()} == {"1f4001"}
    assert sum(asked.path == "/spi/v3/members" for asked in account.asked) == 2


async def test_a_set_member_is_not_looked_up(account: StandIn) -> None:
    port = account.connect(member_id=ADMIN)
    person = await somebody(account, port)
    await port.move(person, INTERVIEW, await port.reserve())
    assert not any("members" in asked.path for asked in account.asked)


async def test_somebody_who_left_does_not_act_even_if_listed(account: StandIn) -> None:
    left = {"id": "1f0001", "role": "admin", "active": False}
    rows = [left, {"id": ADMIN, "role": "admin"}]
    account.faults = [("GET .*/members", lambda asked: httpx.Response(200, json={"members": rows}))]
    port = account.connect()
    person = await somebody(account, port)
    await port.move(person, INTERVIEW, await port.reserve())
    assert account.writes()[0].body["member_id"] == ADMIN


async def test_without_an_admin_no_slot_is_given(account: StandIn) -> None:
    account.members = [{"id": "1f3960", "role": "simple", "active": True}]
    port = account.connect()
    with pytest.raises(Rejected, match="member_id"):
        await port.reserve()
    assert account.writes() == []


async def test_a_member_who_left_is_replaced_after_the_refusal(account: StandIn) -> None:
    port = account.connect()
    person = await somebody(account, port)
    await port.add_note(person, "one", await port.reserve())
    account.members[0]["active"] = False
    account.members.append({"id": "1f9999", "role": "admin", "active": True})
    with pytest.raises(Rejected):
        await port.add_note(person, "two", await port.reserve())
    await port.add_note(person, "two", await port.reserve())
    assert [asked.body["member_id"] for asked in account.writes()] == [ADMIN, ADMIN, "1f9999"]


async def test_a_write_without_a_reservation_is_not_sent(account: StandIn) -> None:
    port = account.connect()
    person = await somebody(account, port)
    with pytest.raises(NotSent):
        await port.move(person, INTERVIEW, Slot())
    assert account.writes() == []


async def test_a_late_slot_is_not_used(account: StandIn, clock: ManualClock) -> None:
    port = account.connect()
    person = await somebody(account, port)
    slot = await port.reserve()
    slot.start_by = clock.monotonic() + 5
    clock.advance(6)
    with pytest.raises(NotSent):
        await port.move(person, INTERVIEW, slot)
    assert account.writes() == []


async def test_a_comment_cannot_be_edited(account: StandIn) -> None:
    port = account.connect()
    person = await somebody(account, port)
    assert not port.capabilities.notes_edited
    with pytest.raises(Rejected):
        await port.edit_note(person, Note("1", "old"), "new", await port.reserve())
    assert account.writes() == []


async def test_a_refusal_repeats_nothing_that_workable_wrote(account: StandIn) -> None:
    port = account.connect()
    person = await somebody(account, port)
    body = {
        "error": "p1@example.com is taken",
        "validation_errors": {
            "email": ["p1@example.com is taken"],
            "p1@example.com": [],
            "body": 1,
        },
    }
    account.faults = [("POST .*", lambda asked: httpx.Response(422, json=body))]
    with pytest.raises(Rejected) as caught:
        await port.add_note(person, "x", await port.reserve())
    assert "p1@" not in repr(caught.value) + str(vars(caught.value))
    assert [fault.path for fault in caught.value.faults] == [("email",), ("body",)]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"error":"not-found"}', "not_found"),
        (b'{"error":"Not authorized"}', "not_authorized"),
        (b'{"error":{"x":1}}', ""),
        (b"[]", ""),
        (b"<html>", ""),
        (b"\xff\xfe", ""),
        (b"", ""),
    ],
)
async def test_error_bodies_of_any_kind(account: StandIn, body: bytes, code: str) -> None:
    port = account.connect()
    person = await somebody(account, port)
    account.faults = [("POST .*", lambda asked: httpx.Response(422, content=body))]
    with pytest.raises(Rejected) as caught:
        await port.add_note(person, "x", await port.reserve())
    assert caught.value.code == code
    assert caught.value.status == 422


async def test_the_published_limit_is_kept(account: StandIn, clock: ManualClock) -> None:
    port = account.connect(requests=None)
    began = clock.monotonic()
    for _ in range(21):
        await port.account()
    assert clock.monotonic() - began >= 20


async def test_a_limit_in_answers_counts_in_ten_seconds_whatever_is_set(
    account: StandIn, clock: ManualClock
) -> None:
    port = account.connect(requests="1000/m")
    limited = {"x-rate-limit-limit": "50"}
    jobs = httpx.Response(200, json={"jobs": []}, headers=limited)
    account.faults = [("GET .*/jobs", lambda asked: jobs)]
    began = clock.monotonic()
    for _ in range(101):
        await port.account()
    assert 20 <= clock.monotonic() - began < 30


async def test_nothing_secret_is_shown(account: StandIn) -> None:
    port = account.connect()
    settings = account.settings()
    shown = repr(settings) + repr(port) + repr(vars(port)) + str(settings)
    assert "synthetic-token" not in shown
    await port.aclose()
