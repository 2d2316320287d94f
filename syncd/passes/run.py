"""Running phases over a connection, for real or as a rehearsal."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from syncd import logs
from syncd.errors import (
    CredentialsRefused,
    ExitCode,
    HoldLost,
    RemoteError,
    SyncdError,
)
from syncd.http.session import Network
from syncd.http.turns import on_errand
from syncd.journal.rehearsal import Rehearsal
from syncd.passes.opening import acting, rehearsing
from syncd.phases import applicants, postings, results, writeback
from syncd.phases.context import Context, Looks, Progress, Report, silent
from syncd.plan import Change, in_order
from syncd.settings.schema import Mode, Settings
from syncd.store import Store, attention, runs

PHASES = {
    "postings": postings.run,
    "applicants": applicants.run,
    "results": results.run,
    "writeback": writeback.run,
}

# Counts of what is so, not of what was done: every pass finds them again.
_STANDING = frozenset(
    {
        "held back by only_emails",
        "postings not there",
        "unknown statuses",
        "waiting",
        "waiting for hours",
        "webhooks left for later",
    }
)

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


class PhaseWatch(Protocol):
    """Who is told when a phase begins (``outcome`` is None) and how it ended.

    Outcomes are ``done``, ``unfinished``, ``failed``, ``refused``, and ``ended`` for one that was
    cut short before it could tell.
    """

    def __call__(self, phase: str, outcome: str | None) -> None: ...


def _unwatched(phase: str, outcome: str | None) -> None:
    """Nobody is."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked of a pass: which phases, which refused groups are approved, how to tell.

    ``looks`` bounds the requests for results; without it every posting is looked at. ``quiet``
    logs a phase that found nothing to do for debugging only.
    """

    phases: Sequence[str] = tuple(PHASES)
    approved: frozenset[str] = frozenset()
    wait: float = 0.0
    progress: Progress = silent
    looks: Looks | None = None
    watch: PhaseWatch = _unwatched
    quiet: bool = False


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
        async with acting(settings, name, state, network, order.wait) as ctx:
            await _run(ctx, order, result)
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
    try:
        async with rehearsing(settings, name, state, network) as ctx:
            await _run(ctx, order, result)
            if isinstance(ctx.writer, Rehearsal):
                result.changes = in_order(ctx.writer.changes)
    except SyncdError as error:
        result.fail(error)
    return result


async def _run(ctx: Context, order: Order, result: PassResult) -> None:
    ctx.report = result.report
    ctx.approved = order.approved
    ctx.progress = order.progress
    ctx.looks = order.looks
    number = ctx.hold.fence if ctx.hold is not None else None
    for phase in PHASES:
        if phase in order.phases:
            with logs.about(**{"connection": ctx.name, "pass": number, "phase": phase}):
                if not await _run_phase(ctx, phase, order, result):
                    break
    if result.report.refusals:
        result.codes.append(ExitCode.REFUSED_BY_GUARD)
    if result.report.unfinished:
        result.codes.append(ExitCode.UNFINISHED)


async def _run_phase(ctx: Context, phase: str, order: Order, result: PassResult) -> bool:
    """Run one phase and record it; return whether the next may run."""
    clock, report, watch = ctx.clock, ctx.report, order.watch
    before, left = report.counts.copy(), len(report.unfinished)
    with ctx.commit() as tx:
        runs.begin(tx, ctx.name, phase, clock.now())
    watch(phase, None)
    outcome, go_on = "done", True
    try:
        with on_errand(phase):
            await PHASES[phase](ctx)
        if len(report.unfinished) > left:
            outcome = "unfinished"
    except HoldLost as error:
        watch(phase, "ended")
        result.fail(error)
        return False  # nothing may be committed any more
    except CredentialsRefused as error:
        result.fail(error)
        outcome, go_on = "refused", False
    except RemoteError as error:
        result.fail(error)
        outcome = "failed"
    except BaseException:
        watch(phase, "ended")
        raise
    counts = dict(report.counts - before)
    with ctx.commit() as tx:
        runs.end(tx, ctx.name, phase, clock.now(), outcome, counts, succeeded=outcome == "done")
    watch(phase, outcome)
    said = {word: number for word, number in counts.items() if number}
    idle = outcome == "done" and not set(said) - _STANDING
    _log.log(
        logging.DEBUG if idle and order.quiet else logging.INFO,
        "phase ended",
        extra={"outcome": outcome, "counts": said},
    )
    return go_on
