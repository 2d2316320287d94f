"""Postings of which a webhook said that they may have news."""

from collections.abc import Iterable

from sqlalchemy import delete, select

from syncd.store.state import Tx
from syncd.store.tables import hint
from syncd.store.upsert import upsert


def add(tx: Tx, connection: str, posting_ids: Iterable[str], now: float) -> None:
    """Note that these may have news since ``now``, epoch seconds on the local clock."""
    rows = [
        {"connection": connection, "posting_id": posting_id, "hinted_at": now}
        for posting_id in sorted(set(posting_ids))
    ]
    upsert(tx, hint, rows)


def pending(tx: Tx, connection: str) -> dict[str, float]:
    """By posting id: when a webhook last spoke of it, for those not read since."""
    found = tx.execute(
        select(hint.c.posting_id, hint.c.hinted_at).where(hint.c.connection == connection)
    )
    return {row.posting_id: row.hinted_at for row in found}


def settle(tx: Tx, connection: str, posting_id: str, hinted_at: float) -> None:
    """The posting was read; a hint that came after ``hinted_at`` stays."""
    tx.execute(
        delete(hint).where(
            hint.c.connection == connection,
            hint.c.posting_id == posting_id,
            hint.c.hinted_at <= hinted_at,
        )
    )
