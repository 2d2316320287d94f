"""Hints that a phase should look sooner than its schedule says."""

import asyncio
from collections.abc import Collection

from syncd.passes.run import PHASES


class Nudges:
    """Who was nudged and not looked at since; any number of nudges is one early look.

    Bounded by what can be nudged: the phases of the connections it was told of. It is used on one
    event loop alone.
    """

    def __init__(self, connections: Collection[str] = ()) -> None:
        self._waiting: dict[str, set[str]] = {}
        self._rung: dict[str, asyncio.Event] = {}
        self.expect(connections)

    def expect(self, connections: Collection[str]) -> None:
        """These connections can be nudged from now on, and no others."""
        for gone in set(self._rung) - set(connections):
            self._waiting.pop(gone, None)
            self._rung.pop(gone)
        for name in connections:
            self._rung.setdefault(name, asyncio.Event())

    def nudge(self, connection: str, phase: str) -> None:
        """The phase may have something to find now. An unknown connection or phase is ignored."""
        bell = self._rung.get(connection)
        if bell is not None and phase in PHASES:
            self._waiting.setdefault(connection, set()).add(phase)
            bell.set()

    def waiting(self, connection: str) -> frozenset[str]:
        """The phases that were nudged and not taken since."""
        return frozenset(self._waiting.get(connection, ()))

    def take(self, connection: str, phases: Collection[str] = tuple(PHASES)) -> frozenset[str]:
        """Those of ``phases`` that were nudged; they are looked at now, later nudges count anew."""
        waiting = self._waiting.get(connection, set())
        taken = frozenset(waiting & set(phases))
        waiting -= taken
        return taken

    def bell(self, connection: str) -> asyncio.Event:
        """What rings at every nudge of an expected connection; whoever waits on it clears it."""
        return self._rung[connection]
