"""Who holds a connection: one row, a time at which the hold ends, and a fence that only grows.

Times are on :meth:`syncd.store.Store.now`'s clock, which all who may want the lease share.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import bindparam, select, update

from syncd.store.process import Process
from syncd.store.state import Store, Tx
from syncd.store.tables import lease
from syncd.store.upsert import upsert

#: Seconds a lease lasts unless it is renewed, and how often its holder renews it.
LASTS = 30.0
RENEWED_EVERY = 10.0


@dataclass(frozen=True, slots=True)
class Holding:
    """What the lease row says of the present holder. ``left``: seconds until it ends."""

    process: Process
    acquired_at: float
    left: float


Values = Mapping[str, str | int | float]

_FREE: Values = {
    "holder": "",
    "host": "",
    "pid": 0,
    "pid_started": "",
    "acquired_at": 0.0,
    "expires_at": 0.0,
}


# Asked in every commit, so it is made once.
_HELD = (
    select(lease.c.holder, lease.c.fence)
    .where(lease.c.connection == bindparam("connection"))
    .with_for_update(read=True)
)


def claim(store: Store, connection: str, holder: str, process: Process) -> int | Holding:
    """Take the lease if it is free, has ended, is a dead process's or was lost by ``store`` itself.

    ``holder`` is ``store``'s own name, ``process`` the one that takes it. Return the new fence, or
    who holds the lease.
    """
    with store.write() as tx:
        fence, present = _look(store, tx, connection)
        if present is not None and present.left > 0 and not present.process.is_gone():
            if present.left > LASTS:
                # The clock was set back since. A living holder renews in time all the same.
                _set(tx, connection, {"expires_at": store.now(tx) + LASTS})
            return replace(present, left=min(present.left, LASTS))
        now = store.now(tx)
        taken: Values = {
            "fence": fence + 1,
            "holder": holder,
            "host": process.host,
            "pid": process.pid,
            "pid_started": process.started,
            "acquired_at": now,
            "expires_at": now + LASTS,
        }
        _set(tx, connection, taken)
        return fence + 1


def renew(store: Store, connection: str, holder: str, fence: int) -> bool:
    """Let the lease last anew from now; False if it is another's meanwhile."""
    with store.write() as tx:
        return _set(tx, connection, {"expires_at": store.now(tx) + LASTS}, (holder, fence))


def free(store: Store, connection: str, holder: str, fence: int) -> None:
    """Give the lease back; nothing happens if it is another's meanwhile. The fence stays."""
    with store.write() as tx:
        _set(tx, connection, _FREE, (holder, fence))


def is_held(tx: Tx, connection: str, holder: str, fence: int) -> bool:
    """Whether the lease is this holder's, and stays so until ``tx`` ends.

    The share lock keeps a take-over on PostgreSQL waiting; on SQLite there is one writer anyway.
    """
    row = tx.execute(_HELD, {"connection": connection}).one_or_none()
    return row is not None and (row.holder, row.fence) == (holder, fence)


def _look(store: Store, tx: Tx, connection: str) -> tuple[int, Holding | None]:
    """Lock the row, making a free one if need be; return its fence and who holds it."""
    upsert(tx, lease, [{"connection": connection, "fence": 0, **_FREE}], update=())
    row = tx.execute(select(lease).where(lease.c.connection == connection).with_for_update()).one()
    # In the row it is ours, but no run of ours has it: the database broke off when it was taken
    # or given back. That run is over, and its fence is behind us from now on.
    lost = row.holder == store.holder and (connection, row.fence) not in store.held
    if lost or not row.holder:
        return row.fence, None
    process = Process(row.host, row.pid, row.pid_started)
    # The time is asked for after the row was waited for.
    return row.fence, Holding(process, row.acquired_at, row.expires_at - store.now(tx))


def _set(tx: Tx, connection: str, values: Values, only: tuple[str, int] | None = None) -> bool:
    """Change the row, only if it is of this holder and fence where given; return whether it was."""
    statement = update(lease).where(lease.c.connection == connection).values(**values)
    if only is not None:
        statement = statement.where(lease.c.holder == only[0], lease.c.fence == only[1])
    return tx.execute(statement).rowcount == 1
