"""Virtual time itself."""

import asyncio
import time

import pytest

from tests.virtual import START, Stuck, VirtualClock, run


def test_sleepers_wake_in_the_order_of_their_time() -> None:
    clock, woken = VirtualClock(), []

    async def sleeper(seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append((seconds, clock.monotonic()))

    async def work() -> None:
        await asyncio.gather(*(sleeper(s) for s in (3600.0, 5.0, 86_400.0, 0.0)))

    began = time.monotonic()
    run(clock, work())
    assert time.monotonic() - began < 5
    assert woken == [(s, s) for s in (0.0, 5.0, 3600.0, 86_400.0)]
    assert clock.now() == START + 86_400


def test_a_keeper_does_not_let_time_run_away() -> None:
    clock, beats = VirtualClock(), []

    async def keeper() -> None:
        while True:
            await clock.sleep(10)
            beats.append(clock.monotonic())

    async def work() -> str:
        task = asyncio.create_task(keeper())
        await clock.sleep(35)
        task.cancel()
        return "done"

    assert run(clock, work()) == "done"
    assert beats == [10.0, 20.0, 30.0]
    clock.advance(5)
    assert clock.monotonic() == 40.0


def test_what_would_wait_for_ever_is_told() -> None:
    async def work() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(Stuck):
        run(VirtualClock(), work())


def test_time_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="backwards"):
        VirtualClock().advance(-1)


def test_timeouts_of_asyncio_are_virtual_too() -> None:
    clock = VirtualClock()

    async def work() -> None:
        async with asyncio.timeout(30):
            await clock.sleep(60)

    with pytest.raises(TimeoutError):
        run(clock, work())
    assert clock.monotonic() == 30
