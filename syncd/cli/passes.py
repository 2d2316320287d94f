"""Running passes for commands: settings, state, signals, progress."""

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from syncd.cli.console import progress
from syncd.cli.context import load_settings, open_state
from syncd.cli.options import Options
from syncd.clock import SystemClock
from syncd.errors import SyncdError, UsageError
from syncd.http.drain import Drain
from syncd.http.session import Network
from syncd.passes.run import PHASES, Order, PassResult
from syncd.settings.schema import Settings
from syncd.store import Store, migrate

PATIENCE = 8.0  # seconds for which SIGTERM waits for an answer; service managers wait 10 or more

T = TypeVar("T")
Runner = Callable[[Settings, str, Store, Network, Order], Awaitable[PassResult]]


class Interrupted(SyncdError):
    """SIGTERM came; what is committed stays, the next run goes on from there."""


def run_passes(
    options: Options,
    connection: str | None,
    phases: Sequence[str],
    runner: Runner,
    *,
    approved: Sequence[str] = (),
    wait: float = 0.0,
    migrated: bool = True,
) -> list[PassResult]:
    """Run ``runner`` over the connections asked for, one after the other.

    ``migrated``: bring the state up to date first (creating it). Raises SettingsError and
    UsageError before anything is tried.
    """
    # What the imports made stays, so it need not be searched for cycles again and again, and
    # statements and rows come and go too fast for a search after every 700.
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    settings = load_settings(options)
    names = choose(settings, connection)
    with open_state(settings) as state, progress(options, "starting") as tell:
        if migrated:
            migrate.ensure(state, settings.database.migrate)

        def show(phase: str, what: str, done: int, total: int | None = None) -> None:
            tell(f"{phase}: {what} {done}" + (f" of {total}" if total else ""))

        order = Order(
            phases=tuple(phases) or tuple(PHASES),
            approved=frozenset(approved),
            wait=wait,
            progress=show,
        )

        network = Network(clock=SystemClock())

        async def every() -> list[PassResult]:
            return [await runner(settings, name, state, network, order) for name in names]

        return run_until_terminated(every, network.drain)


def choose(settings: Settings, connection: str | None) -> list[str]:
    """The connections asked for; raises UsageError for a name that is none."""
    if connection is None:
        return sorted(settings.connections)
    if connection not in settings.connections:
        known = ", ".join(sorted(settings.connections))
        raise UsageError(
            f"There is no connection {connection!r} in the settings; there is {known}."
        )
    return [connection]


def run_until_terminated(body: Callable[[], Awaitable[T]], drain: Drain | None = None) -> T:
    """Run ``body``; SIGTERM cancels it where it waits, and raises Interrupted.

    With ``drain`` a write under way first gets its answer, for up to 8 s or until a second SIGTERM.
    """

    async def guarded() -> T:
        task = asyncio.ensure_future(body())
        loop = asyncio.get_running_loop()
        asked = 0

        def end() -> None:
            nonlocal asked
            asked += 1
            if drain is not None and drain.ask() and asked == 1:
                loop.call_later(PATIENCE, task.cancel)
            else:
                task.cancel()

        loop.add_signal_handler(signal.SIGTERM, end)
        try:
            return await task
        except asyncio.CancelledError:
            raise Interrupted(
                "stopped by SIGTERM; what was done is stored, and the next run goes on from there"
            ) from None
        finally:
            loop.remove_signal_handler(signal.SIGTERM)

    return asyncio.run(guarded())
