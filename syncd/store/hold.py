"""A run's hold on a connection: taken, kept up while the run lasts, given back.

Three things keep two runs apart. The lease row says who may begin. Every commit checks the row's
fence inside its own transaction. Every request asks :meth:`Hold.check`, which trusts only what
this process knows for certain: that it renewed the lease less than 30 s ago.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

from syncd.clock import Clock
from syncd.errors import HeldByAnother, HoldLost, StateError
from syncd.store.lease import LASTS, RENEWED_EVERY, Holding, claim, free, is_held, renew
from syncd.store.process import Process
from syncd.store.state import Store, Tx

_ASK_AGAIN = 1.0  # seconds between looks at a lease that another run holds


class Hold:
    """One connection, held by this run; ``fence`` is higher than that of every run before."""

    def __init__(self, store: Store, connection: str, clock: Clock) -> None:
        self.connection = connection
        self.fence = 0
        self._store = store
        self._clock = clock
        self._lost = False
        self._closed = False
        self._renewed = self._moment()

    def __repr__(self) -> str:
        return f"Hold({self.connection!r}, fence={self.fence})"

    def check(self) -> None:
        """Raise HoldLost unless the connection is certainly still this run's.

        Asked right before every request. Wall time counts besides monotonic time, which stands
        still while a machine sleeps.
        """
        passed = max(now - then for now, then in zip(self._moment(), self._renewed, strict=True))
        if self._lost or self._closed or passed >= LASTS:
            raise self._loss()

    def verify(self, tx: Tx) -> None:
        """Raise HoldLost unless the lease is this run's, and keep it so until ``tx`` ends."""
        if self._closed or not is_held(tx, self.connection, self._store.holder, self.fence):
            self._lost = True
            raise self._loss()

    def renew(self) -> None:
        """Let the lease last for 30 s from now. Raise HoldLost if another run took it."""
        began = self._moment()
        if self._closed or not renew(self._store, self.connection, self._store.holder, self.fence):
            self._lost = True
            raise self._loss()
        self._renewed = began

    async def keep(self) -> None:
        """Renew every 10 s until the hold is released or lost; to be run as a task.

        A database that cannot be written is tried again every second: the hold is good for as
        long as :meth:`check` says so.
        """
        wait = RENEWED_EVERY
        while True:
            await self._clock.sleep(wait)
            if self._closed:
                return
            try:
                self.renew()
                wait = RENEWED_EVERY
            except HoldLost:
                return
            except StateError:
                wait = 1.0

    def take(self, fence: int) -> None:
        """The lease is this run's, under ``fence``."""
        self.fence = fence
        self._store.held.add((self.connection, fence))

    def release(self) -> None:
        """Give the connection back; the hold is of no use afterwards. May be called again."""
        if not self._closed:
            self._closed = True
            # Before the row: if that cannot be written, the next run of this process may have it.
            self._store.held.discard((self.connection, self.fence))
            free(self._store, self.connection, self._store.holder, self.fence)

    def _moment(self) -> tuple[float, float]:
        return self._clock.monotonic(), self._clock.now()

    def _loss(self) -> HoldLost:
        return HoldLost(
            f"The hold on connection {self.connection!r} was lost to another run, or could not be "
            "renewed in time: nothing more is sent or stored, the next run goes on from here."
        )


async def acquire(
    store: Store,
    connection: str,
    clock: Clock,
    wait: float = 0.0,
    *,
    process: Process | None = None,
) -> Hold:
    """Hold ``connection``, waiting up to ``wait`` seconds for a run that holds it.

    ``process`` is who is written down as the holder, this process by default. A holder whose
    process is gone, or that did not renew in time, is replaced; so is a run of ``store`` that is
    over and could not give the connection back. Raise HeldByAnother, naming the holder, when the
    wait is over.
    """
    until = clock.monotonic() + wait
    while True:
        hold = Hold(store, connection, clock)  # dated before the row is
        outcome = claim(store, connection, store.holder, process or Process.here())
        if isinstance(outcome, int):
            hold.take(outcome)
            return hold
        left = until - clock.monotonic()
        if left <= 0:
            raise HeldByAnother(_held(connection, outcome))
        await clock.sleep(min(_ASK_AGAIN, left))


@asynccontextmanager
async def holding(
    store: Store,
    connection: str,
    clock: Clock,
    wait: float = 0.0,
    *,
    process: Process | None = None,
) -> AsyncIterator[Hold]:
    """Hold ``connection`` for as long as the body runs, renewing meanwhile; see :func:`acquire`."""
    hold = await acquire(store, connection, clock, wait, process=process)
    keeper = asyncio.create_task(hold.keep(), name=f"keep {connection}")
    try:
        yield hold
    finally:
        keeper.cancel()
        with suppress(asyncio.CancelledError):
            await keeper
        # A lease that cannot be given back ends by itself, and this process may take it again at
        # once; what the body raised matters more.
        with suppress(StateError):
            hold.release()


def _held(connection: str, holding: Holding) -> str:
    since = datetime.fromtimestamp(holding.acquired_at, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    return (
        f"Connection {connection!r} is held by process {holding.process.pid} on "
        f"{holding.process.hostname} since {since}, for {max(holding.left, 0):.0f} s more unless "
        "it renews: wait for it (`--wait SECONDS`) or end it."
    )
