"""Reading applications and whose they are: what changed, those that are named, and one alone.

An application tells of its candidate nothing but the id, and does not change when the candidate's
address does. So candidates are asked for by their ids, fifty at a time, and a read of changes looks
at both lists: at the candidates who changed, with their applications, and then at the applications
that did, of which most are known by then.
"""

import json
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from syncd.ats.greenhouse.errors import SIDE
from syncd.ats.greenhouse.lookups import score_in
from syncd.ats.greenhouse.pages import is_id, path_of, read_by_ids, read_pages
from syncd.ats.greenhouse.rows import ApplicationRow, application_of
from syncd.ats.greenhouse.settings import GreenhouseSettings
from syncd.ats.listing import Page, log_left_out
from syncd.ats.port import ApplicationPage
from syncd.ats.wire import mapping_of, moment_text, read_row, text_of
from syncd.errors import CursorExpired, Rejected
from syncd.http.renewed import RenewedSession
from syncd.model.ats import Application
from syncd.model.recent import Recent

# How far a read of changes reaches back before the last one began: changes that Greenhouse stamped
# but did not list yet, and clocks that differ between its servers.
OVERLAP = 300.0

_EVERYTHING = ("applications",)
_CHANGES = ("candidates", "applications")

# How a filter by time is written: as the vendor's OpenAPI document has it, and as others found it.
_STYLES: Sequence[Callable[[str], Mapping[str, str | int]]] = (
    lambda moment: {"updated_at": f"gte|{moment}"},
    lambda moment: {"updated_at[gte]": moment},
)

_ENTRIES_MOST = 2_000


@dataclass(frozen=True, slots=True)
class _Point:
    """Where a read goes on.

    ``since``: epoch seconds on Greenhouse's clock, None for everything; ``leg``: in which of its
    lists; ``cursor``: after which page; ``started``: when it began on Greenhouse's clock, None
    before the first answer.
    """

    since: float | None
    leg: int = 0
    cursor: str | None = None
    started: float | None = None

    def after(self, page: Page) -> "_Point | None":
        """Where it goes on after a page of its list; None at the end of the last one."""
        started = page.as_of if self.started is None else self.started
        if page.next is not None:
            return _Point(self.since, self.leg, page.next, started)
        if self.leg + 1 < len(self._lists):
            return _Point(self.since, self.leg + 1, None, started)
        return None

    def token(self) -> str:
        return json.dumps([self.since, self.leg, self.cursor, self.started])

    @property
    def what(self) -> str:
        """The list that is read."""
        return self._lists[self.leg]

    @property
    def _lists(self) -> Sequence[str]:
        return _EVERYTHING if self.since is None else _CHANGES

    @classmethod
    def read(cls, token: str) -> "_Point":
        """Raises CursorExpired for a token that is none."""
        try:
            since, leg, cursor, started = json.loads(token)
            point = cls(
                None if since is None else _epoch(since),
                int(leg),
                None if cursor is None else str(cursor),
                _epoch(started),
            )
            if not 0 <= point.leg < len(point._lists):
                raise ValueError
            return point
        except (ValueError, TypeError, LookupError, OverflowError, RecursionError):
            raise _expired() from None


class Applications:
    """The applications of an account."""

    def __init__(self, session: RenewedSession, settings: GreenhouseSettings) -> None:
        self._session = session
        self._private = settings.private_candidates == "invite"
        self._score_field = settings.score_field
        self._style = _STYLES[0]
        self._entries: dict[str, tuple[str, str]] = {}

    async def changed(
        self, cursor: str | None, resume: str | None
    ) -> AsyncIterator[ApplicationPage]:
        """Yield what was modified since ``cursor``, or all; go on at ``resume`` if given.

        No status is asked for, so that all come. Whoever changes while it is read comes in the next
        read, because the next cursor is the moment *this* read began, less :data:`OVERLAP`. Raises
        CursorExpired when Greenhouse refuses the cursor or a page that it named itself.
        """
        point: _Point | None
        if resume is not None:
            point = _Point.read(resume)
        else:
            point = _Point(None if cursor is None else _since(cursor))
        at_stake = cursor is not None or resume is not None
        seen = Recent()
        while point is not None:
            leg, point = point, None
            async for page in self._leg(leg, at_stake=at_stake):
                if leg.started is None:
                    leg = replace(leg, started=page.as_of)
                point = leg.after(page)
                if leg.what == "candidates":
                    rows = await self._of_people(page, seen)
                else:
                    rows = await self._usable(page.rows, seen=seen)
                if point is None:
                    yield ApplicationPage(rows, page.as_of, cursor=_cursor(leg.started))
                else:
                    yield ApplicationPage(rows, page.as_of, resume=point.token())
            at_stake = True

    async def _leg(self, point: _Point, *, at_stake: bool) -> AsyncIterator[Page]:
        """The pages of one list from a point on; ``at_stake``: there is a point to lose."""
        first = point.cursor is None
        try:
            async for page in self._pages(point):
                first, at_stake = False, True
                yield page
        except Rejected as error:
            if first and point.what == "candidates":
                # People who changed are found sooner so; who is invited is read afresh anyway.
                yield Page([], None, self._session.remote_now())
            elif at_stake:
                raise _expired(error.status) from error
            else:
                raise

    async def _pages(self, point: _Point) -> AsyncIterator[Page]:
        """The pages of a list, with the filter by time in the form that is not refused."""
        if point.cursor is not None or point.since is None:
            async for page in read_pages(self._session, point.what, token=point.cursor):
                yield page
            return
        moment = moment_text(point.since)
        styles = [self._style, *(s for s in _STYLES if s is not self._style)]
        for style in styles:
            begun = False
            try:
                async for page in read_pages(self._session, point.what, style(moment)):
                    begun, self._style = True, style
                    yield page
                return
            except Rejected as error:
                if begun or error.status == 404 or style is styles[-1]:
                    raise

    async def named(self, ids: Collection[str]) -> AsyncIterator[ApplicationPage]:
        """The named applications, fifty at a time."""
        async for page in read_by_ids(self._session, "applications", ids):
            yield ApplicationPage(await self._usable(page.rows), page.as_of)

    async def one(self, application_id: str) -> Application | None:
        """One application with its tags and its score; None if it is gone, or a prospect."""
        async for page in read_by_ids(self._session, "applications", [application_id]):
            for application in await self._usable(page.rows, closely=True):
                if application.id == application_id:
                    return application
        return None

    def entry_of(self, application: Application) -> str | None:
        """The id of an application's own entry into the stage it is in, as :meth:`one` read it."""
        stage, entry = self._entries.get(application.id, ("", ""))
        return entry if stage == application.stage and entry else None

    async def _of_people(self, page: Page, seen: Recent) -> list[Application]:
        """The applications of candidates who changed, which need not be asked for again."""
        people = _by_id(page.rows)
        found = []
        async for page in read_by_ids(self._session, "applications", people, name="candidate_ids"):
            found += await self._usable(page.rows, people=people, seen=seen)
        return found

    async def _usable(
        self,
        rows: Sequence[object],
        *,
        people: Mapping[str, object] | None = None,
        seen: Recent | None = None,
        closely: bool = False,
    ) -> list[Application]:
        """Applications as they were answered, without prospects and those ``seen`` so before.

        Whose they are is looked up where ``people`` does not tell. ``closely``: for a write, with
        their scores, and remembering their entries.
        """
        read = [read_row(ApplicationRow, raw) for raw in rows]
        log_left_out(SIDE, "applications without ids", rows, read)
        known = [row for row in read if row and not row.prospect and row.job_id]
        if seen is not None:
            known = [row for row in known if seen.add(f"{row.id} {row.updated_at}")]
        if people is None:
            people = await self._people({row.candidate_id for row in known})
        found = []
        for row in known:
            application = application_of(row, people.get(row.candidate_id), private=self._private)
            if application is None:
                continue
            if closely:
                self._remember(application, row.stage_id)
                held = score_in(row.custom_fields, self._score_field)
                application = replace(application, score=held)
            found.append(application)
        return found

    def _remember(self, application: Application, entry: str | None) -> None:
        if entry is not None:
            while len(self._entries) >= _ENTRIES_MOST:
                del self._entries[next(iter(self._entries))]
            self._entries[application.id] = (application.stage, entry)

    async def _people(self, ids: Collection[str]) -> Mapping[str, object]:
        """Candidates by id; one who is not shown to this user is not among them."""
        found: dict[str, object] = {}
        async for page in read_by_ids(self._session, "candidates", ids):
            found |= _by_id(page.rows)
        return found


def _by_id(rows: Sequence[object]) -> dict[str, object]:
    named = ((text_of(mapping_of(row).get("id")), row) for row in rows)
    return {i: row for i, row in named if i is not None and is_id(i)}


def _since(cursor: str) -> float:
    try:
        return _epoch(float(cursor))
    except ValueError:
        raise _expired() from None


def _epoch(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e11:
        raise ValueError
    return float(value)


def _cursor(started: float | None) -> str | None:
    return None if started is None else str(max(0, int(started - OVERLAP)))


def _expired(status: int | None = None) -> CursorExpired:
    return CursorExpired(
        f"{SIDE} does not know any more where the last read stopped; everything is read once more.",
        side=SIDE,
        request=f"GET {path_of('applications')}",
        status=status,
    )
