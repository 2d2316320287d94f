"""From a settings file, the environment and systemd's credentials to checked settings."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path as File
from typing import Any

from pydantic import ValidationError

from syncd.errors import SettingsError
from syncd.settings.checks import check_raw, check_settings
from syncd.settings.problem import Origins, Problem, refuse, translate
from syncd.settings.schema import AtsSettings, Settings
from syncd.settings.shape import Path, Shape, nearest
from syncd.settings.sources import (
    CONFIG_VARIABLE,
    Source,
    ats_types,
    merge,
    read_credentials,
    read_environment,
    read_file,
    read_secret,
)

SYSTEM_FILE = File("/etc/syncd/settings.toml")


def locate(explicit: File | None, environ: Mapping[str, str] = os.environ) -> File:
    """The settings file to use: ``explicit``, else ``SYNCD_CONFIG``, else the first that exists.

    Looked for are ./settings.toml, syncd/settings.toml in the user's config folder, and
    /etc/syncd/settings.toml. Raises SettingsError, naming what was looked for, if there is none.
    """
    named = explicit or (File(environ[CONFIG_VARIABLE]) if environ.get(CONFIG_VARIABLE) else None)
    if named is not None:
        if not named.exists():
            by = "" if explicit else f" (named by {CONFIG_VARIABLE})"
            raise SettingsError(f"{named}: there is no such file{by}; `syncd init` writes one")
        return named
    places = list(_places(environ))
    for place in places:
        if place.exists():
            return place
    looked = ", ".join(map(str, places))
    raise SettingsError(f"there is no settings file ({looked}); `syncd init` writes one")


def load(
    path: File,
    ats_models: Mapping[str, type[AtsSettings]],
    environ: Mapping[str, str] = os.environ,
    *,
    judge: Callable[[Settings], Iterable[Problem]] = lambda _: (),
) -> Settings:
    """Given the settings file and the models of the known ATS types, return checked settings.

    The environment wins over systemd's credentials, these win over the file. Each connection's
    ``ats`` is an instance of its type's model. A relative SQLite path is made absolute, from the
    file's folder; validators of ATS models find that folder as ``folder`` in their context.
    ``judge`` tells what else is wrong with settings that fit together, e.g. for an ATS.
    Raises SettingsError with a line for each thing that is wrong; no line holds a secret.
    """
    file = read_file(path)
    folder = path.absolute().parent
    environment = read_environment(environ, file, ats_models)
    shape = Shape(ats_models, ats_types(file.values, environment.values))
    credentials = read_credentials(
        environ.get("CREDENTIALS_DIRECTORY"), merge(environment.values, file.values), shape
    )
    sources = (environment, credentials, file)
    for source in (environment, file):
        _take_secret_files(source, source.values, shape, folder)
    origins = Origins(
        str(path),
        file.values,
        {place: name for source in reversed(sources) for place, name in source.origins.items()},
    )
    values = merge(*(source.values for source in sources))
    problems = [problem for source in sources for problem in source.problems]
    problems += check_raw(values, shape)
    seen = {problem.path for problem in problems}
    settings, more = _validate(values, shape, folder)
    problems += [problem for problem in more if problem.path not in seen]
    if settings is not None and not problems:
        problems += [*check_settings(settings), *judge(settings)]
    if settings is None or problems:
        raise refuse(problems, origins)
    return _anchor_database(settings, folder)


def _places(environ: Mapping[str, str]) -> Iterator[File]:
    yield File("settings.toml")
    config = environ.get("XDG_CONFIG_HOME") or (
        File(environ["HOME"]) / ".config" if environ.get("HOME") else None
    )
    if config:
        yield File(config) / "syncd" / "settings.toml"
    yield SYSTEM_FILE


def _take_secret_files(
    source: Source, table: dict[str, Any], shape: Shape, folder: File, path: Path = ()
) -> None:
    """Put in place of each ``x_file`` the secret ``x`` that it names."""
    for key, value in list(table.items()):
        name = key.removesuffix("_file")
        target = (*path, name)
        if isinstance(value, dict):
            _take_secret_files(source, value, shape, folder, (*path, key))
        elif name != key and shape.field((*path, key)) is None and shape.secret(target):
            del table[key]
            if (*path, key) in source.origins:
                source.origins[target] = source.origins[(*path, key)]
            if name in table:
                source.problems.append(Problem(target, f"stands beside {key}; keep one of them"))
                continue
            try:
                table[name] = read_secret(folder / str(value))
            except SettingsError as error:
                source.problems.append(Problem(target, str(error)))


def _validate(
    values: dict[str, Any], shape: Shape, folder: File
) -> tuple[Settings | None, list[Problem]]:
    problems: list[Problem] = []
    context = {"folder": folder}
    connections = values.get("connections")
    for name, table in connections.items() if isinstance(connections, dict) else ():
        if isinstance(table, dict) and "ats" in table:
            at: Path = ("connections", name, "ats")
            ats, more = _validate_ats(table["ats"], shape, at, context)
            problems += more
            # A stand-in lets the rest be checked too.
            table["ats"] = ats or AtsSettings.model_construct(type="")
    try:
        return Settings.model_validate(values, context=context), problems
    except ValidationError as error:
        return None, problems + translate(_plain_errors(error), shape)


def _validate_ats(
    raw: object, shape: Shape, at: Path, context: dict[str, Any]
) -> tuple[AtsSettings | None, list[Problem]]:
    known = sorted(shape.ats_models)
    listing = f"known are {', '.join(known)}"
    if not isinstance(raw, dict):
        return None, [Problem(at, "must be a table")]
    if "type" not in raw:
        return None, [Problem((*at, "type"), f"is missing; {listing}")]
    model = shape.ats_models.get(str(raw["type"]))
    if model is None:
        near = nearest(str(raw["type"]), known)
        hint = f"did you mean {near}?" if near else listing
        return None, [Problem((*at, "type"), f"is not an ATS that syncd knows; {hint}")]
    try:
        return model.model_validate(raw, context=context), []
    except ValidationError as error:
        return None, translate(_plain_errors(error), shape, at)


def _plain_errors(error: ValidationError) -> list[dict[str, Any]]:
    """Pydantic's errors without the values; a bad key of a dict is told of the key itself."""
    found: list[dict[str, Any]] = []
    for one in error.errors(include_input=False, include_url=False):
        place = tuple(part for part in one["loc"] if part != "[key]")
        found.append({**one, "loc": place})
    return found


def _anchor_database(settings: Settings, folder: File) -> Settings:
    kind, separator, place = settings.database.url.partition(":///")
    if not kind.startswith("sqlite") or place.startswith("/"):
        return settings
    url = f"{kind}{separator}{folder / place}"
    return settings.model_copy(
        update={"database": settings.database.model_copy(update={"url": url})}
    )
