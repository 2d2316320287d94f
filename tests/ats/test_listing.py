"""What the lists of several vendors share."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from syncd.ats.listing import Page, follow, read_named
from syncd.ats.port import ApplicationPage
from syncd.ats.wire import millis_of
from syncd.errors import Uncertain
from syncd.model.ats import Application


class Listing:
    """Pages by the token that leads to them; every look is counted."""

    def __init__(self, pages: dict[str | None, tuple[list[Any], str | None]]) -> None:
        self.pages = pages
        self.looks = 0

    async def fetch(self, token: str | None) -> Page:
        self.looks += 1
        if self.looks > 100:
            pytest.fail("it never ends")
        rows, further = self.pages[token]
        return Page(rows, further, 0.0)

    async def read(self, token: str | None = None) -> list[list[Any]]:
        pages = follow(self.fetch, token, side="ATS", request="GET /list")
        return [list(page.rows) async for page in pages]


A, B = {"id": "a"}, {"id": "b"}


async def test_each_row_comes_once_and_empty_pages_lead_on() -> None:
    listing = Listing({None: ([A], "1"), "1": ([], "2"), "2": ([A, B, 7], None)})
    assert await listing.read() == [[A], [], [B, 7]]


async def test_a_list_is_read_from_where_it_stopped() -> None:
    assert await Listing({"1": ([B], None)}).read("1") == [[B]]


@pytest.mark.parametrize("to", ["1", "0"])
async def test_tokens_that_come_again_are_no_list_though_rows_look_new(to: str) -> None:
    nameless: list[Any] = [{"name": "x"}]  # cannot be told from one seen before
    listing = Listing({"0": (nameless, "1"), "1": (nameless, to)})
    with pytest.raises(Uncertain, match="circles"):
        await listing.read("0")
    assert listing.looks == 2


async def test_ever_new_tokens_without_anything_new_are_no_list() -> None:
    listing = Listing({None: ([A], "1"), **{str(n): ([A], str(n + 1)) for n in range(1, 99)}})
    with pytest.raises(Uncertain, match="circles"):
        await listing.read()


def row(key: str) -> Application:
    return Application(key, "j", "c", "s", name="", email=None)


async def test_named_rows_are_read_alone_where_the_list_does_not_show_them() -> None:
    alone: list[str] = []

    async def listed() -> AsyncIterator[ApplicationPage]:
        yield ApplicationPage([row("a"), row("x")], 0.0)
        yield ApplicationPage([row("b")], 0.0)

    async def read_one(key: str) -> tuple[Application | None, float]:
        alone.append(key)
        return (None if key == "gone" else row(key)), 0.0

    found = [
        one.id
        async for page in read_named(["a", "b", "c", "gone"], 2, listed, read_one)
        for one in page.rows
    ]
    assert found == ["a", "x", "b", "c"]
    assert alone == ["c", "gone"]
    assert [p async for p in read_named([], 2, listed, read_one)] == []


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        (1_782_974_048_515, 1_782_974_048.515),
        ("1782974048515", 1_782_974_048.515),
        (1500.5, 1.5005),
        (0, None),
        (-5, None),
        (None, None),
        (True, None),
        ("soon", None),
        (10**30, None),
        (float("nan"), None),
        (float("inf"), None),
        ([1], None),
    ],
)
def test_milliseconds(value: Any, moment: float | None) -> None:
    assert millis_of(value) == moment
