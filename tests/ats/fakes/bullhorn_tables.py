"""What a Bullhorn account holds, and the small part of its query language that callers use.

Conditions are ``field op value`` joined by AND; anything else is refused, as is a field that the
entity does not have. Rows are dictionaries in the form of the API; references are ``{"id": n}``.
"""

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any

FIELDS: dict[str, set[str]] = {
    "JobOrder": {
        "id", "title", "status", "isOpen", "isDeleted", "employmentType", "description",
        "publicDescription", "dateAdded", "dateLastModified", "address", "clientCorporation",
        "publishedCategory", "externalID", "isPublic", *(f"customText{n}" for n in range(1, 41)),
    },
    "JobSubmission": {
        "id", "status", "isDeleted", "candidate", "jobOrder", "dateAdded", "dateLastModified",
        "dateWebResponse", "source", "sendingUser", "customText1", "customInt1", "customFloat1",
        "screeningScore", "screeningStatus", "screeningSummary", "screeningCompletedDateTime",
    },
    "Candidate": {
        "id", "firstName", "lastName", "name", "email", "mobile", "phone", "status", "isDeleted",
        "isAnonymized", "massMailOptOut", "dateLastModified",
    },
    "Note": {
        "id", "action", "comments", "isDeleted", "personReference", "commentingPerson", "jobOrder",
        "dateAdded", "dateLastModified",
    },
    "NoteEntity": {"id", "note", "targetEntityID", "targetEntityName"},
    "CorporateUser": {"id", "username"},
}  # fmt: skip
REFERS = {
    "candidate": "Candidate",
    "jobOrder": "JobOrder",
    "personReference": "Candidate",
    "note": "Note",
}
READ_ONLY = {"id", "dateAdded", "dateLastModified"}

Row = dict[str, Any]


class BadQuery(Exception):
    """A condition or a field that does not exist."""


class Tables:
    """Every entity by name and id, with every state that a row has had."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._past: dict[tuple[str, int], list[tuple[float, Row]]] = {}
        self._last = 1000
        self.fields = copy.deepcopy(FIELDS)

    def millis(self) -> int:
        return int(self._now() * 1000)

    def add(self, entity: str, row: Row) -> int:
        self._last += 1
        moment = self.millis()
        row = {"id": self._last, "isDeleted": False, "dateAdded": moment, **row}
        self._keep(entity, {**row, "dateLastModified": moment})
        return self._last

    def change(self, entity: str, key: int, **values: Any) -> None:
        row = {**self.get(entity, key), **values, "dateLastModified": self.millis()}
        self._keep(entity, row)

    def _keep(self, entity: str, row: Row) -> None:
        self._past.setdefault((entity, row["id"]), []).append((self._now(), row))

    def get(self, entity: str, key: int) -> Row:
        """As it is now; raises KeyError if there is none."""
        return self._past[entity, key][-1][1]

    def rows(self, entity: str, lag: float = 0.0) -> Iterator[Row]:
        """As a list shows them: without what happened in the last ``lag`` seconds."""
        until = self._now() - lag
        for (name, _), states in list(self._past.items()):
            seen = [row for at, row in states if at <= until] if lag else [states[-1][1]]
            if name == entity and seen:
                yield seen[-1]

    def find(self, entity: str, where: str, lag: float = 0.0) -> list[Row]:
        """What a condition finds, by id; raises BadQuery."""
        tests = [self._test(entity, part.strip()) for part in re.split(r"\bAND\b", where)]
        found = [row for row in self.rows(entity, lag) if all(test(row) for test in tests)]
        return sorted(found, key=lambda row: int(row["id"]))

    def _test(self, entity: str, part: str) -> Callable[[Row], bool]:
        many = re.fullmatch(r"([\w.]+) IN \(([\d,]+)\)", part)
        if many:
            wanted = {int(one) for one in many[2].split(",")}
            return lambda row: self._value(entity, row, many[1]) in wanted
        one = re.fullmatch(r"([\w.]+)\s*(>=|<=|=|>|<)\s*('(?:[^']|'')*'|\d+|true|false)", part)
        if one is None:
            raise BadQuery(part)
        path, op, text = one[1], one[2], one[3]
        known: Any
        if text in ("true", "false"):
            known = text == "true"
        elif text.startswith("'"):
            known = text[1:-1].replace("''", "'")
        else:
            known = int(text)
        self._value(entity, {}, path)

        def holds(row: Row) -> bool:
            value = self._value(entity, row, path)
            if value is None:
                return False
            return {
                "=": value == known,
                ">": value > known,
                "<": value < known,
                ">=": value >= known,
                "<=": value <= known,
            }[op]

        return holds

    def _value(self, entity: str, row: Row, path: str) -> Any:
        name, _, rest = path.partition(".")
        if name not in self.fields[entity]:
            raise BadQuery(name)
        if not rest:
            return row.get(name)
        if name not in REFERS:
            raise BadQuery(path)
        held = row.get(name)
        return self._value(REFERS[name], self.get(REFERS[name], held["id"]) if held else {}, rest)

    def shown(self, entity: str, row: Row, fields: str, lag: float = 0.0) -> Row:
        """A row in the fields asked for; raises BadQuery for one that does not exist."""
        if not fields:
            raise BadQuery("fields")
        told: Row = {"id": row.get("id")}
        for name, inner in split_fields(fields):
            if name not in self.fields[entity]:
                raise BadQuery(name)
            value = row.get(name)
            if name in REFERS and isinstance(value, dict):
                whole = self.get(REFERS[name], value["id"])
                value = self.shown(REFERS[name], whole, inner or "id")
            elif inner and name in REFERS:
                self.shown(REFERS[name], {}, inner)
            told[name] = copy.deepcopy(value)
        return told


def split_fields(text: str) -> list[tuple[str, str]]:
    """``a,b(c,d)`` as ``[("a", ""), ("b", "c,d")]``."""
    found = re.findall(r"([A-Za-z0-9_]+)(?:\(((?:[^()]|\([^()]*\))*)\))?(?:,|$)", text)
    if ",".join(f"{name}({inner})" if inner else name for name, inner in found) != text:
        raise BadQuery(text)
    return found
