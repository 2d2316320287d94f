"""How long to leave a connection, or a phase of it, alone after it failed.

Moments are seconds on the monotonic clock.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from syncd.daemon.health import GOOD
from syncd.errors import CredentialsRefused, StateError, SyncdError, Throttled, UsageError

NEVER = float("-inf")


@dataclass(frozen=True, slots=True)
class Pace:
    """The first wait and the longest, seconds; each is twice the one before."""

    first: float
    longest: float


REMOTE = Pace(2.0, 300.0)
STATE = Pace(1.0, 30.0)  # asking a database costs nobody anything
PERSON = Pace(900.0, 3600.0)  # refused credentials and wrong settings do not heal by themselves
BUG = Pace(30.0, 3600.0)
LATER = Pace(60.0, 3600.0)


@dataclass(frozen=True, slots=True)
class Backoff:
    """How many failures in a row there were, and until when to wait."""

    failures: int = 0
    until: float = NEVER

    def failed(
        self, moment: float, pace: Pace, chance: Callable[[], float], pause: float = 0.0
    ) -> "Backoff":
        """It failed once more; ``pause`` is what a remote side asked for, seconds.

        A quarter of the wait is left to chance, so that many do not come back at once.
        """
        wait = min(pace.longest, pace.first * 2.0 ** min(self.failures, 30))
        return Backoff(self.failures + 1, moment + max(wait * (1 - 0.25 * chance()), pause))


class Patience:
    """What keeps a connection as a whole, or phases of it, from being looked at again."""

    def __init__(self, chance: Callable[[], float]) -> None:
        self.whole = Backoff()
        self._phases: dict[str, Backoff] = {}
        self._chance = chance

    def until(self, phase: str | None = None) -> float:
        """Until when to wait with the phase, or with all of them."""
        own = self._phases.get(phase) if phase else None
        return max(self.whole.until, own.until if own else NEVER)

    def barred(self, moment: float) -> frozenset[str]:
        """The phases that must wait by themselves."""
        return frozenset(phase for phase, one in self._phases.items() if moment < one.until)

    def learn(
        self,
        outcomes: Mapping[str, str],
        errors: Sequence[Exception],
        moment: float,
        now: float,
    ) -> Collection[str]:
        """Given how phases of a pass ended and what went wrong, wait; return what failed.

        A phase that failed waits by itself, so that the others go on. All wait when none came to
        run, or when the credentials were refused. ``now`` is epoch seconds.
        """
        bad = [phase for phase, outcome in outcomes.items() if outcome not in GOOD]
        for phase in outcomes.keys() - set(bad):
            self._phases.pop(phase, None)
        if not errors:
            self.whole = Backoff()
            return bad
        pace, pause = _pace_of(errors), _wished_pause(errors, now)
        if not outcomes or pace in (PERSON, BUG):
            self.whole = self.whole.failed(moment, pace, self._chance, pause)
            return bad
        self.whole = Backoff()
        share = self._chance()  # the same for all, so that they come back in one pass
        for phase in bad:
            known = self._phases.get(phase, Backoff())
            self._phases[phase] = known.failed(moment, pace, lambda: share, pause)
        return bad

    @property
    def worst(self) -> Backoff:
        """The one that waits longest of all."""
        return max([self.whole, *self._phases.values()], key=lambda one: one.until)

    def put_off(self, phase: str, moment: float) -> None:
        """Wait with this phase, which did its work and left some for later."""
        known = self._phases.get(phase, Backoff())
        self._phases[phase] = known.failed(moment, LATER, self._chance)


def _pace_of(errors: Sequence[Exception]) -> Pace:
    """The most patient of what these call for."""
    return max(map(_pace, errors), key=lambda pace: pace.first)


def _pace(error: Exception) -> Pace:
    if isinstance(error, CredentialsRefused | UsageError):
        return PERSON
    if isinstance(error, StateError):
        return STATE
    return REMOTE if isinstance(error, SyncdError) else BUG


def _wished_pause(errors: Sequence[Exception], now: float) -> float:
    return max((e.retry_at - now for e in errors if isinstance(e, Throttled)), default=0.0)
