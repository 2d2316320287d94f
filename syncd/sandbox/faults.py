"""What can go wrong between two programs, and policies that decide when it does."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import Literal, Protocol

from syncd.sandbox.wire import Request, Side


class FaultKind(StrEnum):
    """*Before* means that the request is not applied, *after* that it is."""

    ERROR_BEFORE = "error-before"
    ERROR_AFTER = "error-after"
    REFUSED = "refused"
    RESET_BEFORE = "reset-before"
    RESET_AFTER = "reset-after"
    TIMEOUT_BEFORE = "timeout-before"
    TIMEOUT_AFTER = "timeout-after"
    TIMEOUT_LATE = "timeout-late"
    THROTTLED = "throttled"
    TRUNCATED = "truncated"
    CUT_OFF = "cut-off"
    HTML = "html"
    SLOW = "slow"
    EMPTY = "empty"
    UNAUTHORISED = "unauthorised"
    EXPIRED = "expired"
    DEAD_CURSOR = "dead-cursor"
    MOVED = "moved"
    PARTLY = "partly"
    SHRUNK = "shrunk"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    ``status`` and ``body``: the answer of an error. ``seconds``: how long a slow answer takes,
    or a late one to be applied after the client gave up. ``retry_after``: how a 429 says when,
    for ``seconds``; "vendor" is what only one ATS's answers say. ``rows``: how far a bulk write
    gets (``PARTLY``), the rows a page moves by (``MOVED``), or how many a list keeps
    (``SHRUNK``).
    """

    kind: FaultKind
    status: int = 503
    body: Literal["json", "html", "empty"] = "json"
    seconds: float = 20.0
    retry_after: Literal["seconds", "date", "none", "vendor"] = "seconds"
    rows: int = 0


class FaultPolicy(Protocol):
    """Decides, request by request, what goes wrong."""

    def decide(self, request: Request) -> Fault | None:
        """The fault that befalls ``request``, or None."""
        ...


class NoFaults:
    """Nothing ever goes wrong."""

    def decide(self, request: Request) -> Fault | None:
        return None


_CURSORS = {Side.HEYMILO: "starting_after", Side.WORKABLE: "since_id"}


def fits(kind: FaultKind, request: Request) -> bool:
    """Whether ``kind`` means anything for ``request``."""
    if kind in (FaultKind.DEAD_CURSOR, FaultKind.MOVED):
        return request.method == "GET" and _CURSORS.get(request.side, "") in request.params
    if kind is FaultKind.PARTLY:
        return request.method == "POST" and request.path.endswith("/candidates/bulk")
    if kind is FaultKind.SHRUNK:
        return request.method == "GET" and request.path.rstrip("/").endswith("/jobs")
    if kind is FaultKind.TIMEOUT_LATE:
        return request.method != "GET"
    return True


# Not among them: UNAUTHORISED, which ends a run, SHRUNK, which a guard must answer, and EXPIRED,
# which only logins know: a simulation that must converge asks for those itself.
USUAL: Mapping[FaultKind, int] = {
    FaultKind.ERROR_BEFORE: 3,
    FaultKind.ERROR_AFTER: 3,
    FaultKind.REFUSED: 1,
    FaultKind.RESET_BEFORE: 2,
    FaultKind.RESET_AFTER: 3,
    FaultKind.TIMEOUT_BEFORE: 1,
    FaultKind.TIMEOUT_AFTER: 2,
    FaultKind.TIMEOUT_LATE: 2,
    FaultKind.THROTTLED: 2,
    FaultKind.TRUNCATED: 2,
    FaultKind.CUT_OFF: 1,
    FaultKind.HTML: 2,
    FaultKind.SLOW: 1,
    FaultKind.DEAD_CURSOR: 1,
    FaultKind.MOVED: 2,
    FaultKind.PARTLY: 3,
}


@dataclass(slots=True)
class ChanceFaults:
    """A share of all requests goes wrong, by chance; ``active`` False ends that.

    ``late`` is the longest a late write takes to be applied, seconds: it must stay below what
    the program under test grants an uncertain write to show.
    """

    random: Random
    share: float = 0.1
    kinds: Mapping[FaultKind, int] = field(default_factory=lambda: USUAL)
    late: float = 60.0
    active: bool = True

    def decide(self, request: Request) -> Fault | None:
        if not self.active or self.random.random() >= self.share:
            return None
        fitting = [kind for kind in self.kinds if fits(kind, request)]
        if not fitting:
            return None
        kind = self.random.choices(fitting, [self.kinds[k] for k in fitting])[0]
        seconds = self.random.uniform(1.0, self.late if kind is FaultKind.TIMEOUT_LATE else 20.0)
        return Fault(
            kind,
            status=self.random.choice((500, 502, 503)),
            body=self.random.choice(("json", "html", "empty")),
            seconds=round(seconds, 3),
            retry_after=self.random.choice(("seconds", "date", "none")),
            rows=-1 if kind is FaultKind.MOVED else self.random.randint(0, 20),
        )


@dataclass(slots=True)
class PlannedFaults:
    """Given faults for given requests: each entry is used ``times`` times, then dropped."""

    _planned: list[tuple[Callable[[Request], bool], Fault, int]] = field(default_factory=list)

    def plan(
        self,
        fault: Fault,
        *,
        side: Side | None = None,
        method: str = "",
        path: str = "",
        times: int = 1,
    ) -> None:
        """Let ``fault`` befall the next ``times`` requests that fit all that is given.

        ``path`` is the end of the path, so "/candidates/bulk" means every posting's.
        """

        def wanted(request: Request) -> bool:
            return (
                (side is None or request.side is side)
                and (not method or request.method == method)
                and request.path.endswith(path)
                and fits(fault.kind, request)
            )

        self._planned.append((wanted, fault, times))

    def decide(self, request: Request) -> Fault | None:
        for place, (wanted, fault, times) in enumerate(self._planned):
            if wanted(request):
                if times > 1:
                    self._planned[place] = (wanted, fault, times - 1)
                else:
                    del self._planned[place]
                return fault
        return None

    @property
    def left(self) -> Collection[Fault]:
        """The planned faults that no request has met yet."""
        return [fault for _, fault, _ in self._planned]
