"""`syncd demo`: a whole cycle against the embedded sandbox, shown phase by phase."""

import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from syncd.ats.registry import settings_models
from syncd.cli.console import open_console, print_table
from syncd.cli.options import Options
from syncd.cli.output import print_document
from syncd.cli.passes import run_until_terminated
from syncd.clock import SystemClock
from syncd.errors import ExitCode
from syncd.http.session import Network
from syncd.passes.run import Order, PassResult, reconcile, rehearse
from syncd.sandbox.demo import demo_world
from syncd.sandbox.serve import serving
from syncd.sandbox.settings import sandbox_settings
from syncd.sandbox.world import World
from syncd.settings.load import load
from syncd.settings.schema import Settings
from syncd.store import Store, migrate

DAY = 86_400.0
_UNHURRIED = 'requests = "1000/10s"'  # a demonstration should not wait for a limit


class DemoClock(SystemClock):
    """The machine's clock, moved ahead when the demo lets days pass."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        return time.time() + self._ahead

    def monotonic(self) -> float:
        return time.monotonic() + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += seconds


@dataclass(slots=True)
class Stage:
    """What the demo plays on: the world, its time, the settings and the state."""

    world: World
    clock: DemoClock
    settings: Settings
    state: Store

    async def pass_(self) -> PassResult:
        network = Network(clock=self.clock)
        return await reconcile(self.settings, "demo", self.state, network, Order())

    async def planned(self) -> PassResult:
        network = Network(clock=self.clock)
        return await rehearse(self.settings, "demo", self.state, network, Order())


def run(options: Options, seed: int) -> ExitCode:
    """Play the cycle; leaves nothing behind."""
    return run_until_terminated(lambda: _play(options, seed))


async def _play(options: Options, seed: int) -> ExitCode:
    clock = DemoClock()
    world = demo_world(seed, clock)
    world.workable.behaviour.requests = 1000
    with tempfile.TemporaryDirectory(prefix="syncd-demo-") as folder:
        async with serving(world) as served:
            path = Path(folder) / "settings.toml"
            text = sandbox_settings(served.heymilo_url, served.workable_url)
            path.write_text(text.replace('type = "workable"', f'type = "workable"\n{_UNHURRIED}'))
            settings = load(path, settings_models(), environ={})
            state = Store.open(settings.database.url, Path(folder), clock)
            try:
                migrate.ensure(state, "auto")
                return await _cycle(options, Stage(world, clock, settings, state))
            finally:
                state.close()


async def _cycle(options: Options, stage: Stage) -> ExitCode:
    console = open_console()
    told: list[dict[str, Any]] = []

    def tell(heading: str, lines: list[str], counts: dict[str, int]) -> None:
        told.append({"step": heading, "counts": counts})
        if options.json:
            return
        console.print(heading, style="bold")
        for line in lines:
            console.print(f"  {line}")

    plan = await stage.planned()
    kinds = Counter(str(change.kind) for change in plan.changes)
    tell(
        "1. What would happen (syncd plan): nothing is changed.",
        [f"{number:>3} × {kind}" for kind, number in kinds.items()],
        dict(kinds),
    )
    first = await stage.pass_()
    tell("2. The first pass (syncd reconcile).", *_counts(first))
    stage.clock.advance(3 * DAY)
    stage.world.settle()
    tell(
        "3. Three days pass; invited people take their interviews.",
        [f"{len(stage.world.heymilo.state.interviews)} people were invited."],
        {},
    )
    second = await stage.pass_()
    tell("4. The next pass finds results and writes them back.", *_counts(second))
    third = await stage.pass_()
    tell("5. A pass with nothing new.", *_counts(third, quiet="Nothing to do, nothing written."))
    rows = list(_table(stage))
    if options.json:
        print_document({"steps": told, "jobs": rows, "exit_code": 0})
    else:
        console.print()
        columns = tuple(rows[0])
        print_table(
            console,
            columns,
            [tuple(row.values()) for row in rows],
            title="What happened, job by job",
            numbers=columns[2:],
        )
        _tell_attention(options, stage)
    failed = [error for result in (plan, first, second, third) for error in result.report.errors]
    if failed:
        raise failed[0]
    return ExitCode.DONE


def _counts(result: PassResult, quiet: str = "") -> tuple[list[str], dict[str, int]]:
    done = {k: v for k, v in result.report.counts.items() if v and k != "waiting"}
    return [f"{v:>3} {k}" for k, v in done.items()] or [quiet], done


def _table(stage: Stage) -> list[dict[str, Any]]:
    """One row a job, from what the sandbox itself says happened."""
    heymilo, account = stage.world.heymilo.state, stage.world.workable.account
    acts = [act for act in account.ledger if act.by == "api"]
    rows: list[dict[str, Any]] = []
    for job in account.jobs.values():
        mark = f"workable:{job.shortcode}"
        postings = [
            p for p in heymilo.postings.values() if (p.metadata or {}).get("external_id") == mark
        ]
        ids = {p.id for p in postings}
        invited = [i for i in heymilo.interviews.values() if i.posting_id in ids]
        mine = Counter(act.kind for act in acts if act.job == job.shortcode)
        rows.append(
            {
                "job": job.title,
                "posting": ", ".join(p.status(stage.clock.now()) for p in postings)
                or f"none ({job.state})",
                "applicants": sum(c.job == job.shortcode for c in account.candidates.values()),
                "invited": len(invited),
                "finished": sum(i.status not in ("pending", "in_progress") for i in invited),
                "notes": mine["comment"],
                "scores": mine["attribute"],
                "moved on": mine["move"],
            }
        )
    return rows


def _tell_attention(options: Options, stage: Stage) -> None:
    from syncd.store import attention

    console = open_console()
    with stage.state.read() as tx:
        items = attention.open_items(tx)
    if not items:
        return
    console.print("What needs a person (syncd attention list)", style="bold")
    for item in items:
        console.print(f"  {item.reason} {item.todo}")
