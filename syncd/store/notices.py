"""What people were notified of and that is not over yet."""

from collections.abc import Collection

from sqlalchemy import delete, select

from syncd.store.state import Tx
from syncd.store.tables import notice
from syncd.store.upsert import chunked, upsert


def told(tx: Tx, connection: str) -> set[str]:
    """The causes that people were told of and that lasted when that was last looked at."""
    return set(tx.scalars(select(notice.c.cause).where(notice.c.connection == connection)))


def add(tx: Tx, connection: str, causes: Collection[str], now: float) -> None:
    """People were told of these at ``now``, epoch seconds on the local clock."""
    rows = [{"connection": connection, "cause": cause, "told_at": now} for cause in sorted(causes)]
    upsert(tx, notice, rows)


def remove(tx: Tx, connection: str, causes: Collection[str]) -> None:
    """These are over, and people know it."""
    for chunk in chunked(sorted(causes)):
        tx.execute(
            delete(notice).where(notice.c.connection == connection, notice.c.cause.in_(chunk))
        )
