"""The daemon as a whole: its connections, its listener, its service manager."""

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import replace

from syncd.daemon.health import Health, PassEnd, Snapshot
from syncd.daemon.listener.counters import Counters
from syncd.daemon.nudges import Nudges
from syncd.daemon.outlets import Outlets, open_outlets
from syncd.daemon.runner import Means, Runner
from syncd.daemon.systemd import Notifier
from syncd.daemon.waiting import stop, wait_until
from syncd.errors import SettingsError, SyncdError
from syncd.http.session import Network
from syncd.http.trust import Trust
from syncd.passes.identity import open_keyed
from syncd.settings.schema import Mode, Settings
from syncd.store import Store

FIRST_TRY = 45.0
"""Seconds after which it is said to be ready, even if a connection's first pass still runs."""

LAST_WAIT = 8.0
"""Seconds that passes have to end after the last write got its answer."""

_TICK = 60.0

_log = logging.getLogger("syncd.daemon")


class Daemon:
    """What `syncd run` runs. ``load`` reads the settings anew and raises SettingsError.

    ``network`` is the way out, whose clock is everybody's.
    """

    def __init__(
        self,
        settings: Settings,
        load: Callable[[], Settings],
        store: Store,
        network: Network,
        notifier: Notifier | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.health = Health(network.clock)
        self.nudges = Nudges(settings.connections)
        self.counters = Counters()
        self.outlets: Outlets | None = None
        self._load = load
        self._clock = network.clock
        self._notifier = notifier or Notifier()
        self._means = Means(settings, store, network, self.health, self.nudges, chance)
        self._runners: dict[str, Runner] = {}
        self._tasks: dict[asyncio.Task[None], Runner] = {}
        self._stop = asyncio.Event()
        self._reread = asyncio.Event()
        self._refusal = ""

    def stop(self) -> None:
        """End in order: the write under way gets its answer, what was done is stored."""
        self._stop.set()

    def reload(self) -> None:
        """Read the settings again; wrong ones are refused as a whole."""
        self._reread.set()

    async def run(self) -> None:
        """Work until :meth:`stop`. Raises SettingsError if the listener cannot be opened."""
        settings = self._means.settings
        await self._open_outlets(settings)
        part = self.health.on_pass_end(self._passed)
        watchdog = asyncio.create_task(self._feed(), name="watchdog")
        try:
            for name in settings.connections:
                self._add(name)
            self._tell()
            await self._become_ready()
            while not self._stop.is_set():
                await wait_until(self._clock, _TICK, self._stop, self._reread)
                if self._reread.is_set() and not self._stop.is_set():
                    self._reread.clear()
                    await self._take_over()
                self._tell()
        finally:
            self._notifier.stopping()
            await self._end()
            part()
            await stop([watchdog])

    # Beginning

    def _add(self, name: str) -> None:
        runner = self._runners[name] = Runner(name, self._means)
        task = asyncio.create_task(runner.run(), name=f"connection {name}")
        self._tasks[task] = runner
        task.add_done_callback(lambda done: self._tasks.pop(done, None))

    async def _become_ready(self) -> None:
        async def every_first_pass() -> None:
            for runner in self._runners.values():
                await runner.tried.wait()

        first = asyncio.create_task(every_first_pass(), name="first passes")
        try:
            await wait_until(self._clock, FIRST_TRY, self._stop, first)
        finally:
            await stop([first])
        if not self._stop.is_set():
            self._notifier.ready()
            self._tell()
            _log.info("running", extra={"connections": len(self._runners)})

    async def _open_outlets(self, settings: Settings) -> None:
        means = self._means
        self.outlets = await open_outlets(
            settings, self.health, self.nudges, means.store, self.counters, means.network
        )

    async def _close_outlets(self) -> None:
        outlets, self.outlets = self.outlets, None
        if outlets is not None:
            await outlets.aclose()

    # While it runs

    async def _feed(self) -> None:
        """Tell the service manager that the loop turns and no pass hangs."""
        every = (self._notifier.watchdog or 2 * _TICK) / 2
        while True:
            stuck = [runner for runner in self._tasks.values() if not runner.watch()]
            if not stuck:
                self._notifier.alive()
            await self._clock.sleep(every)

    def _passed(self, _end: PassEnd) -> None:
        self._tell()

    def _tell(self) -> None:
        told = self._refusal or describe(self.health.snapshot())
        self._notifier.status(told)

    async def _take_over(self) -> None:
        """Go by the settings as they are now, or say why not and stay with those that hold."""
        self._notifier.reloading(self._clock.monotonic())
        try:
            await self._change(self._load())
        except SyncdError as error:
            _log.error("the settings were not taken over, the old ones hold: %s", error)
            # Told until they are right: a pass that ends well says nothing of the next start.
            self._refusal = f"The new settings are wrong, the old ones hold: {error}"
        else:
            _log.info("settings taken over", extra={"connections": len(self._runners)})
            self._refusal = ""
        self._tell()
        self._notifier.ready()

    async def _change(self, new: Settings) -> None:
        old = self._means.settings
        if new.database != old.database:
            raise SettingsError("database cannot change while syncd runs: restart it")
        open_keyed(new, self._means.store)
        if new != old:
            await self._move_outlets(old, new)
        self._means.settings = new
        # Passes under way keep their budgets; the ledger in the state ties old and new together.
        self._means.network = replace(self._means.network, budgets={}, trust=Trust())
        gone = self._runners.keys() - new.connections.keys()
        for name in gone:
            self._runners.pop(name).retire()
        self.nudges.expect(new.connections)
        self.health.drop(gone)
        for runner in self._runners.values():
            runner.follow_settings()
        for name in new.connections.keys() - self._runners.keys():
            self._add(name)

    async def _move_outlets(self, old: Settings, new: Settings) -> None:
        await self._close_outlets()
        try:
            await self._open_outlets(new)
        except SyncdError:
            await self._open_outlets(old)
            raise

    # Ending

    async def _end(self) -> None:
        tasks = list(self._tasks)
        if tasks:
            for runner in self._tasks.values():
                runner.retire()
            async with asyncio.TaskGroup() as group:
                for runner in self._tasks.values():
                    group.create_task(runner.end())
            gone = asyncio.create_task(asyncio.wait(tasks), name="last passes")
            await wait_until(self._clock, LAST_WAIT, gone)
            await stop([gone, *tasks])
        await self._close_outlets()


def describe(seen: Snapshot) -> str:
    """How things stand, in a line."""
    active = [one for one in seen.connections if one.mode is not Mode.OFF]
    bad = [reason for reason in seen.reasons if not reason.endswith("not tried yet")]
    if bad:
        return "; ".join(bad)
    waiting = sum(not one.tried for one in active)
    people = sum(one.attention for one in active)
    parts = [f"{len(active)} connection{'s' * (len(active) != 1)}"]
    parts.append(f"{waiting} not tried yet" if waiting else "in step")
    if people:
        parts.append(f"{people} with something that needs a person")
    return ", ".join(parts)
