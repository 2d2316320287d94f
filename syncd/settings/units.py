"""How settings write durations, rates, hours and moments."""

import re
from dataclasses import dataclass
from datetime import datetime, time
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``requests`` in any ``seconds``."""

    requests: int
    seconds: float


def parse_duration(value: object) -> float:
    """Given "90s", "5m", "2h", "1d" or a number of seconds, return seconds."""
    if isinstance(value, bool):
        raise ValueError('is not a duration; write it like "5m"')
    if isinstance(value, int | float):
        number, unit = float(value), "s"
    else:
        match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([smhd]?)\s*", str(value))
        if not match:
            raise ValueError('is not a duration; write it like "90s", "5m", "2h" or "1d"')
        number, unit = float(match[1]), match[2] or "s"
    if not 0 <= number < 1e9:
        raise ValueError("is out of range for a duration")
    return number * _SECONDS[unit]


def parse_rate(value: object) -> Rate:
    """Given "10/10s" or "300/m", return the rate."""
    if isinstance(value, Rate):
        return value
    match = re.fullmatch(r"\s*(\d+)\s*/\s*(\d*)\s*([smhd])\s*", str(value))
    if not match or int(match[1]) < 1 or match[2] == "0":
        raise ValueError('is not a rate; write it like "10/10s"')
    return Rate(int(match[1]), float(int(match[2] or 1) * _SECONDS[match[3]]))


def require_offset(value: datetime) -> datetime:
    """A moment must say its time zone, or two machines would read it differently."""
    if value.tzinfo is None:
        raise ValueError("has no time zone; end it with Z or an offset like +02:00")
    return value


def require_url(value: str) -> str:
    """A base address: http or https, a host, no trailing slash kept."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("is not an address like https://example.com")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("must hold neither credentials nor a query")
    return value.rstrip("/")


@dataclass(frozen=True, slots=True)
class Hours:
    """A daily window in a time zone; ``end`` before ``start`` runs over midnight."""

    start: time
    end: time
    zone: ZoneInfo

    def contain(self, epoch: float) -> bool:
        """Whether the moment lies in the window (start inclusive, end exclusive)."""
        local = datetime.fromtimestamp(epoch, self.zone).time()
        if self.start <= self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end


def read_hours(text: str) -> Hours | None:
    """Given "08:00-20:00 Europe/Berlin", return the window; None for the empty text."""
    if not text.strip():
        return None
    match = re.fullmatch(r"\s*(\d{1,2}:\d{2})\s*-\s*(\d{1,2}:\d{2})\s+(\S+)\s*", text)
    try:
        if not match:
            raise ValueError
        start, end = (time(*map(int, part.split(":"))) for part in match.group(1, 2))
        return Hours(start, end, ZoneInfo(match[3]))
    except (ValueError, ZoneInfoNotFoundError, OSError):
        raise ValueError('is not like "08:00-20:00 Europe/Berlin"') from None


def parse_hours(text: str) -> str:
    """Check the text of ``hours`` and keep it as it is."""
    read_hours(text)
    return text
