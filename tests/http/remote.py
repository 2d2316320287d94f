"""A remote side made of a script, and what a session sent to it."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from syncd.http.session import Budget, BudgetUse, Complaint, Network, Session
from syncd.settings.units import Rate
from tests.clock import ManualClock

WIDE = Rate(100, 10.0)
KEY = "sk-test-0123456789abcdef"
Step = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


@dataclass
class Seen:
    """One request as it arrived; ``at`` is the monotonic clock."""

    at: float
    method: str
    url: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Remote(httpx.AsyncBaseTransport):
    """Answers with each step of ``script`` in turn, and with ``{}`` when it is at its end."""

    clock: ManualClock
    script: list[Step] = field(default_factory=list)
    takes: float = 0.0
    seen: list[Seen] = field(default_factory=list)
    closed: bool = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        self.seen.append(
            Seen(
                self.clock.monotonic(),
                request.method,
                str(request.url),
                dict(request.headers),
                body,
            )
        )
        self.clock.advance(self.takes)
        await asyncio.sleep(0)
        step = self.script.pop(0) if self.script else says({})
        if isinstance(step, Exception):
            raise step
        return step(request) if callable(step) else step

    async def aclose(self) -> None:
        self.closed = True

    @property
    def at(self) -> list[float]:
        return [seen.at for seen in self.seen]


class Ledger:
    """A ledger that outlives budgets; ``saves`` counts."""

    def __init__(self) -> None:
        self.kept: dict[str, BudgetUse] = {}
        self.saves = 0
        self.fails: Exception | None = None

    def load(self, scope: str) -> BudgetUse | None:
        return self.kept.get(scope)

    def save(self, scope: str, use: BudgetUse) -> None:
        if self.fails:
            raise self.fails
        self.saves += 1
        self.kept[scope] = use


def says(data: Any, status: int = 200, **headers: str) -> httpx.Response:
    """A JSON answer; header names are written with underscores."""
    return httpx.Response(
        status,
        content=json.dumps(data).encode(),
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def session(
    remote: Remote,
    *,
    rate: Rate = WIDE,
    base_url: str = "https://api.example.com",
    headers: Callable[[], dict[str, str]] = lambda: {"authorization": f"Bearer {KEY}"},
    complain: Callable[[int, bytes], Complaint] = lambda status, body: Complaint(),
    gate: Callable[[], None] | None = None,
    ledger: Ledger | None = None,
    chance: float = 0.0,
    **budget: Any,
) -> Session:
    """A session with ``remote``."""
    network = Network(
        remote.clock, transport=remote, gate=gate, ledger=ledger, chance=lambda: chance
    )
    return Session(
        side="Example",
        base_url=base_url,
        network=network,
        budget=Budget(rate, remote.clock, scope="example", chance=lambda: chance, **budget),
        headers=headers,
        complain=complain,
    )


def most_in_any(window: float, moments: Sequence[float]) -> int:
    """The most moments in any half-open stretch of ``window`` seconds."""
    ordered = sorted(moments)
    return max(
        (sum(first <= other < first + window for other in ordered) for first in ordered), default=0
    )
