"""The measurements. Each yields lines of the table and says on the way what it is doing."""

import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from benchmarks import polling
from benchmarks.child import Cost, Installation, run
from benchmarks.server import Remote, serving
from benchmarks.table import Line, show_counts, tell
from benchmarks.workable import Crowd

LONG_AGO = "2020-01-01T00:00:00Z"
LATENCY = 0.02  # seconds until a server answers

_TYPER = """\
import typer
app = typer.Typer()
@app.command()
def hello(name: str = "you"):
    \"\"\"Say hello.\"\"\"
    print(name)
app()
"""


def startup(rounds: int = 15) -> Iterator[Line]:
    """``syncd --help`` against the smallest program with typer, taken in turns."""
    tell("startup")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "smallest.py").write_text(_TYPER)
        commands = {
            "syncd": [sys.executable, "-m", "syncd", "--help"],
            "typer": [sys.executable, str(folder / "smallest.py"), "--help"],
        }
        for command in commands.values():
            run(command, folder)
        taken: dict[str, list[float]] = defaultdict(list)
        for _ in range(rounds):
            for which, command in commands.items():
                taken[which].append(run(command, folder).wall)
    yield Line(
        "syncd --help", median(taken["syncd"]), "s",
        median(taken["typer"]), "the smallest typer program", goal=1.5,
    )  # fmt: skip


def quiet(people: int = 20_000, jobs: int = 200, new: int = 300) -> Iterator[Line]:
    """A pass with nothing new, and a plan, on a large account."""
    crowd = Crowd(people, jobs, new=new, new_jobs=min(40, jobs), age=400)
    with _installed(crowd, 0.0, applied_after="2026-01-01T00:00:00Z") as (remote, syncd):
        tell(f"quiet: first pass over {jobs} jobs and {people} applications")
        syncd.run("reconcile")
        for command, codes in (("reconcile", (0,)), ("plan", (0,))):
            tell(f"quiet: {command}")
            remote.counts()
            cost = syncd.run(command, codes=codes)
            floor = _replay(remote, syncd.folder)
            counts = remote.counts()
            mine = {what: number // 2 for what, number in counts.items()}  # the floor did as many
            heymilo, ats = (
                sum(n for what, n in mine.items() if what.startswith(side))
                for side in ("HeyMilo", "Workable")
            )
            name = f"{command} with nothing new"
            yield Line(f"{name}: requests to HeyMilo", heymilo, "", goal=48)
            yield Line(f"{name}: requests to the ATS", ats, "", goal=5)
            yield Line(name, cost.wall, "s", floor.wall, "the same requests alone")
            yield Line(f"{name}: peak memory", cost.peak, "MB")
            show_counts(f"Requests of a {name}", mine)


def ingestion(people: int = 20_000, jobs: int = 10) -> Iterator[Line]:
    """A first ingestion against the bare loop, a server answering after 20 ms."""
    crowd = Crowd(people, jobs)
    tell(f"ingestion: {people} applicants, the bare loop")
    with serving(crowd, LATENCY) as remote, tempfile.TemporaryDirectory() as name:
        command = [sys.executable, "-m", "benchmarks.floor", "ingest", remote.origin]
        floor = run(command, Path(name))
    tell(f"ingestion: {people} applicants, syncd")
    with _installed(crowd, LATENCY, applied_after=LONG_AGO) as (remote, syncd):
        cost = syncd.run("reconcile")
        _check(remote, people)
        show_counts(f"Requests of a first ingestion of {people:,}", remote.counts())
    yield Line(
        f"first ingestion of {people:,}", people / cost.wall, "/s", people / floor.wall,
        "the bare loop", goal=0.5, at_least=True,
    )  # fmt: skip
    yield Line(f"first ingestion of {people:,}: peak memory", cost.peak, "MB", goal=150)
    yield Line(f"first ingestion of {people:,}: CPU", cost.cpu, "s", floor.cpu, "the bare loop")


def memory(people: int = 20_000, times: int = 5) -> Iterator[Line]:
    """Peak memory of a first ingestion of many against that of few."""
    few = _ingest(people, 10)
    for jobs in (20, 1):
        many = _ingest(people * times, jobs)
        yield Line(
            f"first ingestion of {people * times:,} on {jobs} job(s): peak memory", many.peak,
            "MB", few.peak, f"that of {people:,}", goal=1.1,
        )  # fmt: skip
        yield Line(
            f"first ingestion of {people * times:,} on {jobs} job(s): without latency",
            many.wall, "s", times * few.wall, f"{times} times that of {people:,}",
        )  # fmt: skip


def writeback(results: int = 1_000) -> Iterator[Line]:
    """Writing results back: a note and a score each."""
    with _installed(Crowd(results, 5), 0.0, applied_after=LONG_AGO) as (remote, syncd):
        tell(f"writeback: inviting {results}")
        syncd.run("reconcile")
        assert remote.finish(results) == results
        remote.counts()
        tell(f"writeback: {results} results")
        cost = syncd.run("reconcile")
        log = remote.log()
        writes = sum(method != "GET" for method, *_ in log)
        floor = _replay(remote, syncd.folder)
    yield Line(
        f"{results:,} results written back: requests per result", len(log) / results, "",
        writes / results, "the writes alone",
    )  # fmt: skip
    yield Line(
        f"{results:,} results written back", cost.wall, "s", floor.wall, "the same requests alone"
    )


CASES: dict[str, Callable[[], Iterator[Line]]] = {
    "startup": startup,
    "quiet": quiet,
    "ingestion": ingestion,
    "memory": memory,
    "writeback": writeback,
    "polling": polling.weigh,
}


@contextmanager
def _installed(
    crowd: Crowd, delay: float, **applicants: str | int
) -> Iterator[tuple[Remote, Installation]]:
    with serving(crowd, delay) as remote, tempfile.TemporaryDirectory() as name:
        yield remote, Installation(Path(name), remote.origin, **applicants)


def _replay(remote: Remote, folder: Path) -> Cost:
    file = folder / "requests.json"
    file.write_text(json.dumps(remote.log()))
    command = [sys.executable, "-m", "benchmarks.floor", "replay", remote.origin, str(file)]
    return run(command, folder)


def _ingest(people: int, jobs: int) -> Cost:
    tell(f"memory: {people} applicants on {jobs} job(s)")
    with _installed(Crowd(people, jobs), 0.0, applied_after=LONG_AGO) as (remote, syncd):
        cost = syncd.run("reconcile")
        _check(remote, people)
    return cost


def _check(remote: Remote, people: int) -> None:
    """A fast pass that did something else is no result."""
    if remote.invited() != (people, people):
        raise RuntimeError(f"{remote.invited()} invitations instead of {people}")
