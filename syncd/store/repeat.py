"""One statement for many rows, with as little between the rows and the driver as there can be.

SQLAlchemy prepares every row of an ``executemany`` anew, which takes as long as SQLite takes to
write it. What does not depend on the row is done here once for each statement.
"""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Delete, Dialect, Insert, Update

from syncd.store.state import Tx

Statement = Insert | Update | Delete
Values = Mapping[str, Any]


def repeat(tx: Tx, statement: Statement, rows: Sequence[Values]) -> int:
    """Run ``statement`` for each of ``rows``, which must all give the same names.

    Return how many rows of the table were written. The statement should be made once and kept.
    Raise KeyError if a row lacks a name that the first one has.
    """
    if not rows:
        return 0
    key = (statement, tx.dialect.name, tuple(rows[0]))
    prepared = _prepared.get(key)
    if prepared is None:
        prepared = _prepared[key] = _Prepared(statement, tx.dialect, rows[0])
    result = tx.exec_driver_sql(
        prepared.text,
        [prepared.parameters(row) for row in rows],
        # SQLAlchemy forgets the count of an INSERT unless asked to keep it.
        execution_options={"preserve_rowcount": True},
    )
    return result.rowcount


class _Prepared:
    """A statement in the words of a database, and how a row becomes its parameters."""

    def __init__(self, statement: Statement, dialect: Dialect, row: Values) -> None:
        names = list(row) if isinstance(statement, Insert) else None
        compiled = statement.compile(dialect=dialect, column_keys=names)
        self.text = str(compiled)
        converters = {
            name: convert
            for name, bound in compiled.binds.items()
            if (convert := bound.type.dialect_impl(dialect).bind_processor(dialect)) is not None
        }
        self._converters = [(name, convert) for name, convert in converters.items() if name in row]
        self._constants = {
            name: converters[name](value) if name in converters else value
            for name, value in compiled.construct_params(dict(row)).items()
            if name not in row
        }
        # Every statement here has two parameters at least, so that this gives a tuple.
        self._in_order = itemgetter(*compiled.positiontup) if compiled.positiontup else None

    def parameters(self, row: Values) -> Any:
        """The row as the driver takes it: in the order of the statement, or by name."""
        values = {**self._constants, **row}
        for name, convert in self._converters:
            values[name] = convert(values[name])
        return values if self._in_order is None else self._in_order(values)


_prepared: dict[tuple[Statement, str, tuple[str, ...]], _Prepared] = {}
