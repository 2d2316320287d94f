"""When a schedule's next turn is: an interval, or a crontab line in a time zone.

APScheduler reads and steps through the fields. Three things of the crontab convention it does
otherwise are put right here: it counts days of the week from Monday, lets a day of the month and a
day of the week both have to match instead of either, and runs a line for half past two twice in the
night in which the clocks go back.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from math import floor
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from syncd.settings.units import parse_duration

_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
_EXAMPLE = 'is not a crontab line; write five fields like "*/10 7-19 * * mon-fri"'
_SOME_DAY = 1_704_067_200.0  # the first of 2024, a leap year
_TURNS = 8  # so many turns of a line show its longest pause well enough


class Timetable(Protocol):
    """When a phase is due."""

    @property
    def jitter(self) -> float:
        """The share of an interval by which a turn may be put off."""
        ...

    def after(self, moment: float) -> float | None:
        """The first turn after a moment, both in epoch seconds; None if there is none."""
        ...

    def pause(self, moment: float) -> float:
        """The longest time between two turns in those that follow a moment, seconds."""
        ...


@dataclass(frozen=True, slots=True)
class Interval:
    """A turn every so many seconds, counted from the last one."""

    seconds: float
    jitter: float = 0.1

    def after(self, moment: float) -> float | None:
        return moment + self.seconds

    def pause(self, moment: float) -> float:
        return self.seconds


@dataclass(frozen=True, slots=True)
class Crontab:
    """A crontab line; ``triggers`` are alternatives.

    ``once``: its hours are named, so that a wall-clock time that comes twice counts once.
    """

    zone: ZoneInfo
    triggers: tuple[Any, ...]
    once: bool
    jitter: float = 0.0

    def after(self, moment: float) -> float | None:
        found = [turn for one in self.triggers if (turn := self._after(one, moment)) is not None]
        return min(found, default=None)

    def pause(self, moment: float) -> float:
        turns = [moment]
        while len(turns) <= _TURNS and (turn := self.after(turns[-1])) is not None:
            turns.append(turn)
        return max((late - early for early, late in pairwise(turns[1:])), default=0.0)

    def _after(self, trigger: Any, moment: float) -> float | None:
        while True:
            start = datetime.fromtimestamp(floor(moment) + 1, self.zone)
            turn: datetime | None = trigger.get_next_fire_time(None, start)
            if turn is None:
                return None
            moment = turn.timestamp()
            if not (self.once and _is_second(turn)):
                return moment


def read_timetable(text: str, zone: ZoneInfo) -> Timetable:
    """Given an interval like "2m" or a crontab line of five fields, return its timetable.

    Raises ValueError with the end of a sentence.
    """
    fields = text.split()
    return read_crontab(fields, zone) if len(fields) == 5 else Interval(parse_duration(text))


def read_crontab(fields: Sequence[str], zone: ZoneInfo) -> Crontab:
    """Given the five fields of a crontab line, return when it is due in ``zone``.

    Raises ValueError with the end of a sentence for a line that is none, or never comes.
    """
    # Only who writes such a line pays for the import.
    from apscheduler.triggers.cron import CronTrigger

    minute, hour, day, month, weekday = (field.lower() for field in fields)
    either = not day.startswith("*") and not weekday.startswith("*")
    days = [(day, "*"), ("*", _weekdays(weekday))] if either else [(day, _weekdays(weekday))]
    try:
        triggers = tuple(
            CronTrigger(
                minute=minute, hour=hour, day=of_month, month=month, day_of_week=of_week,
                timezone=zone,
            )
            for of_month, of_week in days
        )  # fmt: skip
    except ValueError:
        raise ValueError(_EXAMPLE) from None
    found = Crontab(zone, triggers, once="*" not in hour)
    try:
        comes = found.after(_SOME_DAY) is not None
    except (ValueError, OverflowError):
        comes = False
    if not comes:
        raise ValueError("is a crontab line whose day never comes")
    return found


def _weekdays(field: str) -> str:
    """Days of the week by name, from numbers that count from Sunday (0 and 7) or from names."""
    if field == "*":
        return field
    chosen: set[str] = set()
    for part in field.split(","):
        match = re.fullmatch(r"(\*|([0-7]|[a-z]{3})(?:-([0-7]|[a-z]{3}))?)(?:/([1-9]))?", part)
        if not match:
            raise ValueError(_EXAMPLE)
        whole, first, last, step = match.groups()
        begin = 0 if whole == "*" else _number(first)
        end = 6 if whole == "*" or (step and not last) else _number(last or first)
        if last and end < begin:
            end += 7 if end == 0 else 0
        if end < begin:
            raise ValueError(_EXAMPLE)
        chosen.update(_DAYS[begin : end + 1 : int(step or 1)])
    return ",".join(sorted(chosen))


def _number(day: str) -> int:
    if day.isdigit():
        return int(day)
    if day not in _DAYS:
        raise ValueError(_EXAMPLE)
    return _DAYS.index(day)


def _is_second(turn: datetime) -> bool:
    """Whether this wall-clock time came an hour before already."""
    first = turn.replace(fold=0)
    return turn.fold == 1 and first.utcoffset() != turn.utcoffset()


def parse_schedule(text: str) -> str:
    """Check an interval from 1 s or a crontab line, and keep it as it is."""
    if len(text.split()) == 5:
        read_crontab(text.split(), ZoneInfo("UTC"))
        return text
    try:
        seconds = parse_duration(text)
    except ValueError:
        raise ValueError(
            'is neither an interval like "2m" nor a crontab line of five fields'
        ) from None
    if seconds < 1:
        raise ValueError("is an interval below 1s")
    return text
