"""How a table and the dataclass of its rows belong together.

Rows are read and written in the order of the dataclass's fields: looking every column up by name
for every row takes several times as long, and lists of a hundred thousand rows are usual.
"""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from operator import attrgetter
from typing import Any, Generic, TypeVar

from sqlalchemy import Row, Select, Table, select

T = TypeVar("T")


class Shape(Generic[T]):
    """The rows of ``table`` as values of ``kind``, whose fields are the table's columns.

    Raise ValueError if they are not the same.
    """

    def __init__(self, kind: type[T], table: Table) -> None:
        names = tuple(field.name for field in fields(kind))  # type: ignore[arg-type]
        if set(names) != {column.name for column in table.c}:
            raise ValueError(f"{kind.__name__} does not have the columns of {table.name}")
        self._kind = kind
        self._names = names
        self._values = attrgetter(*names)
        self._select = select(*(table.c[name] for name in names))

    @property
    def select(self) -> Select[*tuple[Any, ...]]:
        """A statement whose result :meth:`read` takes."""
        return self._select

    def read(self, found: Iterable[Row[*tuple[Any, ...]]]) -> Iterator[T]:
        """The rows of a result of :attr:`select`."""
        kind = self._kind
        return (kind(*row) for row in found)

    def write(self, rows: Iterable[T]) -> list[dict[str, Any]]:
        """The rows as statements take them."""
        return [dict(zip(self._names, self._values(row), strict=True)) for row in rows]
