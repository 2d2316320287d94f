"""`syncd status`: where each connection stands, from the state alone."""

from typing import Any

from syncd.cli.console import counted, open_console, print_table
from syncd.cli.context import load_settings, open_state
from syncd.cli.options import Options
from syncd.cli.output import print_document
from syncd.clock import SystemClock
from syncd.errors import ExitCode
from syncd.model.moments import ago, iso
from syncd.passes.standing import Standing, read_standing
from syncd.store import migrate


def run(options: Options) -> ExitCode:
    """Show each connection; asks no remote side anything."""
    settings = load_settings(options)
    clock = SystemClock()
    with open_state(settings, clock) as state:
        known = state.exists() and migrate.current(state) is not None
        standings = [
            read_standing(state, name, connection) if known else Standing(name, connection.mode)
            for name, connection in sorted(settings.connections.items())
        ]
    if options.json:
        print_document({"connections": [to_data(s) for s in standings], "exit_code": 0})
        return ExitCode.DONE
    console = open_console()
    now = clock.now()
    for standing in standings:
        console.print(f"{standing.name} (mode {standing.mode})", style="bold")
        rows = [
            (phase, ago(run.succeeded_at, now), run.outcome) for phase, run in standing.runs.items()
        ]
        if rows:
            print_table(console, ("phase", "last success", "last run"), rows)
        else:
            console.print("No pass has run yet: `syncd plan` shows what the first would do.")
            continue
        print_table(
            console,
            ("what", "count"),
            [(what, number) for what, number in standing.counts.items()],
            numbers=("count",),
        )
        if standing.oldest_unwritten is not None:
            console.print(f"Oldest result not written back: {ago(standing.oldest_unwritten, now)}.")
        if standing.attention:
            verb = "needs" if standing.attention == 1 else "need"
            console.print(
                f"{counted(standing.attention, 'matter')} {verb} a person: `syncd attention list`.",
                style="bold",
            )
    return ExitCode.DONE


def to_data(standing: Standing) -> dict[str, Any]:
    """One connection as JSON; times are in UTC."""
    return {
        "connection": standing.name,
        "mode": str(standing.mode),
        "phases": {
            phase: {
                "last_success": iso(run.succeeded_at),
                "last_run": iso(run.began_at),
                "outcome": run.outcome,
            }
            for phase, run in standing.runs.items()
        },
        "counts": standing.counts,
        "oldest_unwritten_result": iso(standing.oldest_unwritten),
        "attention": standing.attention,
    }
