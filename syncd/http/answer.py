"""What goes between a client and its session: answers, complaints, rights to write."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NoReturn

from syncd.errors import Fault, Uncertain
from syncd.http.budget import Start


@dataclass(slots=True)
class Slot:
    """The right to start ONE write, got from :meth:`Session.reserve`.

    ``start_by`` is the latest moment on the monotonic clock, None for no limit; the journal sets
    it right after the commit that says the write is being sent.
    """

    start_by: float | None = None
    used: bool = False
    start: Start | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Complaint:
    """What an error body says, without its prose: a code, and the fields complained about."""

    code: str = ""
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Answer:
    """A 2xx answer. ``headers`` are found in any case of letters; ``body`` is decoded."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    side: str = ""
    request: str = ""

    def json(self) -> Any:
        """The body as JSON. Raises Uncertain when it is empty, cut off, or something else."""
        return self._parsed

    @cached_property
    def _parsed(self) -> Any:
        try:
            return json.loads(self.body, parse_constant=_refuse)
        except (ValueError, RecursionError):
            raise Uncertain(
                f"{self.side or 'The remote side'} answered {self.request or 'a request'} with "
                f"{self.status} but not with readable JSON; the next look will show what is true.",
                side=self.side,
                request=self.request,
                status=self.status,
            ) from None


def _refuse(_: str) -> NoReturn:
    """NaN and Infinity are not JSON, and a score must never be one."""
    raise ValueError
