"""Whole passes of the program between Bullhorn and HeyMilo, with sessions that die on the way."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from syncd.model.marks import note_marks
from syncd.sandbox.faults import FaultKind
from syncd.sandbox.wire import Answer, Request
from syncd.store import attention
from syncd.testing import Purpose
from syncd.testing.cycle import Company, Cycle, play_cycle
from syncd.testing.people import person
from tests.ats.fakes.bullhorn import BullhornFake
from tests.ats.fakes.bullhorn_rest import CENTRE

PEOPLE = 40


def logins(company: Company) -> int:
    """How many sessions were opened."""
    return sum(row.path == "/rest-services/login" for row in company.fake.asked)


def must_be_right(cycle: Cycle) -> None:
    """Everybody invited once, every result told once, nobody moved who was moved by hand."""
    fake = cycle.company.fake
    assert cycle.company.invited == Counter(cycle.eligible)
    for one in cycle.eligible:
        score = cycle.scores[one]
        assert sum(bool(note_marks(text)) for text in fake.notes_of(one)) == 1
        assert fake.score_of(one) == score
        if one in cycle.moved_by_hand:
            assert fake.stage_of(one) == fake.stages[-2]
        elif score >= 70:
            assert fake.stage_of(one) == fake.stages[-1]
        else:
            assert fake.stage_of(one) == fake.applied_stage
    for one in cycle.others:
        assert fake.notes_of(one) == []
    assert cycle.quiet_writes == 0


@pytest.mark.parametrize("options", [{"page_size": 5}, {"page_size": 1}, {"skew": -7200.0}])
def test_a_whole_cycle(options: dict[str, Any]) -> None:
    with Company(BullhornFake, **options) as company:
        cycle = play_cycle(company, PEOPLE)
        must_be_right(cycle)
        assert logins(company) <= len(cycle.passes), "a pass needs one session"
        if company.fake.page_size > 1:
            assert cycle.quiet_requests <= 25


class Mortal(BullhornFake):
    """Sessions end after so many requests, in the middle of whatever is under way."""

    every = 17

    def exchange(self, request: Any) -> Any:
        if len(self.log) % self.every == self.every - 1:
            self.expire()
        return super().exchange(request)


def test_a_whole_cycle_with_sessions_that_die() -> None:
    with Company(Mortal, page_size=5) as company:
        cycle = play_cycle(company, PEOPLE)
        for _ in range(4):  # a write that met a dead session is made by the next pass
            company.wait(400.0)
            company.reconcile()
        cycle.quiet_writes = 0
        must_be_right(cycle)


@pytest.mark.parametrize("kind", [FaultKind.TIMEOUT_AFTER, FaultKind.RESET_AFTER, FaultKind.HTML])
def test_lost_answers_write_nothing_twice(kind: FaultKind) -> None:
    with Company(BullhornFake, page_size=5) as company:
        fake = company.fake
        for after in range(0, 60, 4):
            fake.fail(kind, on=Purpose.WRITE, after=after)
        cycle = play_cycle(company, PEOPLE)
        for _ in range(6):
            company.wait(400.0)
            company.reconcile()
        cycle.quiet_writes = 0
        must_be_right(cycle)
        assert sum(row.fault is kind for row in fake.asked) > 10


class Fleeting(BullhornFake):
    """The first write of every pass meets a session that has just ended."""

    written = False

    def answer(self, request: Request) -> Answer:
        if request.path.endswith("/loginInfo"):
            self.written = False
        elif request.method in ("PUT", "POST") and "/entity/" in request.path and not self.written:
            self.written = True
            self.expire()
        return super().answer(request)


def test_a_write_is_made_though_each_pass_meets_the_end_of_its_session_there() -> None:
    with Company(Fleeting, writeback=[{"score": True, "note": False}]) as company:
        company.reconcile()
        one = company.fake.apply(company.fake.add_job("Engineer"), person(1))
        company.reconcile()
        company.finish(one, 80)
        company.reconcile()
        assert company.fake.score_of(one) == 80
        assert logins(company) == 4


class Moved(BullhornFake):
    """Writes are wanted at another address than the one that each login tells."""

    new = "https://rest92.bullhornstaffing.com"
    origins = (*BullhornFake.origins, new)

    def answer(self, request: Request) -> Answer:
        if request.origin == self.new:
            return super().answer(replace(request, origin=CENTRE))
        if request.method in ("PUT", "POST") and "/entity/" in request.path:
            return Answer(307, headers={"location": f"{self.new}{request.path}"})
        return super().answer(request)


def test_a_write_is_made_where_the_account_has_moved_to() -> None:
    with Company(Moved, writeback=[{"score": True, "note": False}]) as company:
        company.reconcile()
        one = company.fake.apply(company.fake.add_job("Engineer"), person(1))
        company.reconcile()
        company.finish(one, 80)
        company.reconcile()
        assert company.fake.score_of(one) == 80


def test_a_score_that_has_no_place_is_told_with_the_remedy() -> None:
    with Company(BullhornFake, writeback=[{"score": True, "note": False}]) as company:
        company.reconcile()
        one = company.fake.apply(company.fake.add_job("Engineer"), person(1))
        company.fake.tables.fields["JobSubmission"] -= {"screeningScore"}
        company.reconcile()
        company.finish(one, 80)
        company.reconcile()
        with company.store.read() as tx:
            (item,) = attention.open_items(tx, "acme")
        assert item.kind == "writeback.refused"
        assert "score_field" in item.reason
        assert "None" not in item.reason
