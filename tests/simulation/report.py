"""What a run of many seeds came to, for people and for machines."""

import json
from typing import TextIO

from syncd.cli.console import open_console, print_table
from tests.simulation.reached import DECLARED
from tests.simulation.tally import Tally


def figures(tally: Tally) -> dict[str, float]:
    """The figures of the table by their names."""
    return {
        "seeds": tally.seeds,
        "runs cut at a chosen point": tally.directed,
        "simulated days": round(tally.days, 1),
        "passes": tally.passes,
        "requests": tally.requests,
        "faults": tally.faults,
        "power cuts": tally.cuts,
        "points passed": tally.points,
        "crash points": len(tally.first),
        "crash points hit": len(tally.first) - len(tally.untouched),
        "people": tally.people,
        "invitations": tally.invitations,
        "duplicates": tally.duplicates,
        "lost": tally.lost,
        "results told": tally.told,
        "passes to converge, median": tally.usual_rounds,
        "passes to converge, most": tally.most_rounds,
        "declared states": len(DECLARED),
        "declared states reached": len(DECLARED) - len(tally.unreached),
        "runs with a violation": len(tally.violations),
    }


def show(tally: Tally, failed: list[str], out: TextIO) -> None:
    """Print a table of figures, the states reached, and whatever failed."""
    console = open_console(out)
    rows = [(name, f"{value:,}") for name, value in figures(tally).items()]
    print_table(console, ["figure", "value"], rows, numbers=["value"])
    console.print()
    states = [(name, f"{tally.reached[name]:,}") for name in DECLARED]
    print_table(console, ["state", "reached"], states, numbers=["reached"])
    for line in failed:
        console.print(f"FAILED {line}", soft_wrap=True)


def dump(tally: Tally, failed: list[str], out: TextIO) -> None:
    """Print the same as JSON."""
    told = {
        "figures": figures(tally),
        "reached": {name: tally.reached[name] for name in DECLARED},
        "violations": tally.violations,
        "failed": failed,
    }
    print(json.dumps(told, indent=2), file=out)
