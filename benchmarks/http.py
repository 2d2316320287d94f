"""As little of an HTTP/1.1 server as a benchmark needs, so that it is not what is measured."""

import asyncio
from collections.abc import Callable
from email.utils import formatdate
from time import time
from urllib.parse import parse_qsl, unquote, urlsplit

#: Given method, path, query and body, return status and body.
Answerer = Callable[[str, str, dict[str, str], bytes], tuple[int, bytes]]

_REASONS = {200: "OK", 201: "Created", 404: "Not Found", 422: "Unprocessable Entity"}


class Protocol(asyncio.Protocol):
    """One connection, kept alive: requests are answered in order, each after ``delay`` seconds."""

    def __init__(self, answer: Answerer, delay: float) -> None:
        self._answer = answer
        self._delay = delay
        self._held = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._held += data
        while (end := self._held.find(b"\r\n\r\n")) >= 0:
            head = self._held[:end].decode("latin-1")
            size = _content_length(head)
            if len(self._held) < end + 4 + size:
                return
            body = self._held[end + 4 : end + 4 + size]
            self._held = self._held[end + 4 + size :]
            self._serve(head, body)

    def _serve(self, head: str, body: bytes) -> None:
        method, target, _ = head.split("\r\n", 1)[0].split(" ", 2)
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query)) if parts.query else {}
        status, said = self._answer(method, unquote(parts.path), query, body)
        answer = (
            f"HTTP/1.1 {status} {_REASONS.get(status, 'Status')}\r\n"
            f"date: {formatdate(time(), usegmt=True)}\r\n"
            "content-type: application/json\r\n"
            f"content-length: {len(said)}\r\n\r\n"
        ).encode() + said
        if self._delay and not parts.path.startswith("/bench/"):
            asyncio.get_running_loop().call_later(self._delay, self._write, answer)
        else:
            self._write(answer)

    def _write(self, answer: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(answer)


def _content_length(head: str) -> int:
    for line in head.split("\r\n")[1:]:
        name, _, value = line.partition(":")
        if name.strip().lower() == "content-length":
            return int(value)
    return 0


async def serve(answer: Answerer, delay: float, started: Callable[[int], None]) -> None:
    """Serve on a free port of loopback for ever; ``started`` is told the port."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Protocol(answer, delay), "127.0.0.1", 0)
    started(server.sockets[0].getsockname()[1])
    async with server:
        await server.serve_forever()
