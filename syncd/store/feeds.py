"""Where the incremental reads of a connection stand."""

from dataclasses import asdict, dataclass

from sqlalchemy import delete, select

from syncd.store.state import Tx
from syncd.store.tables import feed
from syncd.store.upsert import upsert


@dataclass(frozen=True, slots=True)
class Feed:
    """One read: ``cursor`` of the last complete one, ``resume`` point of one under way.

    ``began_as_of`` and ``complete_as_of`` are the remote clock, in epoch seconds, when the read
    under way and the last complete one began.
    """

    connection: str
    name: str
    cursor: str | None = None
    resume: str | None = None
    began_as_of: float | None = None
    complete_as_of: float | None = None


def get(tx: Tx, connection: str, name: str) -> Feed:
    """Where the read stands; one that never began has nothing but its name."""
    row = tx.execute(
        select(feed).where(feed.c.connection == connection, feed.c.name == name)
    ).one_or_none()
    return Feed(**row._mapping) if row else Feed(connection, name)


def save(tx: Tx, present: Feed) -> None:
    """Keep where the read stands, in place of what was there."""
    upsert(tx, feed, [asdict(present)])


def clear(tx: Tx, connection: str, name: str) -> None:
    """Forget cursor and resume point: the next read begins at the beginning."""
    tx.execute(delete(feed).where(feed.c.connection == connection, feed.c.name == name))
