"""Asking Ashby: every call is a POST of a JSON object to ``/resource.verb``."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from syncd.ats.listing import Page, answered_at, follow, no_proof
from syncd.ats.wire import mapping_of, text_of
from syncd.http.session import Answer, Session, Slot

PAGE_SIZE = 100
SIDE = "Ashby"


async def ask(session: Session, call: str, **body: Any) -> Answer:
    """Make a call that changes nothing, e.g. ``ask(session, "job.info", id=…)``.

    Raises as reads do, and Uncertain for an answer that is not said to be a success.
    """
    answer = await session.read(f"/{call}", method="POST", json=body)
    _require_success(mapping_of(answer.json()), call)
    return answer


async def tell(session: Session, call: str, slot: Slot, **body: Any) -> Mapping[str, Any]:
    """Make a call that changes something, once, and return the object it answers with.

    Raises as writes do; an answer that says neither success nor failure proves nothing and raises
    Uncertain.
    """
    answer = await session.write("POST", f"/{call}", slot=slot, json=body)
    told = mapping_of(answer.json())
    _require_success(told, call)
    return mapping_of(told.get("results"))


def read_pages(
    session: Session,
    call: str,
    *,
    token: str | None = None,
    limit: int | None = PAGE_SIZE,
    **body: Any,
) -> AsyncIterator[Page]:
    """Yield the pages of a list from ``token`` (None: the first) to the end.

    ``limit`` is how many rows to ask for, None to leave that to Ashby. A page may be empty though
    there are more. Raises as :func:`ask` does, and Uncertain for an answer that does not
    say where it goes on.
    """

    async def fetch(cursor: str | None) -> Page:
        place = {"limit": limit, "cursor": cursor}
        asked = {key: value for key, value in place.items() if value is not None}
        answer = await ask(session, call, **asked, **body)
        told = mapping_of(answer.json())
        further = text_of(told.get("nextCursor"))
        more = told.get("moreDataAvailable") is True
        if more and further is None:
            raise no_proof(SIDE, f"POST /{call}", "paging that cannot be read")
        return Page(
            rows_in(told, call),
            further if more else None,
            answered_at(session, answer),
            None if more else text_of(told.get("syncToken")),
        )

    return follow(fetch, token, side=SIDE, request=f"POST /{call}")


async def read_list(session: Session, call: str, **body: Any) -> list[object]:
    """All rows of a short list that may or may not come in pages."""
    pages = read_pages(session, call, limit=None, **body)
    return [row async for page in pages for row in page.rows]


def rows_in(told: Mapping[str, Any], call: str) -> Sequence[object]:
    """The rows of an answer; raises Uncertain if it has none, which is not the same as []."""
    rows = told.get("results")
    if not isinstance(rows, list):
        raise no_proof(SIDE, f"POST /{call}", "no list")
    return rows


def one_in(answer: Answer, call: str) -> Mapping[str, Any]:
    """The object of an answer about one thing; raises Uncertain if it has no id."""
    found = mapping_of(mapping_of(answer.json()).get("results"))
    if text_of(found.get("id")) is None:
        raise no_proof(SIDE, f"POST /{call}", "nothing")
    return found


def _require_success(told: Mapping[str, Any], call: str) -> None:
    if told.get("success") is not True:
        raise no_proof(SIDE, f"POST /{call}", "neither success nor failure")
