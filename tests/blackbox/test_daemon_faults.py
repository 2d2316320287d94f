"""A real daemon: remote sides and a database that come and go, and its end at a bad moment."""

import contextlib
import threading
import time
from collections.abc import Iterator

import pytest

from . import postgres
from .fakes.server import Fault
from .scene import LONG_AGO, Outcome, Raw, Scene, kill
from .test_daemon import until

pytestmark = [pytest.mark.sockets]

PHASES = ("postings", "applicants", "results", "writeback")
BULK = r"/candidates/bulk$"
ENDS = 20.0  # seconds that a service manager may have to wait


class Running:
    """`syncd run` on a schedule of a second; what it says is kept."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self._said: list[str] = []
        self.process = scene.start("run", "--log-format", "json")
        # A pipe that nobody empties would stop it one day.
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self._said.append(line)

    @property
    def said(self) -> str:
        return "".join(self._said)

    def end(self) -> Outcome:
        """SIGTERM: it ends with 0, in time, and has said nothing that it must not say."""
        begin = time.monotonic()
        self.process.terminate()
        code = self.process.wait(ENDS)
        took = time.monotonic() - begin
        self._reader.join(5)
        outcome = self.scene.keep(Outcome(("run",), code, "", self.said, took))
        assert code == 0, outcome
        return outcome


@contextlib.contextmanager
def running(scene: Scene) -> Iterator[Running]:
    """A daemon that does not outlive the block."""
    made = Running(scene)
    try:
        yield made
    finally:
        kill(made.process)


def prepare(scene: Scene, people: int, batch_size: int = 50) -> tuple[str, list[str]]:
    """A job with so many applicants, and the settings of a daemon; return both."""
    job = scene.workable.add_job("Role one")
    scene.set("applicants", applied_after=Raw(LONG_AGO), batch_size=batch_size)
    scene.rules = [{"status": ["completed"], "note": True}]
    scene.tables = {"daemon": {"listen": ""}, "schedule": dict.fromkeys(PHASES, "1s")}
    scene.write_settings()
    return job, [scene.person(job, age=1_000 - at) for at in range(people)]


def all_invited(scene: Scene, people: list[str]) -> bool:
    return sorted(scene.invited()) == sorted(people)


def check(scene: Scene, people: list[str]) -> None:
    """Nobody twice, nobody lost, one posting for the job."""
    assert all_invited(scene, people), scene.evidence()
    scene.check_invitations()
    scene.check_postings_of(*scene.workable.jobs)


def check_told(scene: Scene, people: list[str]) -> None:
    """Each result is told, once."""
    for one in people:
        scene.heymilo.finish(scene.interview(one), 80)
    assert until(lambda: len(scene.workable.done("note")) >= len(people), 90), scene.evidence()
    time.sleep(2)  # a second note would come with the next pass
    assert [len(scene.workable.done("note", one)) for one in people] == [1] * len(people)


def at_work(daemon: Running) -> bool:
    return daemon.process.poll() is None


def test_a_cycle_takes_seconds(scene: Scene) -> None:
    """Posting, invitation, result, note: on a schedule of a second none waits for long."""
    _, people = prepare(scene, 1)
    with running(scene) as daemon:
        began = time.monotonic()
        assert until(lambda: all_invited(scene, people)), daemon.said
        scene.heymilo.finish(scene.interview(people[0]), 80)
        assert until(lambda: bool(scene.workable.done("note")))
        assert time.monotonic() - began < 15
        daemon.end()
    check(scene, people)


@pytest.mark.slow
@pytest.mark.parametrize("side", ["heymilo", "workable"])
def test_a_side_is_gone_for_a_while(scene: Scene, side: str) -> None:
    """Nobody restarts it; it finds by itself that the side is there again."""
    fake = scene.heymilo if side == "heymilo" else scene.workable
    job, people = prepare(scene, 2)
    with running(scene) as daemon:
        assert until(lambda: all_invited(scene, people)), daemon.said
        with fake.away():
            people.append(scene.person(job))
            time.sleep(7)
            assert at_work(daemon), daemon.said
            assert not all_invited(scene, people)
        back = len(daemon.said)
        assert until(lambda: all_invited(scene, people), 30), daemon.said
        check_told(scene, people)
        assert until(lambda: "passes work again" in daemon.said[back:], 40), daemon.said
        daemon.end()
    told = daemon.said.count("a pass failed")
    assert 1 <= told <= 6, "a line for what is new, not for every attempt"
    check(scene, people)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [1.5, 11.0], ids=["answered", "not answered in time"])
def test_a_term_in_the_middle_of_a_batch(stored: Scene, seconds: float) -> None:
    """The second of five batches is under way: what it did is known, or found, not done twice."""
    scene = stored
    scene.settle = "15s" if seconds > 8 else "1s"
    _, people = prepare(scene, 20, batch_size=4)
    fault = scene.heymilo.break_("slow", "POST", BULK, skip=1, seconds=seconds)
    with running(scene) as daemon:
        assert until(lambda: fault.hits > 0), daemon.said
        time.sleep(0.2)
        daemon.end()
        invited = len(scene.invited())
        assert invited == (8 if seconds < 8 else 4)
    with scene.heymilo.watched() as seen:
        time.sleep(1.5)
    assert not [row for row in seen if "bulk" not in row.path], "it is at an end"
    with running(scene) as daemon:
        assert until(lambda: all_invited(scene, people), 60), scene.evidence()
        check_told(scene, people[:2])
        daemon.end()
    check(scene, people)


@pytest.fixture
def restarted(scene: Scene) -> Iterator[tuple[Scene, postgres.Cluster]]:
    """A scene on a PostgreSQL of its own, which the test may stop and start."""
    with postgres.cluster() as made:
        if made is None or made.control is None:
            pytest.skip("no PostgreSQL of the tests' own, which may be stopped")
        scene.database = made.create()
        yield scene, made


def held_back(scene: Scene, seconds: float) -> Fault:
    return scene.heymilo.break_("slow", "POST", BULK, seconds=seconds)


@pytest.mark.slow
def test_postgresql_is_stopped_and_started(
    restarted: tuple[Scene, postgres.Cluster],
) -> None:
    """Once between passes, and once while people are being invited, which cannot be stored."""
    scene, cluster = restarted
    job, people = prepare(scene, 2)
    with running(scene) as daemon:
        assert until(lambda: all_invited(scene, people)), daemon.said
        with cluster.away():
            people.append(scene.person(job))
            time.sleep(5)
            assert at_work(daemon), daemon.said
            assert not all_invited(scene, people), "nothing is written without the journal"
        assert until(lambda: all_invited(scene, people), 25), daemon.said
        fault = held_back(scene, 1.5)
        people.append(scene.person(job))
        assert until(lambda: fault.hits > 0), daemon.said
        with cluster.away():
            time.sleep(3)
            assert all_invited(scene, people), "the answer came while there was no database"
        # The hold could not be given back; nobody waits for half a minute until it ends.
        people.append(scene.person(job))
        assert until(lambda: all_invited(scene, people), 25), daemon.said
        assert "another run holds" not in daemon.said
        check_told(scene, people)
        assert at_work(daemon)
        daemon.end()
    check(scene, people)
    told = [line for line in daemon.said.splitlines() if "a pass failed" in line]
    assert 1 <= len(told) <= 6, "a line for what is new, not for every attempt"
    for foreign in ("psycopg", "sqlalchemy", "INSERT", "DETAIL"):
        assert foreign not in daemon.said
    assert daemon.process.returncode == 0


@pytest.mark.slow
def test_it_ends_in_order_without_its_database(
    restarted: tuple[Scene, postgres.Cluster],
) -> None:
    scene, cluster = restarted
    _, people = prepare(scene, 1)
    with running(scene) as daemon:
        assert until(lambda: all_invited(scene, people)), daemon.said
        with cluster.away():
            time.sleep(2)
            daemon.end()
    check(scene, people)
