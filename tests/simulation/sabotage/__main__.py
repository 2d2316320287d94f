"""``python -m tests.simulation.sabotage``: is every deliberate defect noticed?"""

import argparse
import json
import sys

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.simulation.sabotage.catalogue import DEFECTS
from tests.simulation.sabotage.hunt import SEEDS, Catch, hunt_all
from tests.simulation.sabotage.table import to_document, to_table


def main(arguments: list[str] | None = None) -> int:
    """Hunt the defects asked for; return 0 if each was noticed, 1 if one was not, 2 for misuse."""
    parser = argparse.ArgumentParser(prog="sabotage", description=__doc__)
    parser.add_argument("defects", nargs="*", metavar="DEFECT", help="all, if none is named")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how many each may take")
    parser.add_argument("--jobs", type=int, default=None, help="processes at once")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    given = parser.parse_args(arguments)
    unknown = [name for name in given.defects if name not in DEFECTS]
    if unknown:
        known = "\n  ".join(DEFECTS)
        print(f"There is no defect {unknown[0]!r}. There are:\n  {known}", file=sys.stderr)
        return 2
    names = given.defects or list(DEFECTS)
    catches = _hunt(names, given.seeds, given.jobs)
    if given.json:
        print(json.dumps(to_document(catches), indent=2))
    else:
        width = None if sys.stdout.isatty() else 120
        Console(width=width).print(to_table(catches))
    missed = [catch.defect for catch in catches if not catch.caught]
    for name in missed:
        print(f"Not noticed: {name}", file=sys.stderr)
    return 1 if missed else 0


def _hunt(names: list[str], seeds: int, jobs: int | None) -> list[Catch]:
    catches: dict[str, Catch] = {}
    quiet = not sys.stderr.isatty()
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[last]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=len(names), last="")
        for catch in hunt_all(names, seeds, jobs):
            catches[catch.defect] = catch
            told = f"seed {catch.seed}" if catch.caught else "not noticed"
            progress.update(task, advance=1, last=f"{catch.defect}: {told}")
            if quiet:
                print(f"{catch.defect}: {told} {catch.violation}", file=sys.stderr, flush=True)
    return [catches[name] for name in names]


if __name__ == "__main__":
    sys.exit(main())
