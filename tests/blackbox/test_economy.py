"""What a pass with nothing new costs on a large account."""

import time

import pytest

from .scene import LONG_AGO, Raw, Scene

pytestmark = [pytest.mark.sockets, pytest.mark.slow]

JOBS, TRACKED, IN_FLIGHT, POSTINGS = 200, 20_000, 300, 40


def test_a_pass_with_nothing_new(scene: Scene) -> None:
    scene.personal_checked = False  # twenty thousand people times every byte takes too long here
    jobs = [scene.workable.add_job(f"Role {number:03d}") for number in range(JOBS)]
    for number in range(IN_FLIGHT):
        scene.person(jobs[number % POSTINGS], age=3_600)
    for number in range(TRACKED - IN_FLIGHT):
        scene.person(jobs[number % JOBS], stage="Sourced" if number % 3 else "Applied",
                     age=400 * 86_400)  # fmt: skip
    scene.set("applicants", applied_after=Raw(LONG_AGO))
    scene.converge(expect=0)
    assert len(scene.heymilo.live()) == JOBS
    assert len(scene.invited()) == IN_FLIGHT
    time.sleep(2)
    scene.reconcile()
    time.sleep(2)
    with scene.heymilo.watched() as there, scene.workable.watched() as here:
        outcome = scene.reconcile()
    assert not [row for row in (*there, *here) if row.writes]
    assert len(there) <= 48, f"{len(there)} requests to HeyMilo"
    assert len(here) <= 5, f"{len(here)} requests to Workable: {[(r.path, r.query) for r in here]}"
    assert outcome.seconds < 30
