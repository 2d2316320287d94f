"""How long results took, day by day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import ceil


@dataclass(frozen=True, slots=True)
class DayOfDelays:
    """One day in UTC; median and 95th percentile in seconds, None where there is no result."""

    day: date
    results: int
    median: float | None = None
    p95: float | None = None


def percentile(values: Iterable[float], share: float) -> float:
    """The value that ``share`` per cent of ``values`` do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, ceil(len(ordered) * share / 100) - 1)]


def by_day(delays: Sequence[tuple[float, float]], now: float, days: int = 14) -> list[DayOfDelays]:
    """The last ``days`` days, the oldest first, from (when, seconds) pairs."""
    today = datetime.fromtimestamp(now, UTC).date()
    found: dict[date, list[float]] = {}
    for told_at, delay in delays:
        found.setdefault(datetime.fromtimestamp(told_at, UTC).date(), []).append(delay)
    told: list[DayOfDelays] = []
    for back in reversed(range(days)):
        day = today - timedelta(days=back)
        some = found.get(day)
        if some:
            told.append(DayOfDelays(day, len(some), percentile(some, 50), percentile(some, 95)))
        else:
            told.append(DayOfDelays(day, 0))
    return told
