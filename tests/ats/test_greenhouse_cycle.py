"""Whole passes of the program between Greenhouse and HeyMilo, with answers lost and state lost."""

from collections import Counter
from typing import Any

import pytest

from syncd.model.marks import note_marks
from syncd.sandbox.faults import FaultKind
from syncd.store import Store, attention, migrate
from syncd.testing import Answer, Purpose, Request, person
from syncd.testing.cycle import CONNECTION, Company, play_cycle
from tests.ats.fakes.greenhouse import GreenhouseFake

PEOPLE = 20


class Account(GreenhouseFake):
    """Remembers which scores were written, whatever became of the answers.

    ``makes_tags``: whether the credentials may make a tag that is missing.
    """

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.scored: list[str] = []
        self.makes_tags = True

    def answer(self, request: Request) -> Answer:
        makes_tag = (request.method, request.path) == ("POST", "/v3/candidate_tags")
        if makes_tag and not self.makes_tags:
            return self.complain(403, "Forbidden")
        told = super().answer(request)
        if request.method == "PATCH" and told.status == 200:
            self.scored.append(request.path.rpartition("/")[2])
        return told


def forget_everything(company: Company) -> None:
    """The state is lost; an empty one takes its place."""
    company.store.close()
    for path in company.folder.iterdir():
        path.unlink()
    company.store = Store.open("sqlite:///state.db", company.folder, company.clock, durable=False)
    migrate.upgrade(company.store)


@pytest.mark.parametrize("kind", [FaultKind.TIMEOUT_AFTER, FaultKind.RESET_AFTER, FaultKind.HTML])
def test_lost_answers_write_nothing_twice(kind: FaultKind) -> None:
    with Company(Account, page_size=5) as company:
        fake = company.fake
        assert isinstance(fake, Account)
        for after in range(0, 60, 3):
            fake.fail(kind, on=Purpose.WRITE, after=after)
        cycle = play_cycle(company, PEOPLE)
        for _ in range(6):
            company.wait(400.0)
            company.reconcile()
        assert company.invited == Counter(cycle.eligible)
        assert sum(row.fault is kind for row in fake.asked) > 10
        assert Counter(fake.scored) == Counter(cycle.eligible)
        for one in cycle.eligible:
            assert sum(bool(note_marks(text)) for text in fake.notes_of(one)) == 1
            assert fake.score_of(one) == cycle.scores[one]


def test_with_the_state_lost_what_is_written_stays_as_it_is() -> None:
    with Company(Account, page_size=5) as company:
        fake = company.fake
        assert isinstance(fake, Account)
        cycle = play_cycle(company, PEOPLE)
        forget_everything(company)
        asked = len(fake.asked)
        for _ in range(3):
            company.wait(400.0)
            company.reconcile()
        assert [row.path for row in fake.asked[asked:] if fake.purpose(row) is Purpose.WRITE] == []
        assert company.invited == Counter(cycle.eligible)


def test_a_new_score_is_written_over_the_old_one() -> None:
    with Company(Account) as company:
        fake = company.fake
        assert isinstance(fake, Account)
        job = fake.add_job("Data Engineer")
        company.reconcile()
        company.wait(60.0)
        one = fake.apply(job, person(1))
        company.wait(60.0)
        company.reconcile()
        for score in (0.0, 80.25, 80.5):
            company.wait(600.0)
            company.finish(one, score)
            company.wait(600.0)
            company.reconcile()
            assert fake.score_of(one) == score
        assert fake.scored == [one] * 3


def test_a_tag_that_may_not_be_made_is_told_with_what_to_do() -> None:
    with Company(Account, writeback=[{"tag": "A new tag"}]) as company:
        fake = company.fake
        assert isinstance(fake, Account)
        fake.makes_tags = False
        job = fake.add_job("Data Engineer")
        company.reconcile()
        company.wait(60.0)
        one = fake.apply(job, person(1))
        company.wait(60.0)
        company.reconcile()
        company.finish(one, 80.0)
        company.wait(600.0)
        company.reconcile()
        with company.store.read() as tx:
            (item,) = attention.open_items(tx, CONNECTION)
        assert "make the tag" in item.todo
        fake.makes_tags = True
        company.wait(600.0)
        company.reconcile()
        assert company.matters == []
