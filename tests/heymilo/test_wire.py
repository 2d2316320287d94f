"""Moments as HeyMilo writes them."""

import time
from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from syncd.heymilo.wire import Candidate, read_moment


@pytest.fixture(params=["UTC", "America/New_York", "Asia/Kolkata"])
def _machine_zone(request: pytest.FixtureRequest, monkeypatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("_machine_zone")
@pytest.mark.parametrize(
    ("said", "epoch"),
    [
        (1779375600, 1779375600.0),
        (1779375600.25, 1779375600.25),
        ("1779375600.25", 1779375600.25),
        ("2026-05-21T15:00:00", 1779375600.0),
        ("2026-05-21T15:00:00Z", 1779375600.0),
        ("2026-05-21T17:00:00+02:00", 1779375600.0),
    ],
)
def test_a_moment_means_the_same_on_every_machine(said: object, epoch: float) -> None:
    assert read_moment(said) == epoch


@pytest.mark.parametrize("said", ["soon", "", True, [], float("nan"), "inf"])
def test_what_is_no_moment(said: object) -> None:
    with pytest.raises(ValueError):
        read_moment(said)


@pytest.mark.parametrize("score", [float("nan"), float("inf"), "high", {"value": 3}])
def test_what_is_no_score_is_not_guessed(score: object) -> None:
    with pytest.raises(ValidationError) as caught:
        Candidate.model_validate({"interview_id": "I", "score": score, "email": "a@example.com"})
    assert "a@example.com" not in str(caught.value)


def test_zero_is_a_score_and_null_is_none() -> None:
    assert Candidate.model_validate({"interview_id": "I", "score": 0}).score == 0.0
    assert Candidate.model_validate({"interview_id": "I", "score": None}).score is None
