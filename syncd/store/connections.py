"""Who a connection is, as learnt on its first pass."""

from dataclasses import dataclass

from sqlalchemy import select

from syncd.store import Tx
from syncd.store.tables import connection
from syncd.store.upsert import upsert


@dataclass(frozen=True, slots=True)
class ConnectionRow:
    """One row; see the table for what each column means."""

    name: str
    owner: str
    workspace_id: str | None = None
    account_id: str | None = None
    first_sync_at: float | None = None


def get_connection(tx: Tx, name: str) -> ConnectionRow | None:
    row = tx.execute(select(connection).where(connection.c.name == name)).one_or_none()
    return ConnectionRow(**row._mapping) if row else None


def save_connection(tx: Tx, row: ConnectionRow) -> None:
    """Insert or replace the row."""
    upsert(tx, connection, [{c.name: getattr(row, c.name) for c in connection.c}])
