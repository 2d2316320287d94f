"""Lever's lists: ``{"data": […], "next": "…", "hasNext": true}``, gone on with ``offset``."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from syncd.ats.listing import Page, answered_at, follow, no_proof
from syncd.ats.wire import mapping_of, text_of
from syncd.http.session import Answer, Session

API = "/v1"
PAGE_SIZE = 100
SIDE = "Lever"


def path_of(*parts: str) -> str:
    """The path of a request, e.g. ``path_of("opportunities", id, "stage")``."""
    return "/".join((API, *(quote(part, safe="") for part in parts)))


def read_pages(
    session: Session,
    path: str,
    *,
    query: str = "",
    params: Mapping[str, str | int] | None = None,
    token: str | None = None,
) -> AsyncIterator[Page]:
    """Yield a list's pages from ``token`` (None: the first) to the end.

    ``query`` holds what is asked for more than once, such as ``expand=a&expand=b``. Raises as
    reads do, and Uncertain for an answer that does not say whether it goes on.
    """

    async def fetch(offset: str | None) -> Page:
        asked: dict[str, str | int] = {"limit": PAGE_SIZE, **(params or {})}
        if offset is not None:
            asked["offset"] = offset
        answer = await session.read(f"{path}?{query}" if query else path, params=asked)
        body = mapping_of(answer.json())
        further = text_of(body.get("next"))
        if body.get("hasNext") is True and further is None:
            raise no_proof(SIDE, f"GET {path}", "paging that cannot be read")
        # Where only one of the two is told, it is believed.
        more = body.get("hasNext") is not False and further is not None
        return Page(rows_in(body, path), further if more else None, answered_at(session, answer))

    return follow(fetch, token, side=SIDE, request=f"GET {path}")


async def read_list(session: Session, path: str) -> list[object]:
    """All rows of a short list."""
    return [row async for page in read_pages(session, path) for row in page.rows]


def rows_in(body: Mapping[str, Any], path: str) -> Sequence[object]:
    """The rows of an answer; raises Uncertain if it has none, which is not the same as []."""
    rows = body.get("data")
    if not isinstance(rows, list):
        raise no_proof(SIDE, f"GET {path}", "no list")
    return rows


def one_in(answer: Answer, path: str) -> Mapping[str, Any]:
    """The object of an answer about one thing; raises Uncertain if it has no id."""
    body = mapping_of(mapping_of(answer.json()).get("data"))
    if text_of(body.get("id")) is None:
        raise no_proof(SIDE, f"GET {path}", "nothing")
    return body
