"""Webhooks: registered where they are of use, removed where not, and hints only."""

import pytest

from syncd.model.keyed import Keyed
from syncd.phases.postings import webhooks
from syncd.sandbox import Fault, FaultKind, Side
from syncd.store import hints
from tests.phases.scene import DAY, Scene, code_of, counted

BASE = "https://hooks.example.com/syncd"
EVENTS = {"interview_completed", "report_available"}


@pytest.fixture
def reachable(scene: Scene) -> Scene:
    scene.daemon = {"public_url": BASE}
    return scene


def held(scene: Scene) -> list[tuple[str, str, str]]:
    """Posting, event and address of every active registration."""
    hooks = scene.world.heymilo.state.webhooks.values()
    return sorted(
        (h["posting_id"], h["event_type"], h["url"]) for h in hooks if h.get("is_active", True)
    )


def asked(scene: Scene, method: str = "") -> int:
    return len(scene.requests(Side.HEYMILO, method, "/webhooks"))


def hint(scene: Scene, posting_id: str) -> None:
    with scene.store.write() as tx:
        hints.add(tx, "acme", [posting_id], scene.clock.now())


def test_each_live_posting_has_one_of_each_kind_at_an_address_nobody_can_guess(
    reachable: Scene,
) -> None:
    jobs = [reachable.job(), reachable.job("Plumber")]
    reachable.begin()
    ids = [reachable.posting(job).id for job in jobs]
    told = held(reachable)
    assert {(posting, event) for posting, event, _ in told} == {(p, e) for p in ids for e in EVENTS}
    assert len(told) == 4
    for posting, _, url in told:
        token = Keyed("a secret of the scene").webhook("acme", posting)
        assert url == f"{BASE}/webhooks/heymilo/acme/{posting}/{token}"
        assert len(token) == 32
    assert len({url for _, _, url in told}) == 2


def test_a_second_pass_asks_nothing_and_a_day_later_looks_once(reachable: Scene) -> None:
    reachable.job()
    reachable.begin()
    reachable.reconcile()
    assert asked(reachable) == 0
    reachable.wait(DAY)
    reachable.reconcile()
    assert (asked(reachable, "GET"), asked(reachable)) == (1, 1)


def test_without_a_public_address_there_are_none(scene: Scene) -> None:
    scene.job()
    scene.begin()
    assert held(scene) == []
    assert asked(scene) == 0


def test_one_that_somebody_removed_comes_back(reachable: Scene) -> None:
    job = reachable.job()
    reachable.begin()
    del reachable.world.heymilo.state.webhooks[next(iter(reachable.world.heymilo.state.webhooks))]
    reachable.wait(DAY)
    reachable.reconcile()
    assert {(p, e) for p, e, _ in held(reachable)} == {
        (reachable.posting(job).id, e) for e in EVENTS
    }


def test_they_go_when_the_posting_is_archived(reachable: Scene) -> None:
    job, other = reachable.job(), reachable.job("Plumber")
    reachable.begin()
    reachable.world.recruiters.close_job(job)
    reachable.reconcile()
    reachable.wait(2 * DAY)
    reachable.reconcile()
    reachable.reconcile()
    assert reachable.status(job) == "archived"
    assert {p for p, _, _ in held(reachable)} == {reachable.posting(other).id}


def test_they_follow_the_public_address_and_leave_others_alone(reachable: Scene) -> None:
    job = reachable.job()
    reachable.begin()
    posting = reachable.posting(job).id
    foreign = {
        "object": "webhook",
        "webhook_id": "f" * 32,
        "posting_id": posting,
        "url": "https://other.example.com/webhooks/heymilo/acme/",
        "event_type": "interview_completed",
        "is_active": True,
        "created_at": "2026-01-01T00:00:00Z",
    }
    reachable.world.heymilo.state.webhooks["f" * 32] = foreign
    reachable.daemon = {"public_url": "https://new.example.com"}
    reachable.reconcile()
    urls = [url for _, _, url in held(reachable)]
    assert foreign["url"] in urls
    assert sum(url.startswith("https://new.example.com/webhooks/") for url in urls) == 2
    assert len(urls) == 3
    reachable.daemon = {}
    reachable.reconcile()
    assert [url for _, _, url in held(reachable)] == [foreign["url"]]


def test_with_the_state_lost_none_is_registered_twice(reachable: Scene) -> None:
    reachable.job()
    reachable.begin()
    before = held(reachable)
    with reachable.store.write() as tx:
        tx.exec_driver_sql("DELETE FROM webhook")
        tx.exec_driver_sql("DELETE FROM feed")
    reachable.reconcile()
    assert held(reachable) == before
    assert asked(reachable, "POST") == 0


def test_with_the_state_lost_those_of_an_old_address_are_removed(reachable: Scene) -> None:
    reachable.job()
    reachable.begin()
    with reachable.store.write() as tx:
        tx.exec_driver_sql("DELETE FROM webhook")
        tx.exec_driver_sql("DELETE FROM feed")
    reachable.daemon = {"public_url": "https://new.example.com"}
    reachable.reconcile()
    assert [url.partition("/webhooks")[0] for _, _, url in held(reachable)] == [
        "https://new.example.com"
    ] * 2


def test_a_list_that_hides_addresses_leads_to_no_second_registration(reachable: Scene) -> None:
    job = reachable.job()
    reachable.begin()
    for hook in reachable.world.heymilo.state.webhooks.values():
        hook["url"] = "https://hooks.example.com/***"
    reachable.wait(DAY)
    reachable.reconcile()
    assert (asked(reachable, "GET"), asked(reachable)) == (1, 1)
    reachable.world.recruiters.close_job(job)
    reachable.reconcile()
    reachable.wait(2 * DAY)
    reachable.reconcile()
    assert held(reachable) == []


def test_a_doubtful_registration_is_looked_for_first(reachable: Scene) -> None:
    reachable.job()
    reachable.faults.plan(
        Fault(FaultKind.ERROR_AFTER), side=Side.HEYMILO, method="POST", path="webhooks"
    )
    assert code_of(reachable.reconcile()) == 1
    reachable.reconcile()
    reachable.reconcile()
    assert len(held(reachable)) == 2


def test_a_key_that_may_not_register_is_told_of_and_left_in_peace(reachable: Scene) -> None:
    job = reachable.job()
    reachable.faults.plan(
        Fault(FaultKind.ERROR_BEFORE, status=403),
        side=Side.HEYMILO,
        method="POST",
        path="webhooks",
        times=99,
    )
    reachable.begin()
    assert reachable.matters == ["webhook.refused"]
    assert reachable.status(job) == "active"
    reachable.reconcile()
    assert asked(reachable) == 0
    assert reachable.matters == ["webhook.refused"]


def test_a_thousand_are_registered_over_several_passes(
    reachable: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "MOST_CHANGES", 4)
    for number in range(5):
        reachable.job(f"Job {number}")
    counts = []
    for _ in range(4):
        reachable.reconcile()
        counts.append(len(held(reachable)))
    assert counts == [4, 8, 10, 10]


def test_a_plan_registers_nothing(reachable: Scene) -> None:
    reachable.job()
    reachable.begin()
    reachable.daemon = {"public_url": "https://new.example.com"}
    before = held(reachable)
    told = {str(change.kind) for change in reachable.plan().changes}
    assert told == {"webhook.add", "webhook.remove"}
    assert held(reachable) == before


class TestHints:
    def test_a_posting_with_nobody_in_flight_is_read_once(self, scene: Scene) -> None:
        job = scene.job()
        scene.begin()
        somebody = scene.person(job)
        scene.reconcile()
        scene.wait(60)
        scene.finish(somebody, 80)
        scene.reconcile()
        scene.wait(3600)
        scene.reconcile(only=["results"])  # a sweep, and none is due again soon
        scene.reconcile(only=["results"])
        assert scene.requests(Side.HEYMILO, path="/candidates") == []
        hint(scene, scene.posting(job).id)
        scene.reconcile(only=["results"])
        assert len(scene.requests(Side.HEYMILO, path="/candidates")) == 1
        scene.reconcile(only=["results"])
        assert scene.requests(Side.HEYMILO, path="/candidates") == []

    def test_it_comes_before_the_others(self, scene: Scene) -> None:
        jobs = [scene.job(), scene.job("Plumber")]
        scene.begin()
        for job in jobs:
            scene.people(job, 2)
        scene.reconcile()
        scene.wait(60)
        for posting in sorted(scene.posting(job).id for job in jobs):
            hint(scene, posting)
            scene.reconcile(only=["results"])
            looked = [row.path for row in scene.requests(Side.HEYMILO, path="/candidates")]
            assert len(looked) == 2
            assert posting in looked[0]

    def test_one_for_a_posting_that_is_not_ours_asks_nothing_and_goes(self, scene: Scene) -> None:
        scene.begin()
        hint(scene, "FFFF")
        scene.reconcile(only=["results"])
        assert scene.requests(Side.HEYMILO, path="FFFF") == []
        with scene.store.read() as tx:
            assert hints.pending(tx, "acme") == {}


def test_how_long_a_result_took_is_remembered(scene: Scene) -> None:
    job = scene.job()
    scene.begin()
    somebody = scene.person(job)
    scene.reconcile()
    scene.wait(600)
    scene.finish(somebody, 80)
    finished = scene.clock.now()
    scene.wait(90)
    result = scene.reconcile()
    assert counted(result)
    with scene.store.read() as tx:
        row = tx.exec_driver_sql("SELECT finished_at, told_at FROM interview").one()
    assert row.finished_at == pytest.approx(finished, abs=2)
    assert row.told_at == pytest.approx(finished + 90, abs=5)
