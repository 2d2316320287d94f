"""The listener on a real socket: its limits, its end, and what it leaves alone."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from syncd.daemon.health import PassEnd
from syncd.daemon.listener import Listener, limits, serve
from syncd.daemon.outlets import open_outlets
from syncd.errors import SettingsError
from syncd.http.network import Network
from syncd.model.keyed import Keyed
from syncd.phases.postings.webhooks import path
from syncd.store import hints
from tests.listener.house import SECRET, House

pytestmark = pytest.mark.sockets


async def begin(house: House, listen: str = "127.0.0.1:0") -> Listener:
    house.daemon["listen"] = listen
    settings = house.settings
    listener = await serve(
        settings.daemon, house.health, house.nudged, house.store, settings, house.counters
    )
    assert listener is not None
    return listener


@pytest.fixture
async def listener(house: House) -> AsyncIterator[Listener]:
    listener = await begin(house)
    yield listener
    await listener.aclose()


async def talk(listener: Listener, *said: bytes, pause: float = 0.0) -> bytes:
    """Say some things and return all that is answered until the other side hangs up."""
    reader, writer = await asyncio.open_connection(*listener.address)
    try:
        for words in said:
            writer.write(words)
            await writer.drain()
            await asyncio.sleep(pause)
        return await asyncio.wait_for(reader.read(), 10)
    except ConnectionError:
        return b""
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


def request(target: str = "/healthz", method: str = "GET", more: str = "") -> bytes:
    return (
        f"{method} {target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{more}\r\n".encode()
    )


async def test_it_answers_and_takes_no_signal(listener: Listener) -> None:
    handlers = [signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM)]
    assert (await talk(listener, request())).startswith(b"HTTP/1.1 200")
    assert [signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM)] == handlers
    assert all("uvicorn" not in repr(h) for h in handlers)


async def test_no_answer_names_the_server(listener: Listener) -> None:
    for said in (request(), request("/nowhere"), b"nonsense\r\n\r\n"):
        assert b"uvicorn" not in (await talk(listener, said)).lower()


async def test_long_headers_end_the_connection(listener: Listener) -> None:
    long = request(more="x: " + "y" * 20_000 + "\r\n")
    assert (await talk(listener, long)).startswith(b"HTTP/1.1 431")
    # In pieces, the server hangs up before it has them all.
    answer = await talk(listener, long[:9000], long[9000:17_500], b"z" * 99_000, pause=0.05)
    assert not answer.startswith(b"HTTP/1.1 200")


async def test_a_body_that_is_too_long_is_not_awaited(listener: Listener) -> None:
    answer = await talk(
        listener, request("/webhooks/ats/acme", "POST", "content-length: 99999999\r\n")
    )
    assert answer.startswith(b"HTTP/1.1 413")


async def test_a_slow_caller_is_cut_off(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncd.daemon.listener.server.LONGEST", 0.3)
    listener = await begin(house)
    began = asyncio.get_running_loop().time()
    assert await talk(listener, b"GET / HTTP/1.1\r\n") == b""
    assert 0.2 < asyncio.get_running_loop().time() - began < 3
    await listener.aclose()


async def test_connections_are_few(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncd.daemon.listener.server.MOST_CONNECTIONS", 3)
    listener = await begin(house)
    idle = [await asyncio.open_connection(*listener.address) for _ in range(3)]
    await asyncio.sleep(0.1)
    assert (await talk(listener, request())).startswith(b"HTTP/1.1 200")
    # The one that dawdled longest made room; those after it may still ask.
    with contextlib.suppress(ConnectionResetError):
        assert await idle[0][0].read() == b""
    idle[2][1].write(request())
    assert (await idle[2][0].read()).startswith(b"HTTP/1.1 200")
    for _, writer in idle:
        writer.close()
    await listener.aclose()


async def test_callers_who_dawdle_keep_nobody_out(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syncd.daemon.listener.server.MOST_CONNECTIONS", 3)
    listener = await begin(house)
    slow = [(await asyncio.open_connection(*listener.address))[1] for _ in range(10)]
    for writer in slow:
        writer.write(b"GET / HTTP/1.1\r\nhost: localhost\r\nx-")
        assert (await talk(listener, request())).startswith(b"HTTP/1.1 200")
    for writer in slow:
        writer.close()
    await listener.aclose()


async def test_a_place_that_is_taken_is_told_in_a_sentence(
    house: House, listener: Listener
) -> None:
    with pytest.raises(SettingsError, match="cannot be had") as caught:
        await begin(house, f"127.0.0.1:{listener.address[1]}")
    assert caught.value.exit_code == 2


async def test_open_to_others_without_a_token_it_does_not_start(house: House) -> None:
    with pytest.raises(SettingsError, match=r"daemon\.token"):
        await begin(house, "0.0.0.0:0")


async def test_nowhere_is_nothing(house: House) -> None:
    house.daemon["listen"] = ""
    settings = house.settings
    found = await serve(settings.daemon, house.health, house.nudged, house.store, settings)
    assert found is None


async def test_it_ends_at_once_leaves_no_task_and_hands_the_last_hints_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(_: float) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(house.clock, "sleep", never)
    before = asyncio.all_tasks()
    listener = await begin(house)
    lingering = await asyncio.open_connection(*listener.address)
    target = path("acme", "P1", Keyed(SECRET).webhook("acme", "P1"))
    answer = await talk(listener, request(target, "POST", "content-length: 0\r\n"))
    assert answer.startswith(b"HTTP/1.1 204")
    began = asyncio.get_running_loop().time()
    await listener.aclose()
    await listener.aclose()
    assert asyncio.get_running_loop().time() - began < 3
    assert asyncio.all_tasks() == before
    with house.store.read() as tx:
        assert set(hints.pending(tx, "acme")) == {"P1"}
    lingering[1].close()
    with pytest.raises(OSError):
        socket.create_connection(listener.address, timeout=1)
    again = await begin(house, f"127.0.0.1:{listener.address[1]}")
    assert (await talk(again, request())).startswith(b"HTTP/1.1 200")
    await again.aclose()


async def test_floods_of_forged_webhooks_leave_it_healthy(house: House, listener: Listener) -> None:
    forged = path("acme", "P1", "0" * 32)
    said = request(forged, "POST", "content-length: 3\r\n") + b"5f3"

    async def flood() -> set[bytes]:
        return {(await talk(listener, said))[9:12] for _ in range(50)}

    codes = set.union(*await asyncio.gather(*(flood() for _ in range(8))))
    assert codes <= {b"404", b"429"}
    assert house.nudged.asked == []
    assert (await talk(listener, request())).startswith(b"HTTP/1.1 200")
    assert house.counters.webhooks["", "forged"] == 400


async def test_everything_opens_and_closes_together(house: House) -> None:
    before = asyncio.all_tasks()
    house.daemon["listen"] = "127.0.0.1:0"
    opened = await open_outlets(
        house.settings,
        house.health,
        house.nudged,
        house.store,
        house.counters,
        Network(clock=house.clock),
    )
    assert opened.listener is not None
    house.health.announce(PassEnd("acme", 1, 0, 1, ok=True))
    assert (await talk(opened.listener, request())).startswith(b"HTTP/1.1 200")
    await opened.aclose()
    await opened.aclose()
    assert house.counters.passes == {("acme", "ok"): 1}
    assert asyncio.all_tasks() == before
    heard: Any = house.health.__dict__["_listeners"]
    assert heard == []


def test_the_limits_that_the_guide_names() -> None:
    assert (limits.MOST_BODY, limits.MOST_HEADERS) == (64 * 1024, 16 * 1024)
    assert (limits.MOST_CONNECTIONS, limits.LONGEST) == (64, 30.0)
