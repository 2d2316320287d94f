"""What the state tells about where results are to be expected."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Double, bindparam, case, func, literal, select, update

from syncd.policy.polling import PATIENCE, WINDOW
from syncd.store import Tx
from syncd.store.tables import interview, posting
from syncd.store.upsert import SOME, chunked

_LIVES = 2000  # interviews from which the zeal of a connection is learned


@dataclass(frozen=True, slots=True)
class Prospect:
    """A posting with people in flight: ``seen`` results of late, and the haste of those people."""

    flying: int
    seen: int
    haste: float


def prospects(tx: Tx, connection: str, now: float) -> dict[str, Prospect]:
    """Every posting with people in flight, by id, at ``now``, epoch seconds."""
    i = interview.c
    age = literal(now, Double) - func.coalesce(i.created_at, i.changed_at)
    hasty = 1.0 / (case((age > 0, age), else_=0.0) + PATIENCE)
    flies = i.in_flight.is_(True) & i.vanished.is_(False)
    counts = (
        select(
            i.posting_id,
            func.count().filter(flies).label("flying"),
            func.count().filter(i.final.is_(True), i.changed_at > now - WINDOW).label("seen"),
            func.sum(case((flies, hasty), else_=0.0)).label("haste"),
        )
        .where(i.connection == connection)
        .group_by(i.posting_id)
    )
    return {
        row.posting_id: Prospect(row.flying, row.seen, row.haste)
        for row in tx.execute(counts)
        if row.flying
    }


def lives(tx: Tx, connection: str, now: float) -> list[tuple[float, bool]]:
    """Of the newest interviews: the seconds from the invitation to a result, or until now, and
    whether one came."""
    i = interview.c
    newest = (
        select(i.created_at, i.finished_at, i.changed_at, i.final)
        .where(i.connection == connection, i.created_at.is_not(None))
        .order_by(i.created_at.desc())
        .limit(_LIVES)
    )
    return [
        ((row.finished_at or row.changed_at) - row.created_at, True)
        if row.final
        else (now - row.created_at, False)
        for row in tx.execute(newest)
    ]


def note_looks(tx: Tx, connection: str, posting_ids: Iterable[str], now: float) -> None:
    """Results of these postings were looked for at ``now``."""
    for some in chunked(sorted(posting_ids)):
        tx.execute(_NOTE_LOOKS, {"of": connection, "some": list(some), "now": now})


_NOTE_LOOKS = (
    update(posting)
    .where(posting.c.connection == bindparam("of"), posting.c.posting_id.in_(SOME))
    .values(looked_at=bindparam("now"))
)
