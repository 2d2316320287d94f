"""What HeyMilo's error bodies say, without their prose, which may echo people's data.

Two shapes are documented for the same failures: ``{"error": {"code", "param", "errors": [...]}}``
(some texts call the list ``details``) and FastAPI's ``{"detail": [{"loc", "msg", "type"}]}``.
Anything else, as the HTML of a proxy, says nothing.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from syncd.errors import Fault
from syncd.http.session import Complaint

_PART = re.compile(r"[^.\[\]/]+")
_ROW_IN_TEXT = re.compile(r"\bdata(?:\[|\.|/)(\d{1,6})\b")
_KNOWN = re.compile(r"duplicate|already|exists", re.IGNORECASE)
_MOST_FAULTS = 1000

#: The code of a fault by which somebody is there already, however HeyMilo words it.
DUPLICATE = "duplicate"

Place = tuple[str | int, ...]


def read_problem(status: int, body: bytes) -> Complaint:
    """Given an error answer, return its code and the fields it names.

    In a bulk ingestion a fault of the fourth person has the path ``("data", 3, ...)``, whether the
    answer wrote it as a FastAPI location or as ``data.3.email``, ``data[3].email`` or
    ``data/3/email``. ``status`` is not needed to tell the shapes apart.
    """
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return Complaint()
    if not isinstance(said, dict):
        return Complaint()
    error = said.get("error")
    if isinstance(error, dict):
        return _own_shape(error)
    detail = said.get("detail")
    if isinstance(detail, list):
        return _fastapi_shape(detail)
    code = _text(said.get("code")) or _text(error)
    return Complaint(_known(code, _text(detail), _text(said.get("message"))))


def _own_shape(error: dict[str, Any]) -> Complaint:
    faults = [
        Fault(_place(entry), _known(_text(entry.get("code")), _text(entry.get("message"))))
        for name in ("errors", "details")
        for entry in _entries(error.get(name))
    ]
    if not faults and (place := _place(error)):
        faults = [Fault(place, _text(error.get("code")))]
    code = _text(error.get("code")) or _text(error.get("type"))
    return Complaint(_known(code, _text(error.get("message"))), _distinct(faults))


def _fastapi_shape(detail: list[Any]) -> Complaint:
    faults = []
    for entry in _entries(detail):
        location = entry.get("loc")
        place = _location(location) if isinstance(location, list) else _place(entry)
        faults.append(Fault(place, _known(_text(entry.get("type")), _text(entry.get("msg")))))
    return Complaint(next((fault.code for fault in faults if fault.code), ""), _distinct(faults))


def _entries(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        yield from (entry for entry in value[:_MOST_FAULTS] if isinstance(entry, dict))


def _place(entry: dict[str, Any]) -> Place:
    """Where an entry points: by ``param``, else by a row number that its message names."""
    param = entry.get("param")
    if isinstance(param, str | int) and not isinstance(param, bool):
        return _location([_number(part) for part in _PART.findall(str(param))])
    row = _ROW_IN_TEXT.search(_text(entry.get("message")))
    return ("data", int(row[1])) if row else ()


def _location(parts: list[Any]) -> Place:
    """A location without the words that only say where in the request it is."""
    place = tuple(_number(p) for p in parts if isinstance(p, str | int) and not isinstance(p, bool))
    return place[1:] if place[:1] in (("body",), ("query",), ("path",)) else place


def _number(part: str | int) -> str | int:
    if isinstance(part, str) and part.isascii() and part.isdigit() and len(part) <= 6:
        return int(part)
    return part


def _known(code: str, text: str = "", more: str = "") -> str:
    """The code, or DUPLICATE where it or the prose says so; of the prose nothing else is kept."""
    return DUPLICATE if any(map(_KNOWN.search, (code, text, more))) else code


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _distinct(faults: list[Fault]) -> tuple[Fault, ...]:
    return tuple(dict.fromkeys(faults))
