"""What the lists of several vendors share: following tokens, and reading the rows that are named.

A list cut short must never look complete, and no list may keep syncd busy for ever.
"""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from email.utils import parsedate_to_datetime

from syncd.ats.port import ApplicationPage
from syncd.ats.wire import mapping_of, printable_ids, text_of
from syncd.errors import Uncertain
from syncd.http.renewed import RenewedSession
from syncd.http.session import Answer, Session
from syncd.model.ats import Application
from syncd.model.recent import Recent

_log = logging.getLogger("syncd.ats")

# So many pages in a row without anything new are no list any more.
_BARREN_MOST = 20


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list, the token of the page after it (None at the end), the clock of the answer.

    ``sync`` is where a later read of changes begins, where a vendor tells that.
    """

    rows: Sequence[object]
    next: str | None
    as_of: float
    sync: str | None = None


Fetch = Callable[[str | None], Awaitable[Page]]


async def follow(
    fetch: Fetch, token: str | None, *, side: str, request: str, identity: str = "id"
) -> AsyncIterator[Page]:
    """Yield the pages from ``token`` (None: the first) to the end, each row once.

    ``identity`` is the field that tells one row from another; rows without it are handed on.
    Raises as ``fetch`` does, and Uncertain for tokens that go in circles.
    """
    seen, followed, barren = Recent(), {token}, 0
    while True:
        page = await fetch(token)
        rows = page.rows
        names = [text_of(mapping_of(row).get(identity)) for row in rows]
        fresh = [row for row, name in zip(rows, names, strict=True) if not name or seen.add(name)]
        barren = 0 if fresh else barren + 1
        # Rows may look new on the second time round, since only the latest are remembered.
        if page.next is not None and (page.next in followed or barren >= _BARREN_MOST):
            raise no_proof(side, request, "paging that goes in circles")
        yield replace(page, rows=fresh)
        if page.next is None:
            return
        token = page.next
        followed.add(token)


async def read_named(
    ids: Collection[str],
    few: int,
    listed: Callable[[], AsyncIterator[ApplicationPage]],
    read_one: Callable[[str], Awaitable[tuple[Application | None, float]]],
) -> AsyncIterator[ApplicationPage]:
    """Yield the named applications with, at worst, twice the fewest requests.

    Up to ``few`` are read one by one. For more, ``listed`` is paged through, but for no more pages
    than there are people left to see: a long list may show none of them. Whom it did not show is
    read alone, since lists lag, and to be left out of one is no proof of being gone.
    """
    wanted = set(ids)
    if len(wanted) > few:
        read = 0
        async for page in listed():
            yield page
            read += 1
            wanted.difference_update(row.id for row in page.rows)
            if read >= len(wanted):
                break
    for application_id in sorted(wanted):
        found, as_of = await read_one(application_id)
        if found is not None:
            yield ApplicationPage([found], as_of)


def answered_at(session: Session | RenewedSession, answer: Answer) -> float:
    """The remote clock when it answered: its Date header, or else what is known of its clock."""
    try:
        told = parsedate_to_datetime(answer.headers["date"])
        return (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()
    except (KeyError, ValueError, TypeError, OverflowError):
        return session.remote_now()


def log_left_out(
    side: str, what: str, rows: Sequence[object], read: Sequence[object | None]
) -> None:
    """Log how many rows could not be used, by their ids and nothing else."""
    left = [raw for raw, value in zip(rows, read, strict=True) if value is None]
    if left:
        _log.debug("%s: left out %d %s (ids: %s)", side, len(left), what, printable_ids(left))


def no_proof(side: str, request: str, found: str, status: int | None = 200) -> Uncertain:
    """The error for an answer that does not hold what it must: it is no proof of anything."""
    return Uncertain(
        f"{side} answered {request} with {found}; it will be read again.",
        side=side,
        request=request,
        status=status,
    )
