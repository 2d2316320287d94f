"""What writes need to know beforehand: ids of reasons, and the field of the score."""

from collections.abc import Mapping, Sequence
from typing import Any

from syncd.ats.greenhouse.errors import SIDE
from syncd.ats.greenhouse.pages import read_list
from syncd.ats.greenhouse.rows import FieldRow, NamedRow
from syncd.ats.wire import folded, mapping_of, read_row, text_of
from syncd.errors import CredentialsRefused, NotSent, Rejected
from syncd.http.renewed import RenewedSession

# The kinds of field that hold a score, as a number or as its digits.
NUMBERS = frozenset(("number",))
TEXTS = frozenset(("short_text", "long_text"))


class Reasons:
    """The account's rejection reasons by name."""

    def __init__(self, session: RenewedSession) -> None:
        self._session = session
        self._ids: dict[str, str] = {}

    async def know(self, reason: str) -> None:
        """Look a reason up by its name (or id), for :meth:`id_of`.

        Raises Rejected when there is none.
        """
        if folded(reason) in self._ids:
            return
        rows = await read_list(self._session, "rejection_reasons")
        read = [row for raw in rows if (row := read_row(NamedRow, raw))]
        self._ids = {folded(row.id): row.id for row in read}
        self._ids |= {folded(row.name): row.id for row in read if row.name}
        if folded(reason) not in self._ids:
            raise Rejected(
                f'{SIDE} has no rejection reason "{reason}"; write reject_reason as the list under '
                "Configure, Custom Options shows it.",
                side=SIDE,
                code="unknown_reason",
            )

    def id_of(self, reason: str) -> str:
        """The id of a reason that was looked up; raises NotSent if it was not."""
        found = self._ids.get(folded(reason))
        if found is None:
            raise unasked("rejection reasons")
        return found

    def forget(self) -> None:
        """Look them up anew before the next use."""
        self._ids = {}


class ScoreField:
    """The custom field of applications that ``score_field`` names, by key, name or id."""

    def __init__(self, session: RenewedSession, named: str) -> None:
        self._session = session
        self._named = named
        self._asked = False
        self._field: FieldRow | None = None

    async def know(self) -> None:
        """Look the field up once, if one is named; what is not found is told by :meth:`value`.

        Where these credentials may not read definitions, the name is taken for the field's key, and
        the field for one that holds a number.
        """
        if self._asked or not self._named:
            return
        try:
            self._field = find_field(await read_fields(self._session), self._named)
        except (CredentialsRefused, Rejected) as error:
            if error.status == 401:
                raise
            self._field = FieldRow(id=self._named, name_key=self._named, value_type="number")
        self._asked = True

    def value(self, score: float) -> dict[str, object]:
        """The field with the score, as a write takes it.

        Raises Rejected where no field that can hold a score is known.
        """
        field = self._field
        if field is None or field.value_type not in NUMBERS | TEXTS:
            raise Rejected(
                f"{SIDE} told of no custom field for the score; name one of applications, of the "
                "type number or text, in score_field.",
                side=SIDE,
                code="no_score_field",
            )
        which: dict[str, object] = (
            {"name_key": field.name_key} if field.name_key else {"custom_field_id": int(field.id)}
        )
        rounded = round(score, 2)
        if field.value_type in TEXTS:
            return {**which, "value": f"{rounded:g}"}
        return {**which, "value": int(rounded) if rounded.is_integer() else rounded}

    def forget(self) -> None:
        """Look it up anew before the next use."""
        self._asked, self._field = False, None


async def read_fields(session: RenewedSession) -> list[FieldRow]:
    """The custom fields of applications that are in use."""
    rows = await read_list(
        session, "custom_fields", {"field_type": "application", "active": "true"}
    )
    read = [row for raw in rows if (row := read_row(FieldRow, raw))]
    return [f for f in read if f.field_type in (None, "application") and f.active is not False]


def find_field(fields: Sequence[FieldRow], named: str) -> FieldRow | None:
    """The field of that key, or else of that name, or else of that id."""
    wanted = folded(named)
    for which in ("name_key", "name", "id"):
        for field in fields:
            if folded(getattr(field, which) or "") == wanted:
                return field
    return None


def score_in(fields: Mapping[str, Any], named: str) -> float | None:
    """The number in an application's own field of that key or name; None if there is none."""
    wanted = folded(named)
    for key, told in fields.items():
        field = mapping_of(told)
        if wanted and wanted in (folded(key), folded(text_of(field.get("name")) or "")):
            try:
                return float(text_of(field.get("value") if field else told) or "")
            except ValueError:
                return None
    return None


def unasked(what: str) -> NotSent:
    """What is raised for a write whose ids were not looked up beforehand."""
    return NotSent(f"{SIDE} was not asked yet for its {what}; it will be tried again.", side=SIDE)
