"""A listener on a real socket, in a thread of its own, over a state that does not change."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from syncd.daemon.listener import Listener, serve
from tests.listener.house import House


@contextmanager
def living(house: House) -> Iterator[str]:
    """Serve the house; gives the address of its page."""
    house.daemon = {"listen": "127.0.0.1:0", **house.daemon}
    started = threading.Event()
    told: list[Listener] = []
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def work() -> None:
        settings = house.settings
        listener = await serve(
            settings.daemon, house.health, house.nudged, house.store, settings, house.counters
        )
        assert listener is not None
        told.append(listener)
        started.set()
        await stop.wait()
        await listener.aclose()

    thread = threading.Thread(target=lambda: loop.run_until_complete(work()))
    thread.start()
    try:
        assert started.wait(10)
        host, port = told[0].address
        yield f"http://{host}:{port}"
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()
        assert not thread.is_alive()
