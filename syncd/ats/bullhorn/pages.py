"""Bullhorn's lists, read whole although rows come and go.

A list is ordered by id and read by ``start``. How many rows a page holds is the service's to say:
it gives fewer than asked for when many fields are asked for, so the next page begins behind the
rows that came. A row that leaves the list moves all others forward; so each page begins with the
last row of the one before, and reading steps back when that is not there.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from syncd.ats.bullhorn.errors import unreadable
from syncd.ats.wire import mapping_of, text_of
from syncd.http.renewed import RenewedSession
from syncd.http.retry_after import http_date
from syncd.http.session import Answer
from syncd.model.recent import Recent

PAGE_SIZE = 200

#: How lists are asked for the order of ids, and for how many rows there are.
BY_ID = {"orderBy": "id", "showTotalMatched": "true"}

#: The same for a search, which tells its total unasked.
SEARCHED_BY_ID = {"sort": "id"}

# A filter of more characters is sent in the body (the vendor's documentation says 7,500).
_LONGEST_FILTER = 4_000
_STEPS_MOST = 20
_BARREN_MOST = 10


@dataclass(frozen=True, slots=True)
class Place:
    """Where a list goes on: the first row to ask for, and the id of the last one seen."""

    start: int = 0
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Rows not seen before in this reading, where it goes on, and the clock of the answer."""

    rows: Sequence[object]
    next: Place | None
    as_of: float


def path_of(*parts: str) -> str:
    """The path of a request, e.g. ``path_of("entity", "JobOrder", job_id)``."""
    return "/".join(quote(part, safe="") for part in parts)


async def read_query(
    session: RenewedSession, entity: str, where: str, fields: str, place: Place | None = None
) -> AsyncIterator[Page]:
    """The pages of what a JPQL condition finds, from ``place`` on."""
    params: dict[str, str | int] = {"fields": fields}
    if len(where) <= _LONGEST_FILTER:
        params["where"] = where
        body = None
    else:
        body = {"where": where}
    async for page in read_pages(session, path_of("query", entity), params, body, place):
        yield page


async def read_pages(
    session: RenewedSession,
    path: str,
    params: Mapping[str, str | int],
    body: Mapping[str, Any] | None = None,
    place: Place | None = None,
    order: Mapping[str, str] = BY_ID,
) -> AsyncIterator[Page]:
    """The pages of any list that takes ``start`` and ``count``, in the order of ids.

    Raises as reads do, and Uncertain for an answer without rows, or a list that does not end.
    """
    place = place or Place()
    seen = Recent()
    steps = barren = 0
    stride = PAGE_SIZE
    while True:
        asked = {
            **params,
            **order,
            "start": place.start,
            "count": PAGE_SIZE,
        }
        answer = await session.read(path, method="POST" if body else "GET", params=asked, json=body)
        told = mapping_of(answer.json())
        rows = rows_in(told, path)
        ids = [id_of(row) for row in rows]
        if _has_gap(place, ids):
            steps += 1
            if steps > _STEPS_MOST:
                raise unreadable(path, "rows that do not hold still")
            place = Place(
                max(0, place.start - stride), place.last if place.start > stride else None
            )
            continue
        fresh = [
            row for row, key in zip(rows, ids, strict=True) if key is None or seen.add(str(key))
        ]
        if place.last is not None:
            fresh = [row for row in fresh if (id_of(row) or 0) != place.last]
        barren = 0 if fresh else barren + 1
        if barren > _BARREN_MOST:
            raise unreadable(path, "paging that goes in circles")
        behind = place.start + len(rows)
        only_last = len(ids) == 1 and place.last is not None and ids[0] == place.last
        over = not rows or only_last or _is_all(told, behind)
        stride = max(1, len(rows))
        further = None if over else _after(place, rows, ids)
        yield Page(fresh, further, answered_at(session, answer))
        if further is None:
            return
        place = further


def rows_in(body: Mapping[str, Any], path: str) -> Sequence[object]:
    """The rows of an answer; raises Uncertain if it has none, which is not the same as []."""
    rows = body.get("data")
    if not isinstance(rows, list):
        raise unreadable(path, "no rows")
    return rows


def one_in(answer: Answer, path: str) -> Mapping[str, Any]:
    """The object of an answer about one thing: in ``data``, alone in a list there, or bare as some
    samples show it.

    Raises Uncertain for an answer that holds none.
    """
    body = mapping_of(answer.json())
    inner = body.get("data")
    if isinstance(inner, list) and len(inner) == 1:
        inner = inner[0]
    found = inner if isinstance(inner, Mapping) else body
    if text_of(found.get("id")) is None:
        raise unreadable(path, "nothing that has an id")
    return found


def id_of(row: object) -> int | None:
    """A row's id as the number it is; None without one."""
    told = mapping_of(row).get("id")
    if isinstance(told, int) and not isinstance(told, bool):
        return told
    return int(told) if isinstance(told, str) and told.isdecimal() else None


def answered_at(session: RenewedSession, answer: Answer) -> float:
    """The remote clock when it answered: its Date header, or else what is known of its clock."""
    told = http_date(answer.headers.get("date"))
    return session.remote_now() if told is None else told


def _has_gap(place: Place, ids: Sequence[int | None]) -> bool:
    """Whether rows before this page have left, so that some were passed over unseen.

    Only to be told from ids in order, and where the page was to begin with the last row seen.
    """
    if place.last is None or place.start == 0:
        return False
    known = [key for key in ids if key is not None]
    if not known:
        return True
    return known == sorted(known) and known[0] > place.last


def _after(place: Place, rows: Sequence[object], ids: Sequence[int | None]) -> Place:
    behind, last = place.start + len(rows), ids[-1]
    if len(rows) < 2 or last is None:
        return Place(behind)
    return Place(behind - 1, last)


def _is_all(told: Mapping[str, Any], behind: int) -> bool:
    """Whether the answer says how many rows there are, and no more are to come."""
    total = told.get("total")
    return isinstance(total, int) and not isinstance(total, bool) and behind >= total
