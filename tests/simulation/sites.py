"""Places of the program at which it may end: every wait and both sides of every commit."""

import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

import syncd

_ROOT = str(Path(syncd.__file__).parent) + "/"
_OUTSIDE = (_ROOT + "sandbox/", _ROOT + "testing/", _ROOT + "clock.py")


@dataclass(frozen=True, slots=True)
class Site:
    """Where the program stood: ``kind`` is await, before commit or after commit.

    ``chain`` names every function of the program under way, the innermost first, as
    ``module:function:line``. So the same wait on two ways there is two sites.
    """

    kind: str
    chain: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.kind} in {' < '.join(self.chain[:4]) or '?'}"


_known: dict[tuple[object, ...], Site] = {}


def here(kind: str) -> Site:
    """The site of whoever calls the caller."""
    places: list[tuple[CodeType, int]] = []
    frame: Any = sys._getframe(2)
    while frame is not None:
        if _is_inside(frame.f_code):
            places.append((frame.f_code, frame.f_lineno))
        frame = frame.f_back
    key = (kind, *places)
    site = _known.get(key)
    if site is None:
        site = _known[key] = Site(kind, tuple(_name(code, line) for code, line in places))
    return site


@cache
def _is_inside(code: CodeType) -> bool:
    return code.co_filename.startswith(_ROOT) and not code.co_filename.startswith(_OUTSIDE)


def _name(code: CodeType, line: int) -> str:
    module = code.co_filename[len(_ROOT) :].removesuffix(".py").replace("/", ".")
    return f"{module}:{code.co_qualname.replace('.<locals>', '')}:{line}"


@dataclass(slots=True)
class Census:
    """The points a run came by, counted from 1 over all its processes.

    ``first`` tells at which point each site was passed first, ``cut_at`` at which ones the
    power fails, whoever comes by them.
    """

    cut_at: tuple[int, ...] = ()
    points: int = 0
    first: dict[Site, int] = field(default_factory=dict)

    def pass_point(self, site: Site) -> bool:
        """Count a point; whether the power fails there."""
        self.points += 1
        self.first.setdefault(site, self.points)
        return self.points in self.cut_at
