"""A clock that stands still until somebody moves it."""

from typing import Protocol

from syncd.clock import SystemClock


class Now(Protocol):
    """All the sandbox asks of time."""

    def now(self) -> float:
        """Epoch seconds in UTC."""
        ...


class SandboxClock:
    """Epoch seconds that move only by :meth:`advance` and :meth:`sleep`.

    It fills :class:`syncd.clock.Clock`, so the program under test can run on it: a sleep moves
    the time instead of waiting for it. Two sleepers at once each move it no further than their
    own end.
    """

    def __init__(self, start: float = 1_780_000_000.0) -> None:
        self._now = start
        self._start = start

    def now(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._now - self._start

    def advance(self, seconds: float) -> None:
        """Move ahead by ``seconds``, which must not be negative."""
        if seconds < 0:
            raise ValueError("time does not run backwards in the sandbox")
        self._now += seconds

    async def sleep(self, seconds: float) -> None:
        end = self._now + max(0.0, seconds)
        await SystemClock().sleep(0)
        self._now = max(self._now, end)
