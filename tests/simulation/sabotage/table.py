"""What came of the hunts, for people and for programs."""

from collections.abc import Sequence
from typing import Any

from rich.table import Table

from tests.simulation.sabotage.defect import DEFECTS
from tests.simulation.sabotage.hunt import Catch


def to_table(catches: Sequence[Catch]) -> Table:
    """One row per defect: what it breaks, and after how many seeds which check noticed."""
    table = Table(title="Deliberate defects, and which seed noticed them", show_lines=True)
    table.add_column("Defect", ratio=3)
    table.add_column("Promise", ratio=1)
    table.add_column("Seeds", justify="right")
    table.add_column("First violation", ratio=3)
    for catch in catches:
        defect = DEFECTS[catch.defect]
        table.add_row(
            f"[bold]{defect.name}[/bold]\n{defect.breaks}",
            defect.promise,
            str(catch.seeds),
            catch.violation.replace("[", r"\[")
            if catch.caught
            else f"[bold red]not noticed within {catch.seeds} seeds[/bold red]",
        )
    return table


def to_document(catches: Sequence[Catch]) -> dict[str, Any]:
    """The same as one JSON document."""
    return {
        "defects": [
            {
                "defect": catch.defect,
                "promise": DEFECTS[catch.defect].promise,
                "breaks": DEFECTS[catch.defect].breaks,
                "caught": catch.caught,
                "seeds": catch.seeds,
                "violation": catch.violation or None,
                "seconds": round(catch.seconds, 1),
            }
            for catch in catches
        ],
        "caught": sum(catch.caught for catch in catches),
        "missed": [catch.defect for catch in catches if not catch.caught],
    }
