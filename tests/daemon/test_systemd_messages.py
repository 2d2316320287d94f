"""What systemd is told, on real sockets of both kinds."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.daemon.systemd import Notifier

pytestmark = pytest.mark.sockets


class Manager:
    """The service manager's end. ``address`` is what stands in NOTIFY_SOCKET."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self._socket.setblocking(False)

    def heard(self) -> list[str]:
        found = []
        while True:
            try:
                found.append(self._socket.recv(4096).decode())
            except BlockingIOError:
                return found

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    place = str(tmp_path / "n") if request.param == "path" else f"@syncd-test-{os.getpid()}"
    made = Manager(place)
    yield made
    made.close()


def test_a_busy_manager_hears_later_what_it_waits_for(manager: Manager) -> None:
    notifier = Notifier(manager.address)
    for number in range(2_000):  # more than a queue takes
        notifier.status(f"line {number}")
    notifier.ready()
    notifier.status("in step")
    notifier.alive()
    assert "READY=1" not in manager.heard()
    notifier.alive()
    notifier.status("in step")
    assert manager.heard() == ["READY=1", "WATCHDOG=1", "STATUS=in step"]


def test_everything_that_is_said_arrives(manager: Manager) -> None:
    notifier = Notifier.from_environment({"NOTIFY_SOCKET": manager.address})
    notifier.status("two connections\nin step")
    notifier.status("two connections in step")
    notifier.ready()
    notifier.alive()
    notifier.reloading(12.5)
    notifier.stopping()
    assert manager.heard() == [
        "STATUS=two connections in step",
        "READY=1",
        "WATCHDOG=1",
        "RELOADING=1\nMONOTONIC_USEC=12500000",
        "STOPPING=1",
    ]
    assert notifier.watchdog is None


@pytest.mark.parametrize(
    ("environ", "limit"),
    [
        ({"WATCHDOG_USEC": "3000000"}, 3.0),
        ({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": str(os.getpid())}, 3.0),
        ({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_the_watchdog_is_this_process_s_own(environ: dict[str, str], limit: float | None) -> None:
    assert Notifier.from_environment(environ).watchdog == limit


def test_a_manager_that_is_gone_disturbs_nothing(tmp_path: Path) -> None:
    for address in ("", str(tmp_path / "nobody"), "@nobody-listens-here", "x" * 300):
        Notifier(address).ready()


def test_a_manager_that_does_not_read_disturbs_nothing(manager: Manager) -> None:
    notifier = Notifier(manager.address)
    for number in range(3_000):
        notifier.status(f"line {number}")
    assert manager.heard()
