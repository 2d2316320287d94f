"""What a scripted transport cannot show: refused, half-closed, cut and reset connections."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

import pytest

from syncd.clock import SystemClock
from syncd.errors import NotSent, SyncdError, Uncertain
from syncd.http.session import Budget, Complaint, Network, Session
from syncd.settings.units import Rate

pytestmark = pytest.mark.sockets

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
HEAD = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n"


def session(
    port: int, patience: float = 5.0, scheme: str = "http", network: Network | None = None
) -> Session:
    clock = SystemClock()
    return Session(
        side="Example",
        base_url=f"{scheme}://127.0.0.1:{port}",
        network=network or Network(clock, chance=lambda: 0.0),
        budget=Budget(Rate(1000, 1.0), clock),
        headers=dict,
        complain=lambda status, body: Complaint(),
        timeout=patience,
    )


@asynccontextmanager
async def server(talk: Talk, until: bytes = b"\r\n\r\n") -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server that reads one request's head and then does as ``talk`` says."""
    heads: list[bytes] = []
    served: list[asyncio.Task[None] | None] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.append(asyncio.current_task())
        heads.append(await reader.readuntil(until))
        await talk(reader, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        yield listening.sockets[0].getsockname()[1], heads
        await asyncio.gather(*filter(None, served))


async def write(port: int, patience: float = 5.0, scheme: str = "http") -> SyncdError | None:
    held = session(port, patience, scheme)
    try:
        await held.write("POST", "/things", slot=await held.reserve(), json={"a": 1})
    except SyncdError as error:
        return error
    finally:
        await held.aclose()
    return None


async def test_a_refused_connection_was_not_sent() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    assert type(await write(port)) is NotSent


async def test_certificates_are_read_once_for_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    read, make = [], ssl.create_default_context

    def counted(*given: Any, **named: Any) -> ssl.SSLContext:
        read.append(named)
        return make(*given, **named)

    monkeypatch.setattr(ssl, "create_default_context", counted)
    network = Network(SystemClock(), chance=lambda: 0.0)
    for shared in (network, replace(network, budgets={})):
        held = session(1, scheme="https", network=shared)
        with pytest.raises(NotSent):
            await held.write("POST", "/things", slot=await held.reserve(), json={"a": 1})
        await held.aclose()
    assert len(read) == 1


async def test_a_server_that_speaks_no_tls_was_not_sent_to() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with server(talk, until=b"\x16") as (port, _):  # the first byte of a TLS greeting
        assert type(await write(port, scheme="https")) is NotSent


async def test_no_answer_at_all_is_uncertain() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        pass

    async with server(talk) as (port, heads):
        assert type(await write(port)) is Uncertain
    assert len(heads) == 1


async def test_a_reset_is_uncertain() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    async with server(talk) as (port, heads):
        assert type(await write(port)) is Uncertain
    assert len(heads) == 1


async def test_silence_is_uncertain() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.5)

    async with server(talk) as (port, heads):
        assert type(await write(port, patience=0.1)) is Uncertain
    assert len(heads) == 1


@pytest.mark.parametrize(
    "answer",
    [
        HEAD + b'Content-Length: 100\r\n\r\n{"data": {',
        HEAD + b'Transfer-Encoding: chunked\r\n\r\n5\r\n{"dat',
        HEAD + b"Content-Encoding: gzip\r\nContent-Length: 8\r\n\r\nnot gzip",
        HEAD[:20],
        b"garbage\r\n\r\n",
    ],
)
async def test_a_cut_answer_is_uncertain(answer: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    async with server(talk) as (port, heads):
        assert type(await write(port)) is Uncertain
    assert len(heads) == 1


async def test_a_connection_that_the_server_closed_meanwhile_is_not_used_again() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(len(b'{"a": 1}'))
        writer.write(HEAD + b"Content-Length: 2\r\n\r\n{}")
        await writer.drain()

    async with server(talk) as (port, heads):
        held = session(port)
        for _ in range(3):
            await held.write("POST", "/things", slot=await held.reserve(), json={"a": 1})
            await asyncio.sleep(0.05)
        await held.aclose()
    assert len(heads) == 3
