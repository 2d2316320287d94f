"""`syncd plan`: what reconcile would do now, item by item."""

from collections.abc import Iterable, Mapping

from syncd.cli.console import counted, open_console, print_table
from syncd.cli.failures import say
from syncd.cli.options import Options
from syncd.cli.output import print_document
from syncd.cli.passes import run_passes
from syncd.cli.reconcile import refusal_lines
from syncd.errors import ExitCode, worst
from syncd.passes.run import PassResult, rehearse
from syncd.plan import Change

SHOWN = 200  # lines; the JSON form has all


def run(options: Options, connection: str | None, only: tuple[str, ...]) -> ExitCode:
    """Rehearse a pass over each connection; the code is 3 when there are changes."""
    results = run_passes(options, connection, only, rehearse, migrated=False)
    code = exit_code(results)
    if options.json:
        print_document(
            {
                "changes": [
                    {"connection": r.connection, **change.data}
                    for r in results
                    for change in r.changes
                ],
                "refused": [
                    {"connection": r.connection, **refusal.data}
                    for r in results
                    for refusal in r.report.refusals
                ],
                "errors": [str(error) for r in results for error in r.report.errors],
                "exit_code": int(code),
            }
        )
    else:
        show(results)
    return code


def exit_code(results: Iterable[PassResult]) -> ExitCode:
    """The first of 2, 7, 5, 3, 0 that applies; 1 when a side could not be read at all."""
    codes = [c for r in results for c in r.codes if c not in (ExitCode.ATTENTION, ExitCode.HELD)]
    if any(r.changes for r in results):
        codes.append(ExitCode.CHANGES)
    failed = any(r.report.errors for r in results)
    if not failed:
        codes = [c for c in codes if c is not ExitCode.UNFINISHED]
    return worst(codes)


def show(results: list[PassResult]) -> None:
    """The changes as a table, then what is refused and what could not be read."""
    console = open_console()
    rows = [(r.connection, *describe(change)) for r in results for change in r.changes]
    if rows:
        print_table(console, ("connection", "change", "what", "why"), rows[:SHOWN])
        if len(rows) > SHOWN:
            console.print(f"… and {len(rows) - SHOWN} more; --json shows all.")
        console.print(f"{counted(len(rows), 'change')}; {next_step(results)}")
    elif not any(r.report.errors for r in results):
        console.print("Everything is in step; nothing to do.")
    for result in results:
        for error in result.report.errors:
            say(f"{result.connection}: {error}")
        for refusal in result.report.refusals:
            for line in refusal_lines(refusal):
                say(f"{result.connection}: {line}")


def next_step(results: Iterable[PassResult]) -> str:
    """What makes the planned changes; a connection in mode plan makes none."""
    held = [r.connection for r in results if r.changes and r.mode == "plan"]
    if held:
        return f'`syncd reconcile` makes them once the mode of {", ".join(held)} is "sync".'
    return "`syncd reconcile` makes them."


def describe(change: Change) -> tuple[str, str, str]:
    """Kind, object and reason of a change, as people read them."""
    ids: Mapping[str, str | None] = {
        "job": change.job_id,
        "posting": change.posting_id,
        "application": change.application_id,
    }
    what = ", ".join(
        f"{name} {value}"
        for name, value in ids.items()
        if value and not value.startswith("planned:")
    )
    values = ", ".join(f"{k} = {v}" for k, v in change.values.items())
    title = f"“{change.title}”: " if change.title else ""
    return str(change.kind), title + what + (f"; {values}" if values else ""), change.reason
