"""Webhooks: what is genuine becomes a hint, and nothing else becomes anything.

HeyMilo signs nothing, so its address is the secret: one keyed hash for each posting. Its body is
not read. An ATS signs its body, which its connector verifies.
"""

import hmac
import logging

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from syncd.ats import registry
from syncd.ats.hints import Refused
from syncd.clock import Clock
from syncd.daemon.listener.counters import Counters
from syncd.daemon.listener.limits import Bucket, TooMuch, read_body
from syncd.daemon.listener.mailbox import Mailbox
from syncd.daemon.listener.replays import Replays
from syncd.errors import SettingsError
from syncd.model.keyed import Keyed
from syncd.settings.schema import Mode, Settings

_RATE = (100.0, 2000.0)  # deliveries a second, and at once
_LONGEST_ID = 200

_log = logging.getLogger("syncd.listener")


class Webhooks:
    """Takes deliveries in. ``keyed`` makes the secret part of HeyMilo's addresses."""

    def __init__(
        self,
        settings: Settings,
        keyed: Keyed,
        mailbox: Mailbox,
        clock: Clock,
        counters: Counters,
    ) -> None:
        self._connections = {
            name: connection
            for name, connection in settings.connections.items()
            if connection.mode is not Mode.OFF
        }
        self._keyed = keyed
        self._mailbox = mailbox
        self._clock = clock
        self._counters = counters
        self._heymilo = Bucket(clock, *_RATE)
        self._ats = Bucket(clock, *_RATE)
        self._replays = Replays(clock)

    async def heymilo(self, request: Request) -> Response:
        """A delivery of HeyMilo's; believed if its address has the posting's own token."""
        name = request.path_params["connection"]
        posting_id, token = request.path_params["posting"], request.path_params["token"]
        genuine = (
            name in self._connections
            and len(posting_id) <= _LONGEST_ID
            and _equal(token, self._keyed.webhook(name, posting_id))
        )
        if not genuine:
            self._counters.webhooks["", "forged"] += 1
            return nothing_here()
        if not self._heymilo.take():
            return self._full(name)
        self._count(name, self._mailbox.hint_posting(name, posting_id))
        return Response(status_code=204)

    async def ats(self, request: Request) -> Response:
        """A delivery of an ATS's; believed if its connector finds it signed."""
        name = request.path_params["connection"]
        connection = self._connections.get(name)
        if connection is None:
            self._counters.webhooks["", "forged"] += 1
            return nothing_here()
        if not self._ats.take():
            return self._full(name)
        try:
            read_hint = registry.connector(connection.ats.type).hint
            body = await read_body(request)
            if read_hint is None:
                raise Refused
            headers = {key.lower(): value for key, value in request.headers.items()}
            hint = read_hint(connection.ats, headers, body, self._clock.now())
        except TooMuch:
            self._counters.webhooks[name, "refused"] += 1
            return PlainTextResponse("Too much.\n", 413)
        except (Refused, SettingsError):
            self._counters.webhooks[name, "forged"] += 1
            return nothing_here()
        if not self._replays.is_new(name, hint.signed or body):
            self._counters.webhooks[name, "replayed"] += 1
            return PlainTextResponse("This came before.\n", 409)
        self._count(name, self._mailbox.hint_phase(name, hint.phase))
        return Response(status_code=200)

    def _count(self, name: str, news: bool) -> None:
        self._counters.webhooks[name, "genuine" if news else "coalesced"] += 1

    def _full(self, name: str) -> Response:
        self._counters.webhooks[name, "refused"] += 1
        return PlainTextResponse("Too many requests.\n", 429, {"retry-after": "5"})


def nothing_here() -> Response:
    """The answer to whatever does not exist, and to whoever guesses."""
    return PlainTextResponse("There is nothing here.\n", 404)


def _equal(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())
