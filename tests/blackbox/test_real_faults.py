"""Real processes on a machine that fails them: killed, ended, without room, without their state."""

import contextlib
import os
import random
import resource
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from . import postgres
from .fakes.server import Fault
from .scene import LONG_AGO, Outcome, Raw, Scene, kill

pytestmark = [pytest.mark.sockets]

BULK = r"/candidates/bulk$"
KILLS = 25


def fill(scene: Scene, jobs: int, people: int, batch_size: int = 4) -> list[str]:
    """So many jobs with so many people each, all to be invited; return the applications."""
    shortcodes = [scene.workable.add_job(f"Role {number}") for number in range(jobs)]
    scene.set("applicants", applied_after=Raw(LONG_AGO), batch_size=batch_size, max_per_run=1000)
    scene.rules = [{"status": ["completed"], "note": True, "tag": "HeyMilo: done"}]
    scene.write_settings()
    return [
        scene.person(job, age=9_000 - at * jobs - number)
        for at in range(people)
        for number, job in enumerate(shortcodes)
    ]


@contextlib.contextmanager
def running(scene: Scene) -> Iterator[subprocess.Popen[str]]:
    """A pass in the background, which does not outlive the block."""
    process = scene.start("reconcile")
    try:
        yield process
    finally:
        kill(process)


def wait_for(what: Callable[[], bool], running: subprocess.Popen[str], seconds: float = 60) -> bool:
    """Whether it came true while the process still ran."""
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it never came true"
        if running.poll() is not None:
            return False
        time.sleep(0.002)
    return True


def ended(scene: Scene, running: subprocess.Popen[str], seconds: float = 60) -> Outcome:
    """How a process in the background ended, checked as every other."""
    begin = time.monotonic()
    out, err = running.communicate(timeout=seconds)
    took = time.monotonic() - begin
    return scene.keep(Outcome(("reconcile",), running.returncode, out, err, took))


def in_doubt(scene: Scene) -> int:
    """How many invitations have no certain outcome, as `status` tells."""
    (told,) = scene.run("status", "--json").document()["connections"]
    number = told["counts"]["invitations without certain outcome"]
    assert isinstance(number, int)
    return number


def check(scene: Scene, people: list[str]) -> None:
    """Nobody twice, nobody lost, one posting a job."""
    assert sorted(scene.invited()) == sorted(people)
    scene.check_invitations()
    scene.check_postings()
    scene.check_postings_of(*scene.workable.jobs)


def check_told_once(scene: Scene, people: list[str]) -> None:
    for one in people:
        assert len(scene.workable.done("note", one)) == 1
        assert scene.workable.done("tag", one) == ["HeyMilo: done"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [11])
def test_killed_again_and_again(stored: Scene, seed: int) -> None:
    """Each of 25 runs in a row dies while a request of its own is under way, or right after one."""
    scene, chance = stored, random.Random(seed)
    people = fill(scene, jobs=3, people=4)
    fakes = (scene.heymilo, scene.workable)
    for fake in fakes:
        fake.break_("slow", times=-1, seconds=0.01)
    finished: set[str] = set()
    killed = 0
    for _ in range(4 * KILLS):
        if killed == KILLS:
            break
        seen = sum(len(fake.log) for fake in fakes)
        far = chance.choice((1, 2, 4, 7, 11, 16, 22))
        process = scene.start("reconcile")
        alive = wait_for(lambda: sum(len(f.log) for f in fakes) >= seen + far, process)  # noqa: B023
        time.sleep(chance.uniform(0, 0.03))
        killed += alive and process.poll() is None
        kill(process)
        for one in list(scene.heymilo.interviews.values()):
            if one.interview_id not in finished and chance.random() < 0.2:
                finished.add(one.interview_id)
                scene.heymilo.finish(one, chance.randrange(101))
        people.append(scene.person(chance.choice(list(scene.workable.jobs))))
    assert killed == KILLS
    assert scene.heymilo.invitations, "nothing was done between the kills"
    for fake in fakes:
        fake.faults.clear()
    scene.converge(rounds=20, expect=0)
    for one in scene.heymilo.interviews.values():
        if one.interview_id not in finished:
            scene.heymilo.finish(one, 50)
    scene.converge(rounds=20, expect=0)
    check(scene, people)
    check_told_once(scene, people)


class TestTerm:
    """SIGTERM: no further request, the answer under way is taken in, the next run goes on."""

    def begin(self, scene: Scene, seconds: float) -> tuple[list[str], Fault, Outcome]:
        """End a run while its second batch is under way, which takes so many seconds."""
        people = fill(scene, jobs=2, people=10)
        fault = scene.heymilo.break_("slow", "POST", BULK, skip=1, seconds=seconds)
        process = scene.start("reconcile")
        assert wait_for(lambda: fault.hits > 0, process)
        time.sleep(0.2)
        process.terminate()
        outcome = ended(scene, process)
        assert outcome.seconds < 10, outcome
        assert outcome.code == 1, outcome
        assert len(outcome.err.splitlines()) == 1, outcome
        assert "stopped by SIGTERM" in outcome.err
        return people, fault, outcome

    def test_a_term_in_the_middle_of_a_batch(self, stored: Scene) -> None:
        scene = stored
        people, _, _ = self.begin(scene, 1.5)
        assert len(scene.invited()) == 8, "two batches of four were answered"
        assert in_doubt(scene) == 0
        with scene.heymilo.watched() as seen:
            scene.reconcile(expect=0)
        assert sum(len(row.body["data"]) for row in seen if row.writes) == 12
        check(scene, people)

    @pytest.mark.slow
    def test_an_answer_that_does_not_come_in_time(self, scene: Scene) -> None:
        """HeyMilo applies it later, within the time that an uncertain write may take."""
        scene.settle = "15s"
        people, _, _ = self.begin(scene, 11)
        assert len(scene.invited()) == 4
        assert in_doubt(scene) == 4
        scene.converge(rounds=30, expect=0)
        check(scene, people)

    def test_a_term_while_it_waits(self, scene: Scene) -> None:
        """A server that asked for two minutes is not what a service manager waits for."""
        people = fill(scene, jobs=1, people=3)
        scene.heymilo.break_(
            "status_before", "GET", r"/candidates$", status=429, headers={"Retry-After": "100"}
        )
        process = scene.start("reconcile")
        assert wait_for(lambda: bool(scene.heymilo.requests(path=r"/candidates$")), process)
        time.sleep(0.3)
        process.terminate()
        outcome = ended(scene, process)
        assert outcome.seconds < 3, outcome
        assert (outcome.code, scene.invited()) == (1, [])
        assert in_doubt(scene) == 0
        assert len(people) == 3

    @pytest.mark.slow
    def test_a_second_one_does_not_wait_for_the_answer(self, scene: Scene) -> None:
        people = fill(scene, jobs=1, people=4)
        fault = scene.heymilo.break_("slow", "POST", BULK, seconds=6)
        process = scene.start("reconcile")
        assert wait_for(lambda: fault.hits > 0, process)
        process.terminate()
        time.sleep(0.3)
        assert process.poll() is None, "the first one waits"
        process.terminate()
        assert ended(scene, process).seconds < 4
        time.sleep(6)
        scene.converge(expect=0)
        check(scene, people)


class Disk:
    """A small file system of its own, to be filled to the brim."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def leave(self, kilobytes: int) -> None:
        """Leave only so much room."""
        self.free()
        room = shutil.disk_usage(self.folder).free - kilobytes * 1024
        with self._filler.open("wb") as file, contextlib.suppress(OSError):
            for _ in range(max(0, room) // 4096):
                file.write(bytes(4096))
                file.flush()

    def free(self) -> None:
        self._filler.unlink(missing_ok=True)


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Disk]:
    """A small disk; skips where mounting is not allowed."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0777", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("this user may not mount a small disk")
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def cramped(
    request: pytest.FixtureRequest, scene: Scene, tmp_path: Path
) -> Iterator[tuple[Scene, Disk]]:
    """A scene whose state lies on a disk of its own."""
    if request.param == "sqlite":
        with small_disk(tmp_path / "disk", 16) as disk:
            scene.database = f"sqlite:///{disk.folder}/state.db"
            yield scene, disk
        return
    cluster: postgres.Cluster | None = request.getfixturevalue("cluster")
    if cluster is None or os.environ.get(postgres.DSN):
        pytest.skip("no PostgreSQL of the tests' own, whose disk may be filled")
    # The server's user must reach it.
    place = Path(f"/tmp/syncd-disk-{os.getpid()}-{random.randrange(10**9)}")
    with small_disk(place, 40) as disk, cluster.tablespace(disk.folder / "data") as name:
        scene.database = cluster.create(name)
        yield scene, disk
    place.rmdir()


def told_once(outcome: Outcome, *words: str) -> None:
    """One sentence about the state, and nothing that a driver said."""
    lines = [line for line in outcome.err.splitlines() if "The state" in line]
    assert len(lines) == 1, outcome
    for word in words:
        assert word in lines[0], outcome
    for foreign in ("sqlite3", "psycopg", "sqlalchemy", "INSERT", "DETAIL", "extend file"):
        assert foreign not in outcome.err, outcome


@pytest.mark.slow
def test_a_full_disk(cramped: tuple[Scene, Disk]) -> None:
    """Whenever the room runs out: one sentence, exit 1, and with room again all is well."""
    scene, disk = cramped
    people = fill(scene, jobs=2, people=2, batch_size=30)
    scene.converge(expect=0)
    full = 0
    for kilobytes in (0, 16, 48, 96, 160, 240):
        people += [scene.person(job) for job in scene.workable.jobs for _ in range(40)]
        disk.leave(kilobytes)
        outcome = scene.reconcile(expect=(0, 1))
        if outcome.code == 1 and "The state" in outcome.err:
            full += 1
            told_once(outcome, "disk")
            if not scene.database.startswith("postgresql"):
                told_once(outcome, "the disk is full: make room")
    assert full >= 2, "there was room all the time"
    disk.free()
    scene.converge(expect=0)
    check(scene, people)


def test_a_disk_that_is_full_when_an_answer_is_to_be_stored(
    cramped: tuple[Scene, Disk],
) -> None:
    """People are invited and it cannot be written down: they are found, not invited again."""
    scene, disk = cramped
    people = fill(scene, jobs=1, people=100, batch_size=100)
    fault = scene.heymilo.break_("slow", "POST", BULK, seconds=1)
    process = scene.start("reconcile")
    assert wait_for(lambda: fault.hits > 0, process)
    disk.leave(0)
    outcome = ended(scene, process)
    assert outcome.code == 1, outcome
    told_once(outcome, "disk is full")
    assert len(scene.invited()) == 100
    disk.free()
    assert in_doubt(scene) == 100
    scene.converge(expect=0)
    check(scene, people)


def test_a_file_that_may_not_grow(scene: Scene) -> None:
    """A quota, as `ulimit -f` sets one: not the same error as a full disk."""
    people = fill(scene, jobs=1, people=4)
    scene.converge(expect=0)
    size = (scene.folder / "syncd.db").stat().st_size
    people += [scene.person(next(iter(scene.workable.jobs))) for _ in range(400)]
    process = subprocess.Popen(
        [*scene.command("reconcile"), "--config", str(scene.config)],
        cwd=scene.folder,
        env=scene.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )
    outcome = ended(scene, process)
    assert outcome.code == 1, outcome
    told_once(outcome, "check the disk and its space")
    scene.converge(expect=0)
    check(scene, people)


@contextlib.contextmanager
def locked(scene: Scene) -> Iterator[None]:
    """Somebody else writes to the state, and does not come to an end."""
    if not scene.database:
        held = sqlite3.connect(scene.folder / "syncd.db", isolation_level=None)
        held.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            held.close()
        return
    import psycopg

    with psycopg.connect(scene.database.replace("+psycopg", "")) as link:
        link.execute("LOCK TABLE journal IN ACCESS EXCLUSIVE MODE")
        yield
        link.rollback()


@pytest.mark.slow
def test_a_locked_state(stored: Scene) -> None:
    scene = stored
    people = fill(scene, jobs=1, people=3)
    scene.converge(expect=0)
    people += [scene.person(job) for job in scene.workable.jobs]
    with locked(scene):
        outcome = scene.reconcile(expect=1)
    told_once(outcome, "is locked by another process")
    assert 5 < outcome.seconds < 40
    scene.converge(expect=0)
    check(scene, people)


@pytest.mark.slow
def test_a_state_that_is_locked_when_an_answer_is_to_be_stored(stored: Scene) -> None:
    scene = stored
    people = fill(scene, jobs=2, people=4)
    fault = scene.heymilo.break_("slow", "POST", BULK, seconds=1)
    process = scene.start("reconcile")
    assert wait_for(lambda: fault.hits > 0, process)
    with locked(scene):
        outcome = ended(scene, process)
    assert outcome.code == 1, outcome
    told_once(outcome, "is locked by another process")
    assert len(scene.invited()) == 4
    assert in_doubt(scene) == 4
    scene.converge(expect=0)
    check(scene, people)


def test_a_state_that_is_locked_for_a_while(stored: Scene) -> None:
    """Whoever waits a few seconds for another writer has nothing to say about it."""
    scene = stored
    people = fill(scene, jobs=2, people=4)
    fault = scene.heymilo.break_("slow", "POST", BULK, seconds=0.5)
    process = scene.start("reconcile")
    assert wait_for(lambda: fault.hits > 0, process)
    with locked(scene):
        time.sleep(3)
    outcome = ended(scene, process)
    assert (outcome.code, outcome.err) == (0, ""), outcome
    check(scene, people)


def test_a_server_that_ends_the_connection(stored: Scene) -> None:
    """PostgreSQL restarts while people are being invited."""
    scene = stored
    if not scene.database:
        pytest.skip("SQLite has no server")
    import psycopg

    people = fill(scene, jobs=2, people=4)
    fault = scene.heymilo.break_("slow", "POST", BULK, seconds=0.5)
    process = scene.start("reconcile")
    assert wait_for(lambda: fault.hits > 0, process)
    with psycopg.connect(scene.database.replace("+psycopg", ""), autocommit=True) as link:
        link.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'syncd' AND datname = current_database()"
        )
    outcome = ended(scene, process)
    assert outcome.code in (0, 1), outcome
    if outcome.code == 1:
        told_once(outcome, "broke off")
    scene.converge(expect=0)
    check(scene, people)


def test_where_the_state_lies(stored: Scene) -> None:
    """The scenarios above are about the state that is really in use."""
    scene = stored
    fill(scene, jobs=1, people=1)
    scene.reconcile(expect=0)
    if scene.database:
        assert not (scene.folder / "syncd.db").exists()
        assert "host" in parse_qs(urlsplit(scene.database).query) or "@" in scene.database
    else:
        assert (scene.folder / "syncd.db").exists()
