"""Several at once, and killed at any moment: still exactly once."""

import random
import time

import pytest

from .scene import LONG_AGO, Outcome, Raw, Scene, kill

pytestmark = [pytest.mark.sockets, pytest.mark.slow]


def fill(scene: Scene, jobs: int, people: int) -> list[str]:
    shortcodes = [scene.workable.add_job(f"Role {number}") for number in range(jobs)]
    scene.set("applicants", applied_after=Raw(LONG_AGO), batch_size=4)
    scene.rules = [{"status": ["completed"], "note": True, "tag": "HeyMilo: done"}]
    scene.write_settings()
    return [
        scene.person(job, age=9_000 - at * jobs - number)
        for at in range(people)
        for number, job in enumerate(shortcodes)
    ]


def test_eight_at_once(stored: Scene) -> None:
    """One works, the others say that it is held; each person still gets one invitation."""
    scene = stored
    people = fill(scene, jobs=4, people=10)
    for fake in (scene.heymilo, scene.workable):
        fake.break_("slow", times=30, seconds=0.05)
    running = [scene.start("reconcile") for _ in range(8)]
    codes = []
    for process in running:
        out, err = process.communicate(timeout=120)
        codes.append(process.returncode)
        scene.keep(Outcome(("reconcile",), process.returncode, out, err, 0))
    assert set(codes) <= {0, 6}, codes
    assert 0 in codes
    scene.converge(expect=0)
    assert sorted(scene.invited()) == sorted(people)
    scene.check_postings()
    assert scene.heymilo.kinds().count("create") == 4
    scene.check_postings_of(*scene.workable.jobs)


def test_eight_that_wait_for_each_other(stored: Scene) -> None:
    scene = stored
    people = fill(scene, jobs=2, people=6)
    running = [scene.start("reconcile", "--wait", "100") for _ in range(8)]
    for process in running:
        out, err = process.communicate(timeout=180)
        scene.keep(Outcome(("reconcile",), process.returncode, out, err, 0))
        assert process.returncode == 0, err
    assert sorted(scene.invited()) == sorted(people)
    assert scene.heymilo.kinds().count("create") == 2


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_at_any_moment(stored: Scene, seed: int) -> None:
    """Twenty-five SIGKILLs while people come, finish and are written back."""
    scene = stored
    chance = random.Random(seed)
    people = fill(scene, jobs=4, people=8)
    for fake in (scene.heymilo, scene.workable):
        fake.break_("slow", times=-1, seconds=0.02)
    finished: set[str] = set()
    killed = 0
    for _ in range(25):
        process = scene.start("reconcile")
        time.sleep(chance.uniform(0.4, 2.4))
        killed += process.poll() is None
        kill(process)
        for one in list(scene.heymilo.interviews.values()):
            if one.interview_id not in finished and chance.random() < 0.15:
                finished.add(one.interview_id)
                scene.heymilo.finish(one, chance.randrange(101))
        if chance.random() < 0.5:
            people.append(scene.person(chance.choice(list(scene.workable.jobs))))
    assert killed >= 10, f"only {killed} were still running"
    for fake in (scene.heymilo, scene.workable):
        fake.faults.clear()
    scene.converge(rounds=20, expect=0)
    for one in scene.heymilo.interviews.values():
        if one.interview_id not in finished:
            scene.heymilo.finish(one, 50)
    scene.converge(rounds=20, expect=0)
    assert sorted(scene.invited()) == sorted(people)
    scene.check_invitations()
    scene.check_postings()
    assert scene.heymilo.kinds().count("create") == 4
    for one in people:
        assert len(scene.workable.done("note", one)) == 1
        assert scene.workable.done("tag", one) == ["HeyMilo: done"]


def test_a_term_is_not_a_crash(scene: Scene) -> None:
    """SIGTERM ends a pass in good order; the next one goes on."""
    people = fill(scene, jobs=3, people=8)
    for fake in (scene.heymilo, scene.workable):
        fake.break_("slow", times=-1, seconds=0.15)
    process = scene.start("reconcile")
    time.sleep(2.0)
    process.terminate()
    begin = time.monotonic()
    out, err = process.communicate(timeout=30)
    assert time.monotonic() - begin < 10
    assert "Traceback" not in out + err
    for fake in (scene.heymilo, scene.workable):
        fake.faults.clear()
    scene.converge(expect=0)
    assert sorted(scene.invited()) == sorted(people)


def test_the_published_limit_of_workable_is_kept(scene: Scene) -> None:
    """Ten requests in ten seconds, as the headers say, whatever the settings say."""
    people = fill(scene, jobs=2, people=3)
    scene.workable.limit = 10
    scene.rules[0]["move_to_stage"] = "Phone Screen"
    scene.write_settings()
    scene.converge(expect=0)
    for one in people:
        scene.heymilo.finish(scene.interview(one), 80)
    scene.converge(expect=0)
    assert not [row for row in scene.workable.log if row.status == 429]
    assert all(len(scene.workable.done("note", one)) == 1 for one in people)
