"""The machine that passes run on: its clock, its processes, and its power, which may fail."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from syncd.store import Store, Tx
from syncd.store.process import Process as StoredProcess
from syncd.store.state import Fence
from tests.simulation.sites import Census, Site, here
from tests.virtual import VirtualClock


class PowerCut(BaseException):
    """The process is no more. Not an Exception, so that nothing in the program handles it."""


@dataclass(slots=True)
class Host:
    """A machine. ``offset`` is what its wall clock is ahead of the truth, seconds."""

    base: VirtualClock
    offset: float = 0.0
    name: str = "host-a boot ns"
    dead: set[int] = field(default_factory=set)
    count: int = 100
    census: Census = field(default_factory=Census)

    def start(self, **plan: Any) -> "Process":
        """A new process, which remembers nothing."""
        self.count += 1
        return Process(self, self.count, **plan)


@dataclass(slots=True)
class Process:
    """One run of the program. Every wait and every commit is a point at which it may end.

    ``cut_at``: at which point the power fails, counted from 1; ``stall_at`` and ``stall_for``: at
    which point everything stands still, and for how many seconds. ``cut_write``: at which of its
    writes the power fails, ``cut_past`` points after it was handed over. ``elsewhere``: it runs on
    another machine, whose processes nobody here can see. ``counted``: its points belong to the
    census; those of a rehearsal, which changes nothing, do not.
    """

    host: Host
    pid: int
    cut_at: int | None = None
    cut_write: int | None = None
    cut_past: int = 2
    stall_at: int | None = None
    stall_for: float = 0.0
    elsewhere: bool = False
    counted: bool = True
    points: int = 0
    writes: int = 0
    alive: bool = True
    frozen_until: float = 0.0
    site: Site | None = None

    def require_power(self) -> None:
        if not self.alive:
            raise PowerCut

    def pass_point(self, kind: str) -> None:
        """Come by a point; maybe not further."""
        self.require_power()
        self.points += 1
        site = here(kind)
        if (self.counted and self.host.census.pass_point(site)) or self.points == self.cut_at:
            self.site = site
            self.end()
            raise PowerCut
        if self.points == self.stall_at:
            self.frozen_until = self.host.base.monotonic() + self.stall_for

    def write(self) -> None:
        """A write is handed over to the network; maybe the last one."""
        self.writes += 1
        if self.writes == self.cut_write:
            self.cut_at = self.points + self.cut_past

    def end(self) -> None:
        """The process is gone, as the machine can tell."""
        self.alive = False
        self.host.dead.add(self.pid)

    # The clock of the program

    def now(self) -> float:
        return self.host.base.now() + self.host.offset

    def monotonic(self) -> float:
        return self.host.base.monotonic()

    async def sleep(self, seconds: float) -> None:
        self.pass_point("await")
        await asyncio.sleep(max(0.0, seconds))
        # A process that is stopped sleeps on; its end may be put off meanwhile.
        while (left := self.frozen_until - self.monotonic()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(left)
        self.require_power()


class SimulatedStore(Store):
    """A state whose commits are points; it is as good as gone when its process is."""

    process: Process
    acts: list[int]  # who did something, in the order of time; shared by all runs

    @contextmanager
    def read(self) -> Iterator[Tx]:
        self.process.require_power()
        with super().read() as tx:
            yield tx

    @contextmanager
    def write(self, hold: Fence | None = None) -> Iterator[Tx]:
        self.process.require_power()
        with super().write(hold) as tx:
            yield tx
            self.process.pass_point("before commit")
        if hold is not None:
            self.acts.append(self.process.pid)
        self.process.pass_point("after commit")


running: ContextVar[Process] = ContextVar("running")


def _stored_here(_cls: type[StoredProcess]) -> StoredProcess:
    process = running.get()
    name = "host-b boot ns" if process.elsewhere else process.host.name
    return StoredProcess(name, process.pid, "1")


def _is_gone(stored: StoredProcess) -> bool:
    process = running.get()
    mine = "host-b boot ns" if process.elsewhere else process.host.name
    return stored.host == mine and stored.pid in process.host.dead


@contextmanager
def processes_of_the_simulation() -> Iterator[None]:
    """Let the lease see the processes of the simulation instead of this machine's."""
    with (
        patch.object(StoredProcess, "here", classmethod(_stored_here)),
        patch.object(StoredProcess, "is_gone", _is_gone),
    ):
        yield
