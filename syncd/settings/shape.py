"""Where a key stands in the schema: which tables hold what, which keys are secrets.

A path is the list of keys from the root, with numbers for entries of a list, e.g.
``("connections", "acme", "writeback", 0, "tag")``.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from syncd.settings.schema import AtsSettings, ConnectionSettings, Settings, is_secret

Path = tuple[str | int, ...]


def model_in(annotation: Any) -> type[BaseModel] | None:
    """The table inside an annotation like ``list[TemplateRule]``, or None for a plain value."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := model_in(part))), None)


@dataclass(frozen=True, slots=True)
class Section:
    """A table of the file; ``is_list`` for one that may stand several times (``[[…]]``)."""

    path: Path
    table: type[BaseModel]
    is_list: bool

    @property
    def fields(self) -> dict[str, FieldInfo]:
        """Its settings that are values, not tables of their own.

        Those that only one ATS type has come right after ``type``.
        """
        fields = {
            name: field
            for name, field in self.table.model_fields.items()
            if model_in(field.annotation) is None
        }
        if issubclass(self.table, AtsSettings):
            common = set(AtsSettings.model_fields) - {"type"}
            return dict(sorted(fields.items(), key=lambda item: item[0] in common))
        return fields


@dataclass(frozen=True, slots=True)
class Shape:
    """The schema as this file fills it.

    ``ats_models`` are the tables ``[connections.*.ats]`` can be, by type; ``ats_types`` says which
    connection is of which type, as far as it is known.
    """

    ats_models: Mapping[str, type[AtsSettings]]
    ats_types: Mapping[str, str] = field(default_factory=dict)

    def table(self, path: Path) -> type[BaseModel] | None:
        """The table at ``path``; None for a plain value, a name's place, or an unknown path."""
        match path:
            case ("connections",):
                return None
            case ("connections", _):
                return ConnectionSettings
            case ("connections", name, "ats"):
                return self.ats_models.get(self.ats_types.get(str(name), ""), AtsSettings)
            case ():
                return Settings
        if isinstance(path[-1], int):
            return self.table(path[:-1])
        found = self.field(path)
        return model_in(found.annotation) if found else None

    def field(self, path: Path) -> FieldInfo | None:
        """The setting at ``path``, or None if there is none of that name."""
        if not path or isinstance(path[-1], int):
            return None
        table = self.table(path[:-1])
        return table.model_fields.get(path[-1]) if table else None

    def secret(self, path: Path) -> bool:
        """Whether the setting at ``path`` is one whose value must never be shown."""
        found = self.field(path)
        return found is not None and is_secret(found)

    def keys(self, path: Path) -> list[str]:
        """Every key the table at ``path`` may hold, ``<secret>_file`` included."""
        table = self.table(path)
        if table is None:
            return []
        return [
            key
            for name, setting in table.model_fields.items()
            for key in ([name, f"{name}_file"] if is_secret(setting) else [name])
        ]

    def sections(self, connections: Iterable[str], path: Path = ()) -> Iterator[Section]:
        """Every table at or below ``path`` in the order of the schema, a table before its tables.

        ``connections`` are the names to show in ``[connections.*]``.
        """
        table = self.table(path)
        if table is None:
            return
        yield Section(path, table, is_list=False)
        for name, setting in table.model_fields.items():
            below = (*path, name)
            if below == ("connections",):
                for connection in connections:
                    yield from self.sections(connections, (*below, connection))
            elif get_origin(setting.annotation) is not list:
                yield from self.sections(connections, below)
            elif row := model_in(setting.annotation):
                yield Section(below, row, is_list=True)


def dotted(path: Path) -> str:
    """The path as people write it; entries of a list are counted from 1: ``writeback[#2].tag``."""
    text = ""
    for part in path:
        text += f"[#{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def nearest(word: str, known: list[str], cutoff: float = 0.6) -> str | None:
    """The known word most like ``word``, if any is like it."""
    from difflib import get_close_matches

    found = get_close_matches(word.lower(), known, n=1, cutoff=cutoff)
    return found[0] if found else None
