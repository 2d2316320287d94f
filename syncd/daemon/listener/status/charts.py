"""The geometry of the two pictures; the template draws them."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10

from syncd.daemon.listener.status.delays import DayOfDelays

# The funnel: a row each, of labels, a bar, a number.
FUNNEL_WIDTH, ROW, BAR = 360.0, 34.0, 20.0
_LABELS, _NUMBERS = 92.0, 62.0

# The plot.
PLOT_WIDTH, PLOT_HEIGHT = 360.0, 200.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 46.0, 12.0, 10.0, 28.0
_TICKS = (
    (1, "1 s"), (10, "10 s"), (60, "1 min"), (600, "10 min"), (3600, "1 h"), (21_600, "6 h"),
    (86_400, "1 d"), (604_800, "7 d"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bar:
    """A step of the funnel. ``share``: of the step before, in words; empty for the first."""

    label: str
    count: int
    share: str
    y: float
    width: float


@dataclass(frozen=True, slots=True)
class Funnel:
    """Bars from the top down; ``left`` is where they begin."""

    bars: tuple[Bar, ...]
    height: float
    width: float = FUNNEL_WIDTH
    left: float = _LABELS
    room: float = FUNNEL_WIDTH - _LABELS - _NUMBERS
    bar: float = BAR


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the plot's frame and its label."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Plot:
    """Two series as points, and as lines through points of days that follow each other."""

    medians: tuple[tuple[float, float], ...]
    p95s: tuple[tuple[float, float], ...]
    median_lines: tuple[str, ...]
    p95_lines: tuple[str, ...]
    across: tuple[Tick, ...]
    down: tuple[Tick, ...]
    width: float = PLOT_WIDTH
    height: float = PLOT_HEIGHT
    left: float = _LEFT
    right: float = PLOT_WIDTH - _RIGHT
    bottom: float = PLOT_HEIGHT - _BOTTOM


def draw_funnel(steps: Sequence[tuple[str, int]]) -> Funnel | None:
    """Given label and number of each step, lay out the bars; the greatest fills the room.

    None where there is nobody to show.
    """
    if not any(count for _, count in steps):
        return None
    room = FUNNEL_WIDTH - _LABELS - _NUMBERS
    most = max(count for _, count in steps)
    bars: list[Bar] = []
    before: int | None = None
    for place, (label, count) in enumerate(steps):
        share = f"{100 * count / before:.0f} %" if before else ""
        width = max(room * count / most, 2.0 if count else 0.0)
        bars.append(Bar(label, count, share, place * ROW + (ROW - BAR) / 2, round(width, 1)))
        before = count
    return Funnel(tuple(bars), len(steps) * ROW)


def draw_plot(days: Sequence[DayOfDelays]) -> Plot | None:
    """Lay out the delays of some days on a logarithmic scale; None without any result."""
    values = [v for day in days for v in (day.median, day.p95) if v is not None]
    if not values:
        return None
    low = max((s for s, _ in _TICKS if s <= min(values)), default=_TICKS[0][0])
    high = min((s for s, _ in _TICKS if s >= max(values) and s > low), default=_TICKS[-1][0])
    span = log10(max(high, low * 10) / low)
    frame = PLOT_HEIGHT - _TOP - _BOTTOM
    step = (PLOT_WIDTH - _LEFT - _RIGHT) / max(1, len(days) - 1)

    def y(seconds: float) -> float:
        part = log10(max(seconds, low) / low) / span
        return round(_TOP + frame * (1 - min(1.0, part)), 1)

    def x(place: int) -> float:
        return round(_LEFT + place * step, 1)

    medians = [None if d.median is None else (x(n), y(d.median)) for n, d in enumerate(days)]
    p95s = [None if d.p95 is None else (x(n), y(d.p95)) for n, d in enumerate(days)]
    down = [Tick(y(s), label) for s, label in _TICKS if low <= s <= max(high, low * 10)]
    every = max(1, (len(days) - 1) // 3)
    across = [Tick(x(n), f"{days[n].day:%-d %b}") for n in range(len(days) - 1, -1, -every)]
    return Plot(
        medians=tuple(point for point in medians if point),
        p95s=tuple(point for point in p95s if point),
        median_lines=_lines(medians),
        p95_lines=_lines(p95s),
        across=tuple(reversed(across)),
        down=tuple(down),
    )


def _lines(points: Sequence[tuple[float, float] | None]) -> tuple[str, ...]:
    """Runs of at least two points without a gap, as SVG writes them."""
    runs: list[list[str]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(f"{point[0]:g},{point[1]:g}")
    return tuple(" ".join(run) for run in runs if len(run) > 1)
