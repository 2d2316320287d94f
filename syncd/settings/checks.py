"""What a schema cannot say: settings that contradict each other or name what does not exist."""

import importlib.util
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic.fields import FieldInfo

from syncd.model.statuses import FINAL, UNFINISHED
from syncd.settings.problem import Problem
from syncd.settings.schema import Settings, WritebackRule
from syncd.settings.shape import Path, Shape, nearest

PLACEHOLDER = "…"
_STATUSES = sorted(FINAL) + sorted(UNFINISHED)


def check_raw(values: Any, shape: Shape, path: Path = ()) -> Iterator[Problem]:
    """Placeholders that were left in, and secrets that are empty or hold a control character."""
    if isinstance(values, Mapping):
        for key, value in values.items():
            yield from check_raw(value, shape, (*path, str(key)))
    elif isinstance(values, list):
        for number, value in enumerate(values):
            yield from check_raw(value, shape, (*path, number))
    elif isinstance(values, str):
        if values.strip() == PLACEHOLDER:
            yield Problem(
                path, f'still is the placeholder "{PLACEHOLDER}"; put the real value there'
            )
        elif shape.secret(path):
            found = shape.field(path)
            if not values.strip() and found is not None and found.is_required():
                yield Problem(path, "is empty; put the real value there")
            elif any(ord(character) < 32 for character in values) and not _is_list(found):
                yield Problem(path, "holds a line break or another control character")


def _is_list(field: FieldInfo | None) -> bool:
    """Whether it is a list of secrets, which stand one a line in a file."""
    return field is not None and "list[" in repr(field.annotation)


def check_settings(settings: Settings) -> Iterator[Problem]:
    """Given settings that fit the schema, tell what is wrong all the same."""
    if settings.database.url.startswith("postgresql") and not importlib.util.find_spec("psycopg"):
        yield Problem(
            ("database", "url"), "needs psycopg, which is not installed; install syncd[postgres]"
        )
    for name, connection in settings.connections.items():
        for number, rule in enumerate(connection.writeback):
            yield from _check_rule(rule, ("connections", name, "writeback", number))


def _check_rule(rule: WritebackRule, path: Path) -> Iterator[Problem]:
    for number, status in enumerate(rule.status):
        if status not in _STATUSES:
            near = nearest(status, _STATUSES)
            hint = f"did you mean {near}?" if near else f"known are {', '.join(_STATUSES)}"
            yield Problem((*path, "status", number), f"is not a status that can be written; {hint}")
    wanted = set(rule.status)
    if rule.idle_days is None:
        if wanted & UNFINISHED:
            yield Problem(path, "has a status of unfinished interviews, which needs idle_days")
        return
    if wanted & FINAL:
        yield Problem(
            path, f"has idle_days, which goes only with {' and '.join(sorted(UNFINISHED))}"
        )
    if rule.min_score is not None or rule.max_score is not None:
        yield Problem(path, "has idle_days and a score limit; unfinished interviews have no score")
