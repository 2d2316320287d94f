"""What the whole sandbox shares: one time, one source of chance, one list of what is to come."""

import heapq
import random
from collections.abc import Callable

from syncd.sandbox.clock import Now


class Timeline:
    """Time, chance and events to come.

    Nothing happens by itself: events that fell due run, in order of their time, when
    :meth:`catch_up` is called, which every request does first. While an event runs, :meth:`now`
    is the event's own time, so what it does is dated as if somebody had been watching.
    """

    def __init__(self, clock: Now, seed: int) -> None:
        self.clock = clock
        self.random = random.Random(seed)  # noqa: S311 - reproducible on purpose, guards nothing
        self._moment: float | None = None
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0

    def now(self) -> float:
        """Epoch seconds in UTC."""
        return self.clock.now() if self._moment is None else self._moment

    def at(self, when: float, event: Callable[[], None]) -> None:
        """Let ``event`` happen at ``when``, epoch seconds."""
        self._count += 1
        heapq.heappush(self._due, (when, self._count, event))

    def forget(self) -> None:
        """Let nothing of what is to come happen."""
        self._due.clear()

    def catch_up(self) -> None:
        """Let everything happen that fell due by now."""
        if self._moment is not None:
            return
        while self._due and self._due[0][0] <= self.clock.now():
            self._moment, _, event = heapq.heappop(self._due)
            try:
                event()
            finally:
                self._moment = None

    @property
    def next_due(self) -> float | None:
        """When the next event falls due, epoch seconds; None if nothing is to come."""
        return self._due[0][0] if self._due else None

    def hexadecimal(self, digits: int) -> str:
        """Random hexadecimal digits in upper case."""
        return f"{self.random.getrandbits(4 * digits):0{digits}X}"
