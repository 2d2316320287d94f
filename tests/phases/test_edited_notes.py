"""Where an ATS lets notes be edited, a new score replaces what the old note told."""

from collections.abc import Iterator

import pytest

from syncd.model.marks import note_marks
from syncd.sandbox.faults import FaultKind
from syncd.testing import Purpose, person
from syncd.testing.cycle import Company
from tests.ats.fakes.bullhorn import BullhornFake

DAY = 86_400.0


@pytest.fixture
def company() -> Iterator[Company]:
    with Company(BullhornFake) as company:
        yield company


def told(company: Company, one: str) -> str:
    """The only note of ours."""
    (text,) = [text for text in company.fake.notes_of(one) if note_marks(text)]
    return text


def passes(company: Company, count: int = 4) -> None:
    for _ in range(count):
        company.wait(400.0)
        company.reconcile()


@pytest.fixture
def one(company: Company) -> str:
    """Somebody whose result, a score of 60, stands in a note."""
    job = company.fake.add_job("Data Engineer")
    company.reconcile()
    company.wait(60.0)
    one = company.fake.apply(job, person(1))
    passes(company)
    company.fake.add_note(one, "Call her back")  # by a recruiter, before any of ours
    company.finish(one, 60.0)
    passes(company)
    assert "score 60 of 100" in told(company, one)
    return one


def rescore(company: Company, one: str, score: float) -> None:
    """A retake has another score; syncd looks at everybody once a day at least."""
    company.world.people.rescore(company.interview(one).id, score)
    company.wait(DAY)


@pytest.mark.parametrize("how", ["retake", "rescore"])
def test_a_new_score_edits_the_note(company: Company, one: str, how: str) -> None:
    first = told(company, one)
    if how == "retake":
        company.world.people.retake(company.interview(one).id)
        passes(company)
        assert told(company, one) == first, "nothing is final yet"
        company.finish(one, 90.0)
    else:
        rescore(company, one, 90.0)
    passes(company)
    text = told(company, one)
    assert "score 90 of 100" in text
    assert "60" not in text.partition("(syncd")[0], "the old score is told no more"
    assert note_marks(text) != note_marks(first)
    assert company.fake.score_of(one) == 90.0
    writes = [row for row in company.fake.asked if company.fake.purpose(row) is Purpose.WRITE]
    assert [row.method for row in writes if "/Note" in row.path] == ["PUT", "POST"]
    asked = len(company.fake.asked)
    passes(company)
    assert all(company.fake.purpose(row) is not Purpose.WRITE for row in company.fake.asked[asked:])


def test_the_same_score_changes_nothing(company: Company, one: str) -> None:
    first = told(company, one)
    rescore(company, one, 60.0)
    passes(company)
    assert told(company, one) == first


@pytest.mark.parametrize(
    "kind", [FaultKind.TIMEOUT_AFTER, FaultKind.RESET_BEFORE, FaultKind.ERROR_BEFORE]
)
def test_an_edit_whose_answer_was_lost_is_looked_up(
    company: Company, one: str, kind: FaultKind
) -> None:
    rescore(company, one, 90.0)
    company.fake.fail(kind, on=Purpose.WRITE)
    passes(company, 6)
    assert any(row.fault is kind for row in company.fake.asked)
    assert "score 90 of 100" in told(company, one)
    assert len(company.fake.notes_of(one)) == 2


def test_a_note_that_was_deleted_is_written_anew(company: Company, one: str) -> None:
    fake = company.fake
    assert isinstance(fake, BullhornFake)
    note = next(row for row in fake.tables.rows("Note") if note_marks(row["comments"]))
    fake.tables.change("Note", note["id"], isDeleted=True)
    rescore(company, one, 90.0)
    passes(company)
    texts = fake.notes_of(one)
    assert len(texts) == 3
    assert "score 90 of 100" in texts[2]
    assert "earlier score 60" in texts[2], "nothing else tells it any more"


def test_what_a_recruiter_wrote_stays(company: Company, one: str) -> None:
    rescore(company, one, 90.0)
    passes(company)
    assert "Call her back" in company.fake.notes_of(one)
    assert len(company.fake.notes_of(one)) == 2
