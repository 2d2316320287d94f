"""Rate limits as the two sides keep them."""

from collections import deque
from collections.abc import Callable


class SlidingLimit:
    """At most ``requests`` in any ``seconds``: the strictest reading of "300 per minute"."""

    def __init__(self, requests: int, seconds: float, now: Callable[[], float]) -> None:
        self.requests = requests
        self.seconds = seconds
        self._now = now
        self._taken: deque[float] = deque()

    def take(self) -> bool:
        """Count a request; False if it is one too many, which is not counted."""
        now = self._now()
        while self._taken and self._taken[0] <= now - self.seconds:
            self._taken.popleft()
        if len(self._taken) >= self.requests:
            return False
        self._taken.append(now)
        return True

    @property
    def remaining(self) -> int:
        return self.requests - len(self._taken)

    @property
    def reset(self) -> float:
        """When the next request fits, epoch seconds."""
        return self._taken[0] + self.seconds if self._taken else self._now()


class FixedLimit:
    """At most ``requests`` in each interval of ``seconds``, counted anew at its end."""

    def __init__(self, requests: int, seconds: float, now: Callable[[], float]) -> None:
        self.requests = requests
        self.seconds = seconds
        self._now = now
        self._interval = -1.0
        self._taken = 0

    def _roll(self) -> None:
        interval = self._now() // self.seconds
        if interval != self._interval:
            self._interval, self._taken = interval, 0

    def take(self) -> bool:
        """Count a request; False if it is one too many."""
        self._roll()
        if self._taken >= self.requests:
            return False
        self._taken += 1
        return True

    @property
    def remaining(self) -> int:
        self._roll()
        return max(0, self.requests - self._taken)

    @property
    def reset(self) -> float:
        """When the next interval begins, epoch seconds."""
        self._roll()
        return (self._interval + 1) * self.seconds
