"""Single values kept under a key: a secret the settings do not hold, a fingerprint of one."""

from sqlalchemy import select

from syncd.store.state import Tx
from syncd.store.tables import keep
from syncd.store.upsert import upsert


def get(tx: Tx, key: str) -> str | None:
    """The value under ``key``, or None."""
    return tx.execute(select(keep.c.value).where(keep.c.key == key)).scalar_one_or_none()


def put(tx: Tx, key: str, value: str) -> None:
    """Keep ``value`` in place of what was there."""
    upsert(tx, keep, [{"key": key, "value": value}])


def put_once(tx: Tx, key: str, value: str) -> str:
    """Keep ``value`` unless there is one already; return the one that is kept now."""
    upsert(tx, keep, [{"key": key, "value": value}], update=())
    kept: str = tx.execute(select(keep.c.value).where(keep.c.key == key)).scalar_one()
    return kept
