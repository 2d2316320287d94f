"""What writes need to know beforehand: ids of tags and reasons, and the field of the score."""

from collections.abc import Sequence

from syncd.ats.ashby.calls import SIDE, read_list, tell
from syncd.ats.ashby.rows import CustomField, Reason, Tag
from syncd.ats.wire import folded, read_row, text_of
from syncd.errors import CredentialsRefused, NotSent, Rejected
from syncd.http.session import Session

# The kinds of field that hold a score, as a number or as its digits.
NUMBERS = frozenset(("Number",))
TEXTS = frozenset(("String", "LongText"))

_OBJECTS = ("Application", "Candidate")


class Tags:
    """The account's tags by title; one that is missing is made."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._ids: dict[str, str] | None = None

    async def know(self, titles: Sequence[str]) -> None:
        """Look tags up, for :meth:`id_of`, and make those that are missing.

        Making one twice does no harm: Ashby then answers with the one there is. Raises Rejected
        where the key may not make tags.
        """
        if self._ids is None:
            rows = await read_list(self._session, "candidateTag.list")
            tags = [row for raw in rows if (row := read_row(Tag, raw))]
            self._ids = {folded(t.title): t.id for t in tags if t.title and not t.is_archived}
        for title in titles:
            if folded(title) not in self._ids:
                slot = await self._session.reserve()
                made = await tell(self._session, "candidateTag.create", slot, title=title)
                if made_id := text_of(made.get("id")):
                    self._ids[folded(title)] = made_id

    def id_of(self, title: str) -> str:
        """The id of a tag that was looked up; raises NotSent if it was not."""
        found = (self._ids or {}).get(folded(title))
        if found is None:
            raise _unasked("tags")
        return found

    def forget(self) -> None:
        """Look them up anew before the next use."""
        self._ids = None


class Reasons:
    """The account's archive reasons by text."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._ids: dict[str, str] | None = None

    async def know(self, reason: str) -> None:
        """Look a reason up by its text (or id), for :meth:`id_of`.

        Raises Rejected when there is none in use that a company may give.
        """
        if self._ids is None or folded(reason) not in self._ids:
            rows = await read_list(self._session, "archiveReason.list")
            read = [row for raw in rows if (row := read_row(Reason, raw))]
            self._ids = {
                folded(name): row.id
                for row in read
                if row.rejects
                for name in (row.id, row.text)
                if name
            }
        if folded(reason) not in self._ids:
            raise Rejected(
                f'{SIDE} has no archive reason "{reason}" that a company may give; write '
                "reject_reason as the list in Ashby's settings shows it.",
                side=SIDE,
                code="unknown_reason",
            )

    def id_of(self, reason: str) -> str:
        """The id of a reason that was looked up; raises NotSent if it was not."""
        found = (self._ids or {}).get(folded(reason))
        if found is None:
            raise _unasked("archive reasons")
        return found

    def forget(self) -> None:
        """Look them up anew before the next use."""
        self._ids = None


class ScoreField:
    """The custom field that ``score_field`` names, by its id or its title."""

    def __init__(self, session: Session, named: str) -> None:
        self._session = session
        self._named = named
        self._asked = False
        self._field: CustomField | None = None

    async def know(self) -> None:
        """Look the field up once, if one is named; what is not found is told by :meth:`field`."""
        if self._asked or not self._named:
            return
        try:
            self._field = find_field(await read_fields(self._session), self._named)
        except CredentialsRefused as error:
            if error.status != 403:
                raise
        except Rejected:
            pass
        self._asked = True

    def field(self) -> CustomField:
        """The field; raises Rejected where none that can hold a score is known."""
        if self._field is None or self._field.field_type not in NUMBERS | TEXTS:
            raise Rejected(
                f"{SIDE} told of no custom field for the score; name one of applications or "
                "candidates, of the type number or text, in score_field.",
                side=SIDE,
                code="no_score_field",
            )
        return self._field

    def forget(self) -> None:
        """Look it up anew before the next use."""
        self._asked, self._field = False, None


async def read_fields(session: Session) -> list[CustomField]:
    """The custom fields in use, of applications before those of candidates."""
    rows = await read_list(session, "customField.list")
    fields = [row for raw in rows if (row := read_row(CustomField, raw))]
    used = [f for f in fields if f.object_type in _OBJECTS and not f.is_archived]
    return sorted(used, key=lambda field: _OBJECTS.index(field.object_type or ""))


def find_field(fields: Sequence[CustomField], named: str) -> CustomField | None:
    """The field of that id, or else the first of that title."""
    by_id = (field for field in fields if field.id == named)
    by_title = (field for field in fields if folded(field.title or "") == folded(named))
    return next(by_id, None) or next(by_title, None)


def _unasked(what: str) -> NotSent:
    return NotSent(f"{SIDE} was not asked yet for its {what}; it will be tried again.", side=SIDE)
