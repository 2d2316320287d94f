"""Moments and spans of time in words."""

from datetime import UTC, datetime

_SIZES = ((86_400, "d"), (3600, "h"), (60, "min"))


def iso(epoch: float | None) -> str | None:
    """Epoch seconds as text in UTC; None stays None."""
    if epoch is None:
        return None
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def lasting(seconds: float) -> str:
    """A span as people say it: "45 s", "3 min", "2 h", "5 d"; negative ones count as nothing."""
    for size, unit in _SIZES:
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(0.0, seconds):.0f} s"


def ago(epoch: float | None, now: float) -> str:
    """How long ago, as people say it."""
    return "never" if epoch is None else f"{lasting(now - epoch)} ago"
