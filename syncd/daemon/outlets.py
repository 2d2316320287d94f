"""Everything by which the daemon is seen and heard, opened and closed together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass

from syncd.daemon.health import Health
from syncd.daemon.listener import Listener, serve
from syncd.daemon.listener.counters import Counters
from syncd.daemon.listener.mailbox import Nudges
from syncd.daemon.notify import Notifier, open_addresses
from syncd.daemon.ping import Ping
from syncd.http.network import Network
from syncd.settings.schema import Settings
from syncd.store import Store


@dataclass(frozen=True, slots=True)
class Outlets:
    """``listener`` is None where the settings want none."""

    listener: Listener | None


@asynccontextmanager
async def outlets(
    settings: Settings,
    health: Health,
    nudges: Nudges,
    store: Store,
    *,
    counters: Counters | None = None,
    network: Network | None = None,
) -> AsyncIterator[Outlets]:
    """The listener, the dead man's switch and the notifications, for as long as the body runs.

    ``counters`` outlive a re-reading of the settings if the same are given again. Raises
    SettingsError, with nothing left open, when the settings cannot be carried out.
    """
    counters = counters or Counters()
    addresses = open_addresses(settings.daemon)
    ping = Ping(settings.daemon, health, network or Network(clock=store.clock), counters)
    notifier = Notifier(addresses, store, store.clock, counters)
    async with AsyncExitStack() as stack:
        listener = await serve(settings.daemon, health, nudges, store, settings, counters)
        if listener is not None:
            stack.push_async_callback(listener.aclose)
        for part in (counters.passed, ping.heard, notifier.heard):
            stack.callback(health.on_pass_end(part))
        stack.push_async_callback(ping.aclose)
        for name, work in (("ping", ping.run()), ("notify", notifier.run())):
            stack.push_async_callback(_end, asyncio.create_task(work, name=name))
        yield Outlets(listener)


async def _end(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
