"""What a run of many seeds came to, for people and for machines."""

import json
from typing import TextIO

from syncd.cli.console import open_console, print_table
from tests.simulation.reached import DECLARED
from tests.simulation.tally import Sums, Tally

#: Seeds as they are, and seeds played again with the power cut at a chosen point.
_SORTS = ("random seeds", "directed runs")


def figures_of(sums: Sums) -> dict[str, float]:
    """The figures of one sort of runs by their names."""
    return {
        "runs": sums.runs,
        "simulated days": round(sums.days, 1),
        "passes": sums.passes,
        "requests": sums.requests,
        "faults": sums.faults,
        "power cuts": sums.cuts,
        "points passed": sums.points,
        "people": sums.people,
        "invitations": sums.invitations,
        "duplicates": sums.duplicates,
        "lost": sums.lost,
        "results told": sums.told,
        "passes to converge, median": sums.usual_rounds,
        "passes to converge, most": sums.most_rounds,
    }


def figures(tally: Tally) -> dict[str, float]:
    """The figures of all runs together."""
    return {
        "crash points": len(tally.first),
        "crash points hit": len(tally.first) - len(tally.untouched),
        "declared states": len(DECLARED),
        "declared states reached": len(DECLARED) - len(tally.unreached),
        "runs with a violation": len(tally.violations),
    }


def show(tally: Tally, failed: list[str], out: TextIO) -> None:
    """Print tables of figures, the states reached, and whatever failed."""
    console = open_console(out)
    random, directed = figures_of(tally.random), figures_of(tally.directed)
    rows = [(name, f"{value:,}", f"{directed[name]:,}") for name, value in random.items()]
    print_table(console, ["figure", *_SORTS], rows, numbers=_SORTS)
    console.print()
    every = [(name, f"{value:,}") for name, value in figures(tally).items()]
    print_table(console, ["of all runs", "value"], every, numbers=["value"])
    console.print()
    states = [(name, f"{tally.reached[name]:,}") for name in DECLARED]
    print_table(console, ["state", "reached"], states, numbers=["reached"])
    for line in failed:
        console.print(f"FAILED {line}", soft_wrap=True)


def dump(tally: Tally, failed: list[str], out: TextIO) -> None:
    """Print the same as JSON."""
    told = {
        "random seeds": figures_of(tally.random),
        "directed runs": figures_of(tally.directed),
        "all runs": figures(tally),
        "reached": {name: tally.reached[name] for name in DECLARED},
        "violations": tally.violations,
        "failed": failed,
    }
    print(json.dumps(told, indent=2), file=out)
