"""What needs a person: items that open, close by themselves, and can be dismissed."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace

from sqlalchemy import Select, select, update

from syncd.model.attention import Matter
from syncd.store.state import Tx
from syncd.store.tables import attention
from syncd.store.upsert import SOME, chunked, select_in, upsert


@dataclass(frozen=True, slots=True)
class Item:
    """One matter as it was last reported.

    Open while ``closed_at`` is None. ``dismissed``: a person closed it, and it stays closed while
    its ``fingerprint`` is the same. Times are epoch seconds on the local clock.
    """

    connection: str
    item_id: str
    kind: str
    subject: str
    fingerprint: str
    reason: str
    todo: str
    job_id: str | None
    application_id: str | None
    posting_id: str | None
    opened_at: float
    closed_at: float | None
    dismissed: bool


def report(tx: Tx, connection: str, matters: Iterable[Matter], now: float) -> list[str]:
    """Open an item for each matter, or bring the one that is there up to date.

    Return the ids of the items that were not open before. Of two matters with one id the last
    counts.
    """
    told = {matter.item_id(connection): matter for matter in matters}
    statement = select(attention).where(attention.c.connection == connection)
    known = {
        row.item_id: Item(**row._mapping)
        for row in select_in(tx, statement.where(attention.c.item_id.in_(SOME)), told)
    }
    items: list[Item] = []
    opened: list[str] = []
    for item_id, matter in told.items():
        before = known.get(item_id)
        item = _opened(connection, item_id, matter, now)
        if before is not None and before.closed_at is None:
            item = replace(item, opened_at=before.opened_at)
        elif before is not None and before.dismissed and before.fingerprint == item.fingerprint:
            continue
        else:
            opened.append(item_id)
        if item != before:
            items.append(item)
    upsert(tx, attention, [asdict(item) for item in items])
    return opened


def settle(
    tx: Tx, connection: str, kinds: Collection[str], kept: Collection[str], now: float
) -> list[str]:
    """Close the open items of these kinds whose ids are not in ``kept``; return those ids."""
    statement = select(attention.c.item_id).where(
        attention.c.connection == connection,
        attention.c.kind.in_(list(kinds)),
        attention.c.closed_at.is_(None),
    )
    keep = set(kept)
    gone = [item_id for item_id in tx.execute(statement).scalars() if item_id not in keep]
    for chunk in chunked(gone):
        tx.execute(
            update(attention)
            .where(attention.c.connection == connection, attention.c.item_id.in_(chunk))
            .values(closed_at=now)
        )
    return gone


def open_items(tx: Tx, connection: str | None = None) -> list[Item]:
    """The open items of one connection or of all, the oldest first."""
    statement = _ordered().where(attention.c.closed_at.is_(None))
    if connection is not None:
        statement = statement.where(attention.c.connection == connection)
    return [Item(**row._mapping) for row in tx.execute(statement)]


def find(tx: Tx, id_prefix: str) -> list[Item]:
    """The items, open or closed, whose id begins with ``id_prefix``, in either case."""
    statement = _ordered().where(
        attention.c.item_id.startswith(id_prefix.strip().lower(), autoescape=True)
    )
    return [Item(**row._mapping) for row in tx.execute(statement)]


def dismiss(tx: Tx, ids: Sequence[str], now: float) -> list[str]:
    """Close the open items of these ids until their matter changes; return those it closed."""
    statement = select(attention.c.item_id).where(
        attention.c.closed_at.is_(None), attention.c.item_id.in_(SOME)
    )
    found = [row.item_id for row in select_in(tx, statement, ids)]
    for chunk in chunked(found):
        tx.execute(
            update(attention)
            .where(attention.c.item_id.in_(chunk), attention.c.closed_at.is_(None))
            .values(closed_at=now, dismissed=True)
        )
    return found


def _opened(connection: str, item_id: str, matter: Matter, now: float) -> Item:
    return Item(
        connection=connection,
        item_id=item_id,
        kind=matter.kind,
        subject=matter.subject,
        fingerprint=matter.fingerprint(),
        reason=matter.reason,
        todo=matter.todo,
        job_id=matter.job_id,
        application_id=matter.application_id,
        posting_id=matter.posting_id,
        opened_at=now,
        closed_at=None,
        dismissed=False,
    )


def _ordered() -> Select[*tuple[object, ...]]:
    return select(attention).order_by(attention.c.opened_at, attention.c.item_id)


def forget_dismissal(tx: Tx, connection: str, ids: Sequence[str]) -> None:
    """Let closed items open again when they are told again, changed or not."""
    for chunk in chunked(ids):
        tx.execute(
            update(attention)
            .where(attention.c.connection == connection, attention.c.item_id.in_(chunk))
            .values(dismissed=False)
        )
