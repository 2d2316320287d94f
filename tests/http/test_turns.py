"""Whose request comes next when several kinds of errand want one budget."""

import asyncio
from collections import Counter

import pytest

from syncd.http.turns import SHARES, Turns, on_errand


class Line:
    """A lock that somebody holds, and what was served of those who wait for it."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.served: list[str] = []
        self.tasks: list[asyncio.Task[None]] = []
        self._open = asyncio.Event()
        self.holder = asyncio.create_task(self._hold())

    async def _hold(self) -> None:
        async with self.turns.take():
            await self._open.wait()

    async def want(self, kind: str) -> None:
        with on_errand(kind):
            async with self.turns.take():
                self.served.append(kind)
                await asyncio.sleep(0)

    async def join(self, *kinds: str) -> None:
        self.tasks += [asyncio.create_task(self.want(kind)) for kind in kinds]
        await asyncio.sleep(0)

    async def serve(self) -> list[str]:
        self._open.set()
        await asyncio.gather(self.holder, *self.tasks, return_exceptions=True)
        return self.served


async def test_the_most_urgent_first() -> None:
    line = Line()
    await asyncio.sleep(0)
    line.turns._served.extend(kind for kind in SHARES for _ in range(20))  # everybody had a share
    await line.join("sweeps", "results", "postings", "applicants", "writeback")
    assert await line.serve() == list(SHARES)


async def test_of_one_kind_whoever_came_first() -> None:
    line = Line()
    order: list[int] = []

    async def want(number: int) -> None:
        async with line.turns.take():
            order.append(number)

    await asyncio.sleep(0)
    line.tasks += [asyncio.create_task(want(number)) for number in range(5)]
    await asyncio.sleep(0)
    await line.serve()
    assert order == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("kind", SHARES)
async def test_each_kind_has_its_least_share(kind: str) -> None:
    """However many others wait, and however urgent they are."""
    line = Line()
    await asyncio.sleep(0)
    others = [other for other in SHARES if other != kind]
    await line.join(*(other for other in others for _ in range(300)), *([kind] * 300))
    served = (await line.serve())[:300]
    assert Counter(served)[kind] >= 0.9 * SHARES[kind] * len(served)
    assert len(served) == 300


async def test_a_share_that_nobody_wants_is_used_by_others() -> None:
    line = Line()
    await asyncio.sleep(0)
    await line.join(*["results"] * 50)
    assert await line.serve() == ["results"] * 50


async def test_whoever_gives_up_holds_up_nobody() -> None:
    line = Line()
    await asyncio.sleep(0)
    await line.join("writeback", "applicants", "results")
    line.tasks[0].cancel()
    await asyncio.sleep(0)
    assert await line.serve() == ["applicants", "results"]
    async with asyncio.timeout(1):
        await line.want("sweeps")


async def test_a_turn_that_comes_when_nobody_wants_it_any_more_goes_on() -> None:
    line = Line()
    await asyncio.sleep(0)
    await line.join("writeback", "results")
    line._open.set()
    await asyncio.sleep(0)  # the turn is given, but not taken yet
    line.tasks[0].cancel()
    await asyncio.gather(*line.tasks, line.holder, return_exceptions=True)
    assert line.served == ["results"]
    async with asyncio.timeout(1):
        await line.want("sweeps")
