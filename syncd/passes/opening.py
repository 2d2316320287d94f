"""Opening a connection: to act on it under its hold, or to rehearse on a copy of the state."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from syncd.ats import registry
from syncd.ats.port import Ats
from syncd.heymilo.client import HeyMilo
from syncd.http.session import Network
from syncd.journal.intent import Writer
from syncd.journal.journal import Journal
from syncd.journal.rehearsal import Rehearsal
from syncd.model.budget import BudgetUse
from syncd.model.keyed import Keyed
from syncd.model.marks import Marker
from syncd.passes.identity import open_keyed, recognise
from syncd.phases.context import Context
from syncd.settings.schema import ConnectionSettings, Mode, Settings
from syncd.store import Store
from syncd.store.budget_ledger import BudgetLedger
from syncd.store.copy import copy_state, scratch
from syncd.store.hold import Hold, holding


@asynccontextmanager
async def acting(
    settings: Settings, name: str, state: Store, network: Network, wait: float = 0.0
) -> AsyncIterator[Context]:
    """A connection held by this run, whose journal writes to the remote sides.

    ``wait``: seconds to wait for another run of the connection. Raises HeldByAnother after that.
    """
    keyed = open_keyed(settings, state)
    async with holding(state, name, state.clock, wait) as hold:
        bound = replace(network, gate=hold.check, ledger=BudgetLedger(state))
        async with open_clients(settings.connections[name], bound) as (heymilo, ats):
            journal = Journal(state, hold, state.clock)
            journal.recover()
            yield await _context(settings, name, state, hold, keyed, heymilo, ats, journal)


@asynccontextmanager
async def rehearsing(
    settings: Settings, name: str, state: Store, network: Network
) -> AsyncIterator[Context]:
    """A connection on a scratch copy of the state; no remote write leaves, nothing is stored.

    What mode "plan" keeps from being done is rehearsed as in mode "sync".
    """
    connection = settings.connections[name]
    if connection.mode is Mode.PLAN:
        connection = connection.model_copy(update={"mode": Mode.SYNC})
        settings = settings.model_copy(
            update={"connections": {**settings.connections, name: connection}}
        )
    with copy_state(state) if state.exists() else scratch(state.clock) as sketch:
        keyed = open_keyed(settings, sketch)
        bound = replace(network, ledger=_ReadOnlyLedger(BudgetLedger(sketch)))
        async with open_clients(connection, bound) as (heymilo, ats):
            writer = Rehearsal(sketch, name)
            yield await _context(settings, name, sketch, None, keyed, heymilo, ats, writer)


async def _context(
    settings: Settings,
    name: str,
    state: Store,
    hold: Hold | None,
    keyed: Keyed,
    heymilo: HeyMilo,
    ats: Ats,
    writer: Writer,
) -> Context:
    connection = settings.connections[name]
    row = await recognise(name, settings, connection, state, hold, heymilo, ats)
    return Context(
        name=name,
        settings=connection,
        store=state,
        hold=hold,
        clock=state.clock,
        keyed=keyed,
        marker=Marker(row.owner, connection.ats.type),
        heymilo=heymilo,
        ats=ats,
        writer=writer,
        public_url=settings.daemon.public_url,
    )


@asynccontextmanager
async def open_clients(
    connection: ConnectionSettings, network: Network
) -> AsyncIterator[tuple[HeyMilo, Ats]]:
    """Clients of both sides, closed at the end."""
    heymilo = HeyMilo.open(connection.heymilo, network)
    try:
        ats = registry.connector(connection.ats.type).open(connection.ats, network)
        try:
            yield heymilo, ats
        finally:
            await ats.aclose()
    finally:
        await heymilo.aclose()


@dataclass(frozen=True, slots=True)
class _ReadOnlyLedger:
    """A rehearsal heeds the budget's use and adds nothing to the state."""

    inner: BudgetLedger

    def load(self, scope: str) -> BudgetUse | None:
        return self.inner.load(scope)

    def save(self, scope: str, use: BudgetUse) -> None:
        return None
