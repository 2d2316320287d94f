"""The sandbox behind real sockets: an ASGI application, and a server on loopback."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import uvicorn
from starlette.requests import Request as WebRequest
from starlette.types import ASGIApp, Receive, Scope, Send

from syncd.clock import Clock, SystemClock
from syncd.sandbox.faulting import Breach
from syncd.sandbox.wire import Answer, Request, Side
from syncd.sandbox.world import World

# How long a connection that times out is held before it is closed: longer than a client waits.
_HELD = 120.0


class _ClosedEarlyError(Exception):
    """Makes the server close a connection in the middle of an answer."""


def app(world: World, side: Side | None = None, clock: Clock | None = None) -> ASGIApp:
    """An ASGI application that serves one side at its root, or both.

    With ``side`` None, HeyMilo is below ``/heymilo`` and Workable below ``/workable``. ``clock``
    is what slow answers wait on (the machine's own if left out).
    """
    waiting = clock or SystemClock()

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _answer_lifespan(receive, send)
            return
        if scope["type"] != "http":
            return
        web = WebRequest(scope, receive)
        request = _translate(web, side, await web.body())
        if request is None:
            await _send(send, Answer(404, b"Below /heymilo and /workable.\n"))
            return
        exchange = world.exchange(request)
        if exchange.breach is Breach.TIMEOUT:
            await waiting.sleep(_HELD)
        await waiting.sleep(exchange.delay)
        answer = exchange.answer
        if answer is None or exchange.breach is not None:
            body = answer.body[: len(answer.body) // 2] if answer else b""
            broken = Answer(answer.status if answer else 200, body)
            await _send(send, broken, length=len(body) + 1)
            raise _ClosedEarlyError
        await _send(send, answer)

    return serve


def _translate(web: WebRequest, side: Side | None, body: bytes) -> Request | None:
    path, prefix = web.url.path, ""
    if side is None:
        side = next((s for s in Side if path.startswith(f"/{s.value}/")), None)
        if side is None:
            return None
        prefix = f"/{side.value}"
    return Request(
        side=side,
        method=web.method,
        path=path[len(prefix) :],
        query=tuple(web.query_params.multi_items()),
        headers={name.lower(): value for name, value in web.headers.items()},
        body=body,
        origin=f"{web.url.scheme}://{web.url.netloc}{prefix}",
    )


async def _send(send: Send, answer: Answer, length: int | None = None) -> None:
    size = len(answer.body) if length is None else length
    headers = {**answer.headers, "content-length": str(size)}
    await send(
        {
            "type": "http.response.start",
            "status": answer.status,
            "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
        }
    )
    await send({"type": "http.response.body", "body": answer.body, "more_body": length is not None})


async def _answer_lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


class _QuietServer(uvicorn.Server):
    """A server inside another program: signals stay with that program."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclass(frozen=True, slots=True)
class Served:
    """Where a served world is: base addresses for the settings, and the server's task."""

    heymilo_url: str
    workable_url: str
    port: int


@contextlib.asynccontextmanager
async def serving(
    world: World, *, host: str = "127.0.0.1", port: int = 0, clock: Clock | None = None
) -> AsyncIterator[Served]:
    """Serve ``world`` on ``host`` while the block runs; port 0 takes a free one.

    Raises OSError if the port is taken.
    """
    with socket.create_server((host, port), family=socket.AF_INET) as listener:
        number = listener.getsockname()[1]
        config = uvicorn.Config(
            app(world, clock=clock),
            log_config=None,
            log_level="critical",
            access_log=False,
            date_header=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
        server = _QuietServer(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            while not server.started:
                if task.done():
                    await task
                await SystemClock().sleep(0.01)
            base = f"http://{host}:{number}"
            yield Served(f"{base}/heymilo", f"{base}/workable", number)
        finally:
            server.should_exit = True
            await task
