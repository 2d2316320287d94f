"""What many runs came to, as figures that can be added up."""

from collections import Counter
from dataclasses import dataclass, field, fields
from statistics import median

from tests.simulation.history import OWNER, History
from tests.simulation.mix import DAY
from tests.simulation.play import Play
from tests.simulation.reached import missing
from tests.simulation.sites import Site

USUAL = "workable"  # the ATS that is played if nothing else is said


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
    ats: str = USUAL

    @property
    def cuts(self) -> tuple[int, ...]:
        """Every point to cut."""
        return (*self.after, self.point)

    @property
    def command(self) -> str:
        """What plays the run again, with the power cut there."""
        return command_of(self.seed, self.cuts, self.ats)


def command_of(seed: int, cuts: tuple[int, ...], ats: str = USUAL) -> str:
    """What plays a run again."""
    told = ",".join(map(str, cuts))
    which = "" if ats == USUAL else f" ATS={ats}"
    return f"make simulate SEED={seed}" + (f" CUT={told}" if cuts else "") + which


@dataclass(slots=True)
class Sums:
    """Figures over runs of one sort. ``rounds``: for each run, the passes without faults until
    nothing was left to do."""

    runs: int = 0
    days: float = 0.0
    passes: int = 0
    requests: int = 0
    faults: int = 0
    cuts: int = 0
    points: int = 0
    people: int = 0
    invitations: int = 0
    duplicates: int = 0
    lost: int = 0
    told: int = 0
    rounds: list[int] = field(default_factory=list)

    def add(self, other: "Sums") -> None:
        """Take in what other runs came to."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))

    @property
    def usual_rounds(self) -> float:
        return median(self.rounds) if self.rounds else 0.0

    @property
    def most_rounds(self) -> int:
        return max(self.rounds, default=0)


@dataclass(slots=True)
class Tally:
    """What runs came to. ``random``: seeds as they are; ``directed``: the same seeds once more,
    each ended at a point that was chosen, so that its people are counted already. ``first``: where
    each crash point was seen first. ``violations``: by the command that plays the run again."""

    random: Sums = field(default_factory=Sums)
    directed: Sums = field(default_factory=Sums)
    reached: Counter[str] = field(default_factory=Counter)
    first: dict[Site, Spot] = field(default_factory=dict)
    hit: set[Site] = field(default_factory=set)
    violations: dict[str, list[str]] = field(default_factory=dict)

    def add(self, other: "Tally") -> None:
        """Take in what other runs came to."""
        self.random.add(other.random)
        self.directed.add(other.directed)
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
        """Of Workable's, those that broke a promise with no more power cuts than their own."""
        plain = [command for command in self.violations if command.count("=") == 1]
        return [int(command.rpartition("=")[2]) for command in plain]

    @property
    def unreached(self) -> list[str]:
        """The declared states that no run came to."""
        return missing(self.reached)


def count(one: Play, history: History, cut_at: tuple[int, ...] = ()) -> Tally:
    """The figures of one run; ``cut_at``: the points at which it was made to end."""
    sums = Sums(
        runs=1,
        days=history.simulated / DAY,
        passes=len(history.passes),
        requests=len(history.sent),
        faults=history.faults.total(),
        cuts=history.cuts.total(),
        points=history.points,
        people=history.people,
        invitations=sum(sent.owner == OWNER for sent in one.world.heymilo.ledger.invitations),
        duplicates=sum(v.startswith("1 ") for v in history.violations),
        lost=sum(v.startswith("2 ") for v in history.violations),
        told=len(one.account.done("comment")),
        rounds=[history.converged_after],
    )
    tally = Tally(
        reached=history.reached.copy(),
        first={
            site: Spot(history.points, one.seed, point, cut_at, one.ats)
            for site, point in history.sites.items()
        },
        hit=set(history.cuts),
    )
    (tally.directed if cut_at else tally.random).add(sums)
    if history.violations:
        tally.violations[command_of(one.seed, cut_at, one.ats)] = history.violations
    return tally
