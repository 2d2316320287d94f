"""What goes wrong between the two sides, beyond the sandbox's own faults."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Literal

import httpx

from syncd.sandbox import (
    HEYMILO_URL,
    ChanceFaults,
    Fault,
    FaultKind,
    Request,
    SandboxTransport,
    Side,
)
from tests.simulation.accounts.account import Account
from tests.simulation.history import History, Sent
from tests.simulation.host import Process
from tests.simulation.life import DimWorld
from tests.simulation.mix import SETTLE, Mix

_LOST = frozenset(
    {
        FaultKind.ERROR_AFTER,
        FaultKind.RESET_AFTER,
        FaultKind.TIMEOUT_AFTER,
        FaultKind.TIMEOUT_LATE,
        FaultKind.PARTLY,
        FaultKind.HTML,
        FaultKind.TRUNCATED,
        FaultKind.CUT_OFF,
    }
)

_LAGS = 0.8 * SETTLE / 5  # seconds; the second look that counts comes after more than that


@dataclass(slots=True)
class Trouble:
    """The fault policy of a run; remembers which invitations lost their answer, and when."""

    mix: Mix
    history: History
    world: DimWorld
    inner: ChanceFaults
    writes: ChanceFaults
    lost: dict[str, float] = field(default_factory=dict)

    @property
    def account(self) -> Account:
        return self.world.account

    def is_write(self, request: Request) -> bool:
        """Whether a request may change anything, on whichever side."""
        if request.side is Side.HEYMILO:
            return request.method != "GET"
        return self.account.is_write(request)

    def decide(self, request: Request) -> Fault | None:
        reading = not self.is_write(request)
        policy = self.inner if reading else self.writes
        fault = policy.decide(request) if self.inner.active else None
        if fault is not None and request.side is not Side.HEYMILO:
            fault = self.account.befitting(fault, request)
        if fault is None:
            return None
        ours = request.side is Side.HEYMILO
        skew = self.mix.heymilo.skew if ours else self.mix.workable.skew
        if fault.kind is FaultKind.THROTTLED and (skew or self.mix.offset or self.mix.jumps):
            # A 429 made up on the way has no Date to read its date by: clocks must agree.
            hint: Literal["seconds", "none"] = "none" if fault.retry_after == "none" else "seconds"
            fault = replace(fault, retry_after=hint)
        if fault.kind is FaultKind.SHRUNK:
            fault = replace(fault, rows=fault.rows % 3)
        self.history.faults[fault.kind] += 1
        if fault.kind in _LOST and request.path.endswith("/candidates/bulk"):
            self.lost[request.path.removesuffix("/bulk")] = self.world.timeline.now()
        return fault


@dataclass(slots=True)
class Wire:
    """What all processes of a run share of the network."""

    mix: Mix
    history: History
    world: DimWorld
    trouble: Trouble
    random: Random
    stale: tuple[str, float] | None = None  # which list is shown as it was before, until when
    is_written_down: Callable[[], bool] = lambda: True  # whether a write is in the journal as sent


class SimulatedTransport(SandboxTransport):
    """The way into the world from one process.

    Besides the sandbox's faults it knows answers of a replica that lags behind: once in a run
    looks for people whose invitation is uncertain show for a while less than there is although
    ``settle`` has passed, and lists and interviews may be shown as they were some minutes ago.
    """

    def __init__(self, wire: Wire, process: Process) -> None:
        origins = dict.fromkeys(wire.world.account.origins, wire.world.account.side)
        super().__init__(wire.world, process, sides={HEYMILO_URL: Side.HEYMILO, **origins})
        self.wire = wire
        self.process = process

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.process.require_power()
        wire = self.wire
        self.latency = wire.random.uniform(0.02, 0.3)
        now = wire.world.clock.now()
        asked = self._translate(request)
        side, path = asked.side, asked.path
        login = side is not Side.HEYMILO and wire.world.account.is_login(asked)
        sent = Sent(now, self.process.pid, side, request.method, path, login=login)
        wire.history.sent.append(sent)
        wire.history.acts.append(self.process.pid)
        if wire.trouble.is_write(asked):
            self.process.write()
            if not wire.is_written_down():
                text = f"{request.method} {path} left before the journal said so"
                wire.history.complain("journal", text)
        reading = request.method == "GET" and side is Side.HEYMILO
        if reading and self._is_late_look(path, now):
            return await self._look_through_old_glass(request, now - wire.trouble.lost[path])
        response = await super().handle_async_request(request)
        sent.status = response.status_code
        if reading and response.status_code == 200:
            return self._as_before(response, now)
        return response

    def _is_late_look(self, path: str, now: float) -> bool:
        wire = self.wire
        lost = wire.trouble.lost.get(path)
        due = lost is not None and now >= lost + SETTLE
        if wire.stale is None and wire.mix.stale_look and due:
            wire.stale = path, now + _LAGS
        return due and wire.stale is not None and wire.stale[0] == path and now < wire.stale[1]

    async def _look_through_old_glass(self, request: httpx.Request, age: float) -> httpx.Response:
        """Nobody is shown who came since the answer was lost, ``age`` seconds ago."""
        behaviour = self.wire.world.heymilo.behaviour
        self.wire.history.reached["a look that shows less than there is"] += 1
        await self.process.sleep(self.latency)
        self.latency, lag = 0.0, behaviour.lag
        behaviour.lag = age + 60.0
        try:
            exchange = self.wire.world.exchange(self._translate(request))
        finally:
            behaviour.lag = lag
        if exchange.answer is None or exchange.breach is not None:
            raise httpx.ReadError("connection reset", request=request)
        answer = exchange.answer
        headers: Mapping[str, str] = answer.headers
        return httpx.Response(answer.status, headers=headers, content=answer.body, request=request)

    def _as_before(self, response: httpx.Response, now: float) -> httpx.Response:
        """The answer with interviews as they stood some minutes ago, if this is a moment for it."""
        wire = self.wire
        if not wire.mix.stale_answers or wire.random.random() >= wire.mix.stale_answers:
            return response
        try:
            told = json.loads(response.content)
        except (httpx.ResponseNotRead, ValueError):
            return response
        shown = told.get("data") if isinstance(told, dict) else None
        rows = shown if isinstance(shown, list) else [shown]
        before = [self._stood(row, now) for row in rows]
        if before == rows:
            return response
        wire.history.reached["an interview shown as it was before"] += 1
        told["data"] = before if isinstance(shown, list) else before[0]
        headers = {k: v for k, v in response.headers.items() if k != "content-length"}
        return httpx.Response(200, headers=headers, json=told, request=response.request)

    def _stood(self, row: Any, now: float) -> Any:
        """A row as it was before the last thing that happened to its interview."""
        kind = row.get("object") if isinstance(row, dict) else None
        if kind not in ("candidate", "interview_data"):
            return row
        changed_at, views = self.wire.world.stood.get(row["interview_id"], (float("-inf"), {}))
        return views[kind] if now - changed_at <= SETTLE / 2 else row
