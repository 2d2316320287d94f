"""The example file, the file `syncd init` writes, and the reference page, from the schema.

In a written file a line that begins with ``# `` is explanation, one that begins with ``#`` and a
key is a setting that keeps its default until the ``#`` is taken away.
"""

import inspect
import json
import textwrap
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

from pydantic.fields import FieldInfo

from syncd.settings.checks import PLACEHOLDER
from syncd.settings.schema import AtsSettings, is_asked, is_secret
from syncd.settings.shape import Path, Section, Shape, dotted
from syncd.settings.units import Rate, format_duration, format_number, parse_duration

WIDTH = 98
_INTRODUCTION = """\
Settings of syncd. `syncd check` says whether they are right; `syncd plan` shows what would happen.
Lines that begin with "#" and a key hold the default, or an example where the default is nothing:
take the "#" away to change it. Every secret x may be given as x_file, the path of a file, or in
systemd's credentials; everything may be given in the environment, for example as
SYNCD_CONNECTIONS__ACME__HEYMILO__API_KEY.
"""


def write_settings(
    ats_models: Mapping[str, type[AtsSettings]],
    ats_type: str,
    given: Mapping[Path, Any],
    connection: str = "acme",
) -> str:
    """A commented settings file of one connection.

    ``given`` holds the values that stand without ``#``, by path; a required setting that it lacks
    is written as a placeholder, which :func:`syncd.settings.load.load` refuses to take for real.
    """
    shape = Shape(ats_models, {connection: ats_type})
    given = {("connections", connection, "ats", "type"): ats_type, **given}
    parts = [_comment(_INTRODUCTION)]
    for section in shape.sections([connection]):
        lines = [_comment(_meaning(section).partition("\n")[0])] if section.path else []
        if section.is_list:
            lines.append(f"#[[{dotted(section.path)}]]")
        elif section.path:
            lines.append(f"[{dotted(section.path)}]")
        for name, field in section.fields.items():
            path = (*section.path, name)
            lines += [_comment(field.description)] if field.description else []
            lines.append(_write_setting(path, field, given, may_stand=not section.is_list))
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def write_example(ats_models: Mapping[str, type[AtsSettings]]) -> str:
    """``settings.example.toml``: the Workable connection, every setting shown."""
    return write_settings(
        ats_models,
        "workable",
        {
            ("installation",): "0123456789ab",
            ("secret",): PLACEHOLDER,
            ("connections", "acme", "mode"): "plan",
        },
    )


def write_reference(ats_models: Mapping[str, type[AtsSettings]]) -> str:
    """``docs/reference/settings.md``: a table of every setting."""
    parts = [_REFERENCE.strip()]
    for section in Shape(ats_models).sections(["NAME"]):
        heading = f"`[{dotted(section.path)}]`" if section.path else "At the top of the file"
        heading = f"`[{heading[1:-1]}]`" if section.is_list else heading
        parts += [f"## {heading}", " ".join(_meaning(section).split()) if section.path else ""]
        parts.append(_reference_rows(section.fields))
        if section.table is AtsSettings:
            parts += list(_reference_types(ats_models))
    return "\n\n".join(part for part in parts if part) + "\n"


_REFERENCE = """
# Settings

This page is generated from the program by `make docs`.

syncd reads one TOML file: the one named by `--config`, else by `SYNCD_CONFIG`, else the first of
`./settings.toml`, `syncd/settings.toml` in the user's config folder (`$XDG_CONFIG_HOME` or
`~/.config`), and `/etc/syncd/settings.toml`. `syncd init` writes one.

- **Environment.** A variable of the prefix `SYNCD_`, with `__` between levels, overrides the file:
  `SYNCD_CONNECTIONS__ACME__HEYMILO__API_KEY`. Case does not matter, `-` in a name is written `_`.
  Lists are written as JSON: `["Applied", "Sourced"]`.
- **Secrets.** Every secret `x` may be given as `x_file`, the path of a file, relative to the
  settings file; the line break at its end does not count. A file of the secret's dotted name in
  systemd's credentials directory (`LoadCredential=connections.acme.heymilo.api_key:…`) is used too
  and wins over the settings file. No message ever holds a secret.
- **Durations** are written like `90s`, `5m`, `2h` or `1d`, rates like `10/10s`.
- **Texts** may be written as numbers, so an id may be either.
- **Unknown keys** are errors that name the nearest known one.
"""


def _reference_types(ats_models: Mapping[str, type[AtsSettings]]) -> Iterator[str]:
    for kind, model in sorted(ats_models.items()):
        own = {
            name: field
            for name, field in model.model_fields.items()
            if repr(field) != repr(AtsSettings.model_fields.get(name)) and name != "type"
        }
        yield f'## `[connections.NAME.ats]` with `type = "{kind}"`'
        yield _reference_rows(own)


def _reference_rows(fields: Mapping[str, FieldInfo]) -> str:
    if not fields:
        return ""
    lines = ["| key | kind | default | meaning |", "| --- | --- | --- | --- |"]
    for name, field in fields.items():
        default = "required" if field.is_required() else _shown_default(field)
        meaning = (field.description or "").replace("|", "\\|")
        lines.append(f"| `{name}` | {_kind(field)} | {default} | {meaning} |")
    return "\n".join(lines)


def _shown_default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    return "" if value is None else f"`{_toml(value, field)}`"


def _kind(field: FieldInfo) -> str:
    if is_secret(field):
        return "secret"
    text = repr(field.annotation)
    if _is_duration(field):
        return "duration"
    for sign, kind in (
        ("list[", "list of texts"),
        ("dict[", "table"),
        ("Literal", "choice"),
        ("Mode", "choice"),
        ("Rate", "rate"),
        ("datetime", "moment"),
        ("bool", "true or false"),
        ("int", "whole number"),
        ("float", "number"),
    ):
        if sign in text:
            return kind
    return "text"


def _write_setting(
    path: Path, field: FieldInfo, given: Mapping[Path, Any], *, may_stand: bool
) -> str:
    if path in given:
        return f"{path[-1]} = {_toml(given[path], field)}"
    if is_asked(field) and may_stand:
        return f"{path[-1]} = {_toml(PLACEHOLDER, field)}"
    return f"#{path[-1]} = {_toml(_illustration(field), field)}"


def _illustration(field: FieldInfo) -> Any:
    """The default, or where there is none to see, an example."""
    value = None if field.is_required() else field.get_default(call_default_factory=True)
    if value in (None, "", []) and field.examples:
        return field.examples[0]
    return value if value is not None else ""


def _toml(value: Any, field: FieldInfo) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Rate):
        return json.dumps(f"{value.requests}/{format_duration(value.seconds)}")
    if isinstance(value, int | float):
        return json.dumps(format_duration(value)) if _is_duration(field) else format_number(value)
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item, field) for item in value) + "]"
    if isinstance(value, dict):
        pairs = (f"{json.dumps(key)} = {_toml(item, field)}" for key, item in value.items())
        return "{ " + ", ".join(pairs) + " }" if value else "{}"
    if isinstance(value, Enum):
        value = value.value
    if "datetime" in repr(field.annotation) and value:
        return str(value)
    # A JSON string is a TOML string, but for the one character TOML wants escaped besides.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def _is_duration(field: FieldInfo) -> bool:
    return any(getattr(item, "func", None) is parse_duration for item in field.metadata)


def _meaning(section: Section) -> str:
    return inspect.getdoc(section.table) or ""


def _comment(text: str) -> str:
    lines = (line for line in textwrap.wrap(" ".join(text.replace("``", "`").split()), WIDTH))
    return "\n".join(f"# {line}" for line in lines)
