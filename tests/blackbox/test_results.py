"""Results come back: final ones only, each once, and people's own decisions stand."""

import re

import pytest

from .scene import LONG_AGO, Raw, Scene

pytestmark = [pytest.mark.sockets]

FIELD = "4d7"
PASSED, BELOW, OUT = "HeyMilo: passed", "HeyMilo: below", "HeyMilo: knocked out"
RULES = [
    {
        "status": ["completed", "shortlisted"],
        "min_score": 70,
        "note": True,
        "score": True,
        "tag": PASSED,
        "move_to_stage": "Phone Screen",
    },
    {"status": ["completed"], "max_score": 70, "note": True, "score": True, "tag": BELOW},
    {"status": ["knocked_out"], "note": True, "tag": OUT},
    {"status": ["dismissed"], "note": True},
]
MARK = re.compile(r"\(syncd [0-9a-f]{8}\)\s*(</p>)?\s*$")


def prepare(scene: Scene, people: int) -> list[str]:
    job = scene.workable.add_job("Role one")
    scene.workable.attributes[FIELD] = "AI score"
    scene.rules = [dict(rule) for rule in RULES]
    scene.set("applicants", applied_after=Raw(LONG_AGO))
    scene.set("ats", score_field=FIELD)
    made = [scene.person(job) for _ in range(people)]
    scene.reconcile()
    assert len(scene.invited()) == people
    return made


def test_every_kind_of_result(stored: Scene) -> None:
    scene = stored
    people = prepare(scene, 15)
    (zero, below, edge, half, best, evaluating, partial, knocked, dismissed, nothing,
     moved, rejected, hired, strange, shortlisted) = people  # fmt: skip
    milo, ats = scene.heymilo, scene.workable
    for one, score in ((zero, 0), (below, 69.9), (edge, 70), (half, 78.5), (best, 100)):
        milo.finish(scene.interview(one), score)
    milo.progress(scene.interview(evaluating), "evaluating", 91)
    milo.progress(scene.interview(partial), "in_progress", 92)
    milo.finish(scene.interview(knocked), None, "knocked_out")
    milo.finish(scene.interview(dismissed), None, "dismissed")
    milo.finish(scene.interview(nothing), None)
    milo.finish(scene.interview(strange), 93, "paused_by_robot")
    milo.finish(scene.interview(shortlisted), 88, "shortlisted")
    ats.change(half, tags=["theirs"])
    ats.drag(moved, "Interview")
    ats.disqualify(rejected)
    ats.hire(hired)
    for one, score in ((moved, 90), (rejected, 95), (hired, 96)):
        milo.finish(scene.interview(one), score)
    scene.converge()

    written = {zero, below, edge, half, best, knocked, dismissed, moved, rejected, hired,
               shortlisted}  # fmt: skip
    for one in people:
        notes = ats.done("note", one)
        assert len(notes) == (one in written), f"{len(notes)} notes on {people.index(one)}"
        for note in notes:
            assert MARK.search(note), "the note does not end in its mark"
    for one, shown in ((zero, "0"), (below, "69.9"), (edge, "70"), (half, "78.5"), (best, "100")):
        assert re.search(rf"(?<![\d.]){re.escape(shown)}(?!\.?\d)", ats.done("note", one)[0])
    assert {one for one in people if ats.done("move", one)} == {edge, half, best, shortlisted}
    assert set(ats.done("move")) == {"phone-screen"}
    assert {one: ats.done("tag", one) for one in people if ats.done("tag", one)} == {
        **{key: [PASSED] for key in (edge, half, best, moved, rejected, hired, shortlisted)},
        **{key: [BELOW] for key in (zero, below)},
        knocked: [OUT],
    }
    assert ats.candidates[half]["tags"] == ["theirs", PASSED]
    values = {code: float(value) for (code, _), value in ats.values.items()}
    wanted = {zero: 0, below: 69.9, edge: 70, half: 78.5, best: 100, moved: 90, rejected: 95,
              hired: 96, shortlisted: 88}  # fmt: skip
    assert set(values) == set(wanted)
    assert all(abs(values[one] - wanted[one]) <= 0.5 for one in wanted)
    assert all(len(ats.done("score", one)) == 1 for one in wanted)
    assert ats.candidates[moved]["stage"] == "Interview"
    assert not ats.done("reject")

    with milo.watched() as there, ats.watched() as here:
        scene.reconcile(expect=(0, 4))
    assert not [row for row in (*there, *here) if row.writes], "the second pass wrote"


def test_a_retake_is_told_once_more(scene: Scene) -> None:
    first, second, third = prepare(scene, 3)
    milo, ats = scene.heymilo, scene.workable
    milo.finish(scene.interview(first), 78.5)
    milo.finish(scene.interview(second), 40)
    milo.finish(scene.interview(third), 60)
    scene.converge()
    done = len(ats.ledger)
    scene.later(60)
    milo.progress(scene.interview(first), "in_progress", 12)
    milo.progress(scene.interview(second), "evaluating", 55)
    scene.reconcile()
    assert len(ats.ledger) == done, "something unfinished was written"
    milo.finish(scene.interview(first), 91)
    milo.finish(scene.interview(second), 75)
    scene.converge()
    for one, old, new in ((first, "78.5", "91"), (second, "40", "75")):
        notes = ats.done("note", one)
        assert len(notes) == 2
        assert new in notes[1]
        assert old in notes[1], "the further note does not name the old score"
        assert notes[0] != notes[1]
    assert ats.done("move", first) == ["phone-screen"]
    assert ats.done("move", second) == ["phone-screen"]
    assert ats.done("tag", second) == [BELOW, PASSED]
    assert len(ats.done("note", third)) == 1
    with ats.watched() as seen:
        scene.reconcile()
    assert not [row for row in seen if row.writes]


@pytest.mark.slow
def test_a_later_status_adds_what_it_names_but_no_note(scene: Scene) -> None:
    (one,) = prepare(scene, 1)
    scene.heymilo.finish(scene.interview(one), 78.5)
    scene.converge()
    scene.rules.append({"status": ["shortlisted"], "tag": "HeyMilo: shortlisted"})
    scene.write_settings()
    scene.later(60)
    scene.reconcile()
    assert "HeyMilo: shortlisted" not in scene.workable.done("tag", one)
    scene.heymilo.finish(scene.interview(one), 78.5, "shortlisted")
    scene.later(60)
    scene.converge()
    assert scene.workable.done("tag", one) == [PASSED, "HeyMilo: shortlisted"]
    assert len(scene.workable.done("note", one)) == 1
    assert len(scene.workable.done("move", one)) == 1


@pytest.mark.slow
def test_without_rules_a_note_and_the_score(scene: Scene) -> None:
    (one,) = prepare(scene, 1)
    scene.rules = []
    scene.write_settings()
    scene.heymilo.finish(scene.interview(one), 78.5)
    scene.converge()
    assert len(scene.workable.done("note", one)) == 1
    assert len(scene.workable.done("score", one)) == 1
    assert not scene.workable.done("move")
    assert not scene.workable.done("tag")


@pytest.mark.slow
def test_an_unknown_score_field_stops_nothing_else(scene: Scene) -> None:
    (one,) = prepare(scene, 1)
    scene.workable.attributes.clear()
    scene.heymilo.finish(scene.interview(one), 78.5)
    scene.converge(expect=4)
    assert len(scene.workable.done("note", one)) == 1
    assert scene.workable.done("tag", one) == [PASSED]
    assert scene.workable.done("move", one) == ["phone-screen"]
    assert scene.attention()


@pytest.mark.slow
def test_people_deleted_in_the_ats_are_left_alone(scene: Scene) -> None:
    gone, stays = prepare(scene, 2)
    scene.heymilo.finish(scene.interview(gone), 78.5)
    scene.heymilo.finish(scene.interview(stays), 78.5)
    scene.workable.delete(gone)
    scene.converge()
    with scene.workable.watched() as seen:
        scene.reconcile(expect=(0, 4))
    assert not [row for row in seen if gone in row.path and row.writes]
    assert scene.workable.done("note") == scene.workable.done("note", stays)
    assert len(scene.workable.done("note", stays)) == 1


@pytest.mark.slow
def test_people_who_vanish_from_heymilo_are_not_invited_again(scene: Scene) -> None:
    gone, _ = prepare(scene, 2)
    scene.interview(gone).erased = True
    scene.later(60)
    scene.workable.change(gone, headline="Changed")
    scene.reconcile(expect=(0, 4))
    scene.reconcile(expect=(0, 4))
    assert scene.invited().count(gone) == 1


@pytest.mark.slow
def test_rejection_only_where_a_rule_says_so(scene: Scene) -> None:
    low, high = prepare(scene, 2)
    scene.workable.reasons = [
        {"id": "b29c6a", "description": "Unsuccessful interview", "candidate_withdrew": False,
         "position": 1}
    ]  # fmt: skip
    scene.rules = [
        {"status": ["completed"], "max_score": 30, "note": True, "reject": True,
         "reject_reason": "Unsuccessful interview"}
    ]  # fmt: skip
    scene.write_settings()
    scene.heymilo.finish(scene.interview(low), 10)
    scene.heymilo.finish(scene.interview(high), 90)
    scene.converge()
    assert scene.workable.done("reject") == ["b29c6a"]
    assert scene.workable.candidates[low]["disqualified"]
    assert not scene.workable.done("note", high)


@pytest.mark.slow
def test_idle_people_are_told_once(scene: Scene) -> None:
    slow, quick = prepare(scene, 2)
    scene.rules = [
        {"status": ["pending", "in_progress"], "idle_days": 7, "tag": "HeyMilo: no answer"},
        {"status": ["completed"], "note": True},
    ]
    scene.write_settings()
    scene.reconcile()
    assert not scene.workable.done("tag")
    scene.later(8 * 86_400)
    scene.heymilo.finish(scene.interview(quick), 50)
    scene.converge()
    scene.converge()
    assert scene.workable.done("tag") == ["HeyMilo: no answer"]
    assert scene.workable.done("tag", slow) == ["HeyMilo: no answer"]
    scene.heymilo.finish(scene.interview(slow), 51)
    scene.converge()
    assert len(scene.workable.done("note", slow)) == 1
