"""Reading opportunities: what changed, those that are named, and one alone."""

import json
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, replace

from syncd.ats.lever.pages import SIDE, one_in, path_of, read_list, read_pages
from syncd.ats.lever.reasons import Reasons
from syncd.ats.lever.rows import application_of, is_archived, unexpanded
from syncd.ats.listing import Page, answered_at, log_left_out, read_named
from syncd.ats.port import ApplicationPage
from syncd.errors import CursorExpired, NotFound, Rejected
from syncd.http.session import Session
from syncd.model.ats import Application
from syncd.model.recent import Recent

# How far a read of changes reaches back before the last one began: changes that Lever stamped but
# did not list yet, and clocks that differ between its servers.
OVERLAP = 300.0

# Up to so many opportunities are read one by one; a list has to be paged through.
_FEW = 3

_LIST = path_of("opportunities")
_EXPAND = "expand=applications&expand=contact"

# The filters of a read of changes, one after the other. Lever says that ``updatedAt`` can be null;
# somebody new must be found even then.
_FILTERS = ("updated_at_start", "created_at_start")


@dataclass(frozen=True, slots=True)
class _Point:
    """Where a read goes on.

    ``since``: milliseconds, None for everything; ``leg``: in which of its lists; ``offset``: after
    which page; ``started``: when it began on Lever's clock, None before the first answer.
    """

    since: int | None
    leg: int = 0
    offset: str | None = None
    started: float | None = None

    def after(self, page: Page) -> "_Point | None":
        """Where it goes on after a page of its list; None at the end of the last one."""
        started = page.as_of if self.started is None else self.started
        if page.next is not None:
            return _Point(self.since, self.leg, page.next, started)
        if self.since is not None and self.leg + 1 < len(_FILTERS):
            return _Point(self.since, self.leg + 1, None, started)
        return None

    def token(self) -> str:
        return json.dumps([self.since, self.leg, self.offset, self.started])

    @classmethod
    def read(cls, token: str) -> "_Point":
        """Raises CursorExpired for a token that is none."""
        try:
            since, leg, offset, started = json.loads(token)
            if not 0 <= int(leg) < len(_FILTERS):
                raise ValueError
            return cls(
                None if since is None else int(since),
                int(leg),
                None if offset is None else str(offset),
                float(started),
            )
        except (ValueError, TypeError, LookupError, OverflowError):
            raise _expired() from None


class Opportunities:
    """The opportunities of an account, as applications."""

    def __init__(self, session: Session, reasons: Reasons) -> None:
        self._session = session
        self._reasons = reasons

    async def changed(
        self, cursor: str | None, resume: str | None
    ) -> AsyncIterator[ApplicationPage]:
        """Yield what was modified or made since ``cursor``, or all; go on at ``resume`` if given.

        Whoever changes while it is read comes in the next read, because the next cursor is the
        moment *this* read began on Lever's clock, less :data:`OVERLAP`. Raises CursorExpired when
        Lever refuses the cursor or a page that it named itself.
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
                rows = await self._usable(page)
                rows = [row for row in rows if seen.add(row.id)]  # the lists overlap
                if point is None:
                    yield ApplicationPage(rows, page.as_of, cursor=_cursor(leg.started))
                else:
                    yield ApplicationPage(rows, page.as_of, resume=point.token())
            at_stake = True

    async def _leg(self, point: _Point, *, at_stake: bool) -> AsyncIterator[Page]:
        """The pages of one list from a point on; ``at_stake``: there is a point to lose."""
        filters = {} if point.since is None else {_FILTERS[point.leg]: point.since}
        pages = read_pages(self._session, _LIST, query=_EXPAND, params=filters, token=point.offset)
        first = point.offset is None
        while True:
            try:
                page = await anext(pages, None)
            except Rejected as error:
                if first and point.leg > 0:
                    # What is asked for in addition is a precaution; without it there is no loss.
                    yield Page([], None, self._session.remote_now())
                    return
                if at_stake:
                    raise _expired(error.status) from error
                raise
            if page is None:
                return
            first, at_stake = False, True
            yield page

    def named(self, job_id: str, ids: Collection[str]) -> AsyncIterator[ApplicationPage]:
        """The named opportunities of a posting, one by one or from the posting's list."""
        return read_named(ids, _FEW, lambda: self._listed(job_id), self.one)

    async def _listed(self, job_id: str) -> AsyncIterator[ApplicationPage]:
        params: dict[str, str | int] = {"posting_id": job_id}
        try:
            async for page in read_pages(self._session, _LIST, query=_EXPAND, params=params):
                yield ApplicationPage(await self._usable(page), page.as_of)
        except NotFound:
            return  # the posting is gone; each is asked for alone

    async def one(self, opportunity_id: str) -> tuple[Application | None, float]:
        """One opportunity, and Lever's clock; None if it is gone or for no posting any more."""
        path = path_of("opportunities", opportunity_id)
        try:
            answer = await self._session.read(f"{path}?{_EXPAND}")
        except NotFound:
            return None, self._session.remote_now()
        raw, as_of = one_in(answer, path), answered_at(self._session, answer)
        return await self._application(raw, as_of), as_of

    async def _usable(self, page: Page) -> list[Application]:
        read = [await self._application(raw, page.as_of) for raw in page.rows]
        log_left_out(SIDE, "opportunities without an id or a posting", page.rows, read)
        return [application for application in read if application]

    async def _application(self, raw: object, as_of: float) -> Application | None:
        """Read one row; what it lacks is asked for."""
        hired = await self._reasons.hired() if is_archived(raw) else ()
        bare = unexpanded(raw)
        applied = None if bare is None else await self._applied(*bare)
        return application_of(raw, hired, as_of, applied)

    async def _applied(self, opportunity_id: str, ids: Collection[str]) -> list[object]:
        """The applications of an opportunity, all at once or, where there is no such list, each
        alone; those that are gone are left out."""
        try:
            path = path_of("opportunities", opportunity_id, "applications")
            return await read_list(self._session, path)
        except NotFound:
            found: list[object] = []
        for application_id in ids:
            path = path_of("opportunities", opportunity_id, "applications", application_id)
            try:
                found.append(one_in(await self._session.read(path), path))
            except NotFound:
                continue
        return found


def _since(cursor: str) -> int:
    if not cursor.isascii() or not cursor.isdecimal():
        raise _expired()
    return int(cursor)


def _cursor(started: float | None) -> str | None:
    return None if started is None else str(int((started - OVERLAP) * 1000))


def _expired(status: int | None = None) -> CursorExpired:
    return CursorExpired(
        f"{SIDE} does not know any more where the last read stopped; everything is read once more.",
        side=SIDE,
        request=f"GET {_LIST}",
        status=status,
    )
