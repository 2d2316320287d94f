"""Workable's lists: ascending hexadecimal ids, ``since_id`` greater *or equal*, full next links."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from syncd.sandbox.wire import Answer, Request, say
from syncd.sandbox.workable.errors import refuse


def read_limit(request: Request) -> int:
    """``limit``, 1 to 100, 50 if left out."""
    text = request.params.get("limit", "50")
    if not text.isdecimal() or not 1 <= int(text) <= 100:
        raise refuse(422, "limit must be from 1 to 100")
    return int(text)


def read_id(request: Request, name: str) -> int | None:
    text = request.params.get(name)
    if text is None:
        return None
    try:
        return int(text, 16)
    except ValueError:
        raise refuse(422, f"{name} is invalid") from None


def read_moment(request: Request, name: str) -> float | None:
    """An ISO 8601 moment; without an offset it is UTC."""
    text = request.params.get(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise refuse(422, f"{name} is invalid") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def answer_page(
    request: Request,
    key: str,
    ids: Sequence[int],
    view: Callable[[int], dict[str, Any]],
    *,
    next_path: str | None = None,
    drop: frozenset[str] = frozenset(),
) -> Answer:
    """One page of ``ids`` (ascending) under ``key``.

    ``paging.next`` names the first row of the next page, as recorded; it leads to ``next_path``,
    else to the same path, and keeps the query except ``drop``.
    """
    limit = read_limit(request)
    since, most = read_id(request, "since_id"), read_id(request, "max_id")
    start = 0
    if since is not None:
        start = next((place for place, id_ in enumerate(ids) if id_ >= since), len(ids))
        start = max(0, start + request.shift)
    left = [id_ for id_ in ids[start : start + limit + 1] if most is None or id_ <= most]
    answer: dict[str, Any] = {key: [view(id_) for id_ in left[:limit]]}
    if len(left) > limit:
        kept = {k: v for k, v in request.params.items() if k not in drop}
        kept |= {"limit": str(limit), "since_id": f"{left[limit]:x}"}
        path = next_path or request.path
        answer["paging"] = {"next": f"{request.origin}{path}?{urlencode(kept)}"}
    return say(200, answer)
