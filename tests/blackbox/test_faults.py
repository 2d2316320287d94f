"""Answers that are lost, late or nonsense: nobody twice, nobody lost, nothing twice."""

import time
from email.utils import formatdate
from itertools import pairwise

import pytest

from .scene import LONG_AGO, Raw, Scene

pytestmark = [pytest.mark.sockets]

KINDS = ["lost", "reset_after", "reset_before", "status_after", "html", "truncated", "empty"]
RULES = [
    {
        "status": ["completed"],
        "min_score": 70,
        "note": True,
        "score": True,
        "tag": "HeyMilo: passed",
        "move_to_stage": "Phone Screen",
    },
    {"status": ["completed"], "max_score": 70, "note": True},
]


def prepare(scene: Scene) -> list[str]:
    jobs = [scene.workable.add_job(f"Role {number}") for number in range(3)]
    scene.workable.attributes["4d7"] = "AI score"
    scene.set("applicants", applied_after=Raw(LONG_AGO), batch_size=3)
    scene.set("ats", score_field="4d7")
    scene.rules = [dict(rule) for rule in RULES]
    return [scene.person(job, age=900 - 7 * at) for at in range(5) for job in jobs]


def check(scene: Scene, people: list[str]) -> None:
    """Promises 1, 2, 3 and 6, from the ledgers."""
    assert sorted(scene.invited()) == sorted(people)
    scene.check_invitations()
    scene.check_postings()
    assert scene.heymilo.kinds().count("create") == len(scene.workable.jobs)
    assert scene.heymilo.kinds().count("ingest") >= len(scene.workable.jobs)
    for at, one in enumerate(people):
        assert len(scene.workable.done("note", one)) == 1, f"notes on {at}"
        high = at % 2 == 0
        assert scene.workable.done("tag", one) == (["HeyMilo: passed"] if high else [])
        assert scene.workable.done("move", one) == (["phone-screen"] if high else [])
        assert len(scene.workable.done("score", one)) >= high


def whole_cycle(scene: Scene, people: list[str]) -> None:
    scene.converge()
    for at, one in enumerate(people):
        scene.heymilo.finish(scene.interview(one), 80 + at if at % 2 == 0 else 20 + at)
    scene.converge()
    check(scene, people)
    with scene.heymilo.watched() as there, scene.workable.watched() as here:
        scene.reconcile(expect=(0, 4))
    assert not [row for row in (*there, *here) if row.writes]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_every_write_is_hit_once(stored: Scene, kind: str) -> None:
    scene = stored
    people = prepare(scene)
    status = {"status": 502} if kind == "status_after" else {}
    faults = [
        scene.heymilo.break_(kind, "POST", r"/postings$", times=2, **status),
        scene.heymilo.break_(kind, "POST", r"/activate$", times=1, **status),
        scene.heymilo.break_(kind, "POST", r"/candidates(/bulk)?$", times=3, skip=1, **status),
        scene.workable.break_(kind, "POST", r"/comments$", times=3, skip=1, **status),
        scene.workable.break_(kind, "PUT", r"/tags$", times=2, **status),
        scene.workable.break_(kind, "POST", r"/move$", times=2, skip=1, **status),
        scene.workable.break_(kind, "PATCH", r"/update_custom", times=2, **status),
    ]
    whole_cycle(scene, people)
    assert all(fault.hits for fault in faults), "a fault was never met"


@pytest.mark.parametrize("kind", ["lost", pytest.param("html", marks=pytest.mark.slow)])
def test_one_lost_answer_of_each_kind(scene: Scene, kind: str) -> None:
    """The quick form of the above."""
    people = prepare(scene)
    scene.heymilo.break_(kind, "POST", r"/postings$")
    scene.heymilo.break_(kind, "POST", r"/candidates(/bulk)?$", skip=1)
    scene.workable.break_(kind, "POST", r"/comments$", skip=1)
    whole_cycle(scene, people)


@pytest.mark.slow
def test_lagging_lists_and_lost_answers(scene: Scene) -> None:
    """What was written shows only after a while, within the settling time."""
    people = prepare(scene)
    scene.settle = "10s"  # several passes fall into the time in which nothing shows
    scene.heymilo.lag = 7.0
    scene.heymilo.break_("lost", "POST", r"/postings$", times=2)
    scene.heymilo.break_("lost", "POST", r"/candidates(/bulk)?$", times=3)
    scene.converge(rounds=40)
    assert sorted(scene.invited()) == sorted(people)
    scene.check_invitations()
    scene.check_postings_of(*scene.workable.jobs)
    scene.check_postings()


@pytest.mark.slow
def test_every_other_request_fails(scene: Scene) -> None:
    """Reads and writes of both sides, broken in turn for a while, then healthy again."""
    people = prepare(scene)
    for fake in (scene.heymilo, scene.workable):
        for at, kind in enumerate(KINDS):
            fake.break_(kind, skip=3 * at, times=2)
        fake.break_("html_before", times=2, skip=5)
    for _ in range(6):
        scene.reconcile(expect=(0, 1, 4))
        time.sleep(1.1)
    scene.heymilo.faults.clear()
    scene.workable.faults.clear()
    whole_cycle(scene, people)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_obeyed(scene: Scene, form: str) -> None:
    job = scene.workable.add_job("Role one")
    people = [scene.person(job) for _ in range(2)]
    scene.set("applicants", applied_after=Raw(LONG_AGO))
    scene.write_settings()
    value = "3" if form == "seconds" else formatdate(int(scene.heymilo.now()) + 9, usegmt=True)
    not_before = time.monotonic() + 8
    limited = {"status": 429, "headers": {"Retry-After": value}}
    first = scene.heymilo.break_("status_before", "GET", r"/postings$", **limited)
    second = scene.workable.break_("status_before", "GET", r"/candidates$", **limited)
    scene.converge(expect=0)
    assert first.hits == second.hits == 1
    assert sorted(scene.invited()) == sorted(people)
    for fake in (scene.heymilo, scene.workable):
        at = next(n for n, row in enumerate(fake.log) if row.status == 429)
        again = fake.log[at + 1].at
        assert again >= (not_before if form == "date" else fake.log[at].at + 3), "too early"


@pytest.mark.slow
def test_a_refused_write_is_sent_again(scene: Scene) -> None:
    """429 says that nothing was applied: the same people go out later, once."""
    people = prepare(scene)
    for path in (r"/postings$", r"/candidates/bulk$"):
        scene.heymilo.break_("status_before", "POST", path, status=429,
                             headers={"Retry-After": "1"})  # fmt: skip
    scene.workable.break_("status_before", "POST", r"/comments$", status=429)
    whole_cycle(scene, people)


@pytest.mark.slow
def test_a_key_revoked_on_the_way_stops_everything(scene: Scene) -> None:
    people = prepare(scene)
    scene.heymilo.break_("status_before", "POST", r"/candidates/bulk$", status=401, times=-1)
    outcome = scene.run("reconcile")
    assert outcome.code == 7, outcome
    refused = [row for row in scene.heymilo.log if row.status == 401]
    assert len(refused) <= 3
    scene.heymilo.faults.clear()
    whole_cycle(scene, people)


@pytest.mark.slow
def test_a_side_that_is_down_is_not_hammered(scene: Scene) -> None:
    """Only 5xx from the ATS: a bounded number of attempts, exit 1, nothing ended."""
    scene.workable.add_job("Role one")
    scene.reconcile()
    scene.workable.break_("status_before", times=-1, status=503)
    with scene.workable.watched() as seen:
        scene.reconcile(expect=1)
    assert 1 <= len(seen) <= 12, f"{len(seen)} requests to a side that is down"
    for path in {row.path for row in seen}:
        times = [row.at for row in seen if row.path == path]
        assert all(after - before >= 0.1 for before, after in pairwise(times)), "a hot loop"
    assert len(scene.heymilo.live()) == 1
