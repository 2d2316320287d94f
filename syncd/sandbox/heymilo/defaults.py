"""What HeyMilo fills in or tidies by itself: deadlines, slugs, workflows, texts."""

import calendar
import re
from datetime import UTC, datetime
from typing import Any


def month_later(epoch: float) -> float:
    """The same time of day one calendar month on: what a deadline is when none is given."""
    moment = datetime.fromtimestamp(epoch, UTC)
    year, month = divmod(moment.year * 12 + moment.month, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day).timestamp()


def read_deadline(text: str) -> float:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def tidy(text: str) -> str:
    """How a server may normalise a text: no space at line ends, no piles of empty lines."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def make_steps(kinds: list[str]) -> list[dict[str, Any]]:
    return [
        {"id": f"step_{place}", "type": kind, "order": place, "config": {}}
        for place, kind in enumerate(kinds, 1)
    ]


def plain_steps() -> list[dict[str, Any]]:
    """The workflow of an ordinary template: a résumé, then a web interview."""
    return make_steps(["resume", "web_interview"])


def make_slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")[:60] or "posting"
