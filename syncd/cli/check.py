"""`syncd check`: is everything set up right? A line each; nothing remote is written."""

from collections.abc import Sequence

from rich.text import Text

from syncd.ats.port import Finding
from syncd.cli.console import open_console
from syncd.cli.context import load_settings, open_state
from syncd.cli.options import Options
from syncd.cli.output import plain, print_document
from syncd.cli.passes import run_until_terminated
from syncd.clock import SystemClock
from syncd.errors import ExitCode
from syncd.http.session import Network
from syncd.passes.checking import check_connection, check_state

_MARKS = {True: ("ok", "green"), False: ("wrong", "red"), None: ("note", "yellow")}


def run(options: Options) -> ExitCode:
    """Check settings, state and every connection; the code is that of the worst finding."""
    settings = load_settings(options)
    groups: list[tuple[str, list[Finding]]] = []
    refused = False
    with open_state(settings) as state:
        groups.append(("settings and state", check_state(settings, state)))
        for name in sorted(settings.connections):

            async def look(name: str = name) -> tuple[list[Finding], bool]:
                return await check_connection(settings, name, state, Network(clock=SystemClock()))

            findings, said_no = run_until_terminated(look)
            groups.append((name, findings))
            refused |= said_no
    wrong = any(finding.ok is False for _, group in groups for finding in group)
    code = ExitCode.CREDENTIALS if refused else ExitCode.UNFINISHED if wrong else ExitCode.DONE
    if options.json:
        print_document(
            {
                "findings": [
                    {
                        "where": where,
                        "what": finding.what,
                        "ok": finding.ok,
                        "detail": finding.detail,
                        "todo": finding.todo,
                    }
                    for where, group in groups
                    for finding in group
                ],
                "exit_code": int(code),
            }
        )
    else:
        show(groups)
    return code


def show(groups: Sequence[tuple[str, Sequence[Finding]]]) -> None:
    """One line a finding, and below it what to do where something is wrong."""
    console = open_console()
    for where, group in groups:
        console.print(plain(where), style="bold")
        for finding in group:
            word, style = _MARKS[finding.ok]
            line = Text(f"  {word:<6}", style=style)
            line.append(plain(f"{finding.what}: {finding.detail}"), style="default")
            console.print(line)
            if finding.todo:
                console.print(Text("         " + plain(finding.todo)))
