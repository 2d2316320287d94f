"""`syncd reconcile`: one pass, told as a short table."""

import sys
from typing import Any

from syncd.cli.console import counted, open_console, print_table
from syncd.cli.failures import say
from syncd.cli.options import Options
from syncd.cli.output import print_document
from syncd.cli.passes import run_passes
from syncd.errors import ExitCode, worst
from syncd.passes.run import PassResult, reconcile
from syncd.plan import Refusal

# Counted before anybody is invited: "waiting" alone would read as if they still were.
_LABELS = {"waiting": "were waiting to be invited"}


def run(
    options: Options,
    connection: str | None,
    only: tuple[str, ...],
    approve: tuple[str, ...],
    wait: float,
) -> ExitCode:
    """Run one pass over each connection and return the worst of their codes."""
    results = run_passes(options, connection, only, reconcile, approved=approve, wait=wait)
    code = worst([c for result in results for c in result.codes])
    if options.json:
        print_document(
            {"connections": [to_data(result) for result in results], "exit_code": int(code)}
        )
    else:
        show(results)
    return code


def to_data(result: PassResult) -> dict[str, Any]:
    """One connection's pass as JSON."""
    return {
        "connection": result.connection,
        "mode": str(result.mode),
        "counts": {k: v for k, v in sorted(result.report.counts.items()) if v},
        "unfinished": list(result.report.unfinished),
        "errors": [str(error) for error in result.report.errors],
        "refused": [refusal.data for refusal in result.report.refusals],
        "exit_code": int(worst(result.codes)),
    }


def show(results: list[PassResult]) -> None:
    """What was done as a table, what is left and what went wrong as sentences."""
    console = open_console()
    # A rehearsal counts what would be done; that belongs to `plan`.
    acted = [result for result in results if result.mode not in ("off", "plan")]
    rows = [
        (result.connection, _LABELS.get(what, what), number)
        for result in acted
        for what, number in sorted(result.report.counts.items())
        if number
    ]
    if rows:
        print_table(console, ("connection", "what", "count"), rows, numbers=("count",))
    elif acted and all(not result.codes for result in results):
        console.print("Everything is in step; nothing to do.")
    for result in results:
        if result.mode == "off":
            console.print(f"{result.connection}: mode is off, left alone.")
        elif result.mode == "plan":
            console.print(
                f'{result.connection}: mode is "plan", so nothing was changed; '
                f"`syncd plan` shows what would be ({counted(len(result.changes), 'change')})."
            )
        for error in result.report.errors:
            say(f"{result.connection}: {error}")
        for why in result.report.unfinished:
            say(f"{result.connection}: not finished: {why}")
        for refusal in result.report.refusals:
            for line in refusal_lines(refusal):
                say(f"{result.connection}: {line}")
        if ExitCode.ATTENTION in result.codes:
            say(f"{result.connection}: something needs a person, see `syncd attention list`")
    sys.stdout.flush()


def refusal_lines(refusal: Refusal) -> list[str]:
    """What a guard refused, every number, and the two ways on."""
    setting = {
        "archive": "guards.max_archive_share or guards.min_postings",
        "update": "guards.max_update_share or guards.min_postings",
        "ingest": "applicants.max_per_run",
    }.get(refusal.group, "the settings")
    numbers = ", ".join(f"{k} = {v}" for k, v in refusal.numbers.items())
    return [
        f"refused: {refusal.reason} ({numbers}).",
        f"Approve exactly this once with `syncd reconcile --approve {refusal.hash}`, or change "
        f"{setting}.",
    ]
