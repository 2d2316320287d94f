"""What happened in one run besides what the sandbox's ledgers tell."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from syncd.sandbox import FaultKind, Side
from tests.simulation.sites import Site

INSTALLATION, CONNECTION = "0123456789ab", "acme"
OWNER = f"{INSTALLATION}/{CONNECTION}"


@dataclass(slots=True)
class PassRecord:
    """One pass. Times on the true clock. ``cut``: where the power failed. ``thawed``:
    when it went on after it had stood still. ``log_from`` and
    ``log_to`` bound its requests in the sandbox's log when no other pass ran at the same time."""

    pid: int
    started: float
    phases: tuple[str, ...]
    approved: frozenset[str] = frozenset()
    ended: float = 0.0
    codes: tuple[int, ...] = ()
    error: str = ""
    told: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    cut: Site | None = None
    rehearsal: bool = False
    stalled: bool = False
    thawed: float = 0.0
    log_from: int = 0
    log_to: int = 0
    alone: bool = True
    cursor: str | None = None
    resume: str | None = None
    blacked_out: bool = False

    @property
    def whole(self) -> bool:
        """It came to its end without an error."""
        return self.cut is None and not self.error


@dataclass(frozen=True, slots=True)
class Truth:
    """What stood of an interview from ``at`` on; ``score`` only of somebody who finished."""

    at: float
    status: str
    score: float | None
    final: bool


@dataclass(slots=True)
class JobTale:
    """What became of a job: when syncd's rule came to select it or not, and its states."""

    created: float
    states: list[tuple[float, str]] = field(default_factory=list)
    selected: list[tuple[float, bool]] = field(default_factory=list)


@dataclass(slots=True)
class Sent:
    """A request as it left: which process sent it, when it started, what it was answered, and
    whether it was a part of logging in or out."""

    at: float
    pid: int
    side: Side
    method: str
    path: str
    status: int | None = None
    login: bool = False


@dataclass(slots=True)
class History:
    """Everything the checks need to know."""

    passes: list[PassRecord] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    acts: list[int] = field(default_factory=list)  # by whom: requests, and commits under a hold
    truths: dict[str, list[Truth]] = field(default_factory=lambda: defaultdict(list))
    jobs: dict[str, JobTale] = field(default_factory=dict)
    addresses: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    edits: list[tuple[float, str, str]] = field(default_factory=list)  # at, posting, field
    losses: list[tuple[float, float]] = field(default_factory=list)  # at, of what time a copy
    removed: dict[str, float] = field(default_factory=dict)  # postings deleted by people
    erased: dict[str, float] = field(default_factory=dict)  # interviews
    by_hand: set[tuple[str, str]] = field(default_factory=set)  # posting, address
    black_outs: list[tuple[float, float]] = field(default_factory=list)
    fragments: set[str] = field(default_factory=set)  # what may be neither at rest nor told
    deeds: list[tuple[float, str, list[str]]] = field(default_factory=list)
    people: int = 0
    reached: Counter[str] = field(default_factory=Counter)
    cuts: Counter[Site] = field(default_factory=Counter)
    points: int = 0
    sites: dict[Site, int] = field(default_factory=dict)  # and the point first seen
    converged_after: int = 0
    simulated: float = 0.0
    violations: list[str] = field(default_factory=list)
    faults: Counter[FaultKind] = field(default_factory=Counter)

    def complain(self, promise: str, text: str) -> None:
        """A promise was broken."""
        self.violations.append(f"{promise}: {text}")
