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

    ``after``: the points of it that had been cut before, without which it is another run.
    ``length`` is how many points the run has: a shorter run is the cheaper one to play again.
    """

    length: int
    seed: int
    point: int
    after: tuple[int, ...] = ()

    @property
    def cuts(self) -> tuple[int, ...]:
        """Every point to cut."""
        return (*self.after, self.point)

    @property
    def command(self) -> str:
        """What plays the run again, with the power cut there."""
        return command_of(self.seed, self.cuts)


def command_of(seed: int, cuts: tuple[int, ...]) -> str:
    """What plays a run again."""
    told = ",".join(map(str, cuts))
    return f"make simulate SEED={seed}" + (f" CUT={told}" if cuts else "")


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


def count(one: Play, history: History, cut_at: tuple[int, ...] = ()) -> Tally:
    """The figures of one run; ``cut_at``: the points at which it was made to end."""
    length = history.points
    tally = Tally(
        seeds=not cut_at,
        directed=bool(cut_at),
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
        first={
            site: Spot(length, one.seed, point, cut_at) for site, point in history.sites.items()
        },
        hit=set(history.cuts),
    )
    if history.violations:
        tally.violations[command_of(one.seed, cut_at)] = history.violations
    return tally
