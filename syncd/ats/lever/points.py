"""The lists that tell what changed, one after the other, and where a read of them goes on."""

import json
from dataclasses import dataclass
from typing import Final

from syncd.ats.lever.pages import SIDE, path_of
from syncd.ats.listing import Page
from syncd.errors import CursorExpired

# How far a read of changes reaches back before the last one began: changes that Lever stamped but
# did not list yet, and clocks that differ between its servers.
OVERLAP = 300.0

OPPORTUNITIES: Final = path_of("opportunities")


@dataclass(frozen=True, slots=True)
class Leg:
    """One of the lists: its path, and the filter that says since when (milliseconds).

    ``gone``: it tells the ids of what was deleted, and nothing else.
    """

    path: str
    since: str
    gone: bool = False


# Lever says that ``updatedAt`` can be null; somebody new must be found even then. Whoever was
# deleted stands in neither of the first two.
LEGS: Final = (
    Leg(OPPORTUNITIES, "updated_at_start"),
    Leg(OPPORTUNITIES, "created_at_start"),
    Leg(path_of("opportunities", "deleted"), "deleted_at_start", gone=True),
)


@dataclass(frozen=True, slots=True)
class Point:
    """Where a read goes on.

    ``since``: milliseconds, None for everybody, which is one list; ``leg``: in which of the lists;
    ``offset``: after which page; ``started``: when it began on Lever's clock, None before the first
    answer.
    """

    since: int | None
    leg: int = 0
    offset: str | None = None
    started: float | None = None

    def after(self, page: Page) -> "Point | None":
        """Where it goes on after a page of its list; None at the end of the last one."""
        started = page.as_of if self.started is None else self.started
        if page.next is not None:
            return Point(self.since, self.leg, page.next, started)
        if self.since is not None and self.leg + 1 < len(LEGS):
            return Point(self.since, self.leg + 1, None, started)
        return None

    def token(self) -> str:
        return json.dumps([self.since, self.leg, self.offset, self.started])

    @classmethod
    def read(cls, token: str) -> "Point":
        """Raises CursorExpired for a token that is none."""
        try:
            since, leg, offset, started = json.loads(token)
            if not 0 <= int(leg) < len(LEGS):
                raise ValueError
            return cls(
                None if since is None else int(since),
                int(leg),
                None if offset is None else str(offset),
                float(started),
            )
        except (ValueError, TypeError, LookupError, OverflowError):
            raise expired() from None

    @classmethod
    def since_cursor(cls, cursor: str | None) -> "Point":
        """Where a read begins; raises CursorExpired for a cursor that is none."""
        if cursor is None:
            return cls(None)
        if not cursor.isascii() or not cursor.isdecimal():
            raise expired()
        return cls(int(cursor))


def cursor_of(started: float | None) -> str | None:
    """The cursor of a read that began then on Lever's clock."""
    return None if started is None else str(int((started - OVERLAP) * 1000))


def expired(status: int | None = None) -> CursorExpired:
    """The error for a cursor or page that Lever does not know any more."""
    return CursorExpired(
        f"{SIDE} does not know any more where the last read stopped; everything is read once more.",
        side=SIDE,
        request=f"GET {OPPORTUNITIES}",
        status=status,
    )
