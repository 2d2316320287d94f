"""The `syncd` command: what can be typed, and where it goes.

Only typer is imported here, and each command imports what it needs, so that ``--help`` is quick.
"""

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

import syncd
from syncd.cli.common import Config, Json, Log, Verbose, read_common, remember, with_options
from syncd.cli.options import Options
from syncd.errors import ExitCode

PHASES = ("postings", "applicants", "results", "writeback")


def new_group(help: str) -> typer.Typer:
    """A group of commands. Its help is plain: the same in a pipe, and no further library."""
    return typer.Typer(
        help=help,
        invoke_without_command=True,
        rich_markup_mode=None,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )


def read_phases(text: str | None) -> tuple[str, ...]:
    """Given "results,postings", return the phases in the order they run; none for None.

    Raises BadParameter for a name that is no phase.
    """
    asked = [part.strip() for part in text.split(",")] if text is not None else []
    unknown = next((part for part in asked if part not in PHASES), None)
    if unknown is not None:
        raise typer.BadParameter(f"'{unknown}' is no phase; phases are {', '.join(PHASES)}")
    return tuple(phase for phase in PHASES if phase in asked)


def check_phases(text: str | None) -> str | None:
    """Refuse what :func:`read_phases` cannot read."""
    read_phases(text)
    return text


def check_seconds(seconds: float) -> float:
    """Refuse what is no time to wait."""
    if not 0 <= seconds < float("inf"):
        raise typer.BadParameter("must be a number of seconds, 0 or more")
    return seconds


Connection = Annotated[
    str | None, typer.Option(metavar="NAME", help="Only this connection; default: all.")
]
OfJob = Annotated[
    str | None,
    typer.Option(
        "--connection", metavar="NAME", help="The connection; default: the one that knows the job."
    ),
]
Only = Annotated[
    str | None,
    typer.Option(
        metavar="PHASE[,PHASE]",
        callback=check_phases,
        help=f"Only these phases: {', '.join(PHASES)}.",
    ),
]
Ids = Annotated[list[str], typer.Argument(metavar="ID...", help="As `attention list` shows them.")]

app = new_group("Keep an applicant tracking system and HeyMilo in step.")
attention = new_group("Show and settle what needs a person.")
db = new_group("Show and change the state's version.")


@app.callback()
def root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
    config: Config = None,
    json: Json = False,
    log_format: Log = None,
    verbose: Verbose = 0,
) -> None:
    if version:
        typer.echo(f"syncd {syncd.__version__}")
        raise typer.Exit
    group(context, config, json, log_format, verbose)


@attention.callback()
@db.callback()
def group(
    context: typer.Context,
    config: Config = None,
    json: Json = False,
    log_format: Log = None,
    verbose: Verbose = 0,
) -> None:
    remember(context, read_common(config, json, log_format, verbose))
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(ExitCode.USAGE)


@app.command()
@with_options
def demo(
    options: Options,
    seed: Annotated[int, typer.Option(help="Which jobs and applicants are made up.")] = 1,
) -> ExitCode:
    """Show a whole cycle in the embedded sandbox.

    Needs no account, no settings and no network, and leaves nothing behind.
    """
    from syncd.cli.demo import run

    return run(options, seed)


@app.command()
@with_options
def init(
    options: Options,
    path: Annotated[
        Path | None, typer.Argument(metavar="[PATH]", help="Default: ./settings.toml.")
    ] = None,
) -> ExitCode:
    """Write a first settings file.

    With comments, and a fresh installation and secret. Never overwrites a file.
    """
    from syncd.cli.init import run

    return run(options, path)


@app.command()
@with_options
def check(options: Options) -> ExitCode:
    """Say whether everything is set up right.

    Settings, database, credentials, permissions, names on both sides: a line each, with what to
    do. Writes nothing remote.
    """
    from syncd.cli.check import run

    return run(options)


@app.command()
@with_options
def plan(options: Options, connection: Connection = None, only: Only = None) -> ExitCode:
    """Show what reconcile would do now.

    Item by item with the reason. Changes nothing, neither remote nor in the state. Exit code 3
    says that there are changes.
    """
    from syncd.cli.plan import run

    return run(options, connection, read_phases(only))


@app.command()
@with_options
def reconcile(
    options: Options,
    connection: Connection = None,
    only: Only = None,
    approve: Annotated[
        list[str] | None,
        typer.Option(
            metavar="HASH", help="Let the refused group of this hash through; repeatable."
        ),
    ] = None,
    wait: Annotated[
        float,
        typer.Option(
            metavar="SECONDS",
            callback=check_seconds,
            help="How long to wait for another run of the connection; default 0.",
            show_default=False,
        ),
    ] = 0.0,
) -> ExitCode:
    """Do one pass: for a shell, cron or a timer."""
    from syncd.cli.reconcile import run

    return run(options, connection, read_phases(only), tuple(approve or ()), wait)


@app.command()
@with_options
def run(options: Options) -> ExitCode:
    """Do passes on a schedule until SIGTERM.

    The daemon, in the foreground: for a service manager, or a terminal. SIGHUP reads the settings
    again. Logs go to standard error.
    """
    # Until it works: what follows takes a moment, in which a service manager may change its mind.
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    from syncd.cli.run import run as serve

    return serve(options)


@app.command()
@with_options
def status(options: Options) -> ExitCode:
    """Show where each connection stands."""
    from syncd.cli.status import run

    return run(options)


app.add_typer(attention, name="attention")


@attention.command("list")
@with_options
def attention_list(options: Options) -> ExitCode:
    """Show what is open, why, and what to do."""
    from syncd.cli.attention import list_

    return list_(options)


@attention.command("retry")
@with_options
def attention_retry(options: Options, ids: Ids) -> ExitCode:
    """Let syncd try these again."""
    from syncd.cli.attention import retry

    return retry(options, tuple(ids))


@attention.command("dismiss")
@with_options
def attention_dismiss(options: Options, ids: Ids) -> ExitCode:
    """Close these until the matter itself changes."""
    from syncd.cli.attention import dismiss

    return dismiss(options, tuple(ids))


@app.command()
@with_options
def explain(
    options: Options,
    id: Annotated[str, typer.Argument(metavar="ID", help="As the ATS and HeyMilo write it.")],
    connection: Connection = None,
) -> ExitCode:
    """Say what is known of a job, an application, a posting or an interview.

    What syncd did and when, what it will do next, and why not yet. Reads the state alone.
    """
    from syncd.cli.explain import run

    return run(options, id, connection)


@app.command()
@with_options
def adopt(
    options: Options,
    job: Annotated[str, typer.Option(metavar="ID", help="The job, as the ATS's API names it.")],
    posting: Annotated[str, typer.Option(metavar="ID", help="The posting in HeyMilo.")],
    connection: OfJob = None,
) -> ExitCode:
    """Take a posting that was made by hand as a job's own.

    Looks at both sides first; writes nothing but the mark. The people in it count as invited.
    """
    from syncd.cli.adopt import run

    return run(options, job, posting, connection)


@app.command()
@with_options
def backfill(
    options: Options,
    job: Annotated[str, typer.Option(metavar="ID", help="The job, as the ATS's API names it.")],
    applied_after: Annotated[
        str,
        typer.Option(metavar="DATE", help="2026-03-01, or a moment like 2026-03-01T08:00:00Z."),
    ],
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Only the oldest so many; default: all.")
    ] = None,
    approve: Annotated[
        str | None, typer.Option(metavar="HASH", help="Invite those whom the plan showed.")
    ] = None,
    connection: OfJob = None,
) -> ExitCode:
    """Invite people who applied to a job before its cut-off.

    Shows whom, and their hash; with the hash it invites exactly them, the oldest first. Exit code
    3 says that there is somebody to invite.
    """
    from syncd.cli.backfill import run

    return run(options, job, applied_after, limit, approve, connection)


@app.command()
@with_options
def forget(
    options: Options,
    application: Annotated[
        str | None, typer.Option(metavar="ID", help="The person behind this application.")
    ] = None,
    candidate: Annotated[
        str | None, typer.Option(metavar="ID", help="The person whom the ATS knows so.")
    ] = None,
    email: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="The person of this address.")
    ] = None,
    restore: Annotated[
        str | None,
        typer.Option(metavar="LINE", help="A line that this command printed before."),
    ] = None,
) -> ExitCode:
    """Remove a person from the state for good.

    Leaves a tombstone, so that the person is not taken for a new applicant. `-` in place of a
    value reads it from standard input.
    """
    from syncd.cli.forget import run

    return run(options, application, candidate, email, restore)


app.add_typer(db, name="db")


@db.command("upgrade")
@with_options
def db_upgrade(
    options: Options,
    revision: Annotated[
        str, typer.Argument(help="Default: the newest.", show_default=False)
    ] = "head",
) -> ExitCode:
    """Bring the tables up to date.

    Makes the database file if it is missing.
    """
    from syncd.cli.db import upgrade

    return upgrade(options, revision)


@db.command("current")
@with_options
def db_current(options: Options) -> ExitCode:
    """Show the version of the tables."""
    from syncd.cli.db import current

    return current(options)


@db.command("downgrade", context_settings={"ignore_unknown_options": True})
@with_options
def db_downgrade(
    options: Options,
    revision: Annotated[
        str, typer.Argument(help="Default: -1, the one before.", show_default=False)
    ] = "-1",
) -> ExitCode:
    """Take the tables back.

    What only the later version knows is lost.
    """
    from syncd.cli.db import downgrade

    return downgrade(options, revision)


@app.command()
@with_options
def sandbox(
    options: Options,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="0 takes a free one.")] = 8711,
) -> ExitCode:
    """Serve a HeyMilo and an ATS to try things out.

    The embedded ones, on loopback.
    """
    from syncd.cli.sandbox import run

    return run(options, port)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line (default: the process's own) and end the process with its exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    _open_missing_streams()
    for stream in (sys.stdout, sys.stderr):
        # A job title that the terminal's encoding lacks must not end a run.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = app(arguments, prog_name="syncd", standalone_mode=False)
    except typer.TyperException as error:
        code = _refuse(error, arguments)
    sys.exit(int(code or 0))


def _leave(number: int, frame: object) -> None:
    raise SystemExit(ExitCode.DONE)


def _open_missing_streams() -> None:
    """Whoever starts the process with closed outputs wants to hear nothing; it works anyway."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115  open to the end


def _refuse(error: typer.TyperException, arguments: list[str]) -> int:
    from syncd.cli.failures import tell

    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "syncd"
    message = " ".join(error.format_message().split()).rstrip(".")
    sentence = f"{message} (see `{path} --help`)"
    return tell(sentence, ExitCode.USAGE, Options(json="--json" in arguments))
