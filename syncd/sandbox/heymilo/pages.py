"""Lists: ``limit``, ``starting_after``, the bounds of time, and pages."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from syncd.sandbox.heymilo.behaviour import Behaviour
from syncd.sandbox.heymilo.errors import Wrong, invalid, refuse
from syncd.sandbox.wire import Answer, Request, say


def read_limit(request: Request, behaviour: Behaviour) -> int:
    """``limit``, 1 to 100, 20 if left out."""
    text = request.params.get("limit", "20")
    if not text.isdecimal() or not 1 <= int(text) <= 100:
        wrong = Wrong(("query", "limit"), "value_error", "limit must be from 1 to 100", text)
        raise invalid([wrong], behaviour)
    return int(text)


def read_bound(request: Request, name: str) -> float | None:
    """A moment in the query: ISO 8601, where no offset means UTC, or epoch seconds."""
    text = request.params.get(name)
    if text is None:
        return None
    try:
        return float(text)
    except ValueError:
        pass
    try:
        # A "+" that was not encoded arrives as a space, and is refused like any other nonsense.
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise refuse(
            400, "invalid_request_error", "invalid_param", f"{name} is not a datetime", name
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def answer_page(
    request: Request,
    behaviour: Behaviour,
    ids: Sequence[str],
    row: Callable[[str], dict[str, Any] | None],
    *,
    total: int | None = None,
) -> Answer:
    """One page of a list.

    ``ids`` are all that may be listed, oldest first; ``row`` gives what is shown of one, None if
    it is not shown. ``total`` is told as ``total_count`` if the behaviour has it. The cursor
    stands for a place in the list even if its row is not shown any more; one that was never in
    the list is a 404.
    """
    limit = read_limit(request, behaviour)
    ordered = ids[::-1] if behaviour.newest_first else ids
    start = 0
    if (after := request.params.get("starting_after")) is not None:
        try:
            start = max(0, ordered.index(after) + 1 + request.shift)
        except ValueError:
            raise refuse(
                404, "invalid_request_error", "resource_not_found", "No such cursor",
                "starting_after",
            ) from None  # fmt: skip
    rows: list[dict[str, Any]] = []
    more = False
    for place in range(start, len(ordered)):
        if (shown := row(ordered[place])) is None:
            continue
        if len(rows) == limit:
            more = True
            break
        rows.append(shown)
    count = total if behaviour.counts else None
    pagination = {"has_more": more, "total_count": count, "url": request.path}
    return say(200, {"data": rows, "pagination": pagination})
