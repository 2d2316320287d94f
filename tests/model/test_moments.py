"""Moments in words."""

import pytest

from syncd.model.moments import ago, iso, lasting


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-5, "0 s"), (0, "0 s"), (59, "59 s"), (60, "1 min"), (3600, "1 h"), (190_000, "2 d")],
)
def test_spans_are_said_in_one_unit(seconds: float, said: str) -> None:
    assert lasting(seconds) == said


def test_moments() -> None:
    assert iso(1_780_000_000) == "2026-05-28T20:26:40Z"
    assert iso(None) is None
    assert ago(100, 160) == "1 min ago"
    assert ago(None, 160) == "never"
