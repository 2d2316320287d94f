"""What failed again and again a moment ago is not asked for once more.

Every read has its attempts, but several phases of one pass may want the same. A side that is in
trouble is spared the sum of them.
"""

from collections import defaultdict
from collections.abc import Hashable

from syncd.clock import Clock
from syncd.errors import RemoteError

MOST = 5  # failures of one request ...
WITHIN = 60.0  # ... in so many seconds


class Repeats:
    """The failures of one session's reads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failed: defaultdict[Hashable, list[float]] = defaultdict(list)
        self._errors: dict[Hashable, RemoteError] = {}

    def require_few(self, key: Hashable) -> None:
        """Raise the last failure of this request if it failed five times within a minute."""
        since = self._clock.monotonic() - WITHIN
        recent = [at for at in self._failed.get(key, ()) if at > since]
        if len(recent) >= MOST:
            raise self._errors[key]

    def note(self, key: Hashable, error: RemoteError) -> None:
        """The request failed; keep its last failures."""
        self._failed[key] = [*self._failed[key][1 - MOST :], self._clock.monotonic()]
        self._errors[key] = error

    def forget(self, key: Hashable) -> None:
        """The request was answered."""
        self._failed.pop(key, None)
        self._errors.pop(key, None)
