"""Whose request is counted next, where several want one budget at the same time.

The more urgent goes first, but each kind of errand that waits is served a least share, so that
none starves: what is told to recruiters, then people who are to be invited, then postings, then
looking for results, then looking once more at what was read long ago.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar

#: The least share of each kind, the most urgent first.
SHARES = {
    "writeback": 0.2,
    "applicants": 0.2,
    "postings": 0.1,
    "results": 0.1,
    "sweeps": 0.05,
}
_URGENCY = {kind: number for number, kind in enumerate(SHARES)}
_REMEMBERED = 100  # grants over which shares are counted

_errand: ContextVar[str] = ContextVar("errand", default="postings")


@contextmanager
def on_errand(kind: str) -> Iterator[None]:
    """Requests of the body, and of tasks made there, are of this kind, one of SHARES."""
    before = _errand.set(kind)
    try:
        yield
    finally:
        _errand.reset(before)


class Turns:
    """A lock that is handed to the most urgent of those who wait."""

    def __init__(self) -> None:
        self._taken = False
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {kind: deque() for kind in SHARES}
        self._served: deque[str] = deque(maxlen=_REMEMBERED)

    @asynccontextmanager
    async def take(self) -> AsyncIterator[None]:
        """Wait for the turn; it is over when the body is."""
        kind = _errand.get()
        if self._taken:
            await self._wait(kind)
        self._taken = True
        self._served.append(kind)
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, kind: str) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting[kind].append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._pass_on()  # it came just when nobody wanted it any more
            else:
                self._waiting[kind].remove(turn)
            raise

    def _pass_on(self) -> None:
        kind = self._next()
        if kind is None:
            self._taken = False
        else:
            # It stays taken: nobody who comes now may get in between.
            self._waiting[kind].popleft().set_result(None)

    def _next(self) -> str | None:
        """Which kind is served: one below its least share, or else the most urgent."""
        kinds = [kind for kind, line in self._waiting.items() if line]
        if not kinds:
            return None
        total = len(self._served)
        lacking = {kind: SHARES[kind] * total - self._served.count(kind) for kind in kinds}
        neediest = max(kinds, key=lambda kind: lacking[kind])
        return neediest if lacking[neediest] > 0 else min(kinds, key=_URGENCY.__getitem__)
