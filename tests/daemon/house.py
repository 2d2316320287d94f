"""A daemon on a clock that jumps, with a HeyMilo and a Workable for each of its connections."""

import asyncio
import gc
import random
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import httpx

from syncd.ats.workable.settings import WorkableSettings
from syncd.daemon.service import Daemon
from syncd.errors import SettingsError, StateError
from syncd.http.session import Network
from syncd.sandbox import Fault, FaultKind, Request, SandboxTransport, Side, World
from syncd.sandbox.log import Logged
from syncd.settings.schema import (
    ApplicantSettings,
    ConnectionSettings,
    HeyMiloSettings,
    PostingSettings,
    ScheduleSettings,
    Settings,
)
from syncd.store import Store, Tx, runs
from syncd.store.state import Fence
from tests.virtual import START, VirtualClock, run

T = TypeVar("T")
MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
CODE = "ENG-SCREEN"
SETTLE = 60.0


class JumpingClock(VirtualClock):
    """A virtual clock whose wall time somebody may set."""

    ahead = 0.0

    def now(self) -> float:
        return super().now() + self.ahead


class FaultyStore(Store):
    """A state that cannot be reached for a while."""

    down = False

    @contextmanager
    def read(self) -> Iterator[Tx]:
        self._require_up()
        with super().read() as tx:
            yield tx

    @contextmanager
    def write(self, hold: Fence | None = None) -> Iterator[Tx]:
        self._require_up()
        with super().write(hold) as tx:
            yield tx

    def _require_up(self) -> None:
        if self.down:
            raise StateError("The state cannot be reached.")


class Outage:
    """A fault policy: everything that ``hits`` picks goes wrong, while it is set."""

    def __init__(self) -> None:
        self.hits: Callable[[Request], bool] | None = None
        self.fault = Fault(FaultKind.REFUSED)

    def decide(self, request: Request) -> Fault | None:
        return self.fault if self.hits is not None and self.hits(request) else None

    def begin(self, side: Side | None = None, fault: Fault | None = None) -> None:
        """One side, or both, are gone from now on."""
        self.hits = lambda request: side is None or request.side is side
        self.fault = fault or Fault(FaultKind.REFUSED)

    def end(self) -> None:
        self.hits = None


class Account:
    """Both remote sides of one connection. ``true``: the clock that remote sides go by."""

    def __init__(self, name: str, true: VirtualClock, seed: int, mode: str = "sync") -> None:
        self.name, self.mode = name, mode
        self.outage = Outage()
        self.latency = 0.05
        self.world = World(seed, true, faults=self.outage)
        self.world.heymilo.resources.add_template(CODE, "Engineering screen")
        self.job = self.world.recruiters.add_job("Engineer").shortcode
        self.key = self.world.heymilo.api_key
        self.people = 0

    @property
    def urls(self) -> dict[str, Side]:
        return {
            f"https://heymilo-{self.name}.example.com": Side.HEYMILO,
            f"https://workable-{self.name}.example.com": Side.WORKABLE,
        }

    @property
    def settings(self) -> ConnectionSettings:
        heymilo, workable = self.urls
        return ConnectionSettings.model_validate(
            {
                "mode": self.mode,
                "heymilo": HeyMiloSettings.model_validate(
                    {"base_url": heymilo, "api_key": self.key, "settle": SETTLE}
                ),
                "ats": WorkableSettings.model_validate(
                    {
                        "type": "workable",
                        "base_url": workable,
                        "api_token": self.world.workable.token,
                        "settle": SETTLE,
                    }
                ),
                "postings": PostingSettings.model_validate(
                    {"templates": [{"template_code": CODE}]}
                ),
                "applicants": ApplicantSettings(),
            }
        )

    def apply(self) -> str:
        """Somebody applies."""
        self.people += 1
        return self.world.recruiters.apply(
            self.job,
            name=f"Givenname{self.people} Familyname{self.people}",
            email=f"person-{self.people}@people.example.com",
        )

    def invited(self) -> int:
        """How many invitations went out; fails if anybody had two."""
        sent = [one.external_id for one in self.world.heymilo.ledger.invitations]
        assert len(sent) == len(set(sent)), "somebody was invited twice"
        return len(sent)

    def finish(self, application: str, score: float = 80.0) -> None:
        people = self.world.people
        people.finish(people.invited_as(f"workable:{application}").id, score)

    def notes(self) -> int:
        return len(self.world.workable.account.done("comment"))

    def requests(self, since: float = 0.0, side: Side | None = None) -> list[Logged]:
        return [
            row
            for row in self.world.log.rows
            if row.at >= since and (side is None or row.side is side)
        ]


class _Transport(httpx.AsyncBaseTransport):
    """Every host to its account."""

    def __init__(self, house: "House") -> None:
        self._house = house

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        for account in self._house.accounts.values():
            if f"{request.url.scheme}://{request.url.host}" in account.urls:
                inner = SandboxTransport(
                    account.world, self._house.clock, sides=account.urls, latency=account.latency
                )
                return await inner.handle_async_request(request)
        raise httpx.ConnectError("no such host", request=request)


class House:
    """Accounts, one state, one daemon at a time; ``schedule`` holds for its next settings."""

    def __init__(self, url: str, folder: Path, start: float = START) -> None:
        self.clock = JumpingClock(start)
        self.accounts: dict[str, Account] = {}
        self.schedule: dict[str, str] = {}
        self.broken = False
        self.secret = "a secret of the house"
        plain = Store.open(url, folder, self.clock, durable=False)
        self.store = FaultyStore(plain.engine, self.clock, plain.place)
        self.daemon: Daemon | None = None
        self._seed = 0

    def add(self, name: str, mode: str = "sync") -> Account:
        self._seed += 1
        account = Account(name, _True(self.clock), self._seed, mode)
        self.accounts[name] = account
        return account

    @property
    def settings(self) -> Settings:
        return Settings.model_validate(
            {
                "installation": "0123456789ab",
                "secret": self.secret,
                "daemon": {"listen": ""},
                "schedule": ScheduleSettings.model_validate(self.schedule),
                "connections": {name: one.settings for name, one in self.accounts.items()},
            }
        )

    def load(self) -> Settings:
        if self.broken:
            raise SettingsError("settings.toml: results is not an interval")
        return self.settings

    def network(self) -> Network:
        return Network(
            clock=self.clock, transport=_Transport(self), chance=random.Random(self._seed).random
        )

    @asynccontextmanager
    async def running(self, notifier: Any = None) -> AsyncIterator[Daemon]:
        """A daemon at work; it ends in order, and leaves no task behind."""
        before = asyncio.all_tasks()
        daemon = Daemon(
            self.settings, self.load, self.store, self.network(), notifier, random.Random(3).random
        )
        self.daemon = daemon
        task = asyncio.create_task(daemon.run(), name="daemon")
        try:
            yield daemon
        finally:
            daemon.stop()
            await task
            left = {one for one in asyncio.all_tasks() - before if not one.done()}
            assert not left, f"tasks left: {left}"

    def play(self, work: Coroutine[Any, Any, T]) -> T:
        return run(self.clock, work)

    async def pass_time(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def runs(self, name: str) -> dict[str, runs.PhaseRun]:
        with self.store.read() as tx:
            return {one.phase: one for one in runs.last(tx, name)}

    def close(self) -> None:
        with suppress(StateError):
            self.store.close()
        gc.collect()


class _True(VirtualClock):
    """What time it really is: the house's clock, whatever somebody sets it to."""

    def __init__(self, inner: JumpingClock) -> None:
        super().__init__(inner.start)
        self._inner = inner

    def now(self) -> float:
        return VirtualClock.now(self._inner)

    def monotonic(self) -> float:
        return self._inner.monotonic()
