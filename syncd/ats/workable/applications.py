"""Reading applications: what changed, those that are named, and one alone."""

import json
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass

from syncd.ats.listing import answered_at
from syncd.ats.port import ApplicationPage
from syncd.ats.wire import moment_of, moment_text, text_of
from syncd.ats.workable.pages import (
    API,
    PAGE_SIZE,
    SIDE,
    body_of,
    path_of,
    read_pages,
    tell_left_out,
    unreadable,
)
from syncd.ats.workable.rows import application_of
from syncd.errors import CursorExpired, NotFound, Rejected
from syncd.http.session import Session
from syncd.model.ats import Application

# How far a read of changes reaches back before the last one began: changes that Workable stamped
# but did not list yet, and clocks that differ between its servers.
OVERLAP = 300.0

# Up to so many applications are read one by one; a list has to be paged through.
_FEW = 3

_LIST = f"{API}/candidates"


@dataclass(frozen=True, slots=True)
class _Point:
    """Where a read of changes goes on, and when (Workable's clock) it began."""

    next: str
    started: float

    def token(self) -> str:
        return json.dumps({"next": self.next, "started": self.started})

    @classmethod
    def read(cls, token: str) -> "_Point":
        """Raises CursorExpired for a token that is none."""
        try:
            told = json.loads(token)
            point = cls(str(told["next"]), float(told["started"]))
            moment_text(point.started)
            if not point.next.startswith(("/", "https://", "http://")):
                raise ValueError
        except (ValueError, TypeError, KeyError, OverflowError, OSError):
            raise _expired() from None
        return point


async def read_changes(
    session: Session, cursor: str | None, resume: str | None
) -> AsyncIterator[ApplicationPage]:
    """Yield what was modified since ``cursor``, or all; go on at ``resume`` if it is given.

    The list is ordered by id and filtered by ``updated_after``. Whoever changes while it is read
    comes in the next read, because the next cursor is the moment *this* read began on Workable's
    clock, less :data:`OVERLAP`. Raises CursorExpired when Workable refuses the cursor or a page
    that it named itself.
    """
    started: float | None = None
    path = _LIST
    params: dict[str, str | int] | None = {"limit": PAGE_SIZE}
    if resume is not None:
        point = _Point.read(resume)
        path, started, params = point.next, point.started, None
    elif cursor is not None:
        if moment_of(cursor) is None:
            raise _expired()
        params = {"limit": PAGE_SIZE, "updated_after": cursor}
    may_be_dead = cursor is not None or resume is not None
    pages = read_pages(session, path, "candidates", params=params)
    while True:
        try:
            page = await anext(pages, None)
        except Rejected as error:
            if may_be_dead:
                raise _expired(error.status) from error
            raise
        if page is None:
            return
        may_be_dead = True  # from the second page on there is a point to lose
        started = page.as_of if started is None else started
        yield ApplicationPage(
            _usable(page.rows),
            page.as_of,
            resume=_Point(page.next, started).token() if page.next else None,
            cursor=None if page.next else moment_text(started - OVERLAP),
        )


async def read_named(
    session: Session, job_id: str, ids: Collection[str]
) -> AsyncIterator[ApplicationPage]:
    """Yield the named applications of a job with the fewest requests that are sure.

    A few are read one by one. For more the job's list is read from the smallest id on, because
    its cursor means "this id or a later one", until all were seen. Whom it does not show is read
    alone: lists lag, and to be left out of one is no proof of being gone.
    """
    wanted = set(ids)
    if len(wanted) > _FEW:
        try:
            async for page in _read_listed(session, job_id, wanted):
                yield page
                wanted.difference_update(row.id for row in page.rows)
                if not wanted:
                    return
        except NotFound:
            if await _is_gone(session, job_id):
                return  # and with the job all of its applications
            raise
    for application_id in sorted(wanted):
        found, as_of = await read_one(session, application_id)
        if found is not None:
            yield ApplicationPage([found], as_of)


async def _read_listed(
    session: Session, job_id: str, wanted: Collection[str]
) -> AsyncIterator[ApplicationPage]:
    """The job's list from the smallest wanted id on, or from its beginning if that is refused."""
    params: dict[str, str | int] = {"shortcode": job_id, "limit": PAGE_SIZE}
    if (least := _least(wanted)) is not None:
        try:
            from_least = {**params, "since_id": least}
            async for page in read_pages(session, _LIST, "candidates", params=from_least):
                yield ApplicationPage(_usable(page.rows), page.as_of)
            return
        except NotFound:
            pass  # the cursor may be what is not found
    async for page in read_pages(session, _LIST, "candidates", params=params):
        yield ApplicationPage(_usable(page.rows), page.as_of)


async def _is_gone(session: Session, job_id: str) -> bool:
    """Whether Workable says that there is no such job."""
    try:
        await session.read(path_of("jobs", job_id))
    except NotFound:
        return True
    return False


async def read_one(session: Session, application_id: str) -> tuple[Application | None, float]:
    """One application with its tags, and Workable's clock; None if it is gone or on no job."""
    path = path_of("candidates", application_id)
    try:
        answer = await session.read(path)
    except NotFound:
        return None, session.remote_now()
    raw = body_of(answer, "candidate")
    if text_of(raw.get("id")) is None:
        raise unreadable(path, "no candidate")
    return application_of(raw), answered_at(session, answer)


def _usable(rows: Sequence[object]) -> list[Application]:
    read = [application_of(raw) for raw in rows]
    tell_left_out("candidates without an id or a job", rows, read)
    return [application for application in read if application]


def _least(ids: Collection[str]) -> str | None:
    """The smallest of hexadecimal ids, or None if they are not."""
    try:
        return min(ids, key=lambda text: int(text, 16))
    except ValueError:
        return None


def _expired(status: int | None = None) -> CursorExpired:
    return CursorExpired(
        f"{SIDE} does not know any more where the last read stopped; everything is read once more.",
        side=SIDE,
        request=f"GET {_LIST}",
        status=status,
    )
