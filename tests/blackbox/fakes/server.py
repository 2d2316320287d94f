"""A small HTTP/1.1 server on loopback whose every answer can be spoilt on purpose.

The standard library's threaded server is used because a test must be able to cut a connection,
reset it or send half a body; a framework would repair or forbid all three.
"""

import contextlib
import json
import re
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

REASONS = {200: "OK", 201: "Created", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found"}


@dataclass
class Request:
    """What a client sent. ``at``: this machine's monotonic seconds."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes
    at: float

    def json(self) -> Any:
        """The body as JSON; raises ValueError if it is none."""
        return json.loads(self.body.decode("utf-8"))

    @property
    def params(self) -> dict[str, str]:
        return dict(self.query)


@dataclass
class Answer:
    """What the server says; ``body`` is JSON unless it is bytes or None (empty)."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def encoded(self) -> tuple[bytes, str]:
        if self.body is None:
            return b"", "text/plain"
        if isinstance(self.body, bytes):
            return self.body, "text/html; charset=utf-8"
        return json.dumps(self.body).encode(), "application/json"


@dataclass
class Fault:
    """One way to spoil requests that match.

    ``kind``: ``lost`` (applied, then the connection closes without an answer), ``reset_after``
    (applied, then reset), ``reset_before``, ``status_after`` (applied, then ``status``),
    ``status_before``, ``html`` / ``truncated`` / ``empty`` (applied, then a body of that kind),
    ``html_before`` (an HTML page, nothing applied), ``slow`` (``seconds``, then as usual).
    ``times`` -1 means for ever; the first ``skip`` matches pass.
    """

    kind: str
    method: str = ""
    path: str = ""
    times: int = 1
    skip: int = 0
    status: int = 503
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    hits: int = 0

    def claims(self, request: Request) -> bool:
        if self.times == 0:
            return False
        if self.method and request.method != self.method:
            return False
        if self.path and not re.search(self.path, request.path):
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times -= 1
        self.hits += 1
        return True


@dataclass(frozen=True)
class Exchange:
    """One line of the request log; ``status`` 0 means that no answer left."""

    at: float
    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    body: Any
    status: int
    fault: str

    @property
    def writes(self) -> bool:
        return self.method not in ("GET", "HEAD")


class FakeServer:
    """What both fakes share: a port, a clock that can be set ahead, faults, a request log."""

    name = "fake"
    poll = 0.02  # seconds within which it notices that it is to stop

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.faults: list[Fault] = []
        self.log: list[Exchange] = []
        self.violations: list[str] = []
        self.crashes: list[str] = []
        self.ahead = 0.0
        self._listen(0)

    def _listen(self, port: int) -> None:
        self._http = _Listener(("127.0.0.1", port), _handler_of(self))
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": self.poll}, daemon=True
        )

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def now(self) -> float:
        """This server's own clock, epoch seconds."""
        return time.time() + self.ahead

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)

    @contextlib.contextmanager
    def away(self) -> Iterator[None]:
        """Gone for the block, with every open connection; then there again, on the same port."""
        port = self._http.server_address[1]
        self.stop()
        self._http.cut()
        try:
            yield
        finally:
            self._listen(port)
            self.start()

    def answer(self, request: Request) -> Answer:
        """Apply a request. Called under the lock."""
        raise NotImplementedError

    def violation(self, request: Request | None, text: str) -> None:
        """Note that the client broke the published contract."""
        where = f"{request.method} {request.path}: " if request else ""
        self.violations.append(where + text)

    def break_(self, kind: str, method: str = "", path: str = "", **more: Any) -> Fault:
        """Add a fault and return it, so that a test can see whether it was hit."""
        fault = Fault(kind, method, path, **more)
        self.faults.append(fault)
        return fault

    def requests(self, since: int = 0, method: str = "", path: str = "") -> list[Exchange]:
        with self.lock:
            rows = self.log[since:]
        return [
            row
            for row in rows
            if (not method or row.method == method) and (not path or re.search(path, row.path))
        ]

    def writes(self, since: int = 0) -> list[Exchange]:
        return [row for row in self.requests(since) if row.writes]

    @contextlib.contextmanager
    def watched(self) -> Iterator[list[Exchange]]:
        """A list that holds, after the block, the requests made in it."""
        start, seen = len(self.log), []
        try:
            yield seen
        finally:
            seen.extend(self.requests(start))

    def serve(self, request: Request) -> "Reply":
        """Decide about faults, apply, log; return what goes over the wire."""
        with self.lock:
            fault = next((one for one in self.faults if one.claims(request)), None)
            kind = fault.kind if fault else ""
            if fault and kind == "slow":
                self.lock.release()
                try:
                    time.sleep(fault.seconds)
                finally:
                    self.lock.acquire()
            reply = self._spoilt(request, fault) if fault and kind != "slow" else None
            if reply is None:
                reply = Reply(self._applied(request))
            body: Any = None
            if request.body:
                with contextlib.suppress(ValueError):
                    body = request.json()
            status = reply.answer.status if reply.answer else 0
            self.log.append(
                Exchange(
                    request.at, request.method, request.path, tuple(request.query), body,
                    status, kind,
                )
            )  # fmt: skip
            return reply

    def _applied(self, request: Request) -> Answer:
        try:
            return self.answer(request)
        except Exception as error:  # a fake that breaks must fail the test, not hang the client
            self.crashes.append(f"{request.method} {request.path}: {error!r}")
            return Answer(500, {"error": "the fake broke"})

    def _spoilt(self, request: Request, fault: Fault) -> "Reply | None":
        match fault.kind:
            case "reset_before":
                return Reply(None, reset=True)
            case "status_before":
                return Reply(Answer(fault.status, {"error": "not now"}, dict(fault.headers)))
            case "html_before":
                return Reply(Answer(fault.status, b"<html><body>Bad gateway</body></html>"))
        applied = self._applied(request)
        match fault.kind:
            case "lost":
                return Reply(None)
            case "reset_after":
                return Reply(None, reset=True)
            case "status_after":
                return Reply(Answer(fault.status, {"error": "broke"}, dict(fault.headers)))
            case "html":
                return Reply(Answer(applied.status, b"<html><body>Welcome</body></html>"))
            case "empty":
                return Reply(Answer(applied.status, b""))
            case "truncated":
                return Reply(applied, truncated=True)
        raise AssertionError(f"unknown fault {fault.kind}")


@dataclass
class Reply:
    """An answer as it goes out; ``answer`` None: the connection ends without one."""

    answer: Answer | None
    reset: bool = False
    truncated: bool = False


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def cut(self) -> None:
        """End the connections that are open; those who serve them notice."""
        for one in list(self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that are killed leave broken connections behind; that is no news."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def _handler_of(server: FakeServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, format: str, *args: Any) -> None:
            return

        def _take(self) -> None:
            parts = urlsplit(self.path)
            size = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(size) if size else b""
            if len(body) < size:  # the client died while it was sending: nothing arrived
                self.close_connection = True
                return
            request = Request(
                self.command,
                parts.path,
                parse_qsl(parts.query, keep_blank_values=True),
                {key.lower(): value for key, value in self.headers.items()},
                body,
                time.monotonic(),
            )
            self._send(server.serve(request))

        def _send(self, reply: Reply) -> None:
            if reply.answer is None:
                self.close_connection = True
                if reply.reset:
                    linger = struct.pack("ii", 1, 0)
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                    self.connection.close()
                return
            status, (body, kind) = reply.answer.status, reply.answer.encoded()
            head = {
                "Date": formatdate(server.now(), usegmt=True),
                "Content-Type": kind,
                "Content-Length": str(len(body)),
                **reply.answer.headers,
            }
            if reply.truncated:
                body = body[: len(body) // 2]
                self.close_connection = True
            lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Status')}"]
            lines += [f"{key}: {value}" for key, value in head.items()]
            self.wfile.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _take  # noqa: N815

    return Handler
