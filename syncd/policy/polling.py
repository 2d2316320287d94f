"""Which postings to look at next, when there are more than the request limit allows at once.

What a recruiter feels is how long a finished interview waits to be seen. Looks at equal distances
let it wait half a distance on average, so the sum of rate × distance / 2 is to be smallest for a
given number of requests: distances then go with the square root of cost / rate, and none may be
longer than the greatest age that is promised. (Looks in proportion to the rate are no better than
looking at all in turn: what they win on the busy they lose on the quiet.)

Results are expected where people were invited, sooner after that than later: somebody who has not
finished after a week hardly will within the next hour.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, log, sqrt

PRIOR = 86_400.0  # seconds for which what is expected of a posting outweighs what was seen there
WINDOW = 2 * 86_400.0  # seconds of the past in which results count as seen
PATIENCE = 3600.0  # seconds after which somebody's haste to finish has halved


@dataclass(frozen=True, slots=True)
class Source:
    """A posting with people who may come to a result.

    ``cost``: requests a look takes; ``rate``: results expected per second; ``looked_at``: when it
    was last looked at, epoch seconds, None for never; ``hinted``: somebody said that it has news.
    """

    id: str
    cost: float
    rate: float
    looked_at: float | None = None
    hinted: bool = False


@dataclass(frozen=True, slots=True)
class Distances:
    """Seconds between two looks by posting id; ``greatest`` is the longest of them.

    ``kept``: whether the greatest age that was asked for can be kept.
    """

    seconds: Mapping[str, float]
    greatest: float
    kept: bool


def haste(age: float) -> float:
    """How likely somebody is to finish now, ``age`` seconds after the invitation, per second and
    up to a factor that :func:`learn_zeal` finds."""
    return 1.0 / (max(age, 0.0) + PATIENCE)


def learn_zeal(lives: Iterable[tuple[float, bool]]) -> float:
    """The factor of :func:`haste` for the people of a connection.

    ``lives``: for how many seconds each was, or has been, invited without a result, and whether
    one came. Knowing nobody, as many finish as do not.
    """
    ended, expected = 1.0, 1.0
    for seconds, came in lives:
        ended += came
        expected += log(1.0 + max(seconds, 0.0) / PATIENCE)  # the haste of that time, summed up
    return ended / expected


def expect(seen: int, age: float, hasty: float) -> float:
    """Results per second to expect of a posting.

    ``seen``: results of the last two days; ``age``: seconds for which the posting has been there;
    ``hasty``: the haste of those in flight times the zeal, which counts for as much as a day of
    looking.
    """
    watched = min(max(age, 0.0), WINDOW)
    return (seen + PRIOR * hasty) / (watched + PRIOR)


def spread(sources: Sequence[Source], requests_per_second: float, greatest_age: float) -> Distances:
    """How far apart the looks at each posting are to be, for so many requests in all.

    Where even one look in ``greatest_age`` at each is too much, all have the same distance, which
    is longer.
    """
    least = sum(source.cost for source in sources) / greatest_age
    if least >= requests_per_second:
        pause = least * greatest_age / requests_per_second if requests_per_second > 0 else inf
        kept = least == requests_per_second
        return Distances({source.id: pause for source in sources}, pause, kept=kept)
    seconds: dict[str, float] = {}
    left = requests_per_second
    weight = sum(sqrt(source.cost * source.rate) for source in sources)
    for source in sorted(sources, key=_pace):
        apart = weight / left * sqrt(source.cost / source.rate) if source.rate > 0 else inf
        if apart >= greatest_age:  # the quietest first: what they are given, the others lack
            apart = greatest_age
            left -= source.cost / greatest_age
            weight = max(0.0, weight - sqrt(source.cost * source.rate))
        seconds[source.id] = apart
    return Distances(seconds, max(seconds.values(), default=0.0), kept=True)


def _pace(source: Source) -> float:
    return source.rate / source.cost


def choose(
    sources: Iterable[Source], distances: Distances, now: float, requests: float, slack: float = 0.0
) -> tuple[list[Source], list[Source]]:
    """Whom to look at now, the most urgent first, with at most so many requests (though one look
    at least, if one is due), and who is due as well but has to wait.

    A posting is due when its distance has passed, ``slack`` seconds early, since the next turn
    comes later; whoever was hinted at or never looked at is due at once.
    """
    due = [
        (urgency, source)
        for source in sources
        if (urgency := _urgency(source, distances, now, slack)) >= 1.0
    ]
    due.sort(key=lambda pair: (not pair[1].hinted, -pair[0], pair[1].id))
    chosen: list[Source] = []
    waiting: list[Source] = []
    for _, source in due:
        if chosen and source.cost > requests:
            waiting.append(source)
            continue
        requests -= source.cost
        chosen.append(source)
    return chosen, waiting


def _urgency(source: Source, distances: Distances, now: float, slack: float) -> float:
    if source.hinted or source.looked_at is None:
        return inf
    apart = distances.seconds.get(source.id, 0.0)
    return (now - source.looked_at + slack) / apart if apart > 0 else inf
