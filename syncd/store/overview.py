"""Numbers for the status page and the metrics."""

from dataclasses import dataclass

from sqlalchemy import and_, exists, func, select

from syncd.model.statuses import UNSTARTED
from syncd.store.state import Tx
from syncd.store.tables import application, guarded, interview, offer


@dataclass(frozen=True, slots=True)
class Reached:
    """How far invited people came: each number counts everybody of the next one, too."""

    invited: int = 0
    started: int = 0
    finished: int = 0
    written: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """A group of changes that waits for a person's word: the newest that was shown of a guard."""

    guard: str
    hash: str
    shown_at: float
    items: int


def count_reached(tx: Tx, connection: str) -> Reached:
    """How far people came whose interview is tied to an application."""
    i, a = interview.c, application.c
    tied = exists().where(a.connection == connection, a.interview_id == i.interview_id)
    final = i.final.is_(True)
    row = tx.execute(
        select(
            func.count(),
            func.count().filter(final | func.lower(i.status).not_in(sorted(UNSTARTED))),
            func.count().filter(final),
            func.count().filter(and_(final, i.owed.is_(False))),
        ).where(i.connection == connection, tied.correlate(interview))
    ).one()
    return Reached(*row)


def told_since(tx: Tx, connection: str, since: float) -> list[tuple[float, float]]:
    """Of each result written back at ``since`` or later: when, and seconds after its finish."""
    i = interview.c
    found = tx.execute(
        select(i.told_at, i.told_at - i.finished_at)
        .where(i.connection == connection, i.told_at >= since, i.finished_at.is_not(None))
        .order_by(i.told_at)
    )
    return [(told_at, max(0.0, delay)) for told_at, delay in found]


def held_back(tx: Tx, connection: str) -> list[Held]:
    """The groups that guards hold back now, by guard."""
    g = guarded.c
    counted = tx.execute(
        select(g.guard, func.count())
        .where(g.connection == connection, g.number > 0)
        .group_by(g.guard)
    )
    waiting: dict[str, int] = {guard: count for guard, count in counted}  # noqa: C416
    found = tx.execute(
        select(offer).where(offer.c.connection == connection).order_by(offer.c.number)
    )
    newest = {row.guard: Held(row.guard, row.hash, row.shown_at, 0) for row in found}
    return [
        Held(guard, newest[guard].hash, newest[guard].shown_at, count)
        for guard, count in sorted(waiting.items())
        if guard in newest
    ]
