"""Requests and answers as values, and the table that finds who answers."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from starlette.routing import compile_path


class Side(StrEnum):
    """Which remote side a request goes to."""

    HEYMILO = "heymilo"
    WORKABLE = "workable"
    ATS = "ats"  # a stand-in of any other, see syncd.testing


@dataclass(frozen=True)
class Request:
    """One request. ``origin`` is everything before ``path``, for links in answers.

    Header names are lower case. ``shift`` and ``rows`` are not on the wire: faults set them.
    ``shift`` moves the start of a page by so many rows, as if rows had moved meanwhile; ``rows``
    stops a bulk write after so many rows, as if the server had died half-way.
    """

    side: Side
    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    origin: str = ""
    shift: int = 0
    rows: int | None = None

    @cached_property
    def params(self) -> dict[str, str]:
        """The query; of a repeated name the last value."""
        return dict(self.query)

    def json(self) -> Any:
        """The body as JSON; raises ValueError if it is none."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """One answer: status, headers, body."""

    status: int
    body: bytes = field(default=b"", repr=False)
    headers: dict[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        return json.loads(self.body)

    def with_headers(self, headers: Mapping[str, str]) -> "Answer":
        return Answer(self.status, self.body, {**self.headers, **headers})


def say(status: int, value: Any) -> Answer:
    """An answer with a JSON body."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Answer(status, body, {"content-type": "application/json; charset=utf-8"})


def say_html(status: int, title: str) -> Answer:
    """What a proxy in front of an API says."""
    body = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return Answer(status, body.encode(), {"content-type": "text/html"})


def say_nothing(status: int = 200) -> Answer:
    """An empty ``text/plain`` answer, as Workable gives to most writes."""
    return Answer(status, b"", {"content-type": "text/plain; charset=utf-8"})


class Refusal(Exception):
    """Raised inside a side to end a request with ``answer``."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"answered {answer.status}")
        self.answer = answer


Handler = Callable[..., Answer]


class Routes:
    """Finds the handler of a method and path; the first added that matches wins."""

    def __init__(self) -> None:
        self._routes: list[tuple[str, Any, Handler]] = []

    def add(self, method: str, path: str, handler: Handler) -> None:
        """``path`` holds names in braces; they become arguments of ``handler``."""
        self._routes.append((method, compile_path(path)[0], handler))

    def find(self, method: str, path: str) -> tuple[Handler, dict[str, str]] | None:
        """The handler and its arguments, or None."""
        for candidate, pattern, handler in self._routes:
            if candidate == method and (match := pattern.match(path)):
                return handler, match.groupdict()
        return None

    def knows(self, path: str) -> bool:
        """Whether any method is served at ``path``."""
        return any(pattern.match(path) for _, pattern, _ in self._routes)
