"""The sandbox behind httpx without a socket."""

from collections.abc import AsyncIterator, Mapping
from typing import Protocol

import httpx

from syncd.clock import Clock
from syncd.sandbox.faulting import Breach, Exchange
from syncd.sandbox.wire import Request, Side

HEYMILO_URL = "https://heymilo.example.com"
WORKABLE_URL = "https://workable.example.com"
_PATIENCE = 30.0


class Answering(Protocol):
    """Whoever answers: a :class:`~syncd.sandbox.world.World`, or a stand-in of one side."""

    def exchange(self, request: Request) -> Exchange:
        """Let ``request`` happen."""
        ...


class _HalfStream(httpx.AsyncByteStream):
    """Half a body, then the end of the connection."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._body[: len(self._body) // 2]
        raise httpx.RemoteProtocolError("peer closed connection without sending complete body")


class SandboxTransport(httpx.AsyncBaseTransport):
    """Sends requests into a world, or to one side of it.

    ``sides`` says which base address is which side; a request to any other address fails with
    ``ConnectError``, as a host that does not exist. ``clock`` is what waiting is done on: give it
    the clock of the program under test. ``latency`` is what every request takes, seconds.
    """

    def __init__(
        self,
        world: Answering,
        clock: Clock,
        *,
        sides: Mapping[str, Side] | None = None,
        latency: float = 0.0,
    ) -> None:
        self.world = world
        self.clock = clock
        self.latency = latency
        self.sides = sides or {HEYMILO_URL: Side.HEYMILO, WORKABLE_URL: Side.WORKABLE}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        patience = self._patience(request)
        await self.clock.sleep(self.latency)
        exchange = self.world.exchange(self._translate(request))
        if exchange.breach is Breach.TIMEOUT or exchange.delay > patience:
            await self.clock.sleep(patience)
            raise httpx.ReadTimeout("timed out", request=request)
        await self.clock.sleep(exchange.delay)
        if exchange.breach is Breach.REFUSED:
            raise httpx.ConnectError("connection refused", request=request)
        if exchange.breach is Breach.RESET or exchange.answer is None:
            raise httpx.ReadError("connection reset", request=request)
        answer = exchange.answer
        if exchange.breach is Breach.CUT_OFF:
            headers = {**answer.headers, "content-length": str(len(answer.body))}
            stream = _HalfStream(answer.body)
            return httpx.Response(answer.status, headers=headers, stream=stream, request=request)
        return httpx.Response(
            answer.status, headers=answer.headers, content=answer.body, request=request
        )

    def _patience(self, request: httpx.Request) -> float:
        timeouts = request.extensions.get("timeout", {})
        read = timeouts.get("read")
        return _PATIENCE if read is None else float(read)

    def _translate(self, request: httpx.Request) -> Request:
        url = str(request.url)
        for origin, side in self.sides.items():
            base = origin.rstrip("/")
            if url == base or url.startswith((f"{base}/", f"{base}?")):
                return Request(
                    side=side,
                    method=request.method,
                    path=request.url.path[len(httpx.URL(base).path.rstrip("/")) :] or "/",
                    query=tuple(request.url.params.multi_items()),
                    headers={name.lower(): value for name, value in request.headers.items()},
                    body=request.content,
                    origin=base,
                )
        raise httpx.ConnectError("no such host", request=request)
