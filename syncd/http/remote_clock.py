"""A remote side's clock, learnt from the ``Date`` of its answers."""

from collections.abc import Mapping

from syncd.clock import Clock
from syncd.http.retry_after import http_date


class RemoteClock:
    """The local clock plus the least offset that fits the newest ``Date`` header.

    ``Date`` tells whole seconds and was written somewhere between sending and receiving, so it
    allows a range of offsets; the one in use is kept while it lies in that range, which keeps the
    clock from trembling.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset = 0.0

    def now(self) -> float:
        """Epoch seconds on the remote clock; the local ones before any answer."""
        return self._clock.now() + self._offset

    def observe(self, headers: Mapping[str, str], sent: float) -> None:
        """Learn from an answer just received to a request sent at ``sent`` (local epoch seconds).

        An answer from a cache, which has an ``Age``, tells an old time and is passed over.
        """
        date = http_date(headers.get("date"))
        if date is None or headers.get("age", "0").strip() != "0":
            return
        least, most = date - self._clock.now(), date + 1 - sent
        self._offset = min(max(self._offset, least), max(least, most))

    def said(self, headers: Mapping[str, str]) -> float:
        """The moment at which an answer was written by its own ``Date``, else :meth:`now`."""
        date = http_date(headers.get("date"))
        return self.now() if date is None else date
