"""What every part of the HeyMilo client is made of: one thing, a list, a write."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

from pydantic import ValidationError

from syncd.errors import NotFound, Rejected, Uncertain
from syncd.heymilo.wire import Pagination, Wire
from syncd.http.session import Answer, Session, Slot
from syncd.model.recent import Recent

SIDE = "HeyMilo"
ROOT = "/api/v2"
PAGE = 100  # the most the API gives at once
MOST_PAGES = 20_000  # no workspace has two million rows: then the list must be running round
MOST_ROWS = MOST_PAGES * PAGE
RESTARTS = 2  # how often a list is begun anew because the row that its cursor names went away

Thing = TypeVar("Thing", bound=Wire)


class Api:
    """A session with HeyMilo, and how its answers are read."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def _get(self, path: str, model: type[Thing]) -> Thing | None:
        """One thing; None if HeyMilo says that there is none."""
        try:
            answer = await self._session.read(ROOT + path)
        except NotFound:
            return None
        return read(answer, model, data_of(answer))

    async def _send(
        self, method: str, path: str, slot: Slot, fields: Mapping[str, Any] | None = None
    ) -> Answer:
        """One write; nulls are not sent, since what an explicit one does is not documented."""
        body = None if fields is None else without_nulls(fields)
        return await self._session.write(method, ROOT + path, slot=slot, json=body)

    async def _pages(
        self,
        path: str,
        model: type[Thing],
        key: str = "id",
        params: Mapping[str, str | int] | None = None,
        remembered: int = MOST_ROWS,
    ) -> AsyncIterator[list[Thing]]:
        """Every row once, page by page; ``key`` is the field whose last value is the cursor.

        Rows that come twice, because others moved while reading, are given once; where a list may
        be very long, only if not more than ``remembered`` came in between. A cursor that is refused
        leads to the first page. Raises Uncertain when the list cannot be read to its end: it runs
        in a circle, loses its cursor again and again, or a page is empty although it says that
        there is more.
        """
        seen = Recent(remembered)
        cursors: set[str] = set()
        asked: dict[str, str | int] = {"limit": PAGE, **(params or {})}
        restarts = 0
        for _ in range(MOST_PAGES):
            try:
                answer = await self._session.read(ROOT + path, params=asked)
            except Rejected as error:
                if "starting_after" not in asked:
                    raise
                if restarts == RESTARTS:
                    raise _lost_cursor(error) from None
                restarts += 1
                cursors.clear()
                del asked["starting_after"]
                continue
            rows, has_more = read_page(answer, model)
            fresh = [row for row in rows if seen.add(getattr(row, key))]
            if fresh:
                yield fresh
            if not has_more:
                return
            if not rows:
                raise unusable(answer, "an empty page says that there is more")
            cursor = getattr(rows[-1], key)
            if cursor in cursors:
                raise unusable(answer, "the list runs in a circle")
            cursors.add(cursor)
            asked["starting_after"] = cursor
        raise unusable(answer, "the list does not end")


def quoted(remote_id: str) -> str:
    """An id as one segment of a path; raises NotFound for what cannot be one."""
    if remote_id in ("", ".", ".."):
        raise NotFound(f"{SIDE} can have nothing with such an id; check it.", side=SIDE)
    return quote(remote_id, safe="")


def without_nulls(value: Any) -> Any:
    """The same without keys whose value is None, at any depth."""
    if isinstance(value, Mapping):
        return {key: without_nulls(held) for key, held in value.items() if held is not None}
    if isinstance(value, list | tuple):
        return [without_nulls(held) for held in value]
    return value


def data_of(answer: Answer) -> Any:
    """What is in the envelope. Raises Uncertain if this is no envelope."""
    said = answer.json()
    if not isinstance(said, dict) or said.get("data") is None:
        raise unusable(answer, "it has no data")
    return said["data"]


def read(answer: Answer, model: type[Thing], data: Any) -> Thing:
    """Read ``data`` of ``answer``. Raises Uncertain naming the field, never its value."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise unusable(answer, wrong_field(error)) from None


def read_page(answer: Answer, model: type[Thing]) -> tuple[list[Thing], bool]:
    """The rows of a list's page, and whether there are more."""
    said, rows = answer.json(), data_of(answer)
    if not isinstance(rows, list):
        raise unusable(answer, "its data is no list")
    pagination = read(answer, Pagination, said.get("pagination"))
    return [read(answer, model, row) for row in rows], pagination.has_more


def unusable(answer: Answer, reason: str) -> Uncertain:
    """The error of a 2xx answer that does not say what it should."""
    return Uncertain(
        f"{SIDE}'s answer to {answer.request} cannot be used: {reason}; the next look will show "
        "what is true, and if it stays so HeyMilo's API has changed.",
        side=SIDE,
        request=answer.request,
        status=answer.status,
    )


def _lost_cursor(error: Rejected) -> Uncertain:
    """A list that is not read to its end is not the news that what it belongs to is gone."""
    return Uncertain(
        f"{SIDE} refused to go on with {error.request} after a row that it had just listed; it "
        "will be read again.",
        side=SIDE,
        request=error.request,
        status=error.status,
    )


def wrong_field(error: ValidationError) -> str:
    """Which field is wrong, by its own name; keys of a map are the remote side's text."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = first["loc"][:1] or ("data",)
    return f"{place[0]} is {'missing' if first['type'] == 'missing' else 'of another form'}"
