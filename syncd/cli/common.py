"""The common options on every command, before its name and after it."""

import inspect
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Concatenate, ParamSpec

import typer

from syncd.cli.options import Options
from syncd.errors import ExitCode

P = ParamSpec("P")


class LogFormat(StrEnum):
    """How log lines are written to standard error."""

    TEXT = "text"
    JSON = "json"


Config = Annotated[
    Path | None,
    typer.Option(
        metavar="PATH",
        help="Settings file; else SYNCD_CONFIG, ./settings.toml, the user's config folder, "
        "/etc/syncd/settings.toml.",
    ),
]
Json = Annotated[
    bool, typer.Option("--json", help="One JSON document on standard output, nothing else there.")
]
Log = Annotated[
    LogFormat | None,
    typer.Option("--log-format", metavar="text|json", help="How to write logs, on standard error."),
]
Verbose = Annotated[
    int, typer.Option("--verbose", "-v", count=True, show_default=False, help="Log more; -vv: all.")
]


def remember(context: typer.Context, options: Options) -> None:
    """Keep options given before a command's name for that command."""
    context.obj = options.over(context.obj or Options())


def read_common(
    config: Path | None, json: bool, log_format: LogFormat | None, verbose: int
) -> Options:
    """The common options as one value."""
    return Options(config, json, str(log_format or LogFormat.TEXT), verbose)


def with_options(
    command: Callable[Concatenate[Options, P], ExitCode],
) -> Callable[..., int]:
    """Given a command that takes Options first, return one that typer fills from the line."""
    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
    common = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, kind, default in (
            ("config", Config, None),
            ("json", Json, False),
            ("log_format", Log, None),
            ("verbose", Verbose, 0),
        )
    ]
    context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)

    def run(
        *,
        context: typer.Context,
        config: Path | None,
        json: bool,
        log_format: LogFormat | None,
        verbose: int,
        **rest: Any,
    ) -> int:
        options = read_common(config, json, log_format, verbose).over(context.obj or Options())
        return guard(lambda: command(options, **rest), options)  # type: ignore[call-arg]

    own = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own]
    parameters = [context, *own, *common]
    run.__name__, run.__doc__ = command.__name__, command.__doc__
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return run


def guard(body: Callable[[], ExitCode], options: Options) -> int:
    """Run a command's body with logging set up, turning what goes wrong into words and a code."""
    from syncd.cli.failures import told
    from syncd.cli.logging_setup import configure

    configure(options)
    return told(body, options)
