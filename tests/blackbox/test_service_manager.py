"""The daemon as systemd starts it: ready, watched, reloaded, ended."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from .scene import LONG_AGO, Outcome, Raw, Scene, kill
from .test_daemon import until

pytestmark = [pytest.mark.sockets]

PHASES = ("postings", "applicants", "results", "writeback")


class Manager:
    """systemd's end of NOTIFY_SOCKET."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.messages: list[str] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(place))
        self._socket.setblocking(False)

    def heard(self, word: str) -> int:
        """How many messages begin with ``word`` up to now."""
        try:
            while True:
                self.messages.append(self._socket.recv(8192).decode())
        except BlockingIOError:
            return sum(message.startswith(word) for message in self.messages)

    def close(self) -> None:
        self._socket.close()


def start(scene: Scene, manager: Manager) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*scene.command("run"), "--log-format", "json", "--config", str(scene.config)],
        cwd=scene.folder,
        env={
            **scene.environment(),
            "NOTIFY_SOCKET": str(manager.place),
            "WATCHDOG_USEC": "1000000",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_ready_watched_reloaded_and_ended(scene: Scene) -> None:
    job = scene.workable.add_job("Role one")
    scene.set("applicants", applied_after=Raw(LONG_AGO))
    scene.tables = {"daemon": {"listen": ""}, "schedule": dict.fromkeys(PHASES, "1s")}
    first = scene.person(job)
    scene.write_settings()
    manager = Manager(scene.folder / "n")
    process = start(scene, manager)
    try:
        assert until(lambda: manager.heard("READY=1") == 1), manager.messages
        assert until(lambda: scene.invited() == [first])
        beats = manager.heard("WATCHDOG=1")
        assert until(lambda: manager.heard("WATCHDOG=1") >= beats + 3, 10)
        right = scene.config.read_text()
        scene.config.write_text(right.replace('results = "1s"', 'results = "often"'))
        os.kill(process.pid, signal.SIGHUP)
        assert until(lambda: manager.heard("STATUS=The new settings are wrong") == 1)
        assert manager.heard("RELOADING=1\nMONOTONIC_USEC=") == 1
        second = scene.person(job)
        assert until(lambda: sorted(scene.invited()) == sorted([first, second]))
        scene.config.write_text(right)
        os.kill(process.pid, signal.SIGHUP)
        assert until(lambda: manager.heard("READY=1") == 3)
        assert scene.run("reconcile", "--wait", "30").code in (0, 4)
        assert scene.run("attention", "list").code in (0, 4)
        manager.heard("")  # a queue that is full takes no more
        process.terminate()
        out, err = process.communicate(timeout=20)
        assert process.returncode == 0, err
        assert manager.heard("STOPPING=1") == 1
        scene.keep(Outcome(("run",), process.returncode, out, err, 0))
    finally:
        kill(process)
        manager.close()
        manager.place.unlink()


def test_ended_before_it_works(scene: Scene) -> None:
    """A service manager that changes its mind at once sees no failure."""
    scene.workable.add_job("Role one")
    scene.write_settings()
    code = (
        "import os, signal, sys\n"
        "import syncd.cli.app as app\n"
        "class Kill:\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name == 'syncd.cli.run':\n"
        "            os.kill(os.getpid(), signal.SIGHUP)\n"
        "            os.kill(os.getpid(), signal.SIGTERM)\n"
        "sys.meta_path.insert(0, Kill())\n"
        f"app.main(['run', '--config', {str(scene.config)!r}])\n"
    )
    command = [sys.executable, "-c", code]
    ended = subprocess.run(
        command, cwd=scene.folder, env=scene.environment(), capture_output=True, timeout=60
    )
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert scene.heymilo.log == []


def test_wrong_settings_end_it_with_2(scene: Scene) -> None:
    scene.tables = {"schedule": {"results": "often"}}
    scene.write_settings()
    assert scene.run("run").code == 2
