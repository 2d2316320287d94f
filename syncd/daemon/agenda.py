"""Which phases of a connection are due, and when the next one is."""

from collections.abc import Callable, Collection, Iterable, Mapping
from zoneinfo import ZoneInfo

from syncd.passes.run import PHASES
from syncd.settings.schema import ScheduleSettings
from syncd.settings.timetable import Interval, Timetable, read_timetable
from syncd.store.runs import PhaseRun

_EARLY = 0.1  # this share of its interval a phase may come early, to go along with another
_AHEAD = 1.0  # seconds that a clock may be wrong before a last look in the future is doubted

# What was just read is written back at once, for next to nothing when there is nothing.
_COMPANIONS = {"results": "writeback"}


class Agenda:
    """When each phase last began, and so when it is due again. Times are epoch seconds.

    What was missed, however often, is due once. A crontab line counts from ``now`` for a phase
    that was never seen; an interval that never ran is due at once.
    """

    def __init__(self, schedule: ScheduleSettings, now: float, chance: Callable[[], float]) -> None:
        self._chance = chance
        self._first = now
        self._began: dict[str, float] = {}
        self._put_off = chance()
        self.follow(schedule)

    def follow(self, schedule: ScheduleSettings) -> None:
        """Keep to another schedule from now on; what was done stays known."""
        zone = ZoneInfo(schedule.timezone)
        self._tables: Mapping[str, Timetable] = {
            phase: read_timetable(getattr(schedule, phase), zone) for phase in PHASES
        }

    def learn(self, runs: Iterable[PhaseRun], now: float) -> None:
        """Take over what the state tells: another process may have looked meanwhile.

        A look that was cut off, by a kill or a power cut, does not count. Neither does one in the
        future, from before the clock was set back: it would put the phase off again and again.
        """
        for run in runs:
            if run.began_at > now + _AHEAD:
                continue
            if run.phase in self._tables and run.ended_at is not None:
                self._began[run.phase] = max(run.began_at, self._began.get(run.phase, 0.0))

    def began(self, phases: Iterable[str], now: float) -> None:
        """These were looked at, beginning now."""
        for phase in phases:
            self._began[phase] = now
        self._put_off = self._chance()

    def owe(self, phases: Iterable[str]) -> None:
        """The looks at these came to nothing: they are due at once, whatever the schedule."""
        for phase in phases:
            self._began[phase] = 0.0

    def last(self, phase: str) -> float | None:
        """When the phase last began; None if it never did, or if that came to nothing."""
        return self._began.get(phase) or None

    def is_crontab(self, phase: str) -> bool:
        """Whether the phase has its hours, so that its next turn may be far."""
        return not isinstance(self._tables[phase], Interval)

    def due_at(self, phase: str, now: float) -> float | None:
        """When the phase is due next; None if never. The past if it is due already."""
        table, began = self._tables[phase], self._began.get(phase)
        if began is None:
            return table.after(self._first) if self.is_crontab(phase) else now
        if not began:
            return now
        if began > now + _AHEAD:
            # The clock was set back since: what lies in the future cannot be waited for.
            began = self._began[phase] = now
        turn = table.after(began)
        return None if turn is None else turn + self._put_off * table.jitter * (turn - began)

    def due(self, now: float, without: Collection[str] = ()) -> tuple[str, ...]:
        """The phases to look at now, in their order, all but ``without``; none if none is due.

        With one that is due go those that nearly are, and the write-back of what results tell.
        """
        times = {p: self.due_at(p, now) for p in PHASES if p not in without}
        due = {phase for phase, at in times.items() if at is not None and at <= now}
        if not due:
            return ()
        for phase, at in times.items():
            table = self._tables[phase]
            if at is None or not isinstance(table, Interval):
                continue
            if at <= now + _EARLY * table.seconds:
                due.add(phase)
        return self.along(due, without)

    def along(self, phases: Collection[str], without: Collection[str] = ()) -> tuple[str, ...]:
        """These phases and those that go along with them, in order."""
        more = {
            companion
            for phase, companion in _COMPANIONS.items()
            if phase in phases and not self.is_crontab(companion)
        }
        wanted = {*phases, *more} - set(without)
        return tuple(phase for phase in PHASES if phase in wanted)

    def pause(self, phase: str, now: float) -> float:
        """How long it may be from one look of the phase to the next, seconds."""
        table = self._tables[phase]
        return table.pause(now) * (1 + table.jitter)

    def shortest_pause(self, now: float) -> float:
        """How long it is between looks of the phase that is looked at most often, seconds."""
        return min(self._tables[phase].pause(now) for phase in PHASES)
