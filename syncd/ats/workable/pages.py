"""Workable's lists, page by page.

A list goes on at ``paging.next``, a whole URL that is followed as it stands (it may lead to
another path than the first page); it ends where there is none. The cursor inside means "this id
or a later one", so a row may come twice (vendor's OpenAPI document: "greater than or equal").
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from syncd.ats.listing import answered_at, log_left_out, no_proof
from syncd.ats.wire import mapping_of, text_of
from syncd.errors import Uncertain
from syncd.http.session import Answer, Session
from syncd.model.recent import Recent

API = "/spi/v3"
PAGE_SIZE = 100
SIDE = "Workable"

# So many pages in a row without anything new are no list any more.
_BARREN_MOST = 10


@dataclass(frozen=True, slots=True)
class Page:
    """Rows not seen before in this reading, where it goes on, and the clock of the answer."""

    rows: Sequence[object]
    next: str | None
    as_of: float


async def read_pages(
    session: Session,
    path: str,
    key: str,
    *,
    params: Mapping[str, str | int] | None = None,
    identity: str = "id",
) -> AsyncIterator[Page]:
    """Given a list's path, or the ``next`` of an earlier page, yield its pages to the end.

    ``key`` is where the rows are, ``identity`` the field that tells one from another; rows without
    it are handed on. Raises as reads do, and Uncertain for an answer without rows or paging that
    goes in circles, because a list cut short must not look complete.
    """
    seen = Recent()
    followed: set[str] = set()
    barren = 0
    while True:
        answer = await session.read(path, params=params)
        body = mapping_of(answer.json())
        rows = rows_in(body, key, path)
        fresh = []
        for row in rows:
            name = text_of(mapping_of(row).get(identity))
            if name is None or seen.add(name):
                fresh.append(row)
        further = _next(body, path)
        barren = 0 if fresh else barren + 1
        if further == path and not fresh:
            # The last row, asked for again and again: "this id or later" can say no more.
            further = None
        elif further in followed or barren >= _BARREN_MOST:
            # Rows may look new on the second time round, since only the latest are remembered.
            raise unreadable(path, "paging that goes in circles")
        yield Page(fresh, further, answered_at(session, answer))
        if further is None:
            return
        followed.add(further)
        path, params = further, None


def path_of(*parts: str) -> str:
    """The path of a request, e.g. ``path_of("jobs", shortcode, "stages")``."""
    return "/".join((API, *(quote(part, safe="") for part in parts)))


def body_of(answer: Answer, envelope: str) -> Mapping[str, Any]:
    """The object of an answer about one thing; some come in an envelope, some do not."""
    body = mapping_of(answer.json())
    inner = body.get(envelope)
    return inner if isinstance(inner, Mapping) else body


def rows_in(body: Mapping[str, Any], key: str, path: str) -> Sequence[object]:
    """The rows of an answer; raises Uncertain if it has none, which is not the same as []."""
    rows = body.get(key)
    if not isinstance(rows, list):
        raise unreadable(path, f"no list of {key}")
    return rows


def _next(body: Mapping[str, Any], path: str) -> str | None:
    """Where the list goes on, as the answer has it; None at the end."""
    paging = body.get("paging")
    if paging is None:
        return None
    further = paging.get("next") if isinstance(paging, Mapping) else paging
    if further is None or further == "":
        return None
    if not isinstance(further, str):
        raise unreadable(path, "paging that cannot be read")
    if not further.startswith(("/", "https://", "http://")):
        raise unreadable(path, "paging that cannot be read")
    return further


def tell_left_out(what: str, rows: Sequence[object], read: Sequence[object | None]) -> None:
    """Log how many rows could not be used."""
    log_left_out(SIDE, what, rows, read)


def unreadable(path: str, found: str) -> Uncertain:
    """The error for an answer that does not hold what it must: it is no proof of anything."""
    return no_proof(SIDE, f"GET {urlsplit(path).path}", found)
