"""The command line of the simulation; ``make simulate`` calls it."""

import argparse
import sys

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from tests.simulation import campaign, report
from tests.simulation.accounts import ACCOUNTS
from tests.simulation.campaign import CHUNK
from tests.simulation.narrate import narrate
from tests.simulation.play import Play, State, play_through
from tests.simulation.reached import ENOUGH
from tests.simulation.tally import USUAL, Tally


def main() -> int:
    """Play what the command line asks for; 1 if anything was wrong."""
    given = _arguments()
    if given.seed is not None:
        return _narrate(given.seed, given.cut, given.ats)
    seeds = range(given.first, given.first + given.seeds)
    tally = _play(seeds, given.ats, quiet=given.json)
    failed = failures(tally, states=given.ats == USUAL)
    campaign.keep(tally.failed_seeds, "not looked into yet")
    (report.dump if given.json else report.show)(tally, failed, sys.stdout)
    return 1 if failed else 0


def failures(tally: Tally, *, states: bool = True) -> list[str]:
    """Why a run of many seeds failed; nothing when it did not. ``states``: the declared ones must
    have been reached."""
    failed = [f"{command}: {text}" for command, texts in tally.violations.items() for text in texts]
    if tally.random.runs >= ENOUGH:
        failed += [f"no seed reached: {state}" for state in tally.unreached if states]
        failed += [f"never cut: {site}, see {at.command}" for site, at in tally.untouched.items()]
    return failed


def _narrate(seed: int, cut: tuple[int, ...], ats: str) -> int:
    one = Play(seed, State(), cut, ats)
    history = play_through(one)
    narrate(one.mix, history, one.world, sys.stdout, requests=True)
    return 1 if history.violations else 0


def _play(seeds: range, ats: str, *, quiet: bool) -> Tally:
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[wrong]}"),
    )
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as bar:
        tasks: dict[tuple[str, int], TaskID] = {}

        def told(what: str, done: int, most: int, tally: Tally) -> None:
            if (what, most) not in tasks:
                tasks[what, most] = bar.add_task(what, total=most, wrong="")
            wrong = f"{len(tally.violations)} with a violation" if tally.violations else ""
            bar.update(tasks[what, most], completed=done, wrong=wrong)
            if not console.is_terminal and done * 10 // most > (done - CHUNK) * 10 // most:
                print(f"{done} of {most} {what} {wrong}".rstrip(), file=sys.stderr, flush=True)

        return campaign.run(seeds, told, ats=ats)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="how many seeds to play")
    parser.add_argument("--from", dest="first", type=int, default=1, help="the first of them")
    parser.add_argument("--seed", type=int, help="play this one only, and tell it at length")
    parser.add_argument(
        "--cut",
        type=lambda text: tuple(map(int, text.split(","))),
        default=(),
        help="with --seed: cut the power at this point, too, or at several, as 30,55",
    )
    parser.add_argument("--ats", choices=sorted(ACCOUNTS), default=USUAL, help="whose account")
    parser.add_argument("--json", action="store_true", help="figures as JSON")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
