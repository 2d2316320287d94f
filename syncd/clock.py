"""Time behind a door, so that a simulation can own it."""

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """The three things the program asks of time."""

    def now(self) -> float:
        """Epoch seconds in UTC; may jump when somebody sets the machine's clock."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards, from an arbitrary start."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait; 0 or less only yields."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))
