"""The first passes over an account: what is made, who is invited, and that it stops there."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from .fakes import recorded
from .scene import LONG_AGO, OWNER, Raw, Scene

pytestmark = [pytest.mark.sockets]

needs_recordings = pytest.mark.skipif(
    not recorded.available(), reason="the recordings are not beside this folder"
)


def in_applied(scene: Scene) -> set[str]:
    return {
        code
        for code, row in scene.workable.candidates.items()
        if row["stage"] == "Applied" and not row["disqualified"]
    }


@needs_recordings
def test_the_recorded_account_from_plan_to_silence(stored: Scene) -> None:
    """Two postings, forty-one invitations, then nothing more; `plan` before it only looks."""
    scene = stored
    recorded.load(scene.workable)
    scene.set("applicants", applied_after=Raw(LONG_AGO))
    eligible = in_applied(scene)
    assert len(eligible) == 41

    planned = scene.run("plan", "--json")
    assert planned.code == 3, planned
    changes = planned.document()["changes"]
    text = json.dumps(changes)
    assert planned.document()["refused"] == []
    assert all(code in text for code in scene.workable.jobs)
    assert not (scene.folder / "syncd.db").exists()
    assert not scene.heymilo.writes()
    assert not scene.workable.writes()
    assert {code for code in eligible if code in text} == eligible, "people are missing in the plan"

    scene.reconcile()
    assert len(scene.heymilo.live()) == 2
    assert sorted(scene.heymilo.kinds()).count("create") == 2
    for one in scene.heymilo.live():
        shortcode = one.metadata["external_id"].removeprefix("workable:")
        assert one.metadata["syncd"] == OWNER
        assert one.title == scene.workable.jobs[shortcode]["title"]
        assert "<" not in one.description
        assert 29 * 86_400 < one.deadline - scene.heymilo.now() <= 30 * 86_400 + 60
    invited = scene.invited()
    assert len(invited) == 41
    assert set(invited) == eligible
    for one in scene.heymilo.interviews.values():
        row = scene.workable.candidates[one.metadata["external_id"].removeprefix("workable:")]
        posting = scene.heymilo.postings[one.posting_id]
        assert posting.metadata["external_id"] == f"workable:{row['job']['shortcode']}"
        assert (one.name, one.email, one.phone) == (row["name"], row["email"], row["phone"])
    assert scene.workable.ledger == []

    with scene.heymilo.watched() as there, scene.workable.watched() as here:
        scene.reconcile()
    assert not [row for row in (*there, *here) if row.writes]
    empty = scene.run("plan", "--json")
    assert (empty.code, empty.document()["changes"]) == (0, [])


def test_a_first_run_invites_nobody_old(scene: Scene) -> None:
    """Without a cut-off in the settings only what happens from now on counts."""
    first = scene.workable.add_job("Role one")
    second = scene.workable.add_job("Role two")
    for job in (first, second):
        for age in (86_400, 3_600, 600):
            scene.person(job, age=age)
    dragged = scene.person(first, stage="Sourced", age=86_400)
    scene.person(second, stage="Phone Screen", age=86_400)
    sourced = scene.person(second, stage="Sourced", age=86_400)

    scene.reconcile()
    assert len(scene.heymilo.live()) == 2
    assert scene.heymilo.invitations == []

    scene.later(120)
    fresh = scene.person(first)
    elsewhere = scene.person(first, stage="Sourced")
    rejected = scene.person(first, disqualified=True)
    scene.reconcile()
    assert scene.invited() == [fresh]

    scene.later(120)
    scene.workable.drag(dragged, "Applied")
    scene.workable.drag(elsewhere, "Applied")
    scene.reconcile()
    assert sorted(scene.invited()) == sorted([fresh, dragged, elsewhere])

    scene.later(120)
    scene.set("applicants", stages=["Applied", "Sourced", "Phone Screen"])
    scene.write_settings()
    scene.reconcile()
    scene.workable.change(sourced, headline="Changed, not moved")
    scene.later(120)
    scene.reconcile()
    assert sorted(scene.invited()) == sorted([fresh, dragged, elsewhere])
    assert rejected not in scene.invited()


@pytest.mark.slow
def test_max_per_run_is_a_cap_oldest_first(scene: Scene) -> None:
    job = scene.workable.add_job("Role one")
    people = [scene.person(job, age=1_000 - number) for number in range(12)]
    scene.set("applicants", applied_after=Raw(LONG_AGO), max_per_run=5, batch_size=2)
    scene.reconcile()
    assert sorted(scene.invited()) == sorted(people[:5])
    scene.reconcile()
    scene.reconcile()
    assert sorted(scene.invited()) == sorted(people)


@pytest.mark.slow
def test_a_crowd_waits_for_approval(scene: Scene) -> None:
    """More than three times the cap waiting at once is a guard; the hash lets them through."""
    job = scene.workable.add_job("Role one")
    people = [scene.person(job, age=60 + number) for number in range(7)]
    scene.set("applicants", applied_after=Raw(LONG_AGO), max_per_run=2)
    scene.reconcile(expect=5)
    assert scene.heymilo.invitations == []
    refused = scene.run("plan", "--json")
    assert refused.code == 5
    (group,) = refused.document()["refused"]
    scene.reconcile("--approve", "0" * len(group["hash"]), expect=5)
    scene.reconcile("--approve", "no such hash", expect=5)
    assert scene.heymilo.invitations == []
    scene.reconcile("--approve", group["hash"])
    for _ in range(3):
        scene.reconcile()
    assert sorted(scene.invited()) == sorted(people)


@pytest.mark.slow
def test_create_only_and_plan_modes(scene: Scene) -> None:
    job = scene.workable.add_job("Role one")
    scene.person(job)
    scene.set("", mode="plan")
    scene.set("applicants", applied_after=Raw(LONG_AGO))
    scene.set("postings", archive_after_hours=0)
    scene.reconcile(expect=(0, 4))
    assert not scene.heymilo.writes()
    scene.set("", mode="create-only")
    scene.write_settings()
    scene.reconcile()
    assert len(scene.heymilo.live()) == 1
    assert scene.heymilo.invitations == []
    scene.workable.change_job(job, title="Role one, renamed", state="closed")
    with scene.heymilo.watched() as seen:
        scene.reconcile(expect=(0, 4))
    assert not [row for row in seen if row.writes]
    scene.set("", mode="off")
    scene.write_settings()
    with scene.heymilo.watched() as seen:
        scene.reconcile()
    assert seen == []


@pytest.mark.slow
def test_lost_state_is_rebuilt_from_the_marks(scene: Scene) -> None:
    """With the database gone no posting, invitation or note is made a second time."""
    job = scene.workable.add_job("Role one")
    people = [scene.person(job) for _ in range(4)]
    scene.set("applicants", applied_after=Raw(LONG_AGO))
    scene.rules = [{"status": ["completed"], "note": True, "tag": "HeyMilo: done"}]
    scene.reconcile()
    scene.heymilo.finish(scene.interview(people[0]), 80)
    scene.reconcile()
    assert len(scene.workable.done("note")) == 1
    for path in scene.folder.glob("syncd.db*"):
        path.unlink()
    scene.later(60)
    with scene.heymilo.watched() as seen:
        scene.converge()
    assert not [row for row in seen if row.writes]
    assert len(scene.workable.done("note")) == 1
    scene.heymilo.finish(scene.interview(people[1]), 81)
    late = scene.person(job)
    scene.converge()
    assert len(scene.workable.done("note")) == 2
    assert sorted(scene.invited()) == sorted([*people, late])


@pytest.mark.slow
def test_lost_state_keeps_the_old_uninvited(scene: Scene) -> None:
    """Without `applied_after` the cut-off is read back from the postings."""
    job = scene.workable.add_job("Role one")
    scene.person(job, age=86_400)
    scene.reconcile()
    for path in scene.folder.glob("syncd.db*"):
        path.unlink()
    scene.later(300)
    missed = scene.person(job)
    scene.later(300)
    scene.converge()
    assert scene.invited() == [missed]


@pytest.mark.slow
def test_a_state_restored_from_a_backup_repeats_nothing(scene: Scene) -> None:
    job = scene.workable.add_job("Role one")
    scene.set("applicants", applied_after=Raw(LONG_AGO), batch_size=2)
    scene.rules = [{"status": ["completed"], "note": True, "tag": "HeyMilo: done"}]
    people = [scene.person(job, age=300) for _ in range(3)]
    scene.reconcile()
    kept = {path: path.read_bytes() for path in scene.folder.glob("syncd.db*")}
    scene.later(60)
    people += [scene.person(job) for _ in range(3)]
    second = scene.workable.add_job("Role two")
    people.append(scene.person(second))
    scene.reconcile()
    for one in (people[0], people[4]):
        scene.heymilo.finish(scene.interview(one), 80)
    scene.converge()
    assert len(scene.workable.done("note")) == 2
    for path in scene.folder.glob("syncd.db*"):
        path.unlink()
    for path, data in kept.items():
        path.write_bytes(data)
    scene.later(60)
    with scene.heymilo.watched() as there, scene.workable.watched() as here:
        scene.converge()
    assert not [row for row in (*there, *here) if row.writes]
    assert sorted(scene.invited()) == sorted(people)
    scene.check_postings()
    assert len(scene.workable.done("note")) == 2


@pytest.mark.slow
def test_each_job_has_the_cut_off_that_its_story_gives(scene: Scene) -> None:
    """New jobs have none, drafts known before have none, reopened ones count from then on."""
    ats = scene.workable
    scene.set("postings", archive_when_closed=False)
    ats.add_job("Role one")
    draft = ats.add_job("Role in draft", state="draft")
    closed = ats.add_job("Role reopened", state="closed")
    scene.person(closed, age=600)
    unmatched = ats.add_job("Other role")
    scene.templates = [{"template_code": "STANDARD", "title": ["Role*"]}]
    scene.person(unmatched, age=600)
    early = scene.person(draft, age=600)
    scene.reconcile()
    assert scene.invited() == []

    scene.later(600)
    new = ats.add_job("Role created since", created_at=ats.stamp(-300))
    first = scene.person(new, age=200)
    ats.change_job(draft, state="published")
    ats.change_job(closed, state="published")
    scene.templates = [{"template_code": "STANDARD", "title": ["*"]}]
    scene.write_settings()
    scene.reconcile(expect=(0, 4))
    assert sorted(scene.invited()) == sorted([early, first])

    scene.later(600)
    late = [scene.person(job) for job in (closed, unmatched)]
    scene.reconcile(expect=(0, 4))
    assert sorted(scene.invited()) == sorted([early, first, *late])


@pytest.mark.slow
def test_phases_can_be_run_alone(scene: Scene) -> None:
    job = scene.workable.add_job("Role one")
    scene.set("applicants", applied_after=Raw(LONG_AGO))
    scene.rules = [{"status": ["completed"], "note": True}]
    one = scene.person(job)
    scene.reconcile("--only", "postings")
    assert scene.invited() == []
    assert len(scene.heymilo.live()) == 1
    scene.reconcile("--only", "applicants")
    assert scene.invited() == [one]
    scene.heymilo.finish(scene.interview(one), 80)
    scene.reconcile("--only", "results")
    assert scene.workable.ledger == []
    scene.reconcile("--only", "results,writeback")
    assert len(scene.workable.done("note")) == 1


@pytest.mark.slow
def test_old_people_are_reached_by_a_backfill_only(scene: Scene) -> None:
    """One job, since a day, at most so many: shown first, done only with the hash shown."""
    job, other = scene.workable.add_job("Role one"), scene.workable.add_job("Role two")
    days = 86_400
    oldest = scene.person(job, age=20 * days)
    wanted = [scene.person(job, age=number * days) for number in (5, 4, 3)]
    scene.person(job, stage="Sourced", age=2 * days)
    scene.person(job, disqualified=True, age=2 * days)
    scene.person(other, age=2 * days)
    scene.reconcile()
    assert scene.invited() == []
    since = scene.workable.stamp(-10 * days)
    args = ("backfill", "--job", job, "--applied-after", since, "--limit", "2")
    shown = scene.run(*args, "--json")
    assert scene.invited() == []
    assert shown.code in (3, 5), shown
    document = shown.document()
    found = [value for key, value in _walk(document) if key == "hash"]
    assert len(found) == 1, document
    scene.run(*args, "--approve", "0" * len(found[0]))
    scene.converge()
    assert scene.invited() == []
    done = scene.run(*args, "--approve", found[0])
    assert done.code in (0, 1), done
    scene.converge()
    assert sorted(scene.invited()) == sorted(wanted[:2])
    scene.run("backfill", "--job", "no-such-job", "--applied-after", since)
    scene.converge()
    assert sorted(scene.invited()) == sorted(wanted[:2])
    assert oldest not in scene.invited()


def _walk(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, inner
            yield from _walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner)
