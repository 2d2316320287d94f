"""A clock that tests own."""

import asyncio


class ManualClock:
    """Time that passes only by sleeping or by :meth:`advance`.

    ``slept`` lists every wait that was asked for.
    """

    def __init__(self, now: float = 1_800_000_000.0, monotonic: float = 5_000.0) -> None:
        self._now = now
        self._monotonic = monotonic
        self.slept: list[float] = []

    def now(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance_to(self._monotonic + max(0.0, seconds))
        await asyncio.sleep(0)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.advance_to(self._monotonic + seconds)

    def advance_to(self, monotonic: float) -> None:
        """Let time pass until then; never back."""
        step = max(0.0, monotonic - self._monotonic)
        self._monotonic += step
        self._now += step

    def set_wall(self, now: float) -> None:
        """Set the machine's clock, as an administrator might."""
        self._now = now
