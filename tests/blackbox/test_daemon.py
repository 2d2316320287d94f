"""The daemon: the same passes on a schedule, a listener on loopback, an orderly end."""

import http.client
import socket
import time
from collections.abc import Callable

import pytest

from .scene import LONG_AGO, Outcome, Raw, Scene, kill

pytestmark = [pytest.mark.sockets]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def get(port: int, path: str) -> tuple[int, str]:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        link.request("GET", path)
        answer = link.getresponse()
        return answer.status, answer.read().decode()
    except OSError:
        return 0, ""
    finally:
        link.close()


def until(true: Callable[[], bool], seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.1)
    return False


@pytest.mark.slow
def test_the_daemon_keeps_both_sides_in_step(scene: Scene) -> None:
    port = free_port()
    job = scene.workable.add_job("Role one")
    scene.set("applicants", applied_after=Raw(LONG_AGO))
    scene.rules = [{"status": ["completed"], "note": True}]
    scene.tables = {
        "daemon": {"listen": f"127.0.0.1:{port}"},
        "schedule": dict.fromkeys(("postings", "applicants", "results", "writeback"), "1s"),
    }
    first = scene.person(job)
    scene.write_settings()
    process = scene.start("run")
    try:
        assert until(lambda: scene.invited() == [first]), scene.evidence()
        second = scene.person(job)
        assert until(lambda: sorted(scene.invited()) == sorted([first, second]))
        scene.heymilo.finish(scene.interview(first), 80)
        assert until(lambda: len(scene.workable.done("note", first)) == 1)
        assert get(port, "/healthz")[0] == 200
        assert until(lambda: get(port, "/readyz")[0] == 200)
        status, metrics = get(port, "/metrics")
        assert status == 200
        assert "syncd_" in metrics
        status, page = get(port, "/")
        assert status == 200
        assert not scene.traces_in((page + metrics).encode())
        assert scene.run("status").code in (0, 4)
        assert scene.run("plan").code in (0, 3)
        time.sleep(2)
        process.terminate()
        begin = time.monotonic()
        out, err = process.communicate(timeout=30)
        assert time.monotonic() - begin < 15
        scene.keep(Outcome(("run",), process.returncode, out, err, 0))
        assert process.returncode == 0, err
    finally:
        kill(process)
    assert len(scene.workable.done("note")) == 1
    with scene.heymilo.watched() as seen:
        time.sleep(1.5)
    assert seen == []


def test_the_demo_needs_nothing_and_leaves_nothing(scene: Scene) -> None:
    outcome = scene.run("demo", config=False)
    assert outcome.code == 0, outcome
    assert outcome.out.strip()
    left = [path for path in scene.folder.rglob("*") if path.is_file()]
    assert left == []
    assert scene.heymilo.log == scene.workable.log == []
