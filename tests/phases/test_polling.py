"""Looking for results where requests do not allow every posting in every pass."""

from collections import Counter

from syncd.phases.context import Looks
from syncd.store import hints
from tests.phases.conftest import both_databases
from tests.phases.scene import DAY, HOUR, Scene

POLLED = ("results",)


def furnish(scene: Scene, jobs: int) -> dict[str, str]:
    """So many jobs with one invited person each: the applications by job."""
    scene.applicants = {"applied_after": "2020-01-01T00:00:00Z"}
    people = {job: scene.person(job) for job in (scene.job(f"Role {n}") for n in range(jobs))}
    scene.reconcile()
    assert sorted(scene.invited) == sorted(people.values())
    scene.wait(HOUR)
    scene.reconcile()
    return people


def looked_at(scene: Scene) -> Counter[str]:
    """By job: the reads of its results in the last pass."""
    seen: Counter[str] = Counter()
    for row in scene.requests(method="GET"):
        for job in scene.world.workable.account.jobs:
            posting = scene.posting(job).id
            if posting in row.path and row.path.endswith("/candidates"):
                seen[job] += 1
    return seen


@both_databases
def test_everybody_in_turn_and_nobody_later_than_promised(scene: Scene) -> None:
    people = furnish(scene, 6)
    looks = Looks(requests=2, per_second=2 / 60, greatest_age=200.0)
    seen: Counter[str] = Counter()
    for _ in range(3):
        scene.wait(60)
        scene.reconcile(only=POLLED, looks=looks)
        assert sum(looked_at(scene).values()) <= 2
        seen += looked_at(scene)
    assert seen == Counter(dict.fromkeys(people, 1))


def test_where_results_come_is_looked_at_more_often(scene: Scene) -> None:
    people = furnish(scene, 6)
    busy = next(iter(people))
    looks = Looks(requests=2, per_second=2 / 60, greatest_age=12 * HOUR)
    for _ in range(8):
        person = scene.person(busy)
        scene.reconcile()
        scene.wait(60)
        scene.finish(person, 70.0)
        scene.reconcile()
        scene.person(busy)
        scene.reconcile()
    seen: Counter[str] = Counter()
    for _ in range(60):
        scene.wait(60)
        scene.reconcile(only=POLLED, looks=looks)
        seen += looked_at(scene)
    assert set(seen) == set(people), "the quiet are not forgotten"
    assert seen[busy] > 1.5 * max(count for job, count in seen.items() if job != busy)


def test_a_hint_comes_first_and_stays_until_it_was_followed(scene: Scene) -> None:
    people = furnish(scene, 5)
    looks = Looks(requests=1, per_second=1 / 60, greatest_age=HOUR)
    wanted = sorted(people)[3:]
    with scene.store.write() as tx:
        hints.add(tx, "acme", [scene.posting(job).id for job in wanted], scene.clock.now())
    found = []
    for _ in range(2):
        scene.reconcile(only=POLLED, looks=looks)
        found += looked_at(scene)
        scene.wait(1)
    assert sorted(found) == wanted
    with scene.store.read() as tx:
        assert hints.pending(tx, "acme") == {}


def test_a_promise_that_cannot_be_kept_is_reported_until_it_can(scene: Scene) -> None:
    furnish(scene, 5)
    result = scene.reconcile(only=POLLED, looks=Looks(1, 1 / 60, greatest_age=120.0))
    (item,) = scene.items
    assert item.kind == "results.too_many"
    assert "5 requests for 5 postings" in item.reason
    assert "1 a minute" in item.reason
    assert "once in 5 minutes" in item.reason
    assert result.report.more
    scene.wait(600)
    result = scene.reconcile(only=POLLED, looks=Looks(10, 10 / 60, greatest_age=120.0))
    assert scene.items == []
    assert not result.report.more


def test_sweeps_have_what_is_left(scene: Scene) -> None:
    people = furnish(scene, 4)
    for person in people.values():
        scene.finish(person, 50.0)
    scene.reconcile()
    scene.wait(2 * DAY)
    in_flight = scene.person(next(iter(people)))
    scene.reconcile()
    assert in_flight in scene.invited
    scene.wait(2 * DAY)
    result = scene.reconcile(only=POLLED, looks=Looks(2, 2 / 60, greatest_age=2 * HOUR))
    assert sum(looked_at(scene).values()) == 2
    assert result.report.more
    for _ in range(3):
        scene.wait(60)
        result = scene.reconcile(only=POLLED, looks=Looks(2, 2 / 60, greatest_age=2 * HOUR))
    assert not result.report.more
