"""Everything by which the daemon is seen and heard, opened and closed together."""

import asyncio
from contextlib import AsyncExitStack, suppress

from syncd.daemon.health import Health
from syncd.daemon.listener import Listener, serve
from syncd.daemon.listener.counters import Counters
from syncd.daemon.listener.mailbox import Nudges
from syncd.daemon.messages import Messenger, open_addresses
from syncd.daemon.ping import Ping
from syncd.http.network import Network
from syncd.settings.schema import Settings
from syncd.store import Store


class Outlets:
    """What is open; ``listener`` is None where the settings want none."""

    def __init__(self, listener: Listener | None, stack: AsyncExitStack) -> None:
        self.listener = listener
        self._stack = stack

    async def aclose(self) -> None:
        """Close everything; may be called again."""
        await self._stack.aclose()


async def open_outlets(
    settings: Settings,
    health: Health,
    nudges: Nudges,
    store: Store,
    counters: Counters,
    network: Network,
) -> Outlets:
    """Open the listener, the dead man's switch and the notifications.

    ``counters`` outlive a re-reading of the settings if the same are given again. Raises
    SettingsError, with nothing left open, when the settings cannot be carried out.
    """
    ping = Ping(settings.daemon, health, network, counters)
    messenger = Messenger(open_addresses(settings.daemon), store, store.clock, counters)
    async with AsyncExitStack() as stack:
        listener = await serve(settings.daemon, health, nudges, store, settings, counters)
        if listener is not None:
            stack.push_async_callback(listener.aclose)
        for part in (counters.passed, ping.heard, messenger.heard):
            stack.callback(health.on_pass_end(part))
        stack.push_async_callback(ping.aclose)
        for name, work in (("ping", ping.run()), ("messages", messenger.run())):
            stack.push_async_callback(_end, asyncio.create_task(work, name=name))
        return Outlets(listener, stack.pop_all())


async def _end(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
