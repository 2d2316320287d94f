"""Reads: retried where that is harmless, with manners, and always from our own origin."""

import asyncio
import logging
from datetime import UTC, datetime
from email.utils import format_datetime

import httpx
import pytest

from syncd.errors import (
    CredentialsRefused,
    HoldLost,
    NotFound,
    NotSent,
    Rejected,
    SyncdError,
    Throttled,
    Uncertain,
)
from syncd.http import line
from tests.clock import ManualClock
from tests.http.remote import KEY, Ledger, Remote, Step, says, session


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def http_date(epoch: float) -> str:
    return format_datetime(datetime.fromtimestamp(epoch, UTC), usegmt=True)


class BrokenStream(httpx.AsyncByteStream):
    """A body that breaks off after its first bytes."""

    async def __aiter__(self):
        yield b'{"data": ['
        raise httpx.ReadError("connection reset by api.example.com")

    async def aclose(self) -> None:
        pass


class Raw(httpx.AsyncByteStream):
    def __init__(self, *pieces: bytes) -> None:
        self.pieces = pieces

    async def __aiter__(self):
        for piece in self.pieces:
            yield piece

    async def aclose(self) -> None:
        pass


class SlowStream(httpx.AsyncByteStream):
    """A body that drips for ever, each drop within the time-out."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.drops = 0

    async def __aiter__(self):
        while True:
            self.drops += 1
            self.clock.advance(25.0)
            yield b" "

    async def aclose(self) -> None:
        pass


TRANSIENT: list[Step] = [
    says({}, 500),
    says({}, 502),
    httpx.Response(503, content=b"<html>busy</html>"),
    httpx.Response(200, content=b"<html>maintenance</html>"),
    httpx.Response(200, content=b""),
    httpx.Response(200, content=b'{"data": [1, '),
    httpx.Response(200, content=b'{"score": NaN}'),
    httpx.Response(200, content=b"[" * 200_000),
    httpx.Response(200, content=b"\xff\xfe\xff"),
    httpx.Response(200, stream=BrokenStream()),
    httpx.ReadError("reset"),
    httpx.ConnectError("refused"),
    httpx.ReadTimeout("slow"),
    httpx.RemoteProtocolError("Server disconnected"),
    OSError("broken pipe"),
]


@pytest.mark.parametrize("trouble", TRANSIENT, ids=lambda step: repr(step)[:40])
async def test_transient_trouble_is_tried_again(clock: ManualClock, trouble: Step) -> None:
    remote = Remote(clock, [trouble, says({"data": 1})])
    answer = await session(remote).read("/x")
    assert answer.json() == {"data": 1}
    assert remote.at[1] - remote.at[0] == pytest.approx(0.5)


async def test_three_attempts_in_all_with_growing_jittered_waits(clock: ManualClock) -> None:
    remote = Remote(clock, [says({}, 500)] * 5)
    with pytest.raises(Uncertain) as caught:
        await session(remote, chance=0.5).read("/x")
    assert caught.value.status == 500
    gaps = [later - earlier for earlier, later in zip(remote.at, remote.at[1:], strict=False)]
    assert gaps == [pytest.approx(0.625), pytest.approx(1.25)]


async def test_what_failed_five_times_within_a_minute_is_spared(clock: ManualClock) -> None:
    remote = Remote(clock, [says({}, 502)] * 5)
    one = session(remote)
    for _ in range(3):
        with pytest.raises(Uncertain):
            await one.read("/x")
    assert len(remote.seen) == 5
    assert (await one.read("/x", params={"page": 2})).json() == {}
    with pytest.raises(Uncertain):
        await one.read("/x")
    clock.advance(60.0)
    assert (await one.read("/x")).json() == {}
    assert len(remote.seen) == 7


async def test_undecodable_compression_is_uncertain(clock: ManualClock) -> None:
    broken = [
        httpx.Response(200, stream=Raw(b"not gzip"), headers={"content-encoding": "gzip"})
        for _ in range(3)
    ]
    with pytest.raises(Uncertain):
        await session(Remote(clock, list(broken))).read("/x")


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, Rejected), (403, CredentialsRefused), (404, NotFound), (410, NotFound), (422, Rejected)],
)
async def test_a_no_is_not_asked_again(
    clock: ManualClock, status: int, kind: type[SyncdError]
) -> None:
    remote = Remote(clock, [says({}, status)])
    with pytest.raises(kind):
        await session(remote).read("/x")
    assert len(remote.seen) == 1


async def test_an_error_answer_that_breaks_off_still_counts(clock: ManualClock) -> None:
    with pytest.raises(NotFound):
        await session(Remote(clock, [httpx.Response(404, stream=BrokenStream())])).read("/x")


async def test_retry_after_in_seconds_is_not_undercut(clock: ManualClock) -> None:
    remote = Remote(clock, [says({}, 429, retry_after="7"), says([])])
    await session(remote).read("/x")
    assert 7.0 <= remote.at[1] - remote.at[0] < 7.5


async def test_retry_after_as_a_date_is_meant_on_the_remote_clock(clock: ManualClock) -> None:
    remote_now = clock.now() + 3600
    answer = says({}, 429, date=http_date(remote_now), retry_after=http_date(remote_now + 30))
    remote = Remote(clock, [answer, says([])])
    await session(remote).read("/x")
    assert 30.0 <= remote.at[1] - remote.at[0] < 31.5


async def test_throttling_without_a_hint_waits_a_second_then_two(clock: ManualClock) -> None:
    remote = Remote(clock, [says({}, 429), says({}, 429), says([])])
    await session(remote).read("/x")
    gaps = [later - earlier for earlier, later in zip(remote.at, remote.at[1:], strict=False)]
    assert gaps == [pytest.approx(1.0), pytest.approx(2.0)]


async def test_a_good_answer_ends_the_growth_of_the_wait(clock: ManualClock) -> None:
    remote = Remote(clock, [says({}, 429), says([]), says({}, 429), says([])])
    held = session(remote)
    await held.read("/x")
    await held.read("/x")
    assert remote.at[3] - remote.at[2] == pytest.approx(1.0)


async def test_a_read_that_waits_for_its_turn_obeys_the_pause_too(clock: ManualClock) -> None:
    remote = Remote(clock, [says({}, 429, retry_after="20")])
    held = session(remote)
    await asyncio.gather(held.read("/a"), held.read("/b"))
    assert [at - remote.at[0] >= 20 for at in remote.at] == [False, True, True]


async def test_throttled_for_good_after_three_attempts(clock: ManualClock) -> None:
    remote = Remote(clock, [says({}, 429)] * 5)
    with pytest.raises(Throttled) as caught:
        await session(remote).read("/x")
    assert len(remote.seen) == 3
    assert caught.value.retry_at == pytest.approx(clock.now() + 4.0)


async def test_a_long_wait_is_left_to_the_next_run(clock: ManualClock) -> None:
    ledger = Ledger()
    remote = Remote(clock, [says({}, 429, retry_after="300")])
    first = session(remote, ledger=ledger)
    with pytest.raises(Throttled) as caught:
        await first.read("/x")
    assert caught.value.retry_at == pytest.approx(clock.now() + 300)
    assert clock.slept == []

    clock.advance(100)  # the process may die here: the wish was kept at once
    with pytest.raises(Throttled, match="Example") as caught:
        await session(remote, ledger=ledger).read("/x")
    assert (caught.value.side, caught.value.request) == ("Example", "GET /x")
    assert len(remote.seen) == 1

    clock.advance(150)
    await session(remote, ledger=ledger).read("/x")
    assert remote.at[1] - remote.at[0] >= 300


async def test_a_wish_for_a_pause_holds_for_every_caller_of_the_key(clock: ManualClock) -> None:
    remote = Remote(clock, [says({}, 429, retry_after="20")])
    held = session(remote)
    slot = await held.reserve()
    other = await held.reserve()
    with pytest.raises(Throttled):
        await held.write("POST", "/x", slot=slot)
    with pytest.raises(Throttled) as caught:
        await held.write("POST", "/y", slot=other)
    assert caught.value.retry_at == pytest.approx(clock.now() + 20)
    await held.read("/z")
    assert [seen.at - remote.at[0] >= 20 for seen in remote.seen] == [False, True]


async def test_a_busy_server_that_names_a_time_is_obeyed(clock: ManualClock) -> None:
    remote = Remote(clock, [says({}, 503, retry_after="40"), says([])])
    await session(remote).read("/x")
    assert remote.at[1] - remote.at[0] >= 40


async def test_a_refused_key_is_not_tried_again(clock: ManualClock) -> None:
    remote = Remote(clock, [says({}, 401)])
    refused = session(remote)
    for _ in range(3):
        with pytest.raises(CredentialsRefused):
            await refused.read("/x")
    with pytest.raises(CredentialsRefused):
        await refused.reserve()
    assert len(remote.seen) == 1


async def test_another_key_is_tried(clock: ManualClock) -> None:
    token = ["old"]
    remote = Remote(clock, [says({}, 401)])
    renewed = session(remote, headers=lambda: {"authorization": token[0]})
    with pytest.raises(CredentialsRefused):
        await renewed.read("/x")
    token[0] = "new"
    await renewed.read("/x")
    assert [seen.headers["authorization"] for seen in remote.seen] == ["old", "new"]


async def test_only_one_request_ever_carries_a_refused_key(clock: ManualClock) -> None:
    remote = Remote(clock, [says({}, 401)] * 9)
    refused = session(remote)
    outcomes = await asyncio.gather(
        *(refused.read(f"/{number}") for number in range(5)), return_exceptions=True
    )
    assert all(isinstance(outcome, CredentialsRefused) for outcome in outcomes)
    assert len(remote.seen) == 1


async def test_a_redirect_is_not_followed(clock: ManualClock) -> None:
    away = httpx.Response(302, headers={"location": "https://elsewhere.example.net/"})
    remote = Remote(clock, [away])
    with pytest.raises(Rejected, match="base_url"):
        await session(remote).read("/x")
    assert len(remote.seen) == 1


@pytest.mark.parametrize(
    ("base_url", "path", "asked"),
    [
        ("https://api.example.com", "/a/b?c=1", "https://api.example.com/a/b?c=1"),
        (
            "https://api.example.com",
            "https://elsewhere.example.net/jobs/X/list?since_id=9%2B9&limit=50",
            "https://api.example.com/jobs/X/list?since_id=9%2B9&limit=50",
        ),
        ("https://api.example.com", "http://api.example.com:81/a", "https://api.example.com/a"),
        ("https://api.example.com", "//elsewhere.example.net/a", "https://api.example.com/a"),
        (
            "https://api.example.com",
            "@elsewhere.example.net/a",
            "https://api.example.com/@elsewhere.example.net/a",
        ),
        ("https://x.example.com/pre", "/a", "https://x.example.com/pre/a"),
        (
            "https://x.example.com/pre",
            "https://x.example.com/pre/a?p=2",
            "https://x.example.com/pre/a?p=2",
        ),
    ],
)
async def test_the_key_never_leaves_for_another_host(
    clock: ManualClock, base_url: str, path: str, asked: str
) -> None:
    remote = Remote(clock)
    await session(remote, base_url=base_url).read(path)
    assert remote.seen[0].url == asked


async def test_parameters_are_encoded_and_join_those_of_the_path(clock: ManualClock) -> None:
    remote = Remote(clock)
    await session(remote).read("/a?x=1", params={"since": "2026-01-01T00:00:00+00:00", "n": 5})
    assert remote.seen[0].url == (
        "https://api.example.com/a?x=1&since=2026-01-01T00%3A00%3A00%2B00%3A00&n=5"
    )


async def test_an_endless_answer_is_given_up(clock: ManualClock, monkeypatch) -> None:
    monkeypatch.setattr(line, "MOST_BYTES", 1000)
    huge = [httpx.Response(200, stream=Raw(*[b" " * 400] * 10_000)) for _ in range(3)]
    with pytest.raises(Uncertain, match="too large"):
        await session(Remote(clock, list(huge))).read("/x")


async def test_a_dripping_answer_is_given_up(clock: ManualClock) -> None:
    drips = [SlowStream(clock) for _ in range(3)]
    remote = Remote(clock, [httpx.Response(200, stream=drip) for drip in drips])
    with pytest.raises(Uncertain, match="too slow"):
        await session(remote).read("/x")
    assert max(drip.drops for drip in drips) < 8


async def test_the_gate_is_asked_before_every_request(clock: ManualClock) -> None:
    asked: list[int] = []
    remote = Remote(clock, [says({}, 500), says([])])

    def gate() -> None:
        asked.append(len(remote.seen))
        if len(asked) == 3:
            raise HoldLost("The hold was taken over.")

    held = session(remote, gate=gate)
    await held.read("/x")
    assert asked == [0, 1]
    with pytest.raises(HoldLost):
        await held.read("/x")
    assert len(remote.seen) == 2


async def test_the_remote_clock_is_learnt_from_date(clock: ManualClock) -> None:
    remote = Remote(clock, takes=0.2)
    held = session(remote)
    assert held.remote_now() == clock.now()
    await held.read("/x")
    assert held.remote_now() == clock.now()
    for _ in range(5):  # truncated seconds of a clock 90 s ahead must not make it tremble
        clock.advance(0.3)
        remote.script.append(says({}, date=http_date(int(clock.now() + 90.1))))
        await held.read("/x")
        assert abs(held.remote_now() - clock.now() - 90) <= 1.2
    settled = held.remote_now() - clock.now()
    remote.script.append(says({}, date=http_date(int(clock.now() + 90.1))))
    await held.read("/x")
    assert held.remote_now() - clock.now() == pytest.approx(settled, abs=0.5)
    remote.script.append(says({}, date=http_date(0), age="100"))
    remote.script.append(says({}, date="yesterday"))
    await held.read("/x")
    await held.read("/x")
    assert abs(held.remote_now() - clock.now() - 90) <= 1.2


async def test_equal_clocks_are_seen_as_equal(clock: ManualClock) -> None:
    remote = Remote(clock)
    held = session(remote)
    for step in (0.4, 0.9, 0.3):
        clock.advance(step)
        remote.script.append(says({}, date=http_date(int(clock.now()))))
        await held.read("/x")
        assert held.remote_now() == clock.now()


async def test_nothing_secret_in_logs_errors_or_reprs(
    clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    person = "jane.synthetic@example.com"
    body = {"error": {"message": f"{person} {KEY}", "code": person}}
    remote = Remote(
        clock,
        [
            says({"echo": person}),
            says(body, 422),
            httpx.ConnectError(f"cannot reach {KEY}"),
            httpx.LocalProtocolError(f"Illegal header value {KEY!r}"),
            httpx.ReadError(f"reset {person}"),
            says({}, 429, retry_after="500"),
        ],
    )
    held = session(remote)
    texts = [repr(await held.read("/x", params={"email": person, "token": KEY}))]
    for path in ("/x", f"/people/{person}?q={KEY}", f"/people/{person.replace('@', '%40')}"):
        with pytest.raises(SyncdError) as caught:
            await held.read(path)
        texts += [str(caught.value), repr(caught.value), str(vars(caught.value))]
    texts += [repr(held), repr(await session(Remote(clock)).reserve()), caplog.text]
    for text in texts:
        assert KEY not in text
        assert person not in text
        assert "jane" not in text
    logged = [record for record in caplog.records if record.name == "syncd.http"]
    assert len(logged) == len(remote.seen)
    assert logged[0].getMessage().split()[:4] == ["Example", "GET", "/x", "200"]
    assert not [r for r in caplog.records if r.name.startswith("http") and r.levelno < 30]


async def test_an_unusable_credential_says_nothing_of_itself(clock: ManualClock) -> None:
    remote = Remote(clock)
    with pytest.raises(NotSent) as caught:
        await session(remote, headers=lambda: {"authorization": "ключ"}).read("/x")
    assert "ключ" not in str(caught.value)
    assert remote.seen == []


async def test_a_borrowed_transport_stays_open_and_no_cookie_is_kept(clock: ManualClock) -> None:
    remote = Remote(clock, [says({}, set_cookie="session=1")])
    held = session(remote)
    await held.read("/x")
    await held.read("/x")
    await held.aclose()
    assert not remote.closed
    assert "cookie" not in remote.seen[1].headers
