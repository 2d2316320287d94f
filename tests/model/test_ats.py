"""What an ATS tells, as values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.ats import DAY, Application, Job, JobState, Stage
from syncd.model.attention import Matter


def application(**known: object) -> Application:
    values: dict[str, object] = {
        "id": "A1",
        "job_id": "J1",
        "candidate_id": "C1",
        "stage": "Applied",
        "name": "Test Person",
        "email": "p@example.com",
        "phone": "+14155550123",
    }
    return Application(**{**values, **known})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("decision", "out"),
    [("rejected", True), ("withdrawn", True), ("hired", True), ("anonymised", False),
     ("do_not_contact", False)],
)  # fmt: skip
def test_a_decision_ends_what_syncd_may_do(decision: str, out: bool) -> None:
    assert application(**{decision: True}).out is out
    assert not application().out


def test_nothing_personal_shows_in_a_repr() -> None:
    shown = repr(application(tags=("secret",)))
    for personal in ("Test", "example.com", "0123", "secret"):
        assert personal not in shown
    assert "A1" in shown


@pytest.mark.parametrize(
    ("created", "until"),
    [(None, None), (5 * DAY, 6 * DAY), (5 * DAY + 1, 5 * DAY + 1)],
)
def test_a_bare_day_lasts_until_the_next(created: float | None, until: float | None) -> None:
    assert Job("J1", "T", JobState.OPEN, created_at=created).created_until == until


def test_stages_are_called_by_id_or_name() -> None:
    stage = Stage("phone-screen", "Phone Screen ")
    assert stage.is_called("PHONE-SCREEN")
    assert stage.is_called(" phone screen")
    assert not stage.is_called("phone")


words = st.text(max_size=5)


@given(st.lists(words, max_size=3), st.lists(words, max_size=3))
def test_a_matter_is_the_same_only_while_it_consists_of_the_same(
    one: list[str], other: list[str]
) -> None:
    def matter(parts: list[str]) -> Matter:
        return Matter("kind", "subject", "reason", "todo", fingerprint_of=tuple(parts))

    same = (one or ["reason"]) == (other or ["reason"])
    assert (matter(one).fingerprint() == matter(other).fingerprint()) is same


def test_how_people_name_a_matter() -> None:
    matter = Matter("job.missing", "J1", "gone", "look")
    assert len(matter.item_id("acme")) == 8
    assert matter.item_id("acme") != matter.item_id("other")
    assert matter.item_id("acme") != Matter("job.missin", "gJ1", "", "").item_id("acme")
    assert Matter("job.missing", "J1", "other", "words").item_id("acme") == matter.item_id("acme")
