"""The dead man's switch: told of the start, of success and of failure, and never in the way."""

import asyncio

import httpx
import pytest

from syncd.daemon.health import ConnectionHealth, PassEnd
from syncd.daemon.ping import Ping
from syncd.http.network import Network
from syncd.settings.schema import DaemonSettings, Mode
from tests.listener.house import House

ADDRESS = "https://hc.example.com/ping/0123-4567"
END = PassEnd("acme", 1, 0, 1, ok=True)


class Switch:
    """Remembers what it was asked for; ``answer`` is a status or an error."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer: int | Exception = 200

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        if isinstance(self.answer, Exception):
            raise self.answer
        return httpx.Response(self.answer)


@pytest.fixture
def switch() -> Switch:
    return Switch()


@pytest.fixture
def ping(house: House, switch: Switch) -> Ping:
    network = Network(clock=house.clock, transport=httpx.MockTransport(switch))
    settings = DaemonSettings.model_validate({"ping_url": ADDRESS})
    return Ping(settings, house.health, network, house.counters)


async def until(switch: Switch, count: int) -> None:
    for _ in range(200):
        if len(switch.asked) >= count:
            return
        await asyncio.sleep(0)
    pytest.fail(f"it was asked for {switch.asked} alone")


async def test_start_success_and_failure(house: House, ping: Ping, switch: Switch) -> None:
    task = asyncio.create_task(ping.run())
    await until(switch, 1)
    house.ran("acme")
    ping.heard(END)
    await until(switch, 2)
    house.ran("acme", "results", outcome="failed")
    ping.heard(END)
    await until(switch, 3)
    house.ran("acme")
    ping.heard(END)
    await until(switch, 4)
    assert switch.asked == [f"{ADDRESS}/start", ADDRESS, f"{ADDRESS}/fail", ADDRESS]
    assert house.counters.pings == {"sent": 4}
    task.cancel()


async def test_the_same_is_said_once_a_minute(house: House, ping: Ping, switch: Switch) -> None:
    house.ran("acme")
    for _ in range(61):
        await ping.tell()
        house.clock.advance(1)
    assert switch.asked == [ADDRESS] * 2


async def test_connections_that_were_not_tried_yet_are_no_failure(
    house: House, ping: Ping, switch: Switch
) -> None:
    house.ran("acme")
    house.health.put(ConnectionHealth("globex", Mode.SYNC))
    await ping.tell()
    assert switch.asked == [ADDRESS]


@pytest.mark.parametrize("answer", [500, 404, httpx.ConnectError("no"), httpx.ReadTimeout("slow")])
async def test_what_cannot_be_reached_is_asked_again_and_its_address_not_told(
    house: House,
    ping: Ping,
    switch: Switch,
    answer: int | Exception,
    caplog: pytest.LogCaptureFixture,
) -> None:
    house.ran("acme")
    switch.answer = answer
    for _ in range(15):
        await ping.tell()
        house.clock.advance(1)
    assert len(switch.asked) == 1
    await ping.tell()
    assert len(switch.asked) == 2
    assert house.counters.pings == {"failed": 2}
    assert "could not be reached" in caplog.text
    assert "0123-4567" not in caplog.text


async def test_without_an_address_nothing_is_sent(house: House, switch: Switch) -> None:
    network = Network(clock=house.clock, transport=httpx.MockTransport(switch))
    await Ping(DaemonSettings(), house.health, network, house.counters).run()
    assert switch.asked == []
