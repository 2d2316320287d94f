"""Where settings come from: the file, the environment, systemd's credentials.

Each source gives a nested dict and remembers, for errors, what each value was called there.
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path as File
from typing import Any

from pydantic_settings import BaseSettings, InitSettingsSource, SettingsConfigDict

from syncd.errors import SettingsError
from syncd.settings.problem import Problem, unknown_key
from syncd.settings.schema import AtsSettings, is_secret
from syncd.settings.shape import Path, Shape, dotted, nearest

PREFIX = "SYNCD_"
CONFIG_VARIABLE = "SYNCD_CONFIG"


@dataclass(frozen=True, slots=True)
class Source:
    """What one source says; ``origins`` names the places, ``problems`` what was wrong there."""

    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[Path, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def put(self, path: Path, value: object, origin: str) -> None:
        """Set the value at ``path``; a deeper path wins over a value in its way."""
        table = self.values
        for part in path[:-1]:
            below = table.get(str(part))
            if not isinstance(below, dict):
                below = table[str(part)] = {}
            table = below
        table[str(path[-1])] = value
        self.origins[path] = origin


def read_file(path: File) -> Source:
    """The settings file as it stands; raises SettingsError if it cannot be read or is no TOML."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return Source(tomllib.loads(text))
    except UnicodeDecodeError as error:
        raise SettingsError(
            f"{path}: byte {error.start + 1} is not UTF-8; save it as UTF-8"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: this is not TOML: {error}") from None
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from None


def read_environment(
    environ: Mapping[str, str], file: Source, ats_models: Mapping[str, type[AtsSettings]]
) -> Source:
    """The variables that begin with ``SYNCD_``, with ``__`` between levels.

    Names match keys of the schema and of the file without regard to case, ``-`` as ``_``. A value
    that is a JSON list or object is taken as one. A variable without ``__`` that is far from every
    setting is somebody else's (Kubernetes makes such names for a service called syncd).
    """
    source = Source()
    variables = sorted(
        (name for name in environ if name.upper().startswith(PREFIX) and name != CONFIG_VARIABLE),
        key=lambda name: (not name.upper().endswith("__ATS__TYPE"), name),
    )
    for variable in variables:
        shape = Shape(ats_models, ats_types(file.values, source.values))
        path = _match(variable[len(PREFIX) :].split("__"), file.values, shape)
        if len(path) == 1 and path[0] not in shape.keys(()):
            near = nearest(str(path[0]), shape.keys(()), cutoff=0.8)
            if near:
                source.origins[path] = _variable(variable)
                source.problems.append(unknown_key(path, shape))
            continue
        source.put(path, _decode(environ[variable]), _variable(variable))
    return source


def read_credentials(folder: str | None, known: Mapping[str, Any], shape: Shape) -> Source:
    """Secrets from the files of systemd's credentials directory (None: there is none).

    A file named like a secret's dotted path gives its value; so does one with ``syncd_`` before it,
    as files of a folder are called that is loaded as ``LoadCredential=syncd:FOLDER``
    (systemd.exec(5)). Names that do not begin like a setting are other people's; one that does and
    names no secret is a problem.
    """
    source = Source()
    if not folder or not File(folder).is_dir():
        return source
    secrets = {
        dotted((*section.path, name)): (*section.path, name)
        for section in shape.sections(known.get("connections") or {})
        for name, setting in section.fields.items()
        if is_secret(setting)
    }
    for file in sorted(File(folder).iterdir()):
        origin = f"credential {file.name}"
        name = file.name.removeprefix("syncd_")
        if name in secrets:
            path = secrets[name]
            try:
                source.put(path, read_secret(file), origin)
            except SettingsError as error:
                source.origins[path] = origin
                source.problems.append(Problem(path, str(error)))
        elif name.startswith("connections."):
            near = nearest(name, list(secrets))
            hint = f"; did you mean {near}?" if near else ""
            source.origins[(file.name,)] = str(folder)
            source.problems.append(Problem((file.name,), f"is not the name of a secret{hint}"))
    return source


def read_secret(file: File) -> str:
    """The text in a secret's file without the line break at its end.

    Raises SettingsError with the end of a sentence that never holds what was read.
    """
    try:
        text = file.read_text("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise SettingsError("stands in a file that is not UTF-8") from None
    except OSError as error:
        raise SettingsError(f"stands in {file}, which cannot be read: {error.strerror}") from None
    if not text:
        raise SettingsError(f"stands in {file}, which is empty")
    return text


def merge(*layers: Mapping[str, Any]) -> dict[str, Any]:
    """One nested dict of all ``layers``; the first that has a value wins."""

    class Merged(BaseSettings):
        model_config = SettingsConfigDict(extra="allow")

        @classmethod
        def settings_customise_sources(
            cls, settings_cls: type[BaseSettings], *_: Any, **__: Any
        ) -> tuple[InitSettingsSource, ...]:
            return tuple(InitSettingsSource(settings_cls, dict(layer)) for layer in layers)

    return dict(Merged().model_extra or {})


def ats_types(*layers: Mapping[str, Any]) -> dict[str, str]:
    """Which connection is of which ATS type, the first layer that says so winning last."""
    types: dict[str, str] = {}
    for layer in layers:
        connections = layer.get("connections")
        for name, table in connections.items() if isinstance(connections, dict) else ():
            ats = table.get("ats") if isinstance(table, dict) else None
            if isinstance(ats, dict) and isinstance(ats.get("type"), str):
                types[name] = ats["type"]
    return types


def _match(words: list[str], file: Mapping[str, Any], shape: Shape) -> Path:
    """The path that the words of a variable's name mean; unknown words stay, in lower case."""
    path: Path = ()
    here: Any = file
    for word in words:
        known = [*(here if isinstance(here, dict) else ()), *shape.keys(path)]
        wanted = _plain(word)
        part = next((key for key in known if _plain(key) == wanted), word.lower())
        here = here.get(part) if isinstance(here, dict) else None
        path = (*path, part)
    return path


def _plain(word: str) -> str:
    return word.casefold().replace("-", "_")


def _decode(value: str) -> object:
    if value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _variable(name: str) -> str:
    return f"environment variable {name}"
