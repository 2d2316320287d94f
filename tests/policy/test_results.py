"""What a status and a score mean."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.statuses import FINAL, UNFINISHED
from syncd.policy.results import (
    Result,
    Snapshot,
    clean_score,
    format_score,
    hold_back,
    is_older,
    read_result,
)

NOW = 100_000.0


def read(status: str, score: float | None = 80.0, **known: object) -> tuple[str, object, bool]:
    values: dict[str, object] = {"complete": True, **known}
    result = read_result(Snapshot(status, score, **values), NOW)  # type: ignore[arg-type]
    return result.status, result.score, result.final


@pytest.mark.parametrize("status", sorted(FINAL))
def test_final_statuses(status: str) -> None:
    assert read(status) == (status, 80.0, True)
    assert read(f" {status.upper()} ") == (status, 80.0, True)


@pytest.mark.parametrize("status", [*sorted(UNFINISHED), "evaluating", "paused_by_robot", ""])
def test_nothing_else_is_final_and_its_score_is_none(status: str) -> None:
    assert read(status) == (status, None, False)


def test_nought_is_a_score_and_null_is_none() -> None:
    assert read("completed", 0) == ("completed", 0.0, True)
    assert read("completed", None) == ("completed", None, False)


def test_a_missing_score_is_waited_for_an_hour() -> None:
    assert read("completed", None, activity_at=NOW - 3599) == ("completed", None, False)
    assert read("completed", None, activity_at=NOW - 3600) == ("completed", None, True)
    assert read("completed", None, finished_at=NOW - 3600) == ("completed", None, True)
    assert read("completed", 70, activity_at=NOW) == ("completed", 70.0, True)


@pytest.mark.parametrize(
    ("status", "score", "ago", "told", "waits"),
    [
        ("dismissed", 46.2, 3599.0, None, True),
        ("dismissed", 46.2, 3599.0, 61.3, True),
        ("dismissed", 46.2, 3600.0, None, False),
        ("dismissed", 46.2, None, None, False),
        ("dismissed", 46.2, 0.0, 46.2, False),
        ("dismissed", None, 0.0, None, False),
        ("completed", 46.2, 0.0, None, False),
    ],
)
def test_a_new_score_of_somebody_dismissed_may_be_partial(
    status: str, score: float | None, ago: float | None, told: float | None, waits: bool
) -> None:
    at = None if ago is None else NOW - ago
    listed = Result(status, score, True, at)
    waiting = Result(status, None, False, at)
    assert hold_back(listed, told, NOW) == (waiting if waits else listed)


@pytest.mark.parametrize("status", ["shortlisted", "dismissed", "knocked_out"])
def test_a_decision_before_the_end_is_final_without_a_score(status: str) -> None:
    assert read(status, 55.0, complete=False) == (status, None, True)
    assert read(status, 55.0, complete=None) == (status, None, True)
    assert read(status, 55.0, complete=None, finished_at=5.0) == (status, 55.0, True)


def test_a_completed_interview_of_which_no_step_is_told() -> None:
    assert read("completed", 70, complete=None) == ("completed", 70.0, True)
    assert read("completed", 70, complete=False) == ("completed", None, False)


@pytest.mark.parametrize(
    ("status", "flags", "told"),
    [
        ("completed", {"shortlisted": True}, "shortlisted"),
        ("completed", {"shortlisted": True, "dismissed": True}, "dismissed"),
        ("knocked_out", {"shortlisted": True}, "knocked_out"),
        ("knocked_out", {"dismissed": True}, "dismissed"),
        ("in_progress", {"dismissed": True}, "in_progress"),
    ],
)
def test_a_recruiters_decision_counts_more(status: str, flags: dict[str, bool], told: str) -> None:
    assert read(status, **flags)[0] == told


def test_when_it_was() -> None:
    def when(**known: float) -> float | None:
        return read_result(Snapshot("completed", 1.0, **known), NOW).activity_at  # type: ignore[arg-type]

    assert when(activity_at=7.0, finished_at=5.0) == 7.0
    assert when(finished_at=5.0) == 5.0
    assert when() is None


@pytest.mark.parametrize(
    ("score", "text"),
    [(None, "none"), (0, "0"), (78.0, "78"), (78.5, "78.5"), (100, "100"), (33.333, "33.33"),
     (10, "10"), (99.999, "100"), (0.001, "0")],
)  # fmt: skip
def test_how_a_score_is_written(score: float | None, text: str) -> None:
    assert format_score(score) == text
    if score is not None:
        assert read_result(Snapshot("completed", score, complete=True), NOW).score_text == text


@given(st.floats(0, 100))
def test_a_written_score_is_the_score(score: float) -> None:
    text = format_score(score)
    assert math.isclose(float(text), score, abs_tol=0.005001)
    assert "e" not in text
    assert not text.endswith(".")
    assert format_score(float(text)) == text


@given(st.none() | st.floats())
def test_a_score_lies_within_its_bounds(score: float | None) -> None:
    clean = clean_score(score)
    if clean is None:
        assert score is None or math.isnan(score) or not 0 <= score <= 100
    else:
        assert clean == score


@given(st.none() | st.floats(0, 1e10), st.none() | st.floats(0, 1e10))
def test_only_a_known_earlier_time_is_older(new: float | None, known: float | None) -> None:
    assert is_older(new, known) is (None not in (new, known) and new < known)  # type: ignore[operator]
    assert not (is_older(new, known) and is_older(known, new))
