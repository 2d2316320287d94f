"""Bulk statements that read the same on both databases.

``execute(statement, rows)`` with a list is 17 times as fast as ``insert().values(rows)`` on
SQLite, because SQLAlchemy then compiles one row and the driver repeats it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar, TypeVarTuple

from sqlalchemy import ColumnElement, Row, Select, Table
from sqlalchemy.dialects import postgresql, sqlite

from syncd.store.state import Tx

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

#: How many values stand in one IN list; some builds of SQLite stop at 32,766 in a statement.
IN_LIMIT = 500


def upsert(
    tx: Tx,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    update: Sequence[str] | None = None,
) -> None:
    """Insert ``rows``; where the primary key exists, update the columns named by ``update``.

    ``update=None`` updates every column the rows give that is not part of the key, and an empty
    ``update`` leaves rows that exist as they are. All rows must give the same columns. A key that
    comes twice is written twice, the last wins. Raise ValueError if rows differ in their columns.
    """
    if not rows:
        return
    given = rows[0].keys()
    if any(row.keys() != given for row in rows):
        raise ValueError(f"the rows for {table.name} do not all give the same columns")
    keys = [column.name for column in table.primary_key]
    changed = [name for name in given if name not in keys] if update is None else list(update)
    insert = postgresql.insert if tx.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table)
    if changed:
        statement = statement.on_conflict_do_update(
            index_elements=keys, set_={name: statement.excluded[name] for name in changed}
        )
    else:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    tx.execute(statement, list(rows))


def chunked(values: Iterable[T], size: int = IN_LIMIT) -> Iterator[list[T]]:
    """Cut ``values`` into lists of at most ``size``, in order."""
    iterator = iter(values)
    while chunk := list(islice(iterator, size)):
        yield chunk


def select_in(
    tx: Tx, statement: Select[*Ts], column: ColumnElement[T], values: Collection[T]
) -> Iterator[Row[*Ts]]:
    """The rows of ``statement`` whose ``column`` is among ``values``, asked for in parts."""
    for chunk in chunked(dict.fromkeys(values)):
        yield from tx.execute(statement.where(column.in_(chunk)))
