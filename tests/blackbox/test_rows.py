"""People as they come: without an address, with three applications, with emoji in the name."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from .fakes.heymilo import Interview
from .scene import LONG_AGO, Raw, Scene

pytestmark = [pytest.mark.sockets]


def test_rows_that_cannot_be_sent_wait_and_are_listed(scene: Scene) -> None:
    job = scene.workable.add_job("Role one")
    scene.set("applicants", applied_after=Raw(LONG_AGO))
    no_email = scene.person(job, email=None)
    broken_email = scene.person(job, email="quillon at people")
    blank_name = scene.person(job, name="   ")
    broken_phone = scene.person(job, phone="call me, please")
    national = scene.person(job, phone="(415) 555-2671")
    long_name = scene.person(job, name="Zephyrine " + "Quillonquillon" * 40)
    emoji = scene.person(job, name="Zephyrine 🎈 Quillonovič-O'Neil")
    plain = scene.person(job)
    scene.reconcile(expect=4)
    assert sorted(scene.invited()) == sorted([broken_phone, national, long_name, emoji, plain])
    assert scene.interview(broken_phone).phone is None
    assert scene.interview(national).phone == "+14155552671"
    assert scene.interview(emoji).name == "Zephyrine 🎈 Quillonovič-O'Neil"
    assert scene.interview(long_name).name.startswith("Zephyrine Quillonquillon")
    for one in (no_email, broken_email, blank_name):
        assert len(scene.attention_on(one)) == 1, f"not listed: {one}"
    for one in (broken_phone, plain):
        assert not scene.attention_on(one)

    with scene.heymilo.watched() as seen:
        scene.reconcile(expect=4)
    assert not [row for row in seen if row.writes]

    scene.later(60)
    scene.workable.change(no_email, email="quillon90001@people.example.com")
    scene.workable.change(broken_email, email="quillon90002@people.example.com")
    scene.workable.change(blank_name, name="Zephyrine Quillon90003", lastname="Quillon90003")
    scene.reconcile(expect=0)
    assert {no_email, broken_email, blank_name} <= set(scene.invited())
    assert scene.attention() == []


def test_one_person_is_invited_once_for_a_job(scene: Scene) -> None:
    first, second = scene.workable.add_job("Role one"), scene.workable.add_job("Role two")
    scene.set("applicants", applied_after=Raw(LONG_AGO), batch_size=2)
    scene.rules = [{"status": ["completed"], "note": True}]
    same = [
        scene.person(first, email="Quillon77777@people.example.com", age=300),
        scene.person(first, email=" quillon77777@PEOPLE.example.com ", age=200),
        scene.person(first, email="quillon77777@people.example.com", age=100),
    ]
    other_job = scene.person(second, email="quillon77777@people.example.com")
    scene.reconcile()
    assert len(scene.heymilo.invitations) == 2
    scene.later(60)
    again = scene.person(first, email="quillon77777@people.example.com")
    scene.reconcile()
    assert len(scene.heymilo.invitations) == 2
    (interview,) = [
        one
        for one in scene.heymilo.interviews.values()
        if one.metadata["external_id"] != f"workable:{other_job}"
    ]
    scene.heymilo.finish(interview, 50)
    scene.converge()
    for one in (*same, again):
        assert len(scene.workable.done("note", one)) == 1, "not every application has its note"
    assert not scene.workable.done("note", other_job)


@pytest.mark.slow
def test_people_who_are_there_already_are_linked(scene: Scene) -> None:
    """Somebody who came through the share link is not invited again."""
    job = scene.workable.add_job("Role one")
    scene.set("applicants", applied_after=Raw(LONG_AGO))
    scene.rules = [{"status": ["completed"], "note": True}]
    scene.reconcile()
    (posting,) = scene.heymilo.live()
    known = scene.person(job)
    row = scene.workable.candidates[known]
    there = Interview(
        "000000000001E999", "cand_1", posting.id, row["name"], row["email"].upper(), None, {},
        None, scene.heymilo.now(),
    )  # fmt: skip
    scene.heymilo.interviews[there.interview_id] = there
    scene.later(60)
    scene.reconcile()
    assert scene.heymilo.invitations == []
    scene.heymilo.finish(there, 66)
    scene.converge()
    assert len(scene.workable.done("note", known)) == 1


@pytest.mark.slow
@pytest.mark.parametrize("named", [True, False])
def test_rows_that_heymilo_refuses_do_not_hold_up_the_others(scene: Scene, named: bool) -> None:
    job = scene.workable.add_job("Role one")
    people = [scene.person(job, age=100 - number) for number in range(7)]
    bad = scene.workable.candidates[people[4]]["email"]
    scene.heymilo.refuses_row = lambda row: row["email"] == bad
    scene.heymilo.names_refused_rows = named
    scene.set("applicants", applied_after=Raw(LONG_AGO))
    scene.converge(expect=4)
    assert sorted(scene.invited()) == sorted(set(people) - {people[4]})
    assert len(scene.attention_on(people[4])) == 1
    scene.check_invitations()


@pytest.mark.slow
def test_a_batch_that_is_too_large_is_halved(scene: Scene) -> None:
    job = scene.workable.add_job("Role one")
    people = [scene.person(job, age=100 - number) for number in range(9)]
    scene.heymilo.most_in_bulk = 2
    scene.set("applicants", applied_after=Raw(LONG_AGO))
    scene.converge(expect=0)
    assert sorted(scene.invited()) == sorted(people)


@pytest.mark.slow
def test_an_answer_that_names_fewer_people_is_looked_into(scene: Scene) -> None:
    job = scene.workable.add_job("Role one")
    people = [scene.person(job, age=100 - number) for number in range(6)]
    scene.heymilo.forgets_in_answer = {f"workable:{people[1]}", f"workable:{people[3]}"}
    scene.set("applicants", applied_after=Raw(LONG_AGO))
    scene.converge(expect=0)
    assert sorted(scene.invited()) == sorted(people)


@pytest.mark.slow
def test_the_stage_is_checked_again_just_before_sending(scene: Scene) -> None:
    """Somebody rejected between the listing and the sending is not invited."""
    job = scene.workable.add_job("Role one")
    scene.set("applicants", applied_after=Raw(LONG_AGO), only_emails=["nobody@*"])
    waiting, rejected = scene.person(job), scene.person(job)
    scene.reconcile()
    assert scene.heymilo.invitations == []
    scene.later(60)
    scene.workable.disqualify(rejected)
    scene.set("applicants", only_emails=[])
    scene.write_settings()
    scene.reconcile()
    assert scene.invited() == [waiting]


@pytest.mark.slow
def test_a_move_after_ingestion_and_the_opening_hours(scene: Scene) -> None:
    job = scene.workable.add_job("Role one")
    one = scene.person(job)
    scene.set(
        "applicants",
        applied_after=Raw(LONG_AGO),
        move_to_stage="Assessment",
        hours="00:00-00:01 Pacific/Kiritimati",
    )
    there = datetime.now(ZoneInfo("Pacific/Kiritimati"))
    if there.hour == 0 and there.minute < 2:  # pragma: no cover
        pytest.skip("it is just the minute in which people may be invited")
    scene.reconcile(expect=(0, 1))
    assert scene.heymilo.invitations == []
    scene.set("applicants", hours="")
    scene.write_settings()
    scene.converge(expect=0)
    assert scene.invited() == [one]
    assert scene.workable.done("move", one) == ["assessment"]
    scene.rules = [{"status": ["completed"], "note": True, "move_to_stage": "Interview"}]
    scene.write_settings()
    scene.heymilo.finish(scene.interview(one), 50)
    scene.converge(expect=0)
    assert scene.workable.done("move", one) == ["assessment", "interview"]
