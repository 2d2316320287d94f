"""Writes: exactly one request, and an error that says whether it may have been applied."""

import httpx
import pytest

from syncd.errors import (
    CredentialsRefused,
    Fault,
    HoldLost,
    NotFound,
    NotSent,
    Rejected,
    StateError,
    SyncdError,
    Throttled,
    Uncertain,
)
from syncd.http.session import Complaint, Slot
from syncd.settings.units import Rate
from tests.clock import ManualClock
from tests.http.remote import Ledger, Remote, Step, says, session


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


OUTCOMES: list[tuple[Step, type[SyncdError]]] = [
    (httpx.ConnectError("refused"), NotSent),
    (httpx.ConnectTimeout("slow"), NotSent),
    (httpx.PoolTimeout("full"), NotSent),
    (httpx.LocalProtocolError("bad header"), NotSent),
    (httpx.UnsupportedProtocol("ftp"), NotSent),
    (httpx.WriteError("reset"), Uncertain),
    (httpx.WriteTimeout("slow"), Uncertain),
    (httpx.ReadError("reset"), Uncertain),
    (httpx.ReadTimeout("slow"), Uncertain),
    (httpx.RemoteProtocolError("Server disconnected"), Uncertain),
    (OSError("broken pipe"), Uncertain),
    (says({}, 500), Uncertain),
    (says({}, 503), Uncertain),
    (httpx.Response(502, content=b"<html>"), Uncertain),
    (says({}, 408), Uncertain),
    (httpx.Response(303, headers={"location": "/done"}), Uncertain),
    (says({}, 429), Throttled),
    (says({}, 401), CredentialsRefused),
    (says({}, 403), Rejected),
    (says({}, 400), Rejected),
    (says({}, 409), Rejected),
    (says({}, 413), Rejected),
    (says({}, 422), Rejected),
    (httpx.Response(422, content=b""), Rejected),
    (says({}, 404), NotFound),
    (says({}, 410), NotFound),
]


@pytest.mark.parametrize(("step", "kind"), OUTCOMES, ids=lambda value: repr(value)[:40])
async def test_each_outcome_is_told_and_nothing_is_sent_twice(
    clock: ManualClock, step: Step, kind: type[SyncdError]
) -> None:
    remote = Remote(clock, [step])
    held = session(remote)
    with pytest.raises(SyncdError) as caught:
        await held.write("POST", "/things", slot=await held.reserve(), json={"a": 1})
    assert type(caught.value) is kind
    assert caught.value.request == "POST /things"
    assert len(remote.seen) == 1


async def test_what_is_sent(clock: ManualClock) -> None:
    remote = Remote(clock, [says({"ok": 1}, 201)])
    held = session(remote)
    slot = await held.reserve()
    answer = await held.write("PATCH", "/t", slot=slot, json={"name": "Zoë 🦊"}, params={"by": "7"})
    assert (answer.status, answer.json()) == (201, {"ok": 1})
    seen = remote.seen[0]
    assert (seen.method, seen.url) == ("PATCH", "https://api.example.com/t?by=7")
    assert seen.headers["content-type"] == "application/json"
    assert httpx.Response(200, content=seen.body).json() == {"name": "Zoë 🦊"}


async def test_an_empty_2xx_answer_is_fine_until_it_is_read(clock: ManualClock) -> None:
    held = session(Remote(clock, [httpx.Response(204)]))
    answer = await held.write("POST", "/t", slot=await held.reserve())
    assert answer.status == 204
    with pytest.raises(Uncertain):
        answer.json()


async def test_a_slot_is_for_one_write(clock: ManualClock) -> None:
    remote = Remote(clock)
    held = session(remote)
    slot = await held.reserve()
    await held.write("POST", "/t", slot=slot)
    with pytest.raises(NotSent):
        await held.write("POST", "/t", slot=slot)
    with pytest.raises(NotSent):
        await held.write("POST", "/t", slot=Slot())
    assert len(remote.seen) == 1


async def test_a_late_slot_sends_nothing(clock: ManualClock) -> None:
    remote = Remote(clock)
    held = session(remote)
    slot = await held.reserve()
    slot.start_by = clock.monotonic() + 5
    clock.advance(5.001)
    with pytest.raises(NotSent):
        await held.write("POST", "/t", slot=slot)
    in_time = await held.reserve()
    in_time.start_by = clock.monotonic() + 5
    clock.advance(5)
    await held.write("POST", "/t", slot=in_time)
    assert len(remote.seen) == 1


async def test_a_gate_that_takes_long_makes_the_slot_late(clock: ManualClock) -> None:
    remote = Remote(clock)
    held = session(remote, gate=lambda: clock.advance(6))
    slot = await held.reserve()
    slot.start_by = clock.monotonic() + 5
    with pytest.raises(NotSent):
        await held.write("POST", "/t", slot=slot)
    assert remote.seen == []


async def test_connecting_may_not_take_longer_than_the_slot_allows(clock: ManualClock) -> None:
    timeouts: list[object] = []

    def answer(request: httpx.Request) -> httpx.Response:
        timeouts.append(request.extensions["timeout"]["connect"])
        return says({})

    held = session(Remote(clock, [answer, answer]))
    await held.write("POST", "/t", slot=await held.reserve())
    slot = await held.reserve()
    slot.start_by = clock.monotonic() + 5
    clock.advance(2)
    await held.write("POST", "/t", slot=slot)
    assert timeouts == [10.0, 3.0]


async def test_a_closed_gate_sends_nothing(clock: ManualClock) -> None:
    def gate() -> None:
        raise HoldLost("The hold was taken over.")

    remote = Remote(clock)
    held = session(remote, gate=gate)
    with pytest.raises(HoldLost):
        await held.write("POST", "/t", slot=await held.reserve())
    assert remote.seen == []


async def test_a_write_is_not_sent_with_refused_credentials(clock: ManualClock) -> None:
    remote = Remote(clock, [says({}, 401)])
    held = session(remote)
    first, second = await held.reserve(), await held.reserve()
    for slot in (first, second):
        with pytest.raises(CredentialsRefused):
            await held.write("POST", "/t", slot=slot)
    assert len(remote.seen) == 1


async def test_writes_that_are_not_sent_cost_nothing(clock: ManualClock) -> None:
    remote = Remote(clock)
    held = session(remote, rate=Rate(2, 60.0))
    for _ in range(5):
        slot = await held.reserve()
        slot.start_by = clock.monotonic() - 1
        with pytest.raises(NotSent):
            await held.write("POST", "/t", slot=slot)
    began = clock.monotonic()
    for _ in range(2):
        await held.write("POST", "/t", slot=await held.reserve())
    assert clock.monotonic() == began


async def test_complaints_are_handed_on_without_their_prose(clock: ManualClock) -> None:
    told = Complaint(
        "validation_error",
        (
            Fault(("data", 3, "email"), "value_error.email"),
            Fault(("data", 4, "jane@example.com", "x y"), "Jane Synthetic is not valid"),
        ),
    )
    held = session(Remote(clock, [says({}, 422)]), complain=lambda status, body: told)
    with pytest.raises(Rejected) as caught:
        await held.write("POST", "/t", slot=await held.reserve())
    assert caught.value.code == "validation_error"
    assert caught.value.faults == (
        Fault(("data", 3, "email"), "value_error.email"),
        Fault(("data", 4, "…", "…"), ""),
    )


async def test_a_code_that_is_prose_is_not_handed_on(clock: ManualClock) -> None:
    told = Complaint("Jane Synthetic is not valid")
    held = session(Remote(clock, [says({}, 422)]), complain=lambda status, body: told)
    with pytest.raises(Rejected) as caught:
        await held.write("POST", "/t", slot=await held.reserve())
    assert caught.value.code == ""
    assert "Jane" not in str(caught.value)


async def test_a_body_that_cannot_be_read_does_not_hide_the_status(clock: ManualClock) -> None:
    def stumble(status: int, body: bytes) -> Complaint:
        raise KeyError("error")

    held = session(Remote(clock, [says({}, 409)]), complain=stumble)
    with pytest.raises(Rejected) as caught:
        await held.write("POST", "/t", slot=await held.reserve())
    assert (caught.value.status, caught.value.code) == (409, "")


async def test_what_json_cannot_say_is_rejected_before_sending(clock: ManualClock) -> None:
    remote = Remote(clock)
    held = session(remote)
    with pytest.raises(Rejected):
        await held.write("POST", "/t", slot=await held.reserve(), json={"score": float("nan")})
    assert remote.seen == []


async def test_a_ledger_that_fails_does_not_hide_an_answer(clock: ManualClock) -> None:
    ledger = Ledger()
    held = session(Remote(clock, [says({}, 429, retry_after="9")]), ledger=ledger)
    slot = await held.reserve()
    ledger.fails = StateError("The database is full.")
    with pytest.raises(Throttled):
        await held.write("POST", "/t", slot=slot)
    await held.aclose()
