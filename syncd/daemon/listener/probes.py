"""`/healthz`: the process works. `/readyz`: its passes succeed in time."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from syncd.daemon.health import Health


class Probes:
    """Answers for service managers and load balancers, from memory alone."""

    def __init__(self, health: Health) -> None:
        self._health = health

    async def healthz(self, request: Request) -> Response:
        """200 while the process works: it answers, so its loop turns, and no pass is stuck.

        A remote side that fails is no reason to restart the process.
        """
        told = self._health.snapshot().connections
        return _told([f"{one.name}: a pass does not end" for one in told if one.stuck])

    async def readyz(self, request: Request) -> Response:
        """200 if every connection's passes succeeded in time, else 503 and why, a line each."""
        return _told(self._health.snapshot().reasons)


def _told(wrong: Sequence[str]) -> Response:
    if wrong:
        return PlainTextResponse("\n".join(wrong) + "\n", 503)
    return PlainTextResponse("ok\n")
