"""What was measured, as lines of a table."""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: ``value`` of syncd, ``floor`` in the same unit and what the floor is.

    ``goal`` bounds ``value / floor``, from above, or from below where ``at_least`` is set. Without
    a floor it bounds the value itself.
    """

    what: str
    value: float
    unit: str
    floor: float | None = None
    floor_is: str = ""
    goal: float | None = None
    at_least: bool = False

    @property
    def ratio(self) -> float:
        """What the goal bounds."""
        return self.value if self.floor is None else self.value / self.floor

    @property
    def met(self) -> bool:
        """Whether the goal is met; a line without one always is."""
        if self.goal is None:
            return True
        return self.ratio >= self.goal if self.at_least else self.ratio <= self.goal


def tell(text: str) -> None:
    """Say what is being done, beside the table."""
    print(text, file=sys.stderr, flush=True)


def show(lines: Iterable[Line]) -> None:
    """Print the table."""
    table = Table(title="What syncd costs")
    for name in ("what", "syncd", "floor", "ratio", "goal"):
        table.add_column(name, justify="left" if name == "what" else "right")
    for line in lines:
        sign = "at least" if line.at_least else "at most"
        table.add_row(
            line.what,
            _number(line.value, line.unit),
            "" if line.floor is None else f"{_number(line.floor, line.unit)}\n{line.floor_is}",
            "" if line.floor is None else f"{line.ratio:.2f}",
            "" if line.goal is None else f"{sign} {line.goal:g}{'' if line.met else '  MISSED'}",
            end_section=True,
        )
    Console(width=110).print(table)


def show_counts(title: str, counts: Mapping[str, int]) -> None:
    """Print requests by operation."""
    table = Table("request", "times", title=title)
    for what, number in sorted(counts.items()):
        table.add_row(what, str(number))
    Console(width=110).print(table)


def _number(value: float, unit: str) -> str:
    digits = 0 if value >= 100 or value == int(value) else 2
    return f"{value:,.{digits}f} {unit}".rstrip()
