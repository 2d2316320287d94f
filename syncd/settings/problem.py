"""What is wrong with settings, as sentences that never repeat a secret."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syncd.errors import SettingsError
from syncd.settings.shape import Path, Shape, dotted, nearest

_PLAIN = {
    "string_type": "must be a text in quotes",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "list_type": 'must be a list, like ["one", "two"]',
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "dict_type": "must be a table",
}
_MOMENT = "is not a moment; write it like 2026-11-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: the setting's path, and the rest of the sentence."""

    path: Path
    text: str


@dataclass(frozen=True, slots=True)
class Origins:
    """Where values came from: the file, or for some paths a named place that overrides it.

    ``written`` is what the file holds.
    """

    file: str
    written: Mapping[str, Any]
    overrides: Mapping[Path, str]

    def of(self, path: Path) -> str:
        """The place whose value stands at ``path``, or made the table that stands there."""
        for end in range(len(path), 0, -1):
            if path[:end] in self.overrides:
                return self.overrides[path[:end]]
        if not self._holds(path):
            for below, place in self.overrides.items():
                if below[: len(path)] == path:
                    return place
        return self.file

    def _holds(self, path: Path) -> bool:
        here: Any = self.written
        for part in path:
            if isinstance(here, Mapping) and part in here:
                here = here[str(part)]
            else:
                return isinstance(part, int)
        return True


def translate(errors: Iterable[Mapping[str, Any]], shape: Shape, at: Path = ()) -> list[Problem]:
    """Given pydantic's errors below ``at``, return them in words a user can act on."""
    return [_translate(error, shape, (*at, *error["loc"])) for error in errors]


def unknown_key(path: Path, shape: Shape) -> Problem:
    """The sentence about a key that is none, naming the nearest one that is."""
    table, word = path[:-1], str(path[-1])
    known = shape.keys(table)
    near = nearest(word, known)
    if near:
        return Problem(path, f"is not a setting; did you mean {dotted((*table, near))}?")
    connections = [str(path[1])] if len(path) > 1 and path[0] == "connections" else []
    for section in shape.sections(connections):
        if word in section.fields and not section.is_list:
            place = f"into [{dotted(section.path)}]" if section.path else "at the top of the file"
            return Problem(path, f"is not a setting here; {word} belongs {place}")
    listing = ", ".join(known) if known else "nothing"
    return Problem(path, f"is not a setting; known here: {listing}")


def refuse(problems: Sequence[Problem], origins: Origins) -> SettingsError:
    """The error for all ``problems``, a line each, in the order of their paths."""
    lines = dict.fromkeys(
        f"{origins.of(problem.path)}: {dotted(problem.path)} {problem.text}".replace(":  ", ": ")
        for problem in problems
    )
    return SettingsError("\n".join(lines))


def _translate(error: Mapping[str, Any], shape: Shape, path: Path) -> Problem:
    kind, context = str(error["type"]), error.get("ctx", {})
    if kind == "extra_forbidden":
        return unknown_key(path, shape)
    if kind == "missing":
        return Problem(path, _missing(path, shape))
    if kind == "value_error" and not _is_foreign(context):
        return Problem(path, str(context["error"]))
    if shape.secret(path):
        return Problem(path, "is not usable as it is; it must be a text that is not empty")
    if kind in ("literal_error", "enum"):
        expected = str(context["expected"]).replace("'", '"')
        return Problem(path, f"must be {expected}")
    if kind.startswith(("datetime", "date_", "timezone")):
        return Problem(path, _MOMENT)
    bounds = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    for bound, words in bounds.items():
        if bound in context:
            return Problem(path, f"must be {words} {context[bound]:g}")
    if kind in ("too_short", "string_too_short"):
        return Problem(path, "must not be empty")
    if kind == "string_too_long":
        return Problem(path, f"must not be longer than {context['max_length']} characters")
    if kind == "string_pattern_mismatch":
        return Problem(path, f"must match {context['pattern']}")
    return Problem(path, _PLAIN.get(kind, "is not valid"))


def _is_foreign(context: Mapping[str, Any]) -> bool:
    """Whether a message is not one of syncd's own validators', and may repeat the value."""
    error = context.get("error")
    return type(error) is not ValueError


def _missing(path: Path, shape: Shape) -> str:
    if path == ("connections",):
        return "is missing; name at least one connection, as in [connections.acme]"
    if shape.secret(path):
        name = path[-1]
        return f"is missing; set it, or {name}_file, or a credential named {dotted(path)}"
    if shape.table(path) is not None:
        return f"is missing; add the table [{dotted(path)}]"
    found = shape.field(path)
    meaning = f" ({found.description.rstrip('.')})" if found and found.description else ""
    return f"is missing; set it{meaning}"
