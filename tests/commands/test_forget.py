"""`syncd forget`: nothing of a person is left, and the person does not come back by themselves."""

from collections.abc import Iterable
from typing import Any

import pytest

from syncd.errors import ExitCode
from syncd.model.keepsake import read_line
from syncd.passes import forgetting
from syncd.sandbox import Fault, FaultKind, Side
from syncd.store.tables import metadata
from tests.commands.conftest import account_of, forget, forget_email, retry
from tests.phases.conftest import both_databases
from tests.phases.scene import DAY, Scene, code_of
from tests.virtual import run


def rows_with(scene: Scene, values: Iterable[str]) -> set[str]:
    """The tables in which one of these texts stands anywhere."""
    wanted = [value for value in values if value]
    found: set[str] = set()
    with scene.store.read() as tx:
        for name, table in metadata.tables.items():
            for row in tx.execute(table.select()):
                text = repr(tuple(row))
                if any(value in text for value in wanted):
                    found.add(name)
    return found


def email_hash(scene: Scene, application: str) -> str:
    table = metadata.tables["application"]
    with scene.store.read() as tx:
        rows: Any = tx.execute(table.select().where(table.c.application_id == application)).one()
    return str(rows.email_hash)


@pytest.fixture
def job(scene: Scene) -> str:
    job = scene.job()
    scene.begin()
    return job


@pytest.fixture
def person(scene: Scene, job: str) -> str:
    """Somebody who was invited, finished, and whose result was written back."""
    person = scene.person(job, email="somebody@example.com")
    scene.wait(5)
    scene.reconcile()
    scene.finish(person, 77.0)
    scene.wait(600)
    scene.reconcile()
    assert len(scene.done("comment", person)) == 1
    return person


@both_databases
def test_nothing_but_the_tombstone_is_left(scene: Scene, job: str, person: str) -> None:
    hash_, interview = email_hash(scene, person), scene.interview(person).id
    assert rows_with(scene, [person]) >= {"application", "journal", "interview"}
    farewell = forget(scene, forgetting.of_application(person))
    assert rows_with(scene, [person, hash_]) == {"tombstone"}
    assert rows_with(scene, [interview]) == set()
    assert farewell.known
    assert farewell.person.interviews == {interview: scene.posting(job).id}
    assert set(farewell.rows) == {"application", "interview", "journal"}
    for _ in range(3):
        scene.wait(DAY)
        scene.world.recruiters.edit(person, headline="Changed")
        assert code_of(scene.reconcile()) is ExitCode.DONE
    # HeyMilo and the ATS go on showing the person; the state does not take them in.
    assert rows_with(scene, [person, hash_]) == {"tombstone"}
    assert rows_with(scene, [interview]) == set()
    assert scene.invited == [person]
    assert len(scene.done("comment", person)) == 1


@pytest.mark.parametrize("way", ["application", "candidate", "email"])
def test_each_way_finds_the_whole_person(scene: Scene, job: str, person: str, way: str) -> None:
    other_job = scene.job("Another job")
    again = scene.person(other_job, email=" Somebody@Example.com")
    scene.wait(60)
    scene.reconcile()
    if way == "email":
        farewell = forget_email(scene, "SOMEBODY@example.com")
    elif way == "candidate":
        farewell = forget(scene, forgetting.of_candidate(again))
    else:
        farewell = forget(scene, forgetting.of_application(person))
    assert farewell.person.applications == {person, again}
    assert rows_with(scene, [person, again]) == {"tombstone"}


def test_others_stay(scene: Scene, job: str, person: str) -> None:
    other = scene.person(job)
    scene.wait(60)
    scene.reconcile()
    before = account_of(scene, other)
    forget(scene, forgetting.of_application(person))
    assert account_of(scene, other) == before


def test_an_item_of_attention_goes_too(scene: Scene, job: str) -> None:
    person = scene.person(job, email=None)
    scene.wait(60)
    scene.reconcile()
    assert scene.matters == ["applicant.no_email"]
    forget(scene, forgetting.of_application(person))
    assert rows_with(scene, [person]) == {"tombstone"}
    assert code_of(scene.reconcile()) is ExitCode.DONE


def test_a_later_application_waits_for_a_persons_word(scene: Scene, job: str, person: str) -> None:
    forget(scene, forgetting.of_application(person))
    other_job = scene.job("Another job")
    again = scene.person(other_job, email="somebody@example.com")
    scene.wait(60)
    for _ in range(2):
        assert code_of(scene.reconcile()) is ExitCode.ATTENTION
        assert scene.matters == ["applicant.forgotten"]
        scene.wait(600)
    assert scene.invited == [person]
    assert "forgotten" in account_of(scene, again).why_not_yet[0]
    retry(scene, ["applicant.forgotten"])
    assert code_of(scene.reconcile()) is ExitCode.DONE
    assert scene.invited == [person, again]
    # The forgotten application itself stays forgotten.
    assert account_of(scene, person).knows["forgotten"]


def test_let_in_for_the_same_job_nobody_is_invited_twice(
    scene: Scene, job: str, person: str
) -> None:
    interview = scene.interview(person).id
    forget(scene, forgetting.of_application(person))
    again = scene.person(job, email="somebody@example.com")
    scene.wait(60)
    scene.reconcile()
    retry(scene, ["applicant.forgotten"])
    scene.reconcile()
    assert scene.invited == [person]
    assert account_of(scene, again).knows["interview"] == interview


def test_forgotten_again_after_having_been_let_in(scene: Scene, job: str, person: str) -> None:
    forget(scene, forgetting.of_application(person))
    again = scene.person(job, email="somebody@example.com")
    scene.wait(60)
    scene.reconcile()
    retry(scene, ["applicant.forgotten"])
    scene.reconcile()
    farewell = forget(scene, forgetting.of_application(again))
    assert farewell.person.applications == {person, again}
    third = scene.person(job, email="somebody@example.com")
    scene.wait(60)
    scene.reconcile()
    assert scene.matters == ["applicant.forgotten"]
    assert third not in scene.invited


def test_an_address_nobody_has_yet(scene: Scene, job: str) -> None:
    farewell = forget_email(scene, "later@example.com")
    assert not farewell.known
    person = scene.person(job, email="later@example.com")
    scene.wait(60)
    assert code_of(scene.reconcile()) is ExitCode.ATTENTION
    assert scene.invited == []
    assert person in {item.application_id for item in scene.items}


def test_an_application_nobody_has_seen_yet(scene: Scene, job: str) -> None:
    person = scene.person(job)
    forget(scene, forgetting.of_application(person))
    scene.wait(60)
    assert code_of(scene.reconcile()) is ExitCode.DONE
    assert scene.invited == []


def test_an_uncertain_invitation_is_told_of(scene: Scene, job: str) -> None:
    person = scene.person(job)
    scene.wait(60)
    scene.world.heymilo.lag = 200.0
    scene.faults.plan(Fault(FaultKind.TIMEOUT_BEFORE), side=Side.HEYMILO, path="/bulk")
    assert code_of(scene.reconcile()) is ExitCode.UNFINISHED
    assert forget(scene, forgetting.of_application(person)).under_way
    for _ in range(4):
        scene.wait(400)
        assert code_of(scene.reconcile()) is ExitCode.DONE
    assert scene.invited == []


class TestTheLine:
    def lose(self, scene: Scene) -> None:
        with scene.store.write() as tx:
            for table in reversed(metadata.sorted_tables):
                tx.execute(table.delete())

    def test_it_holds_no_address(self, scene: Scene, job: str, person: str) -> None:
        line = forget(scene, forgetting.of_application(person)).line
        assert "somebody" not in line
        assert person in line

    def test_it_brings_the_tombstone_back(self, scene: Scene, job: str, person: str) -> None:
        line = forget(scene, forgetting.of_application(person)).line
        again = scene.person(job, email="somebody@example.com")
        self.lose(scene)
        run(scene.clock, forgetting.restore(scene.store, [read_line(line)]))
        scene.wait(60)
        for _ in range(2):
            assert code_of(scene.reconcile()) is ExitCode.ATTENTION
        assert scene.matters == ["applicant.forgotten"]
        assert scene.invited == [person]
        assert rows_with(scene, [person]) == {"tombstone"}
        assert again not in scene.invited

    def test_late_is_better_than_never(self, scene: Scene, job: str, person: str) -> None:
        line = forget(scene, forgetting.of_application(person)).line
        self.lose(scene)
        scene.reconcile()
        assert "application" in rows_with(scene, [person])
        (farewell,) = run(scene.clock, forgetting.restore(scene.store, [read_line(line)]))
        assert farewell.known
        assert rows_with(scene, [person]) == {"tombstone"}


def test_the_file_keeps_nothing_in_its_free_parts(scene: Scene, job: str, person: str) -> None:
    interview = scene.interview(person).id
    path = scene.store.place.path
    assert path is not None
    files = [path, path.with_name(path.name + "-wal")]
    assert any(interview.encode() in file.read_bytes() for file in files if file.exists())
    forget(scene, forgetting.of_application(person))
    assert not any(interview.encode() in file.read_bytes() for file in files if file.exists())
