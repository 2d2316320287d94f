"""Nothing personal and no secret at rest, in logs or on the screen, over a whole cycle."""

import pytest

from .scene import DOMAIN, LONG_AGO, SURNAME, Raw, Scene

pytestmark = [pytest.mark.sockets]

PHRASE = "obsidian walrus orchestration"


@pytest.mark.slow
def test_a_whole_cycle_leaves_no_person_behind(scene: Scene) -> None:
    text = f"<p>We look for {PHRASE} and a long enough text.</p>"
    job = scene.workable.add_job("Role one", description=text, full_description=text)
    scene.set("applicants", applied_after=Raw(LONG_AGO), batch_size=2)
    scene.rules = [{"status": ["completed"], "note": True, "tag": "HeyMilo: done"}]
    people = [scene.person(job) for _ in range(5)]
    broken = scene.person(job, email=f"quillon at {DOMAIN}")
    nameless = scene.person(job, name=" ")
    bad = scene.workable.candidates[people[3]]["email"]
    scene.heymilo.refuses_row = lambda row: row["email"] == bad
    scene.heymilo.break_("lost", "POST", r"/candidates(/bulk)?$")
    scene.heymilo.break_("html", "GET", r"/candidates$", times=2)
    scene.workable.break_("status_after", "POST", r"/comments$", status=500)
    logs = ("-v", "--log-format", "json")
    scene.run("check", *logs)
    scene.run("plan", *logs)
    for _ in range(6):
        scene.reconcile(*logs, expect=(0, 1, 4))
    for one in (people[0], people[1]):
        scene.heymilo.finish(scene.interview(one), 80)
    scene.converge()
    for args in (
        ("reconcile", "-v"),
        ("plan", "-v"),
        ("status", "-v"),
        ("attention", "list", "-v"),
        ("explain", people[0], "-v"),
        ("explain", people[3], "-v"),
        ("explain", broken, "-v"),
        ("explain", nameless),
        ("explain", job),
        ("explain", scene.heymilo.live()[0].id),
        ("explain", scene.interview(people[0]).interview_id),
        ("forget", "--application", people[2], "-v"),
    ):
        outcome = scene.run(*args)
        assert outcome.code in (0, 3, 4), outcome
    everything = "".join(one.out + one.err for one in scene.outcomes).encode()
    everything += b"".join(path.read_bytes() for path in scene.state_files())
    assert len(everything) > 20_000, "hardly anything was looked at"
    lowered = everything.lower()
    for word in (SURNAME.lower(), "zephyrine", DOMAIN, PHRASE, "walrus", "1415555", "secret-0"):
        assert word.encode() not in lowered, f"{word!r} was left behind"


@pytest.mark.slow
def test_a_forgotten_person_is_not_invited_again(scene: Scene) -> None:
    job = scene.workable.add_job("Role one")
    scene.set("applicants", applied_after=Raw(LONG_AGO))
    one = scene.person(job)
    address = scene.workable.candidates[one]["email"]
    scene.reconcile()
    outcome = scene.run("forget", "--candidate", one)
    assert outcome.code in (0, 4), outcome
    assert "erase" in outcome.out.lower()
    scene.later(60)
    scene.workable.change(one, headline="Changed")
    scene.reconcile(expect=(0, 4))
    assert scene.invited() == [one]
    again = scene.person(job, email=address)
    scene.reconcile(expect=4)
    assert scene.invited() == [one]
    assert scene.attention_on(again)


def test_addresses_stay_out_of_urls_and_logs_of_others(scene: Scene) -> None:
    """No request carries an address or a credential in its path or query."""
    job = scene.workable.add_job("Role one")
    scene.set("applicants", applied_after=Raw(LONG_AGO))
    people = [scene.person(job) for _ in range(3)]
    scene.reconcile()
    scene.heymilo.finish(scene.interview(people[0]), 80)
    scene.converge()
    for row in (*scene.heymilo.log, *scene.workable.log):
        where = row.path + str(row.query)
        assert "@" not in where
        assert "%40" not in where
        assert not [one for one in scene.secrets() if one in where]
