"""The commands beside passes, as they are typed."""

import json
import subprocess

import pytest

from .scene import LONG_AGO, Outcome, Raw, Scene


def typed(scene: Scene, given: str, *args: str) -> Outcome:
    """A command that reads its standard input."""
    done = subprocess.run(
        [*scene.command(*args), "--config", str(scene.config)],
        cwd=scene.folder,
        env=scene.environment(),
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return scene.keep(Outcome(args, done.returncode, done.stdout, done.stderr, 0.0))


def test_explain_answers_for_every_id_of_a_run(scene: Scene) -> None:
    job = scene.workable.add_job("Role one")
    scene.set("applicants", applied_after=Raw(LONG_AGO))
    people = [scene.person(job), scene.person(job, email=None)]
    assert scene.run("explain", job).code == 2  # nothing has run yet
    scene.reconcile(expect=4)
    scene.heymilo.finish(scene.interview(people[0]), 80)
    scene.reconcile(expect=4)
    (posting,) = scene.heymilo.live()
    ids = [job, *people, posting.id, scene.interview(people[0]).interview_id]
    with scene.heymilo.watched() as there:
        for one in ids:
            outcome = scene.run("explain", one)
            assert outcome.code == 0, outcome
            assert one in outcome.out
            assert "Next: " in outcome.out
            document = scene.run("explain", one, "--json").document()
            assert document["found"][0]["id"] == one
    assert there == []
    ingested = scene.run("explain", people[0], "--json").document()["found"][0]
    (invited,) = [deed for deed in ingested["did"] if deed["kind"] == "candidate.ingest"]
    assert (invited["state"], invited["posting"]) == ("confirmed", posting.id)
    assert "no e-mail" in scene.run("explain", people[1]).out
    for nonsense in ("nowhere", "somebody@people.example.com"):
        outcome = scene.run("explain", nonsense)
        assert outcome.code == 2, outcome
        assert "@" not in outcome.err


def test_a_backfill_is_shown_then_done_by_its_hash(scene: Scene) -> None:
    job = scene.workable.add_job("Role one", age=100_000)
    people = [scene.person(job, age=90_000 - 100 * number) for number in range(5)]
    scene.reconcile()
    assert scene.invited() == []
    args = ("backfill", "--job", job, "--applied-after", "2020-01-01", "--limit", "3")
    with scene.heymilo.watched() as there:
        shown = scene.run(*args)
        assert shown.code == 3, shown
        document = scene.run(*args, "--json").document()
    assert not [row for row in there if row.writes]
    assert document["applications"] == people[:3]
    assert document["hash"] in shown.out
    refused = scene.run(*args, "--approve", "000000000000")
    assert refused.code == 5, refused
    assert document["hash"] in refused.err
    assert scene.invited() == []
    done = scene.run(*args, "--approve", document["hash"], "--json")
    assert done.code == 0, done
    assert done.document()["invited"] == 3
    assert scene.invited() == people[:3]
    assert scene.run(*args, "--approve", document["hash"]).code == 5  # others are next now
    late = ("backfill", "--job", job, "--applied-after", "2100-01-01")
    assert scene.run(*late).code == 0
    scene.check_invitations()


@pytest.mark.parametrize(
    "args",
    [
        ("backfill", "--job", "J", "--applied-after", "soon"),
        ("backfill", "--job", "NOWHERE", "--applied-after", "2026-01-01"),
        ("backfill", "--job", "J"),
        ("backfill", "--job", "J", "--applied-after", "2026-01-01", "--limit", "0"),
        ("adopt", "--job", "NOWHERE", "--posting", "nowhere"),
        ("adopt", "--job", "J"),
        ("adopt", "--job", "J", "--posting", "p", "--connection", "nobody"),
        ("forget",),
        ("forget", "--application", "A", "--candidate", "B"),
        ("forget", "--application", " "),
        ("forget", "--email", "no address"),
        ("forget", "--restore", "nonsense"),
        ("forget", "--restore", "syncd-forgotten 2026-01-01T00:00:00Z other application=A"),
        ("explain",),
    ],
)
def test_wrong_usage(scene: Scene, args: tuple[str, ...]) -> None:
    scene.workable.add_job("Role one")
    scene.reconcile()
    with scene.heymilo.watched() as there:
        outcome = scene.run(*args)
    assert outcome.code == 2, outcome
    assert outcome.out == ""
    assert outcome.err.startswith("syncd: ")
    assert not [row for row in there if row.writes]
    assert "no address" not in outcome.err


def test_an_address_is_read_from_standard_input(scene: Scene) -> None:
    job = scene.workable.add_job("Role one")
    scene.set("applicants", applied_after=Raw(LONG_AGO))
    one, other = scene.person(job), scene.person(job)
    address = scene.workable.candidates[one]["email"]
    scene.reconcile()
    interview = scene.interview(one).interview_id
    outcome = typed(scene, f"{address}\n", "forget", "--email", "-")
    assert outcome.code == 0, outcome
    assert f"erase interview {interview}" in outcome.out
    assert scene.run("explain", interview).code == 2
    forgotten = scene.run("explain", one, "--json").document()["found"]
    assert [item["knows"].keys() >= {"forgotten"} for item in forgotten] == [True]
    assert scene.run("explain", other).code == 0
    (line,) = [row for row in outcome.out.splitlines() if row.startswith("syncd-forgotten ")]
    for path in scene.folder.glob("syncd.db*"):
        path.unlink()
    assert typed(scene, line, "forget", "--restore", "-").code == 0
    scene.later(60)
    scene.reconcile()
    again = scene.person(job, email=address)
    scene.later(60)
    scene.reconcile(expect=4)
    assert sorted(scene.invited()) == sorted([one, other])
    (item,) = scene.attention_on(again)
    assert item["kind"] == "applicant.forgotten"
    assert scene.run("attention", "retry", item["id"]).code == 0
    scene.reconcile()
    # HeyMilo still knows the person for this job, so nobody is invited a second time.
    assert sorted(scene.invited()) == sorted([one, other])


def test_forget_tells_all_in_one_document(scene: Scene) -> None:
    job = scene.workable.add_job("Role one")
    scene.set("applicants", applied_after=Raw(LONG_AGO))
    one = scene.person(job)
    scene.reconcile()
    interview = scene.interview(one).interview_id
    document = scene.run("forget", "--candidate", one, "--json").document()
    (told,) = document["forgotten"]
    assert told["known"] is True
    assert told["applications"] == [one]
    assert [item["interview"] for item in told["erase_in_heymilo"]] == [interview]
    assert told["line"].startswith("syncd-forgotten ")
    for path in scene.state_files():
        assert interview.encode() not in path.read_bytes(), path
    assert "confirmed" not in json.dumps(scene.run("explain", one, "--json").document())
