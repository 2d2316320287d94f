"""`docs/reference/commands.md`, read from the command line itself."""

from collections.abc import Iterator
from typing import Any

import typer

from syncd.cli.app import app

_HEAD = """
# Commands

This page is generated from the program by `make docs`.

Every command takes the [common options](#common-options), before or after its name, and ends with
one of the [exit codes](exit-codes.md). Results go to standard output; progress, logs and errors go
to standard error. `syncd COMMAND --help` shows the same as this page.
"""

_COMMON = ("config", "json", "log_format", "verbose")


def write_commands() -> str:
    """The page: the common options, then every command with its arguments and options."""
    root = typer.main.get_command(app)
    common = {option.name: option for option in root.params if option.name in _COMMON}
    parts = [_HEAD.strip(), "## Common options", _rows(list(common.values()))]
    for path, command in _commands(root, ("syncd",)):
        own = [one for one in command.params if one.name not in common]
        parts += [
            f"## `{' '.join(path)}`",
            f"```text\n{_usage(path, own)}\n```",
            "\n\n".join(" ".join(text.split()) for text in command.help.split("\n\n")),
            _rows(own),
        ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _commands(group: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command that does something, groups replaced by what they hold."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, (*path, name))
        else:
            yield (*path, name), command


def _usage(path: tuple[str, ...], own: list[Any]) -> str:
    arguments = (_named(one) for one in own if one.param_type_name == "argument")
    return " ".join((*path, "[OPTIONS]", *arguments))


def _named(argument: Any) -> str:
    return str(argument.metavar or f"[{argument.name.upper()}]")


def _rows(parameters: list[Any]) -> str:
    if not parameters:
        return ""
    lines = ["| | meaning |", "| --- | --- |"]
    for one in parameters:
        if one.param_type_name == "argument":
            label = f"`{_named(one)}`"
        else:
            value = "" if one.is_flag or one.count else f" {one.metavar or one.name.upper()}"
            label = ", ".join(f"`{spelling}{value}`" for spelling in one.opts)
        meaning = " ".join((getattr(one, "help", None) or "").split())
        if one.param_type_name == "option" and one.show_default and one.default not in (None, 0):
            meaning += f" Default: {one.default}."
        lines.append(f"| {label.replace('|', chr(92) + '|')} | {meaning} |")
    return "\n".join(lines)
