"""What goes wrong between the two sides, beyond the sandbox's own faults."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Literal

import httpx

from syncd.sandbox import (
    HEYMILO_URL,
    ChanceFaults,
    Fault,
    FaultKind,
    Request,
    SandboxTransport,
    Side,
    World,
)
from tests.simulation.history import History, Sent
from tests.simulation.host import Process
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
    world: World
    inner: ChanceFaults
    writes: ChanceFaults
    lost: dict[str, float] = field(default_factory=dict)

    def decide(self, request: Request) -> Fault | None:
        policy = self.inner if request.method == "GET" else self.writes
        fault = policy.decide(request) if self.inner.active else None
        if fault is None:
            return None
        skew = {
            Side.HEYMILO: self.mix.heymilo.skew,
            Side.WORKABLE: self.mix.workable.skew,
        }[request.side]
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
    world: World
    trouble: Trouble
    random: Random
    stale: tuple[str, float] | None = None  # which list is shown as it was before, until when
    kept: dict[str, tuple[float, httpx.Response]] = field(default_factory=dict)
    is_written_down: Callable[[], bool] = lambda: True  # whether a write is in the journal as sent


class SimulatedTransport(SandboxTransport):
    """The way into the world from one process.

    Besides the sandbox's faults it knows answers of a replica that lags behind: once in a run
    looks for people whose invitation is uncertain show for a while less than there is although
    ``settle`` has passed, and lists and interviews may be shown as they were some minutes ago.
    """

    def __init__(self, wire: Wire, process: Process) -> None:
        super().__init__(wire.world, process)
        self.wire = wire
        self.process = process

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.process.require_power()
        wire = self.wire
        self.latency = wire.random.uniform(0.02, 0.3)
        now = wire.world.clock.now()
        side = Side.HEYMILO if str(request.url).startswith(HEYMILO_URL) else Side.WORKABLE
        path = request.url.path
        sent = Sent(now, self.process.pid, side, request.method, path)
        wire.history.sent.append(sent)
        wire.history.acts.append(self.process.pid)
        if request.method != "GET":
            self.process.write()
            if not wire.is_written_down():
                text = f"{request.method} {path} left before the journal said so"
                wire.history.complain("journal", text)
        reading = request.method == "GET" and side is Side.HEYMILO
        if reading and self._is_late_look(path, now):
            return await self._look_through_old_glass(request, now - wire.trouble.lost[path])
        stale = self._recall(request, now) if reading else None
        if stale is not None:
            await self.process.sleep(self.latency)
            return stale
        response = await super().handle_async_request(request)
        sent.status = response.status_code
        if reading and wire.mix.stale_answers and response.status_code == 200:
            wire.kept[str(request.url)] = (now, response)
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

    def _recall(self, request: httpx.Request, now: float) -> httpx.Response | None:
        """The same answer as some minutes ago, if this is a moment for that."""
        wire = self.wire
        if not wire.mix.stale_answers or wire.random.random() >= wire.mix.stale_answers:
            return None
        path = request.url.path
        if not path.endswith("/data"):
            return None
        kept = wire.kept.get(str(request.url))
        if kept is None or now - kept[0] > SETTLE / 2:
            return None
        wire.history.reached["an interview shown as it was before"] += 1
        before = kept[1]
        return httpx.Response(
            before.status_code, headers=before.headers, content=before.content, request=request
        )
