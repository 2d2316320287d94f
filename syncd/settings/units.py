"""How settings write durations, rates, hours, moments and addresses.

Every function here raises ValueError with the end of a sentence that begins with the setting's
name; none repeats the value, which may be a secret.
"""

import re
import string
from dataclasses import dataclass
from datetime import datetime, time
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_TITLE_PARTS = ("title", "department", "location", "id")


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
        match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([smhd]?)\s*", str(value), re.ASCII)
        if not match:
            raise ValueError('is not a duration; write it like "90s", "5m", "2h" or "1d"')
        number, unit = float(match[1]), match[2] or "s"
    if not 0 <= number < 1e9:
        raise ValueError("is out of range for a duration")
    return number * _SECONDS[unit]


def format_duration(seconds: float) -> str:
    """Given seconds, return the shortest text that :func:`parse_duration` reads back."""
    for unit in "dhm":
        if seconds and seconds % _SECONDS[unit] == 0:
            return f"{seconds / _SECONDS[unit]:.0f}{unit}"
    return f"{format_number(seconds)}s"


def format_number(number: float) -> str:
    """The number without an exponent and without an empty fraction."""
    return f"{number:.6f}".rstrip("0").rstrip(".")


def parse_rate(value: object) -> Rate:
    """Given "10/10s" or "300/m", return the rate."""
    if isinstance(value, Rate):
        return value
    match = re.fullmatch(r"\s*(\d+)\s*/\s*(\d*)\s*([smhd])\s*", str(value), re.ASCII)
    if not match or int(match[1]) < 1 or (match[2] and int(match[2]) < 1):
        raise ValueError('is not a rate; write it like "10/10s"')
    return Rate(int(match[1]), float(int(match[2] or 1) * _SECONDS[match[3]]))


def require_zone(value: str) -> str:
    """The name of a time zone."""
    try:
        ZoneInfo(value)
    except (ValueError, ZoneInfoNotFoundError, OSError):
        raise ValueError('is not a time zone like "Europe/Berlin"') from None
    return value


def require_offset(value: datetime) -> datetime:
    """A moment must say its time zone, or two machines would read it differently."""
    if value.tzinfo is None:
        raise ValueError("has no time zone; end it with Z or an offset like +02:00")
    return value


def require_url(value: str) -> str:
    """A base address: http or https, a host, no trailing slash kept."""
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # an impossible port or a broken IPv6 address
        usable = False
    if not usable or re.search(r"[\s\x00-\x1f]", value):
        raise ValueError("is not an address like https://example.com")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("must hold neither credentials nor a query")
    return value.rstrip("/")


def require_address(value: str) -> str:
    """Where to listen: "" for nowhere, or host:port; an IPv6 host stands in brackets."""
    if not value:
        return value
    if not re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[^\s:\[\]/]+):\d{1,5}", value, re.ASCII) or (
        int(value.rpartition(":")[2]) > 65_535
    ):
        raise ValueError('is not host:port, like "127.0.0.1:8710" or "[::1]:8710"')
    return value


def require_database(value: str) -> str:
    """A kind of database that the state can live in, and a place in it."""
    kind, separator, place = value.partition("://")
    if kind in ("postgresql", "postgresql+psycopg") and place:
        return value
    if kind.startswith("postgres"):
        raise ValueError("must begin with postgresql+psycopg://")
    if kind not in ("sqlite", "sqlite+pysqlite") or not separator:
        raise ValueError("must begin with sqlite:/// or postgresql+psycopg://")
    if not place.startswith("/") or place[1:].partition("?")[0] in ("", ":memory:"):
        raise ValueError(
            "names no file; the state must outlive the process, as in sqlite:///syncd.db"
        )
    return value


def require_connection_name(value: str) -> str:
    """A name that marks, environment variables and credential files can carry."""
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9_-]{0,58}[A-Za-z0-9])?", value, re.ASCII) or (
        "__" in value
    ):
        raise ValueError("is not a connection's name: letters, digits, - and single _, at most 60")
    return value


def require_title_pattern(value: str) -> str:
    """A posting's title with placeholders of the job."""
    known = ", ".join(f"{{{part}}}" for part in _TITLE_PARTS)
    try:
        names = [name for _, name, *_ in string.Formatter().parse(value) if name is not None]
    except ValueError:
        raise ValueError(f"has a brace without its partner; known are {known}") from None
    if not set(names) <= set(_TITLE_PARTS):
        raise ValueError(f"has an unknown placeholder; known are {known}")
    return value


@dataclass(frozen=True, slots=True)
class Hours:
    """A daily window in a time zone; ``end`` before ``start`` runs over midnight.

    Equal ones are the whole day (written 00:00-24:00).
    """

    start: time
    end: time
    zone: ZoneInfo

    def contain(self, epoch: float) -> bool:
        """Whether the moment lies in the window (start inclusive, end exclusive)."""
        local = datetime.fromtimestamp(epoch, self.zone).time()
        if self.start < self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end


def read_hours(text: str) -> Hours | None:
    """Given "08:00-20:00 Europe/Berlin", return the window; None for the empty text."""
    if not text.strip():
        return None
    match = re.fullmatch(r"\s*(\d{1,2}:\d{2})\s*-\s*(\d{1,2}:\d{2})\s+(\S+)\s*", text, re.ASCII)
    try:
        if not match:
            raise ValueError
        start, end = (_clock_time(part) for part in match.group(1, 2))
        if start == end and not match[2].startswith("24"):
            raise ValueError
        return Hours(start, end, ZoneInfo(match[3]))
    except (ValueError, ZoneInfoNotFoundError, OSError):
        raise ValueError('is not like "08:00-20:00 Europe/Berlin"') from None


def _clock_time(text: str) -> time:
    """Given "8:00" or "24:00" (midnight, as an end), return the time of day."""
    hour, minute = map(int, text.split(":"))
    return time(0, 0) if (hour, minute) == (24, 0) else time(hour, minute)


def parse_hours(text: str) -> str:
    """Check the text of ``hours`` and keep it as it is."""
    read_hours(text)
    return text
