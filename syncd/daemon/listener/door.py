"""What every request has to pass before anything looks at it, and what every answer carries.

Nothing a caller sends is echoed or logged: answers to what is refused are fixed texts.
"""

import base64
import binascii
import hmac
import logging
from collections.abc import MutableMapping
from typing import Any

from pydantic import SecretStr
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from syncd.clock import Clock
from syncd.daemon.listener.counters import Counters
from syncd.daemon.listener.exposure import Exposure
from syncd.daemon.listener.limits import MOST_HEADERS, Bucket

HOOKS = "/webhooks/"
#: What anybody may ask who can reach the address, as often as they like: it tells no more than that
#: somebody is there, and those who watch the process must hear it in a flood, too.
OPEN = ("/healthz",)
_READING = ("GET", "HEAD")
_PAGES = (20.0, 100.0)  # requests a second, and at once
_REFUSALS = (50.0, 200.0)

_log = logging.getLogger("syncd.listener")


class Door:
    """Checks host, method and token, bounds the rate, and dresses every answer.

    ``policy`` is the value of Content-Security-Policy.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        exposure: Exposure,
        token: SecretStr | None,
        policy: str,
        clock: Clock,
        counters: Counters,
    ) -> None:
        self._app = app
        self._exposure = exposure
        self._token = token.get_secret_value().encode() if token else None
        self._dress = {
            "content-security-policy": policy,
            "x-content-type-options": "nosniff",
            "x-frame-options": "DENY",
            "referrer-policy": "no-referrer",
            "cross-origin-resource-policy": "same-origin",
            "cache-control": "no-store",
        }
        self._pages = Bucket(clock, *_PAGES)
        self._refusals = Bucket(clock, *_REFUSALS)
        self._counters = counters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; anything that is not HTTP is closed."""
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1000})
            return
        began = False

        async def dressed(message: Message) -> None:
            nonlocal began
            if message["type"] == "http.response.start":
                began = True
                _add(message, self._dress)
                self._count(message["status"])
            await send(message)

        refused = self._refusal(scope)
        try:
            await (refused or self._app)(scope, receive, dressed)
        except Exception as error:
            # The traceback could hold what the caller sent; the kind of error is enough.
            _log.error("listener failed", extra={"error": type(error).__name__})
            if began:
                raise
            failed = PlainTextResponse("Something failed here; the log says more.\n", 500)
            await failed(scope, receive, dressed)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        path: str = scope["path"]
        if sum(len(name) + len(value) for name, value in headers.raw) > MOST_HEADERS:
            # The server bounds only what it has not read to its end yet.
            return self._refuse(431, "Too much.")
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._exposure.knows(hosts[0]):
            return self._refuse(421, "This is not the host you asked for.")
        hook = path.startswith(HOOKS)
        if scope["method"] not in (("POST",) if hook else _READING):
            return self._refuse(405, "Not that way.", {"allow": "POST" if hook else "GET, HEAD"})
        if hook:
            return None
        if path in OPEN:
            return None
        if self._token is None and self._exposure.is_public(hosts[0]):
            return self._refuse(404, "There is nothing here.")
        if self._token is not None and not self._proves(headers.get("authorization", "")):
            return self._refuse(
                401,
                "A token is needed: send it as a bearer token, or as a password.",
                {"www-authenticate": 'Basic realm="syncd", charset="UTF-8"'},
            )
        if not self._pages.take():
            return self._refuse(429, "Too many requests.", {"retry-after": "5"})
        return None

    def _refuse(
        self, status: int, text: str, headers: MutableMapping[str, str] | None = None
    ) -> Response:
        if not self._refusals.take():
            return PlainTextResponse("Too many requests.\n", 429, {"retry-after": "5"})
        return PlainTextResponse(f"{text}\n", status, headers)

    def _proves(self, header: str) -> bool:
        """Whether an Authorization header holds the token, compared in constant time."""
        scheme, _, rest = header.partition(" ")
        given = rest.strip().encode("utf-8", "replace")
        if scheme.lower() == "basic":
            try:
                _, _, given = base64.b64decode(given, validate=True).partition(b":")
            except (binascii.Error, ValueError):
                return False
        elif scheme.lower() != "bearer":
            return False
        return self._token is not None and hmac.compare_digest(given, self._token)

    def _count(self, status: int) -> None:
        if status >= 400:
            self._counters.refused(status)


def _add(message: MutableMapping[str, Any], headers: MutableMapping[str, str]) -> None:
    held = {name.lower() for name, _ in message.get("headers", [])}
    message["headers"] = [
        *message.get("headers", []),
        *((k.encode(), v.encode()) for k, v in headers.items() if k.encode() not in held),
    ]
