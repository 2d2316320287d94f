"""What an account of a fake remembers: every row with its past, so that lists can lag behind."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

Row = dict[str, Any]


def place_of(row: Any, number: int) -> int:
    """Where a row stands in lists, whatever comes and goes: ids end in the order of their making.

    ``number`` is its place among the rows for those that have no such id, which come last.
    """
    told = row.get("id") if isinstance(row, dict) else None
    digits = told.rpartition("-")[2] if isinstance(told, str) else ""
    return int(digits) if len(digits) == 6 and digits.isdecimal() else 1_000_000 + number


def page_of(rows: Sequence[Any], after: int, size: int) -> tuple[list[Any], int | None]:
    """Up to ``size`` rows that stand after the place ``after``; the last one's place if more do."""
    left = [(place, row) for n, row in enumerate(rows) if (place := place_of(row, n)) > after]
    left.sort(key=lambda one: one[0])
    if size >= len(left):
        return [row for _, row in left], None
    return [row for _, row in left[:size]], left[size - 1][0] if size else after


class Records:
    """Rows by id, in the order in which they came; ``lag`` is asked for at each look."""

    def __init__(self, now: Callable[[], float], lag: Callable[[], float]) -> None:
        self._now = now
        self._lag = lag
        self._past: dict[str, list[tuple[float, Row | None]]] = {}

    def put(self, key: str, row: Mapping[str, Any] | None) -> None:
        """Let the row be so from now on; None: gone."""
        self._past.setdefault(key, []).append((self._now(), deepcopy(dict(row)) if row else None))

    def change(self, key: str, **fields: Any) -> None:
        """Put the row with other fields."""
        self.put(key, {**self[key], **fields})

    def __getitem__(self, key: str) -> Row:
        row = self.get(key)
        if row is None:
            raise KeyError(key)
        return row

    def get(self, key: str) -> Row | None:
        """The row as it is; None if there is none."""
        past = self._past.get(key)
        return deepcopy(past[-1][1]) if past else None

    def listed(self) -> Iterator[tuple[str, Row, float]]:
        """What lists show: each id and row, and when it came to be shown so."""
        seen = self._now() - self._lag()
        for key, past in self._past.items():
            shown = [(at, row) for at, row in past if at <= seen]
            if shown and (row := shown[-1][1]) is not None:
                yield key, deepcopy(row), shown[-1][0] + self._lag()
