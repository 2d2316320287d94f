"""`syncd init`: the first settings file."""

import os
import secrets
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path as File
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from syncd.ats.registry import settings_models
from syncd.cli.options import Options
from syncd.cli.output import print_document
from syncd.errors import ExitCode, UsageError
from syncd.settings.generate import write_settings
from syncd.settings.problem import translate
from syncd.settings.schema import AtsSettings, is_asked, is_secret
from syncd.settings.shape import Path, Shape, dotted
from syncd.settings.units import require_connection_name

DEFAULT_FILE = File("settings.toml")
_STARTING_ATS = "workable"


def run(options: Options, path: File | None) -> ExitCode:
    """Write a settings file with a fresh installation and secret to ``path``.

    Asks on a terminal for what only a person knows; what is left out stays a placeholder. Raises
    UsageError if the file exists or cannot be made; then nothing is written.
    """
    file = path or options.config or DEFAULT_FILE
    if file.is_symlink() or file.exists():
        raise UsageError(f"{file} exists already and is left as it is; name another file")
    models = settings_models()
    connection, kind = "acme", _STARTING_ATS
    answers: dict[Path, Any] = {}
    if sys.stdin.isatty() and not options.json:
        connection, kind, answers = _ask(models)
    given: dict[Path, Any] = {
        ("installation",): secrets.token_hex(6),
        ("secret",): secrets.token_urlsafe(32),
        ("connections", connection, "mode"): "plan",
        **answers,
    }
    _write_new(file, write_settings(models, kind, given, connection))
    _tell(
        options, file, [dotted(path) for path in _open_questions(models, kind, connection, given)]
    )
    return ExitCode.DONE


def _ask(models: Mapping[str, type[AtsSettings]]) -> tuple[str, str, dict[Path, Any]]:
    _say("Enter leaves a question for later; keys are not shown.")
    connection = _ask_connection()
    kind = _STARTING_ATS
    if len(models) > 1:
        kinds = ", ".join(sorted(models))
        while (kind := typer.prompt(f"ATS ({kinds})", _STARTING_ATS, err=True)) not in models:
            _say(f"Known are {kinds}.")
    shape = Shape(models, {connection: kind})
    answers: dict[Path, Any] = {}
    for path, field in _questions(shape, connection):
        if (answer := _ask_setting(path, field, shape)) is not None:
            answers[path] = answer
    return connection, kind, answers


def _ask_connection() -> str:
    while True:
        name = str(typer.prompt("Name of the connection", "acme", err=True))
        try:
            return require_connection_name(name)
        except ValueError as error:
            _say(f"The name {error}.")


def _ask_setting(path: Path, field: FieldInfo, shape: Shape) -> str | None:
    """The answer as typed, once it is one that the settings will take; None for none."""
    annotated: Any = Annotated[field.annotation, *field.metadata]
    kind: TypeAdapter[Any] = TypeAdapter(annotated)
    question = (field.description or str(path[-1])).rstrip(".")
    while True:
        answer = str(
            typer.prompt(
                f"{dotted(path)} ({question})",
                default="",
                show_default=False,
                hide_input=is_secret(field),
                err=True,
            )
        ).strip()
        if not answer:
            return None
        try:
            kind.validate_python(answer)
            return answer
        except ValidationError as error:
            errors = error.errors(include_input=False, include_url=False)
            for problem in translate([{**one, "loc": ()} for one in errors[:1]], shape, path):
                _say(f"{dotted(problem.path)} {problem.text}.")


def _questions(shape: Shape, connection: str) -> list[tuple[Path, FieldInfo]]:
    return [
        ((*section.path, name), field)
        for section in shape.sections([connection])
        if section.path and not section.is_list
        for name, field in section.fields.items()
        if is_asked(field) and (*section.path[-1:], name) != ("ats", "type")
    ]


def _open_questions(
    models: Mapping[str, type[AtsSettings]], kind: str, connection: str, given: Mapping[Path, Any]
) -> list[Path]:
    shape = Shape(models, {connection: kind})
    return [path for path, _ in _questions(shape, connection) if path not in given]


def _write_new(file: File, text: str) -> None:
    """Make ``file``, readable by its owner alone; never write over one."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UsageError(f"{file} exists already and is left as it is; name another file") from None
    except FileNotFoundError:
        raise UsageError(f"{file}: there is no folder {file.parent}; make it first") from None
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)


def _tell(options: Options, file: File, missing: list[str]) -> None:
    if options.json:
        print_document({"path": str(file), "mode": "plan", "missing": missing})
        return
    lines = [f'{file} is written, with mode = "plan": nothing is changed until it says sync.']
    if missing:
        lines.append(f"Put the real values in it for: {', '.join(missing)}.")
    lines.append(
        "Add a [[…postings.templates]] rule that says which jobs get which template. Then:"
    )
    config = "" if file == DEFAULT_FILE else f" --config {shlex.quote(str(file))}"
    lines += [
        f"  syncd check{config}      are settings and credentials right?",
        f"  syncd plan{config}       what would be done, and why",
        f'  syncd reconcile{config}  do it once (with mode = "sync")',
    ]
    print("\n".join(lines))  # noqa: T201


def _say(text: str) -> None:
    typer.echo(text, err=True)
