"""Greenhouse's lists: plain arrays, gone on with by the cursor in the ``Link`` header alone.

There is no address for one thing: it is asked for as a list of one id. A cursor must be the only
parameter of its request, so what was asked for stands in the first request alone.
"""

import re
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from urllib.parse import parse_qsl, quote, urlsplit

from syncd.ats.greenhouse.errors import SIDE
from syncd.ats.listing import Page, answered_at, follow, no_proof
from syncd.http.renewed import RenewedSession
from syncd.http.session import Answer

API = "/v3"
PAGE_SIZE = 500
IDS_MOST = 50  # in one request

_LINK = re.compile(r"<([^>]*)>([^<]*)")
_REL = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,]+))', re.IGNORECASE)


def path_of(*parts: str) -> str:
    """The path of a request, e.g. ``path_of("applications", id, "move")``."""
    return "/".join((API, *(quote(part, safe="") for part in parts)))


def read_pages(
    session: RenewedSession,
    what: str,
    params: Mapping[str, str | int] | None = None,
    token: str | None = None,
) -> AsyncIterator[Page]:
    """Yield a list's pages from the cursor ``token`` (None: the first) to the end.

    Raises as reads do, and Uncertain for an answer that is no list, or that goes on nobody knows
    where.
    """
    path = path_of(what)

    async def fetch(cursor: str | None) -> Page:
        asked: Mapping[str, str | int] = {"cursor": cursor or ""}
        if cursor is None:
            asked = {"per_page": PAGE_SIZE, **(params or {})}
        answer = await session.read(path, params=asked)
        rows = rows_in(answer, path)
        return Page(rows, _next_cursor(answer, path), answered_at(session, answer))

    return follow(fetch, token, side=SIDE, request=f"GET {path}")


async def read_by_ids(
    session: RenewedSession,
    what: str,
    ids: Collection[str],
    *,
    name: str = "ids",
) -> AsyncIterator[Page]:
    """Yield the pages of the rows whose field, by the name of its filter, is one of ``ids``.

    So many ids go into one request as are allowed. What is no number is no id of Greenhouse's.
    """
    known = sorted({i for i in ids if is_id(i)}, key=int)
    for at in range(0, len(known), IDS_MOST):
        async for page in read_pages(session, what, {name: ",".join(known[at : at + IDS_MOST])}):
            yield page


async def read_list(
    session: RenewedSession, what: str, params: Mapping[str, str | int] | None = None
) -> list[object]:
    """All rows of a short list."""
    return [row async for page in read_pages(session, what, params) for row in page.rows]


def is_id(text: str) -> bool:
    """Whether a text can be an id: a number of up to 18 digits."""
    return text.isascii() and text.isdecimal() and len(text) <= 18


def rows_in(answer: Answer, path: str) -> Sequence[object]:
    """The rows of an answer; raises Uncertain if it is no list, which is not the same as []."""
    rows = answer.json()
    if not isinstance(rows, list):
        raise no_proof(SIDE, f"GET {path}", "no list")
    return rows


def _next_cursor(answer: Answer, path: str) -> str | None:
    """The cursor of the page after this one; None on the last."""
    for url, attributes in _LINK.findall(answer.headers.get("link") or ""):
        rel = _REL.search(attributes)
        if rel is None or "next" not in (rel[1] or rel[2] or "").lower().split():
            continue
        try:
            cursor = dict(parse_qsl(str(urlsplit(url).query))).get("cursor")
        except ValueError:
            cursor = None
        if not cursor:
            raise no_proof(SIDE, f"GET {path}", "paging that cannot be read")
        return cursor
    return None
