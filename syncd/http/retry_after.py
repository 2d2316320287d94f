"""What an answer's headers say about when to come back and how much is allowed.

``Retry-After`` is a number of seconds or an HTTP date (RFC 9110, 10.2.3). For limits there is no
standard that vendors keep to, so the common families are read alike, in any case of letters:
``X-RateLimit-*``, ``X-Rate-Limit-*`` (Workable), ``RateLimit-*`` and the combined ``RateLimit``
and ``RateLimit-Policy`` of the IETF drafts. A moment in a header is on the remote side's clock,
so every function takes ``remote_now``, epoch seconds on that clock.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

_NUMBER = re.compile(r"\d{1,15}(?:\.\d{1,9})?")
_EPOCH = 1e9  # a larger number is a moment, a smaller one a duration
_EPOCH_MS = 1e11


@dataclass(frozen=True, slots=True)
class Limits:
    """What an answer says of its limit; None where it does not.

    ``limit`` requests in ``window`` seconds, of which ``remaining`` are left for the next
    ``reset_in`` seconds.
    """

    limit: int | None = None
    remaining: int | None = None
    reset_in: float | None = None
    window: float | None = None


def http_date(text: str | None) -> float | None:
    """Given an HTTP date, return epoch seconds; None if it is not one."""
    if not text or not text.strip()[:1].isalpha():
        return None
    try:
        moment = parsedate_to_datetime(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def retry_after(headers: Mapping[str, str], remote_now: float) -> float | None:
    """How many seconds to wait by ``Retry-After``; None if it is absent or unreadable."""
    return _wait(headers.get("retry-after"), remote_now)


def rate_limits(headers: Mapping[str, str], remote_now: float) -> Limits:
    """What the rate headers say; every field None where nothing can be read."""
    found = {_family(name): value for name, value in headers.items()}
    combined = _pairs(found.get("ratelimit"))
    policy = _pairs(found.get("ratelimit-policy"))
    return Limits(
        limit=_first(found.get("ratelimit-limit"), combined.get("limit"), policy.get("q")),
        remaining=_first(
            found.get("ratelimit-remaining"), combined.get("remaining"), combined.get("r")
        ),
        reset_in=_wait(
            found.get("ratelimit-reset") or combined.get("reset") or combined.get("t"), remote_now
        ),
        window=_window(policy.get("w") or _pairs(found.get("ratelimit-limit")).get("w")),
    )


def _family(name: str) -> str:
    return name.lower().removeprefix("x-").replace("rate-limit", "ratelimit", 1)


def _pairs(value: str | None) -> dict[str, str]:
    """The ``key=value`` parts of a structured field; nothing if it lists several policies."""
    pairs = re.findall(r"\b([a-z]+)\s*=\s*(\d[\d.]*)", (value or "").lower())
    return dict(pairs) if len({key for key, _ in pairs}) == len(pairs) else {}


def _first(*values: str | None) -> int | None:
    for value in values:
        match = re.match(r"\s*(\d{1,9})(?!\d)", value or "")
        if match:
            return int(match[1])
    return None


def _window(value: str | None) -> float | None:
    if value is None or not _NUMBER.fullmatch(value):
        return None
    return float(value) or None


def _wait(value: str | None, remote_now: float) -> float | None:
    """Seconds from a duration, an epoch moment in seconds or milliseconds, or an HTTP date."""
    text = (value or "").strip()
    if _NUMBER.fullmatch(text):
        number = float(text)
        if number >= _EPOCH_MS:
            number /= 1000
        return max(0.0, number - remote_now) if number >= _EPOCH else number
    moment = http_date(text)
    return None if moment is None else max(0.0, moment - remote_now)
