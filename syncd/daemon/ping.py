"""A dead man's switch: somebody is told that passes succeed, and notices when that stops.

In the manner of healthchecks (https://healthchecks.io/docs/http_api/): the address itself means
success, ``/start`` and ``/fail`` below it mean what they say.
"""

import asyncio
import logging
from urllib.parse import urlsplit

from syncd.daemon.health import Health, PassEnd, Snapshot
from syncd.daemon.listener.counters import Counters
from syncd.errors import RemoteError, StateError
from syncd.http.line import Line
from syncd.http.network import Network
from syncd.settings.schema import DaemonSettings

PAUSE = 60.0  # seconds between pings that say the same
AGAIN = 15.0  # seconds after which one that did not arrive is tried again
PATIENCE = 10.0  # seconds a ping may take

_SIDE = "The dead man's switch"
_log = logging.getLogger("syncd.daemon")


class Ping:
    """Pings after passes; :meth:`run` is the task that does so, :meth:`heard` wakes it.

    ``network`` is the way out; its budgets are not for this.
    """

    def __init__(
        self,
        settings: DaemonSettings,
        health: Health,
        network: Network,
        counters: Counters,
    ) -> None:
        address = settings.ping_url.get_secret_value() if settings.ping_url else ""
        parts = urlsplit(address.rstrip("/"))
        self._wanted = bool(address)
        self._path = parts.path
        self._line = Line(
            side=_SIDE,
            base_url=f"{parts.scheme}://{parts.netloc}",
            clock=network.clock,
            transport=network.transport,
            trust=network.trust,
            timeout=PATIENCE / 2,
        )
        self._health = health
        self._clock = network.clock
        self._counters = counters
        self._passed = asyncio.Event()
        self._last: tuple[bool, float] | None = None
        self._not_before = float("-inf")

    def heard(self, end: PassEnd) -> None:
        """A pass ended."""
        self._passed.set()

    async def run(self) -> None:
        """Say that the daemon began, and then how it fares, for ever. Nothing if not wanted."""
        if not self._wanted:
            return
        await self._send("/start")
        while True:
            await self._passed.wait()
            self._passed.clear()
            await self.tell()

    async def tell(self) -> None:
        """Say how the daemon fares, unless the same was said within a minute."""
        fares = fares_well(self._health.snapshot())
        now = self._clock.monotonic()
        said = self._last is not None and self._last[0] == fares and now - self._last[1] < PAUSE
        if said or now < self._not_before:
            return
        if await self._send("" if fares else "/fail"):
            self._last = (fares, now)
        else:
            self._last, self._not_before = None, now + AGAIN

    async def aclose(self) -> None:
        """Close the connection."""
        await self._line.aclose()

    async def _send(self, what: str) -> bool:
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await self._line.send(
                    "GET", self._path + what, request="a ping", headers={"accept": "*/*"}
                )
            reached = answer.status < 400
        except (RemoteError, StateError, TimeoutError):
            reached = False
        self._counters.pings["sent" if reached else "failed"] += 1
        if not reached:
            _log.warning("the dead man's switch could not be reached")
        return reached


def fares_well(told: Snapshot) -> bool:
    """Whether every connection that was tried succeeds in time."""
    tried = {one.name for one in told.connections if one.tried}
    return not any(reason.partition(": ")[0] in tried for reason in told.reasons)
