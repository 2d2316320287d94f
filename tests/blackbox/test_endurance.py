"""A daemon with twenty connections under load; `make endurance` does it for longer."""

import pytest

from .endurance.play import middle_and_tail, play

pytestmark = [pytest.mark.sockets, pytest.mark.slow]


def test_many_connections_under_load() -> None:
    """Four of them are in trouble: one fails, one is refused, one hangs, one is slow."""
    report = play(40.0)
    assert report.wrong == []
    assert report.invited > 20
    assert report.ended_in < 15
    for kind in ("applied to invited, good", "finished to told, good"):
        half, _ = middle_and_tail(report.delays[kind])
        assert half < 30, f"{kind}: {half:.1f} s"
