"""A week of looking for results: how long a finished interview waits to be seen.

A thousand postings whose rates of applicants are log-normal (sigma 2), so that a few have most of
them; three out of five people finish, after a log-normal time of half a day on average. 200 looks a
minute, each at one posting. The same people for three ways to spend them:

uniform       every posting in turn
proportional  in proportion to the true rate of each, which nobody knows beforehand
syncd         :mod:`syncd.policy.polling`, which knows only whom it invited and what it saw
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heapreplace
from math import exp, log
from random import Random
from statistics import mean, quantiles

from benchmarks.table import Line, tell
from syncd.policy.polling import (
    WINDOW,
    Distances,
    Source,
    choose,
    expect,
    haste,
    learn_zeal,
    spread,
)

POSTINGS = 1000
LOOKS = 200 / 60  # a second
SIGMA = 2.0
WEEK, DAY = 7 * 86_400.0, 86_400.0
LEAD = 3 * DAY  # people of the days before are in flight when the week begins
PEOPLE = 20.0  # per posting and week
TAKES, SPREAD, FINISH = 43_200.0, 1.0, 0.6
GREATEST_AGE = 7200.0
TURN = 5.0  # seconds from one turn of syncd's to the next
REPLAN = 60.0
RELEARN = 3600.0
NEWEST = 2000  # people from whom it is learned how eager they are


@dataclass(slots=True)
class Person:
    """Somebody invited at a moment; ``seen`` once it is known when they finished."""

    invited: float
    seen: float | None = None


@dataclass(slots=True)
class Posting:
    """``flying`` maps those invited and not seen to be finished; ``done`` holds who finished and
    was not seen yet, and when."""

    rate: float
    flying: dict[int, Person] = field(default_factory=dict)
    done: list[tuple[int, float]] = field(default_factory=list)
    looked_at: float | None = None
    seen: deque[float] = field(default_factory=deque)


@dataclass(slots=True)
class Week:
    """What happens: (when, posting, person, whether it is the end)."""

    postings: list[Posting]
    events: list[tuple[float, int, int, bool]]
    delays: list[float] = field(default_factory=list)
    greatest: float = 0.0
    newest: deque[Person] = field(default_factory=lambda: deque(maxlen=NEWEST))
    _next: int = 0

    def advance(self, now: float) -> None:
        """Let people come and finish until ``now``."""
        while self._next < len(self.events) and self.events[self._next][0] <= now:
            at, number, person, ends = self.events[self._next]
            self._next += 1
            posting = self.postings[number]
            if ends:
                posting.done.append((person, at))
                continue
            if not posting.flying:
                posting.looked_at = at  # whoever is invited is known from then on
            posting.flying[person] = Person(at)
            self.newest.append(posting.flying[person])

    def look(self, number: int, now: float) -> list[tuple[int, float]]:
        """See who finished at a posting; nobody counts before the week begins."""
        posting = self.postings[number]
        if posting.flying and posting.looked_at is not None and posting.looked_at > 0:
            self.greatest = max(self.greatest, now - posting.looked_at)
        seen, posting.done, posting.looked_at = posting.done, [], now
        self.delays += [now - at for _, at in seen if at > 0]
        return seen


def furnish(seed: int) -> Week:
    """The same week for everybody."""
    random = Random(seed)
    weights = [exp(random.gauss(0.0, SIGMA)) for _ in range(POSTINGS)]
    per_second = POSTINGS * PEOPLE / WEEK / sum(weights)
    postings = [Posting(weight * per_second) for weight in weights]
    events: list[tuple[float, int, int, bool]] = []
    person = 0
    for number, posting in enumerate(postings):
        at = -LEAD
        while (at := at + random.expovariate(posting.rate)) < WEEK:
            person += 1
            events.append((at, number, person, False))
            if random.random() < FINISH:
                ends = at + random.lognormvariate(log(TAKES) - SPREAD**2 / 2, SPREAD)
                events.append((ends, number, person, True))
    events.sort()
    return Week(postings, events)


def in_turn(week: Week, distances: Sequence[float]) -> None:
    """Look at each posting at its own distance, one look after another as the limit allows."""
    random = Random(1)
    due = [(-LEAD + random.random() * apart, number) for number, apart in enumerate(distances)]
    heapify(due)
    now = -LEAD
    while now < WEEK:
        at, number = due[0]
        now = max(now + 1 / LOOKS, at)
        week.advance(now)
        for person, _ in week.look(number, now):
            week.postings[number].flying.pop(person, None)
        heapreplace(due, (max(at, now - distances[number]) + distances[number], number))


def uniform(week: Week) -> None:
    in_turn(week, [POSTINGS / LOOKS] * POSTINGS)


def proportional(week: Week) -> None:
    total = sum(posting.rate for posting in week.postings)
    in_turn(week, [total / posting.rate / LOOKS for posting in week.postings])


def ours(week: Week) -> None:
    """Turn by turn, as passes do: plan distances, choose who is due, look at them."""
    now = replanned = relearned = -LEAD
    zeal = 1.0
    rates: dict[int, float] = {}
    distances = Distances({}, 0.0, kept=True)
    left = 0.0
    while now < WEEK:
        now += TURN
        week.advance(now)
        if now >= relearned + RELEARN:
            relearned = now
            zeal = learn_zeal(_lives(week.newest, now))
        if now >= replanned + REPLAN:
            replanned = now
            rates = {
                number: _expected(posting, now, zeal)
                for number, posting in enumerate(week.postings)
                if posting.flying
            }
            sources = [Source(str(number), 1.0, rate) for number, rate in rates.items()]
            distances = spread(sources, LOOKS, GREATEST_AGE)
        left = min(left + TURN * LOOKS, 2 * TURN * LOOKS)
        chosen, _ = choose(_sources(week, rates, distances, now), distances, now, left, TURN / 2)
        left -= len(chosen)
        for place, source in enumerate(chosen):
            number, then = int(source.id), now + place / LOOKS
            week.advance(then)
            posting = week.postings[number]
            for person, at in week.look(number, then):
                posting.flying.pop(person).seen = at
                posting.seen.append(then)


def _sources(
    week: Week, rates: dict[int, float], distances: Distances, now: float
) -> Iterator[Source]:
    """Those who may be due; asking the policy about all of them takes long in a benchmark."""
    for number, rate in rates.items():
        looked = week.postings[number].looked_at
        if looked is not None and now - looked + TURN < distances.seconds[str(number)]:
            continue
        yield Source(str(number), 1.0, rate, looked)


def _lives(people: Iterable[Person], now: float) -> Iterator[tuple[float, bool]]:
    for one in people:
        yield (one.seen or now) - one.invited, one.seen is not None


def _expected(posting: Posting, now: float, zeal: float) -> float:
    while posting.seen and posting.seen[0] < now - WINDOW:
        posting.seen.popleft()
    hasty = sum(haste(now - one.invited) for one in posting.flying.values())
    return expect(len(posting.seen), now + LEAD, hasty * zeal)


@dataclass(frozen=True, slots=True)
class Delay:
    """Seconds from finished to seen: the mean, and what 95 of 100 do not exceed; the longest that
    a posting with people in flight went without a look; how many were seen."""

    mean: float
    p95: float
    greatest: float
    count: int


def measure(way: Callable[[Week], None], seed: int) -> Delay:
    """Play one week one way."""
    week = furnish(seed)
    way(week)
    return Delay(
        mean(week.delays), quantiles(week.delays, n=20)[-1], week.greatest, len(week.delays)
    )


def weigh(seeds: Sequence[int] = (1,)) -> Iterator[Line]:
    """The same weeks in the three ways; the mean of ours against that of looking in turn."""
    found: dict[str, list[Delay]] = {}
    for way in (uniform, proportional, ours):
        tell(f"polling: a week, {way.__name__}")
        found[way.__name__] = [measure(way, seed) for seed in seeds]
    means = {name: mean(one.mean for one in delays) for name, delays in found.items()}
    slow = {name: mean(one.p95 for one in delays) for name, delays in found.items()}
    for name, text in (("uniform", "every posting in turn"), ("proportional", "by true rates")):
        yield Line(f"finished → seen, {text}: mean", means[name], "s")
        yield Line(f"finished → seen, {text}: 95th percentile", slow[name], "s")
    yield Line("finished → seen: 95th percentile", slow["ours"], "s")
    yield Line(
        "finished → seen: mean", means["ours"], "s",
        means["uniform"], "every posting in turn", goal=1 / 2.5,
    )  # fmt: skip
    yield Line(
        "longest time without a look", max(one.greatest for one in found["ours"]), "s",
        GREATEST_AGE, "the greatest age", goal=1.0,
    )  # fmt: skip
