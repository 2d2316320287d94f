"""The simulated week of looking for results does what it says, on a small scale."""

import pytest

from benchmarks import polling
from benchmarks.polling import DAY, Week, furnish, measure, ours, proportional, uniform


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"POSTINGS": 60, "WEEK": DAY, "LEAD": DAY / 2, "LOOKS": 12 / 60}.items():
        monkeypatch.setattr(polling, name, value)


def test_the_same_week_for_everybody() -> None:
    one, other = furnish(3), furnish(3)
    assert one.events == other.events
    assert [p.rate for p in one.postings] == [p.rate for p in other.postings]
    assert furnish(4).events != one.events


def test_in_turn_everybody_waits_half_a_round() -> None:
    found = measure(uniform, 3)
    round_trip = 60 / (12 / 60)
    assert found.mean == pytest.approx(round_trip / 2, rel=0.1)
    assert found.p95 == pytest.approx(0.95 * round_trip, rel=0.1)
    assert found.greatest == pytest.approx(round_trip, rel=0.1)


def test_every_way_sees_the_same_people() -> None:
    counts = {measure(way, 3).count for way in (uniform, ours)}
    assert max(counts) - min(counts) <= 5  # those of the last minutes
    assert min(counts) > 100


def test_ours_is_better_and_keeps_its_promise() -> None:
    turn, rates, here = (measure(way, 3) for way in (uniform, proportional, ours))
    assert here.mean < turn.mean
    assert here.greatest <= polling.GREATEST_AGE
    assert rates.greatest > polling.GREATEST_AGE, "that is why rates alone are no rule"


def test_no_more_looks_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[float] = []
    look = Week.look

    def counted(self: Week, number: int, now: float) -> list[tuple[int, float]]:
        looks.append(now)
        return look(self, number, now)

    monkeypatch.setattr(Week, "look", counted)
    for way in (uniform, proportional, ours):
        looks.clear()
        way(furnish(3))
        spent = len(looks) / (polling.WEEK + polling.LEAD)
        assert spent <= polling.LOOKS * 1.01
