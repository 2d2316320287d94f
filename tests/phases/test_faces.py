"""People whose names are not in memory any more are read again, and invited all the same."""

import pytest

from syncd.ats.workable import applications as workable
from syncd.model.ats import Application
from syncd.phases.applicants import faces, reach
from syncd.phases.applicants.faces import Faces
from syncd.sandbox import Side
from tests.phases.scene import Scene, counted


def application(number: int, **fields: str | None) -> Application:
    told: dict[str, str | None] = {
        "name": f"Test  Person{number}",
        "email": f"person-{number}@example.com",
        "phone": "(415) 555-0123",
        **fields,
    }
    return Application(
        id=f"A{number}",
        job_id="J1",
        candidate_id=f"A{number}",
        stage="applied",
        name=told["name"] or "",
        email=told["email"],
        phone=told["phone"],
    )


def key(number: int) -> tuple[str, str]:
    return (f"A{number}", "J1")


def test_a_face_comes_back_as_heymilo_is_told() -> None:
    held = Faces("US")
    held.put(application(1, name="Zoë\u2028 Ünal\x1f"))
    person = held.get(key(1))
    assert person is not None
    assert (person.name, person.email) == ("Zoë Ünal", "person-1@example.com")
    assert person.phone == "+14155550123"
    held.put(application(1, phone=None))
    assert (again := held.get(key(1))) is not None
    assert again.phone is None
    held.drop(key(1))
    assert held.get(key(1)) is None


def test_the_first_stay_and_those_who_are_wanted_get_in() -> None:
    held = Faces("US", limit=2)
    for number in range(4):
        held.put(application(number))
    assert [key(number) in held for number in range(4)] == [True, True, False, False]
    held.put(application(3), wanted=True)
    assert [key(number) in held for number in range(4)] == [True, True, False, True]
    held.put(application(1, name="Renamed"))
    assert (person := held.get(key(1))) is not None
    assert person.name == "Renamed"


@pytest.fixture(params=[2, 100])
def short_pages(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of two, and of the usual size."""
    monkeypatch.setattr(workable, "PAGE_SIZE", request.param)


@pytest.mark.usefixtures("short_pages")
@pytest.mark.parametrize(("limit", "at_once"), [(1, 1), (3, 4), (5, 100)])
def test_many_more_than_are_remembered_are_invited_once_each(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, limit: int, at_once: int
) -> None:
    monkeypatch.setattr(faces, "LIMIT", limit)
    monkeypatch.setattr(reach, "READ_AT_ONCE", at_once)
    monkeypatch.setattr(reach, "_CHUNK", 4)
    scene.applicants["batch_size"] = 3
    jobs = [scene.job(title) for title in ("One", "Two")]
    scene.begin()
    people: list[str] = []
    for _ in range(9):
        for job in jobs:
            scene.wait(1)
            people.append(scene.person(job))
    result = scene.reconcile()
    assert counted(result)["invited"] == 18
    assert sorted(scene.invited) == sorted(people)
    assert [row for row in scene.requests(Side.WORKABLE) if ("shortcode", jobs[0]) in row.query]
    scene.wait(3600)
    assert counted(scene.reconcile()) == {}
    assert len(scene.invited) == 18


def test_reading_again_takes_one_list_a_job(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faces, "LIMIT", 40)
    job = scene.job()
    scene.begin()
    scene.people(job, 70)
    scene.reconcile()
    assert len(scene.invited) == 70
    again = [row for row in scene.requests(Side.WORKABLE) if ("shortcode", job) in row.query]
    assert len(again) == 1


def test_somebody_who_left_meanwhile_is_not_invited(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faces, "LIMIT", 1)
    job = scene.job()
    scene.begin()
    people = scene.people(job, 6)
    scene.applicants["max_per_run"] = 2
    scene.reconcile()
    gone = next(person for person in people if person not in scene.invited)
    del scene.world.workable.account.candidates[int(gone, 16)]
    scene.applicants["max_per_run"] = 100
    scene.wait(120)
    scene.reconcile()
    assert sorted(scene.invited) == sorted(set(people) - {gone})
