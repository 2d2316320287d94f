"""Waiting on the daemon's clock for whatever comes first."""

import asyncio
from collections.abc import Iterable
from typing import Any

from syncd.clock import Clock


async def wait_until(
    clock: Clock, seconds: float, *done: asyncio.Event | asyncio.Task[Any]
) -> bool:
    """Wait until an event is set or a task is done, for ``seconds`` at most; return whether one is.

    A task that is waited for is left to itself when the time is over.
    """
    own = [asyncio.create_task(clock.sleep(seconds), name="timer")]
    own += [
        asyncio.create_task(_set(one), name="event")
        for one in done
        if isinstance(one, asyncio.Event)
    ]
    others = [one for one in done if isinstance(one, asyncio.Task)]
    try:
        await asyncio.wait([*own, *others], return_when=asyncio.FIRST_COMPLETED)
    finally:
        await stop(own)
    return any(one.is_set() if isinstance(one, asyncio.Event) else one.done() for one in done)


async def stop(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel these and wait until they are gone."""
    pending = [task for task in tasks if not task.done()]
    for task in pending:
        task.cancel()
    if pending:
        await asyncio.wait(pending)


async def _set(event: asyncio.Event) -> None:
    await event.wait()
