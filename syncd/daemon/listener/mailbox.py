"""Hints from webhooks, collected for a moment and then handed on at once.

However many come, there is one write a second, of as many rows as there are postings, and one nudge
for each connection and phase.
"""

import asyncio
import logging
from collections import defaultdict
from contextlib import suppress
from typing import Protocol

from syncd.clock import Clock
from syncd.errors import StateError
from syncd.store import Store, hints

PAUSE = 1.0  # seconds in which hints gather
MOST_POSTINGS = 10_000  # waiting at once; what is more is found by polling

_log = logging.getLogger("syncd.listener")


class Nudges(Protocol):
    """Where the schedule takes a wish to run a phase now."""

    def nudge(self, connection: str, phase: str) -> None:
        """Run the phase of the connection soon; asking again before that changes nothing."""
        ...


class Mailbox:
    """Takes hints in and hands them on; :meth:`run` is the task that does so."""

    def __init__(self, store: Store, nudges: Nudges, clock: Clock) -> None:
        self._store = store
        self._nudges = nudges
        self._clock = clock
        self._postings: defaultdict[str, set[str]] = defaultdict(set)
        self._phases: set[tuple[str, str]] = set()
        self._filled = asyncio.Event()

    def hint_posting(self, connection: str, posting_id: str) -> bool:
        """A posting may have results; return whether that is news."""
        waiting = self._postings[connection]
        if posting_id in waiting or sum(map(len, self._postings.values())) >= MOST_POSTINGS:
            return False
        waiting.add(posting_id)
        self._filled.set()
        return True

    def hint_phase(self, connection: str, phase: str) -> bool:
        """A phase may have something to do; return whether that is news."""
        if (connection, phase) in self._phases:
            return False
        self._phases.add((connection, phase))
        self._filled.set()
        return True

    async def run(self) -> None:
        """Hand on what came in, for ever."""
        while True:
            await self._filled.wait()
            await self._clock.sleep(PAUSE)
            await self.empty()

    async def empty(self) -> None:
        """Hand on what is there now. What cannot be stored is dropped: polling finds it."""
        self._filled.clear()
        postings, self._postings = self._postings, defaultdict(set)
        phases, self._phases = self._phases, set()
        with suppress(StateError):
            if postings:
                await asyncio.to_thread(self._note, postings)
        for connection in postings:
            phases.add((connection, "results"))
        for connection, phase in sorted(phases):
            self._nudges.nudge(connection, phase)
        _log.debug("hints handed on", extra={"count": sum(map(len, postings.values()))})

    def _note(self, postings: dict[str, set[str]]) -> None:
        with self._store.write() as tx:
            for connection, ids in sorted(postings.items()):
                hints.add(tx, connection, ids, self._clock.now())
