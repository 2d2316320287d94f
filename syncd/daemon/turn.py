"""One pass under way, and how it is brought to its end early."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from syncd import logs
from syncd.clock import Clock
from syncd.daemon.waiting import stop, wait_until
from syncd.http.drain import Drain
from syncd.http.session import Network
from syncd.passes.run import Order, PassResult, reconcile
from syncd.phases.context import Looks
from syncd.settings.schema import Settings
from syncd.store import Store

PATIENCE = 8.0
"""Seconds for which a write under way may take to get its answer before it is cut off."""

LONGEST_PHASE = 3600.0
"""Seconds after which a phase is ended; what it did is stored, the next one goes on from there."""

LONGEST_END = 30.0
"""Seconds after which a pass that was told to end, and did not, is stuck."""


class Turn:
    """A pass of a connection that has begun. ``phase`` is the one that runs.

    ``began`` is epoch seconds; ``started`` and ``since``, the last beginning or end of a phase,
    are monotonic.
    ``ran`` are the phases that ended, with their outcome and how many seconds they took.
    """

    def __init__(
        self,
        settings: Settings,
        name: str,
        store: Store,
        network: Network,
        phases: tuple[str, ...],
        watch: Callable[[str, str | None], None],
        looks: Looks | None = None,
    ) -> None:
        self.began = network.clock.now()
        self.phases = phases
        self.phase: str | None = None
        self.started = self.since = network.clock.monotonic()
        self.ran: dict[str, tuple[str, float]] = {}
        self.overdue = False
        self._clock: Clock = network.clock
        self._watch = watch
        self._drain = Drain()
        self._ended: float | None = None
        own = replace(network, drain=self._drain)
        order = Order(phases=phases, watch=self._note, looks=looks, quiet=True)
        with logs.about(connection=name):
            self.task: asyncio.Task[PassResult] = asyncio.create_task(
                reconcile(settings, name, store, own, order), name=f"pass {name}"
            )

    def __repr__(self) -> str:
        return f"Turn({self.phases}, phase={self.phase})"

    async def result(self) -> PassResult | None:
        """Wait for the end; None if the pass was ended early. Raises what is no SyncdError.

        A phase that takes longer than an hour is ended.
        """
        limit = asyncio.create_task(self._limit(), name=f"limit of {self.task.get_name()}")
        try:
            await asyncio.wait([self.task])
        finally:
            await stop([limit])
        return None if self.task.cancelled() else self.task.result()

    async def end(self) -> None:
        """Let no further request begin, and the one under way get its answer, within 8 s."""
        if self._ended is None:
            self._ended = self._clock.monotonic()
        if self._drain.ask():
            await wait_until(self._clock, PATIENCE, self.task)
        self.task.cancel()

    @property
    def stuck(self) -> bool:
        """Whether it was told to end and does not."""
        return (
            self._ended is not None
            and not self.task.done()
            and self._clock.monotonic() - self._ended > LONGEST_END
        )

    async def _limit(self) -> None:
        while (left := self.since + LONGEST_PHASE - self._clock.monotonic()) > 0:
            # A rest too small for the clock to count would be waited for for ever.
            await self._clock.sleep(max(0.01, left))
        self.overdue = True
        await self.end()

    def _note(self, phase: str, outcome: str | None) -> None:
        moment = self._clock.monotonic()
        if outcome is None:
            self.phase = phase
        else:
            self.ran[phase] = outcome, moment - self.since
            self.phase = None
        self.since = moment
        self._watch(phase, outcome)
