"""Time that jumps: a whole pass runs in an instant, and every run is the same.

The loop never waits. When nothing can run before a timer, time moves to that timer. Whatever
sleeps on :class:`VirtualClock`, or on asyncio itself, is woken in the order of its time.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

START = 1_780_000_000.0  # 2026-05-28, a Thursday, 20:26:40 UTC


class Stuck(Exception):
    """Nothing can run and nothing will: every task waits for what never comes."""


class VirtualClock:
    """The moment of a run; fills :class:`syncd.clock.Clock`.

    It moves while a :class:`VirtualLoop` runs, and by :meth:`advance` between runs.
    """

    def __init__(self, start: float = START) -> None:
        self.start = start
        self.passed = 0.0

    def now(self) -> float:
        return self.start + self.passed

    def monotonic(self) -> float:
        return self.passed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))

    def advance(self, seconds: float) -> None:
        """Let time pass while nothing runs."""
        if seconds < 0:
            raise ValueError("time does not run backwards")
        self.passed += seconds


class _Leap(selectors.SelectSelector):
    """Instead of waiting for a file, time passes."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise Stuck("every task waits for something that will never happen")
            self._clock.passed += max(0.0, timeout)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop on a virtual clock; no threads, no sockets, no signals."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(_Leap(clock))
        self._virtual = clock

    def time(self) -> float:
        return self._virtual.passed


def run(clock: VirtualClock, work: Coroutine[Any, Any, T]) -> T:
    """Run ``work`` to its end on ``clock`` and return what it returns."""
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(clock)) as runner:
        return runner.run(work)
