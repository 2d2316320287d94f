"""Reading applications: what changed, those that are named, and one alone."""

import json
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from syncd.ats.ashby.calls import SIDE, ask, one_in, read_pages
from syncd.ats.ashby.plans import Plans
from syncd.ats.ashby.rows import application_of
from syncd.ats.listing import Page, answered_at, log_left_out, read_named
from syncd.ats.port import ApplicationPage
from syncd.ats.wire import mapping_of
from syncd.errors import CursorExpired, NotFound, Rejected
from syncd.http.session import Session
from syncd.model.ats import Application

# Up to so many applications are read one by one; a list has to be paged through.
_FEW = 3

_LIST = "application.list"


@dataclass(frozen=True, slots=True)
class _Point:
    """Where a read goes on: after which page, and since which sync token (None: everything)."""

    cursor: str
    sync: str | None

    def token(self) -> str:
        return json.dumps([self.cursor, self.sync])

    @classmethod
    def read(cls, token: str) -> "_Point":
        """Raises CursorExpired for a token that is none."""
        try:
            cursor, sync = json.loads(token)
        except (ValueError, TypeError):
            raise _expired() from None
        if not isinstance(cursor, str) or not (sync is None or isinstance(sync, str)):
            raise _expired()
        return cls(cursor, sync)


class Applications:
    """The applications of an account."""

    def __init__(self, session: Session, plans: Plans) -> None:
        self._session = session
        self._plans = plans

    async def changed(
        self, cursor: str | None, resume: str | None
    ) -> AsyncIterator[ApplicationPage]:
        """Yield what changed since the sync token ``cursor``, or all; go on at ``resume``.

        Ashby tells the next token on the last page alone. Raises CursorExpired for a token or
        page that it does not know any more, and for more changes than it lists by token.
        """
        point = None if resume is None else _Point.read(resume)
        since = point.sync if point else cursor
        body: dict[str, Any] = {} if since is None else {"syncToken": since}
        at_stake = cursor is not None or resume is not None
        token = point.cursor if point else None
        pages = read_pages(self._session, _LIST, token=token, **body)
        while True:
            try:
                page = await anext(pages, None)
            except Rejected as error:
                if at_stake:
                    raise _expired(error) from error
                raise
            if page is None:
                return
            at_stake = True  # from the second page on there is a point to lose
            rows = await self._usable(page)
            further = None if page.next is None else _Point(page.next, since).token()
            yield ApplicationPage(rows, page.as_of, resume=further, cursor=page.sync)

    def named(self, job_id: str, ids: Collection[str]) -> AsyncIterator[ApplicationPage]:
        """The named applications of a job, one by one or from the list of those under way."""
        return read_named(ids, _FEW, lambda: self._listed(job_id), self._read_one)

    async def _listed(self, job_id: str) -> AsyncIterator[ApplicationPage]:
        try:
            async for page in read_pages(self._session, _LIST, jobId=job_id, status="Active"):
                yield ApplicationPage(await self._usable(page), page.as_of)
        except NotFound:
            return  # the job is gone; each is asked for alone

    async def one(self, application_id: str) -> Application | None:
        """One application with its tags; None if it is gone."""
        raw, _ = await self._info(application_id)
        application = None if raw is None else application_of(raw)
        if raw is None or application is None:
            return None
        await self._plans.learn(mapping_of(raw.get("currentInterviewStage")))
        return application_of(raw, await self._person(application.candidate_id))

    async def _read_one(self, application_id: str) -> tuple[Application | None, float]:
        raw, as_of = await self._info(application_id)
        return (None if raw is None else await self._application(raw)), as_of

    async def _info(self, application_id: str) -> tuple[Mapping[str, Any] | None, float]:
        """The answer about one application, and Ashby's clock; None if it is gone."""
        try:
            answer = await ask(self._session, "application.info", applicationId=application_id)
        except NotFound:
            return None, self._session.remote_now()
        return one_in(answer, "application.info"), answered_at(self._session, answer)

    async def _usable(self, page: Page) -> list[Application]:
        read = [await self._application(raw) for raw in page.rows]
        log_left_out(SIDE, "applications without an id, a job or a candidate", page.rows, read)
        return [application for application in read if application]

    async def _application(self, raw: object) -> Application | None:
        """Read one row; somebody under consideration without an address is asked for alone, which
        is once per change and not once per pass."""
        application = application_of(raw)
        if application is None or application.email or mapping_of(raw).get("status") != "Active":
            return application
        return application_of(raw, await self._person(application.candidate_id))

    async def _person(self, candidate_id: str) -> Mapping[str, Any] | None:
        """The candidate as answered alone; None if there is none."""
        try:
            answer = await ask(self._session, "candidate.info", id=candidate_id)
        except NotFound:
            return None
        return one_in(answer, "candidate.info")


def _expired(error: Rejected | None = None) -> CursorExpired:
    return CursorExpired(
        f"{SIDE} does not know any more where the last read stopped; everything is read once more.",
        side=SIDE,
        request=f"POST /{_LIST}",
        status=error.status if error else None,
        code=error.code if error else "",
    )
