"""What an account of a fake remembers: every row with its past, so that lists can lag behind."""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import Any

Row = dict[str, Any]


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
