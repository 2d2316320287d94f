"""A listener on SQLite with two connections, behind its door but not on a socket."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.clock import ManualClock
from tests.listener.house import House


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    """SQLite, unless a test is parametrised otherwise."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture
async def house(migrated_url: str, tmp_path: Path, clock: ManualClock) -> AsyncIterator[House]:
    """Settings, an empty state and counters; the listener is built when it is first asked."""
    house = House(migrated_url, tmp_path, clock)
    yield house
    await house.aclose()


@pytest.fixture
def ask(house: House) -> httpx.AsyncClient:
    """A client of the listener, by its loopback name."""
    return house.client
