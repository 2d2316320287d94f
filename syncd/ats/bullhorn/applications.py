"""Reading applications: what changed, those that are named, and one alone.

An application is a JobSubmission. Its list is a query of the database, not of the search index,
which lags. ``dateLastModified`` in a condition is epoch milliseconds; seconds would silently mean
1970 and list everything.
"""

import json
import logging
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import asdict, dataclass, replace

from syncd.ats.bullhorn.errors import SIDE
from syncd.ats.bullhorn.fields import SUBMISSIONS, Ladder
from syncd.ats.bullhorn.pages import (
    Page,
    Place,
    answered_at,
    one_in,
    path_of,
    read_query,
    rows_in,
)
from syncd.ats.bullhorn.rows import application_of
from syncd.ats.bullhorn.settings import BullhornSettings
from syncd.ats.port import ApplicationPage
from syncd.ats.wire import mapping_of, printable_ids
from syncd.errors import CursorExpired, NotFound, Rejected
from syncd.http.renewed import RenewedSession
from syncd.model.ats import Application

_log = logging.getLogger(__name__)

ENTITY = "JobSubmission"

# How far a read of changes reaches back before the last one began: changes that were stamped but
# not committed yet, and clocks that differ between Bullhorn's servers.
OVERLAP = 300.0

# A corrected address changes the candidate and not the submission. Such changes are looked for
# more rarely, because an account has a number of requests a month.
PEOPLE_EVERY = 900.0

_FEW = 3  # up to so many applications are read one by one
_MANY = 200


@dataclass(frozen=True, slots=True)
class Cursor:
    """Up to when changes of submissions, and of candidates, were read; epoch seconds."""

    since: float
    people: float

    def token(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, token: str) -> "Cursor":
        """Raises CursorExpired for a token that is none."""
        try:
            told = json.loads(token)
            return cls(_moment(told["since"]), _moment(told["people"]))
        except (ValueError, TypeError, KeyError):
            raise _expired() from None


@dataclass(frozen=True, slots=True)
class _Point:
    """Where a read goes on: what it reads, from which row on, and when it began."""

    cursor: Cursor | None
    started: float
    people: bool = False
    start: int = 0
    last: int | None = None

    @property
    def place(self) -> Place:
        return Place(self.start, self.last)

    @property
    def people_due(self) -> bool:
        """Whether the changes of candidates are to be read as well."""
        return self.cursor is not None and self.started - self.cursor.people >= PEOPLE_EVERY

    @property
    def condition(self) -> str:
        if self.cursor is None:
            return "isDeleted=false"
        if self.people:
            return f"candidate.dateLastModified>{_millis(self.cursor.people - OVERLAP)}"
        return f"dateLastModified>{_millis(self.cursor.since)}"

    def end(self) -> str:
        """The cursor of the next read, once this one has come to its end."""
        kept = self.cursor.people if self.cursor and not self.people else self.started
        return Cursor(self.started - OVERLAP, kept).token()

    def token(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, token: str) -> "_Point":
        """Raises CursorExpired for a token that is none."""
        try:
            told = json.loads(token)
            held = told["cursor"]
            return cls(
                Cursor(_moment(held["since"]), _moment(held["people"])) if held else None,
                _moment(told["started"]),
                bool(told["people"]),
                max(0, int(told["start"])),
                None if told["last"] is None else int(told["last"]),
            )
        except (ValueError, TypeError, KeyError):
            raise _expired() from None


class Applications:
    """The applications of an account, in as many fields as it lets its API user see."""

    def __init__(self, session: RenewedSession, settings: BullhornSettings) -> None:
        self._session = session
        self._settings = settings
        self._fields = Ladder(SUBMISSIONS)

    @property
    def sees_flags(self) -> bool:
        """Whether what is read tells who was deleted or must not be contacted."""
        return self._fields.steps_down < len(SUBMISSIONS) - 1

    async def probe(self) -> str | None:
        """Ask for one submission, to learn which fields are to be had; return whose it is."""
        path = path_of("query", ENTITY)
        answer = await self._fields.read(
            lambda fields: self._session.read(
                path, params={"where": "isDeleted=false", "fields": fields, "count": 1}
            )
        )
        found = self._usable(rows_in(mapping_of(answer.json()), path))
        return found[0].candidate_id if found else None

    async def changed(
        self, cursor: str | None, resume: str | None = None
    ) -> AsyncIterator[ApplicationPage]:
        """Yield what was modified since ``cursor``, or all; go on at ``resume`` if it is given.

        The list is ordered by id, so who changes while it is read comes in it or in the next
        read, whose cursor is the moment this one began on Bullhorn's clock, less
        :data:`OVERLAP`. Every quarter of an hour those follow whose candidate changed.
        """
        if resume is not None:
            point = _Point.read(resume)
        else:
            point = _Point(Cursor.read(cursor) if cursor is not None else None, 0.0)
        while True:
            following: _Point | None = None
            async for page, following in self._read(point):  # noqa: B007 - the last one counts
                yield page
            if following is None:
                return
            point = following

    async def _read(self, point: _Point) -> AsyncIterator[tuple[ApplicationPage, _Point | None]]:
        """One of the two lists, each page with the list that follows it."""
        pages = self._fields.pages(
            lambda fields: read_query(self._session, ENTITY, point.condition, fields, point.place)
        )
        try:
            async for page in pages:
                point = replace(point, started=point.started or page.as_of)
                yield self._made(page, point), self._following(page, point)
        except Rejected:
            if not point.people:
                raise
            # Some accounts may not ask so; a fresh read before each invitation still sees it.
            _log.debug("%s: changes of candidates cannot be asked for", SIDE)
            yield ApplicationPage([], self._session.remote_now(), cursor=point.end()), None

    def _following(self, page: Page, point: _Point) -> _Point | None:
        if page.next is None and point.people_due and not point.people:
            return _Point(point.cursor, point.started, people=True)
        return None

    def _made(self, page: Page, point: _Point) -> ApplicationPage:
        rows = self._usable(page.rows, deleted=True)
        if page.next is not None:
            further = replace(point, start=page.next.start, last=page.next.last)
            return ApplicationPage(rows, page.as_of, resume=further.token())
        if (following := self._following(page, point)) is not None:
            return ApplicationPage(rows, page.as_of, resume=following.token())
        return ApplicationPage(rows, page.as_of, cursor=point.end())

    async def named(self, ids: Collection[str]) -> AsyncIterator[ApplicationPage]:
        """Yield the named applications with the fewest requests that are sure.

        More than a few are asked for together. Whom that does not show is read alone: to be left
        out of a list is no proof of being gone.
        """
        wanted = {one for one in ids if one.isdecimal()}
        if len(wanted) > _FEW:
            ordered = sorted(wanted, key=int)
            for at in range(0, len(ordered), _MANY):
                condition = f"id IN ({','.join(ordered[at : at + _MANY])})"
                try:
                    async for page in self._query(condition):
                        wanted.difference_update(row.id for row in page.rows)
                        yield page
                except Rejected:
                    break  # one by one, then
        for application_id in sorted(wanted, key=int):
            found, as_of = await self._one(application_id)
            if found is not None:
                yield ApplicationPage([found], as_of)

    async def _query(self, condition: str) -> AsyncIterator[ApplicationPage]:
        pages = self._fields.pages(
            lambda fields: read_query(self._session, ENTITY, condition, fields)
        )
        async for page in pages:
            yield ApplicationPage(self._usable(page.rows), page.as_of)

    async def one(self, application_id: str) -> Application | None:
        """One application; None if it is deleted or unknown."""
        return (await self._one(application_id))[0]

    async def _one(self, application_id: str) -> tuple[Application | None, float]:
        path = path_of("entity", ENTITY, application_id)
        try:
            answer = await self._fields.read(
                lambda fields: self._session.read(path, params={"fields": fields})
            )
        except NotFound:
            return None, self._session.remote_now()
        found = application_of(one_in(answer, path), self._settings)
        return found, answered_at(self._session, answer)

    def _usable(self, rows: Sequence[object], *, deleted: bool = False) -> list[Application]:
        read = [application_of(raw, self._settings, deleted=deleted) for raw in rows]
        left = [raw for raw, value in zip(rows, read, strict=True) if value is None]
        if left:
            _log.debug("%s: left out submissions (ids: %s)", SIDE, printable_ids(left))
        return [application for application in read if application]


def _millis(moment: float) -> int:
    return max(0, int(moment * 1000))


def _moment(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e11:
        raise ValueError
    return float(value)


def _expired() -> CursorExpired:
    return CursorExpired(
        f"{SIDE} cannot go on where the last read stopped; everything is read once more.",
        side=SIDE,
        request=f"GET /query/{ENTITY}",
    )
