"""Running phases over a connection, for real or as a rehearsal."""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from syncd.ats import registry
from syncd.ats.port import Ats
from syncd.errors import (
    CredentialsRefused,
    ExitCode,
    HoldLost,
    RemoteError,
    SyncdError,
)
from syncd.heymilo.client import HeyMilo
from syncd.http.session import Network
from syncd.journal.intent import Writer
from syncd.journal.journal import Journal
from syncd.journal.rehearsal import Rehearsal
from syncd.model.budget import BudgetUse
from syncd.model.keyed import Keyed
from syncd.model.marks import Marker
from syncd.passes.identity import open_keyed, recognise
from syncd.phases import applicants, postings, results, writeback
from syncd.phases.context import Context, Progress, Report, silent
from syncd.plan import Change, in_order
from syncd.settings.schema import ConnectionSettings, Mode, Settings
from syncd.store import Store, attention, runs
from syncd.store.budget_ledger import BudgetLedger
from syncd.store.copy import copy_state, scratch
from syncd.store.hold import Hold, holding

PHASES = {
    "postings": postings.run,
    "applicants": applicants.run,
    "results": results.run,
    "writeback": writeback.run,
}

_log = logging.getLogger("syncd.pass")


@dataclass(slots=True)
class PassResult:
    """What became of one connection's pass."""

    connection: str
    mode: Mode
    report: Report = field(default_factory=Report)
    codes: list[ExitCode] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    error: SyncdError | None = None

    def fail(self, error: SyncdError) -> None:
        """Something ended the pass, or a phase of it."""
        self.error = self.error or error
        self.report.errors.append(error)
        self.codes.append(error.exit_code)


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked of a pass: which phases, which refused groups are approved, how to tell."""

    phases: Sequence[str] = tuple(PHASES)
    approved: frozenset[str] = frozenset()
    wait: float = 0.0
    progress: Progress = silent


async def reconcile(
    settings: Settings, name: str, state: Store, network: Network, order: Order
) -> PassResult:
    """One pass over one connection, under its hold.

    Never raises a SyncdError: what went wrong is in the result.
    """
    connection = settings.connections[name]
    result = PassResult(name, connection.mode)
    if connection.mode is Mode.OFF:
        return result
    if connection.mode is Mode.PLAN:
        return await rehearse(settings, name, state, network, order)
    try:
        keyed = open_keyed(settings, state)
        async with holding(state, name, state.clock, order.wait) as hold:
            bound = replace(network, gate=hold.check, ledger=BudgetLedger(state))
            async with open_clients(connection, bound) as (heymilo, ats):
                writer = Journal(state, hold, state.clock)
                writer.recover()
                await _run(settings, name, state, hold, keyed, heymilo, ats, writer, order, result)
            with state.read() as tx:
                if attention.open_items(tx, name):
                    result.codes.append(ExitCode.ATTENTION)
    except SyncdError as error:
        result.fail(error)
    return result


async def rehearse(
    settings: Settings, name: str, state: Store, network: Network, order: Order
) -> PassResult:
    """What a pass would do now, on a scratch copy of the state; nothing else is touched."""
    connection = settings.connections[name]
    result = PassResult(name, connection.mode)
    if connection.mode is Mode.OFF:
        return result
    real = settings
    if connection.mode is Mode.PLAN:
        connection = connection.model_copy(update={"mode": Mode.SYNC})
        real = settings.model_copy(
            update={"connections": {**settings.connections, name: connection}}
        )
    copy = copy_state(state) if state.exists() else scratch(state.clock)
    try:
        with copy as sketch:
            keyed = open_keyed(settings, sketch)
            bound = replace(network, ledger=_ReadOnlyLedger(BudgetLedger(sketch)))
            async with open_clients(connection, bound) as (heymilo, ats):
                writer = Rehearsal(sketch, name)
                await _run(real, name, sketch, None, keyed, heymilo, ats, writer, order, result)
                result.changes = in_order(writer.changes)
    except SyncdError as error:
        result.fail(error)
    return result


async def _run(
    settings: Settings,
    name: str,
    state: Store,
    hold: Hold | None,
    keyed: Keyed,
    heymilo: HeyMilo,
    ats: Ats,
    writer: Writer,
    order: Order,
    result: PassResult,
) -> None:
    connection = settings.connections[name]
    row, fresh = await recognise(name, settings, connection, state, hold, heymilo, ats)
    ctx = Context(
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
        report=result.report,
        approved=order.approved,
        progress=order.progress,
        fresh_state=fresh,
    )
    for phase in PHASES:
        if phase in order.phases and not await _run_phase(ctx, phase, result):
            break
    if result.report.refusals:
        result.codes.append(ExitCode.REFUSED_BY_GUARD)
    if result.report.unfinished:
        result.codes.append(ExitCode.UNFINISHED)


async def _run_phase(ctx: Context, phase: str, result: PassResult) -> bool:
    """Run one phase and record it; return whether the next may run."""
    clock, report = ctx.clock, ctx.report
    before, left = report.counts.copy(), len(report.unfinished)
    with ctx.commit() as tx:
        runs.begin(tx, ctx.name, phase, clock.now())
    outcome, go_on = "done", True
    try:
        await PHASES[phase](ctx)
        if len(report.unfinished) > left:
            outcome = "unfinished"
    except HoldLost as error:
        result.fail(error)
        return False  # nothing may be committed any more
    except CredentialsRefused as error:
        result.fail(error)
        outcome, go_on = "refused", False
    except RemoteError as error:
        result.fail(error)
        outcome = "failed"
    counts = dict(report.counts - before)
    with ctx.commit() as tx:
        runs.end(tx, ctx.name, phase, clock.now(), outcome, counts, succeeded=outcome == "done")
    _log.info(
        "phase ended",
        extra={"connection": ctx.name, "phase": phase, "outcome": outcome, "counts": counts},
    )
    return go_on


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
