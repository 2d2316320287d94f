"""What many runs came to, as figures that can be added up."""

from collections import Counter
from dataclasses import dataclass, field
from statistics import median

from tests.simulation.history import OWNER, History
from tests.simulation.mix import DAY
from tests.simulation.play import Play
from tests.simulation.reached import missing
from tests.simulation.sites import Site


@dataclass(frozen=True, order=True, slots=True)
class Spot:
    """A point of a run: the seed, and the point counted from 1 over its processes.

    ``length`` is how many points the run has: a shorter run is the cheaper one to play again.
    """

    length: int
    seed: int
    point: int

    @property
    def command(self) -> str:
        """What plays the run again, with the power cut there."""
        return f"make simulate SEED={self.seed} CUT={self.point}"


@dataclass(slots=True)
class Tally:
    """Figures over runs. ``rounds``: for each, the passes without faults until nothing was left
    to do. ``first``: where each crash point was seen first. ``violations``: by the command that
    plays the run again."""

    seeds: int = 0
    directed: int = 0
    days: float = 0.0
    passes: int = 0
    requests: int = 0
    points: int = 0
    people: int = 0
    invitations: int = 0
    duplicates: int = 0
    lost: int = 0
    told: int = 0
    faults: int = 0
    cuts: int = 0
    rounds: list[int] = field(default_factory=list)
    reached: Counter[str] = field(default_factory=Counter)
    first: dict[Site, Spot] = field(default_factory=dict)
    hit: set[Site] = field(default_factory=set)
    violations: dict[str, list[str]] = field(default_factory=dict)

    def add(self, other: "Tally") -> None:
        """Take in what other runs came to."""
        for name in _SUMS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.rounds += other.rounds
        self.reached += other.reached
        for site, spot in other.first.items():
            self.first[site] = min(spot, self.first.get(site, spot))
        self.hit |= other.hit
        self.violations |= other.violations

    @property
    def untouched(self) -> dict[Site, Spot]:
        """The crash points at which the power never failed, and where each was seen first."""
        return {site: spot for site, spot in self.first.items() if site not in self.hit}

    @property
    def failed_seeds(self) -> list[int]:
        """The seeds that broke a promise with no more power cuts than they have by themselves."""
        plain = [command for command in self.violations if "CUT" not in command]
        return [int(command.rpartition("=")[2]) for command in plain]

    @property
    def usual_rounds(self) -> float:
        return median(self.rounds) if self.rounds else 0.0

    @property
    def most_rounds(self) -> int:
        return max(self.rounds, default=0)

    @property
    def unreached(self) -> list[str]:
        """The declared states that no run came to."""
        return missing(self.reached)


_SUMS = (
    "seeds",
    "directed",
    "days",
    "passes",
    "requests",
    "points",
    "people",
    "invitations",
    "duplicates",
    "lost",
    "told",
    "faults",
    "cuts",
)


def count(one: Play, history: History, cut_at: int | None = None) -> Tally:
    """The figures of one run; ``cut_at`` is the point at which it was made to end, if any."""
    length = history.points
    tally = Tally(
        seeds=cut_at is None,
        directed=cut_at is not None,
        days=history.simulated / DAY,
        passes=len(history.passes),
        requests=len(history.sent),
        points=history.points,
        people=history.people,
        invitations=sum(sent.owner == OWNER for sent in one.world.heymilo.ledger.invitations),
        duplicates=sum(v.startswith("1 ") for v in history.violations),
        lost=sum(v.startswith("2 ") for v in history.violations),
        told=len(one.world.workable.account.done("comment")),
        faults=history.faults.total(),
        cuts=history.cuts.total(),
        rounds=[history.converged_after],
        reached=history.reached.copy(),
        first={site: Spot(length, one.seed, point) for site, point in history.sites.items()},
        hit=set(history.cuts),
    )
    if history.violations:
        command = f"make simulate SEED={one.seed}"
        command += f" CUT={cut_at}" if cut_at is not None else ""
        tally.violations[command] = history.violations
    return tally
