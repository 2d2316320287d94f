"""What the listener shows, read from the state in one go and kept for some seconds."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from syncd.ats import registry
from syncd.clock import Clock
from syncd.daemon.health import ConnectionHealth, Health, Snapshot
from syncd.errors import StateError, SyncdError
from syncd.http.session import Network
from syncd.passes.opening import open_clients
from syncd.passes.standing import Standing, read_standing
from syncd.settings.schema import ConnectionSettings, Settings
from syncd.settings.units import Rate
from syncd.store import Store, attention, overview
from syncd.store.attention import Item
from syncd.store.budget_ledger import BudgetLedger
from syncd.store.overview import Held, Reached

KEPT = 5.0  # seconds for which a glance is good enough
DELAYS = 14 * 86_400.0  # seconds that the plot of delays goes back


@dataclass(frozen=True, slots=True)
class Account:
    """One credential's request limit: ``side`` is ``heymilo`` or ``ats``."""

    side: str
    scope: str
    rate: Rate


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of a limit is used: requests of the last window, and a wish to be left alone."""

    side: str
    used: int
    rate: Rate
    not_before: float | None


@dataclass(frozen=True, slots=True)
class ConnectionGlance:
    """One connection.

    ``delays``: when a result was written back, and seconds since its finish. ``health`` is None
    while the loop does not know the connection; ``late`` says why it is not ready.
    """

    settings: ConnectionSettings
    standing: Standing
    items: tuple[Item, ...] = ()
    held: tuple[Held, ...] = ()
    reached: Reached = field(default_factory=Reached)
    delays: tuple[tuple[float, float], ...] = ()
    usage: tuple[Usage, ...] = ()
    health: ConnectionHealth | None = None
    late: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.standing.name


@dataclass(frozen=True, slots=True)
class Glance:
    """All connections at one moment, epoch seconds on the local clock."""

    at: float
    connections: tuple[ConnectionGlance, ...]


async def find_accounts(settings: Settings, clock: Clock) -> Mapping[str, list[Account]]:
    """The request limits of each connection; nothing is sent.

    The clients name their budgets themselves; a network of its own collects them.
    """
    found: dict[str, list[Account]] = {}
    for name, connection in settings.connections.items():
        network = Network(clock=clock)
        try:
            async with open_clients(connection, network):
                pass
        except SyncdError:
            continue  # an ATS that cannot be opened is the loop's to tell
        found[name] = [
            Account("heymilo" if scope.startswith("heymilo:") else "ats", scope, budget.rate)
            for scope, budget in network.budgets.items()
        ]
    return found


class Window:
    """Looks at the state, at most once in :data:`KEPT` seconds, in a thread of its own."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        accounts: Mapping[str, list[Account]],
        health: Health,
    ) -> None:
        self._settings = settings
        self._store = store
        self._accounts = accounts
        self._health = health
        self._turn = asyncio.Lock()
        self._last: tuple[float, Glance] | None = None

    async def look(self) -> Glance:
        """What there is to see; raises StateError when the state cannot be read."""
        async with self._turn:
            clock = self._store.clock
            if self._last is None or clock.monotonic() - self._last[0] >= KEPT:
                seen = await asyncio.to_thread(self._read, self._health.snapshot())
                self._last = (clock.monotonic(), seen)
            return self._last[1]

    def _read(self, told: Snapshot) -> Glance:
        names = sorted(self._settings.connections)
        return Glance(told.at, tuple(self._read_one(name, told) for name in names))

    def _read_one(self, name: str, told: Snapshot) -> ConnectionGlance:
        now = told.at
        connection = self._settings.connections[name]
        standing = read_standing(self._store, name, connection)
        with self._store.read() as tx:
            items = attention.open_items(tx, name)
            held = overview.held_back(tx, name)
            reached = overview.count_reached(tx, name)
            delays = overview.told_since(tx, name, now - DELAYS)
        return ConnectionGlance(
            settings=connection,
            standing=standing,
            items=tuple(items),
            held=tuple(held),
            reached=reached,
            delays=tuple(delays),
            usage=tuple(self._use(account, now) for account in self._accounts.get(name, ())),
            health=next((one for one in told.connections if one.name == name), None),
            late=tuple(reason for reason in told.reasons if reason.startswith(f"{name}: ")),
        )

    def _use(self, account: Account, now: float) -> Usage:
        try:
            use = BudgetLedger(self._store).load(account.scope)
        except StateError:
            use = None
        starts = use.starts if use else ()
        wish = use.not_before if use else None
        recent = sum(now - account.rate.seconds < start <= now for start in starts)
        return Usage(
            account.side, recent, account.rate, wish if wish is not None and wish > now else None
        )


def link_to(connection: ConnectionSettings, item: Item) -> str | None:
    """Where a recruiter sees what an item is about, in the ATS; None where that is not known."""
    try:
        link = registry.connector(connection.ats.type).link
    except SyncdError:
        return None
    if link is None or not (item.job_id or item.application_id):
        return None
    address = link(connection.ats, item.job_id, item.application_id)
    return address if address and address.startswith(("https://", "http://")) else None
