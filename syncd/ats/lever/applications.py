"""Reading opportunities: what changed, those that are named, and one alone."""

from collections.abc import AsyncIterator, Collection
from dataclasses import replace

from syncd.ats.lever.pages import SIDE, one_in, path_of, read_list, read_pages
from syncd.ats.lever.points import LEGS, OPPORTUNITIES, Leg, Point, cursor_of, expired
from syncd.ats.lever.reasons import Reasons
from syncd.ats.lever.rows import application_of, is_archived, unexpanded
from syncd.ats.listing import Page, answered_at, log_left_out, read_named
from syncd.ats.port import ApplicationPage
from syncd.ats.wire import mapping_of, text_of
from syncd.errors import CredentialsRefused, NotFound, Rejected, RemoteError, Uncertain
from syncd.http.session import Session
from syncd.model.ats import Application
from syncd.model.recent import Recent

# Up to so many opportunities are read one by one; a list has to be paged through.
_FEW = 3

_EXPAND = "expand=applications&expand=contact"


class Opportunities:
    """The opportunities of an account, as applications."""

    def __init__(self, session: Session, reasons: Reasons) -> None:
        self._session = session
        self._reasons = reasons

    async def changed(
        self, cursor: str | None, resume: str | None
    ) -> AsyncIterator[ApplicationPage]:
        """Yield what was modified, made or deleted since ``cursor``, or everybody; go on at
        ``resume`` if given.

        Whoever changes while it is read comes in the next read, because the next cursor is the
        moment *this* read began on Lever's clock, less the overlap. Raises CursorExpired when
        Lever refuses the cursor or a page that it named itself.
        """
        point: Point | None
        point = Point.since_cursor(cursor) if resume is None else Point.read(resume)
        at_stake = cursor is not None or resume is not None
        seen = Recent()
        while point is not None:
            here, point = point, None
            async for page in self._read(here, at_stake=at_stake):
                if here.started is None:
                    here = replace(here, started=page.as_of)
                point = here.after(page)
                told = await self._told(LEGS[here.leg], page, seen)
                if point is None:
                    yield replace(told, cursor=cursor_of(here.started))
                else:
                    yield replace(told, resume=point.token())
            at_stake = True

    async def _read(self, point: Point, *, at_stake: bool) -> AsyncIterator[Page]:
        """The pages of one list from a point on; ``at_stake``: there is a point to lose."""
        leg = LEGS[point.leg]
        filters = {} if point.since is None else {leg.since: point.since}
        query = "" if leg.gone else _EXPAND
        pages = read_pages(self._session, leg.path, query=query, params=filters, token=point.offset)
        first = point.offset is None
        while True:
            try:
                page = await anext(pages, None)
            except RemoteError as error:
                if first and point.leg > 0 and _is_refusal(error, leg):
                    # What is asked for in addition is a precaution; without it there is no loss.
                    yield Page([], None, self._session.remote_now())
                    return
                if at_stake and isinstance(error, Rejected):
                    raise expired(error.status) from error
                raise
            if page is None:
                return
            first, at_stake = False, True
            yield page

    async def _told(self, leg: Leg, page: Page, seen: Recent) -> ApplicationPage:
        """What a page of a list tells that was not told before: the lists overlap."""
        if leg.gone:
            ids = [text_of(mapping_of(raw).get("id")) for raw in page.rows]
            return ApplicationPage([], page.as_of, gone=[name for name in ids if name])
        # Before anything more is asked about a row.
        rows = [raw for raw in page.rows if seen.add(text_of(mapping_of(raw).get("id")) or "")]
        return ApplicationPage(await self._usable(replace(page, rows=rows)), page.as_of)

    def named(self, job_id: str, ids: Collection[str]) -> AsyncIterator[ApplicationPage]:
        """The named opportunities of a posting, one by one or from the posting's list."""
        return read_named(ids, _FEW, lambda: self._listed(job_id), self.one)

    async def _listed(self, job_id: str) -> AsyncIterator[ApplicationPage]:
        params: dict[str, str | int] = {"posting_id": job_id}
        try:
            async for page in read_pages(
                self._session, OPPORTUNITIES, query=_EXPAND, params=params
            ):
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


def _is_refusal(error: RemoteError, leg: Leg) -> bool:
    """Whether Lever does not tell a list, which is not to say that it does not know the key.

    Whatever is wrong with the list of the deleted: each is found to be gone by id as well.
    """
    if isinstance(error, CredentialsRefused):
        return error.status == 403
    return isinstance(error, Rejected) or (leg.gone and isinstance(error, Uncertain))
