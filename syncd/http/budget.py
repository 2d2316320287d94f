"""How many requests a credential may make, kept exactly and across processes.

The window slides: in no stretch of time as long as the window start more requests than allowed,
whoever asked for them. A request is counted before it is sent. One is *held* first and *begun*
when it is really sent: until then it counts as if it started as late as it may, so a request that
waits between the two cannot crowd a later window.
"""

import logging
import random
from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from syncd.clock import Clock
from syncd.errors import StateError, Throttled
from syncd.http.retry_after import rate_limits, retry_after
from syncd.http.turns import Turns
from syncd.model.budget import BudgetUse
from syncd.settings.units import Rate

__all__ = ["Budget", "BudgetLedger", "BudgetUse", "Start"]

PATIENCE = 120.0  # seconds: a longer wait is the next run's, not this one's
_HOLD = 30.0  # seconds a request may wait between being counted and being sent
_SAVE_EVERY = 5.0
_UNSAVED_SHARE = 32  # at most this part of the limit may be lost when the process is killed
_SHORT_WINDOW = 2.0  # seconds: such a window is over before another process could start
_THROTTLE_BASE = 1.0
_THROTTLE_MOST = 60.0
_LONGEST_WISH = 86_400.0

_log = logging.getLogger("syncd.http")


class BudgetLedger(Protocol):
    """Where the use of a budget outlives the process; called outside of any transaction."""

    def load(self, scope: str) -> BudgetUse | None:
        """What was saved for the credential ``scope``; None if nothing was."""
        ...

    def save(self, scope: str, use: BudgetUse) -> None:
        """Keep ``use`` in place of what was there."""
        ...


@dataclass(slots=True, eq=False)
class Start:
    """One counted request: ``at`` on the monotonic clock, ``epoch`` as the ledger keeps it.

    One that is not ``own`` was another process's.
    """

    at: float
    epoch: float
    own: bool = True


class Budget:
    """The requests one credential may make.

    ``rate`` is the setting. ``follow`` says what a limit in an answer may do to it: ``"both"``
    (it replaces the setting) or ``"lower"`` (only if it is lower). ``answers_per`` is the window
    in seconds that such a limit counts in, where it is not the setting's. ``scope`` names the
    credential in the ledger and must not hold it.
    """

    def __init__(
        self,
        rate: Rate,
        clock: Clock,
        *,
        scope: str = "",
        follow: Literal["both", "lower"] = "both",
        answers_per: float | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._setting = self._rate = rate
        self._clock = clock
        self._scope = scope
        self._follow = follow
        self._answers_per = answers_per or rate.seconds
        self._chance = chance
        self._ledger: BudgetLedger | None = None
        self._starts: list[Start] = []
        self._not_before = float("-inf")  # monotonic
        self._spare: int | None = None  # what the remote side has left for us ...
        self._spare_until = float("-inf")  # ... until then, monotonic
        self._throttles = 0
        self._turns = Turns()
        self._saved: Counter[float] = Counter()  # our own starts as the ledger has them
        self._impossible: dict[float, float] = {}  # moments in the future: when they were read
        self._unsaved = 0
        self._saved_at: float | None = None

    def bind(self, ledger: BudgetLedger | None) -> None:
        """Keep the use in ``ledger`` from now on, since an earlier one may be closed by now.

        What it holds counts from the next request on. None changes nothing.
        """
        if ledger is not None and ledger is not self._ledger:
            self._ledger, self._saved_at = ledger, None

    @property
    def rate(self) -> Rate:
        """What holds now: the setting, or what the remote side said."""
        return self._rate

    @property
    def not_before(self) -> float | None:
        """Until when the remote side wants to be left alone, epoch seconds; None if it does not."""
        wait = self._not_before - self._clock.monotonic()
        return self._clock.now() + wait if wait > 0 else None

    async def acquire(self, patience: float = PATIENCE) -> Start:
        """Wait until one more request may start and count it.

        Raises Throttled at once when that is more than ``patience`` seconds away, two minutes if
        nothing else is said, and StateError when the ledger cannot be written. The more urgent
        errand is served first, see :mod:`.turns`.
        """
        async with self._turns.take():
            while True:
                due = self._due()
                if due:
                    self._load()
                wait = self._wait()
                if wait <= 1e-6:
                    break
                if wait > patience:
                    raise Throttled(
                        "The request limit leaves nothing to do for now; it will be tried again "
                        "when the limit allows.",
                        retry_at=self._clock.now() + wait,
                    )
                # In short steps: a held request that begins, or is given back, frees room early.
                await self._clock.sleep(min(wait, 1.0))
            start = Start(self._clock.monotonic() + _HOLD, self._clock.now() + _HOLD)
            insort(self._starts, start, key=_when)
            if self._spare is not None:
                self._spare -= 1
            self._unsaved += 1
            if due:
                self._store()
            return start

    def begin(self, start: Start) -> bool:
        """Whether the held request may be sent now; it then counts from this moment.

        False when it waited too long or the remote side asked to wait meanwhile.
        """
        now = self._clock.monotonic()
        if now > start.at or now < self._not_before or start not in self._starts:
            return False
        self._starts.remove(start)
        start.at, start.epoch = now, self._clock.now()
        insort(self._starts, start, key=_when)
        return True

    def release(self, start: Start) -> None:
        """Give back a held request that was not sent."""
        if start in self._starts and start.at > self._clock.monotonic():
            self._starts.remove(start)

    def observe(self, headers: Mapping[str, str], remote_now: float) -> None:
        """Learn from the headers of an answer that was not a 429."""
        self._throttles = 0
        self._read_limits(headers, remote_now)

    def defer(self, headers: Mapping[str, str], remote_now: float) -> None:
        """Obey the ``Retry-After`` of an answer that was not a 429, if there is one."""
        wait = retry_after(headers, remote_now)
        if wait is not None:
            self._leave_alone(wait)

    def throttle(self, headers: Mapping[str, str], remote_now: float) -> float:
        """Learn from a 429 and return when to try again, epoch seconds on the local clock.

        The wish holds for every user of the credential. Without one the wait doubles from a
        second, with jitter, for as long as the remote side answers so.
        """
        self._throttles += 1
        wish = retry_after(headers, remote_now)
        if wish is None:
            wish = rate_limits(headers, remote_now).reset_in
        grown = min(_THROTTLE_MOST, _THROTTLE_BASE * 2 ** min(self._throttles - 1, 10))
        wait = wish if wish else grown * (1 + 0.5 * self._chance())
        self._read_limits(headers, remote_now)
        self._leave_alone(wait)
        return self._clock.now() + max(0.0, self._not_before - self._clock.monotonic())

    def snapshot(self) -> BudgetUse:
        """What the next process must know."""
        self._forget_old()
        return BudgetUse(tuple(start.epoch for start in self._starts), self.not_before)

    def restore(self, use: BudgetUse) -> None:
        """Take over what the ledger has: all of it but our own counts as other processes' starts.

        A moment in the future, after the machine's clock was set back, counts as when it was
        first read; a wish for a pause of more than a day is then no wish.
        """
        now, epoch = self._clock.monotonic(), self._clock.now()
        self._starts = [start for start in self._starts if start.own]
        for moment in (Counter(use.starts) - self._saved).elements():
            ahead = moment - epoch
            at = now + ahead if ahead <= _HOLD else self._impossible.setdefault(moment, now)
            self._starts.append(Start(at, moment, own=False))
        self._starts.sort(key=_when)
        if use.not_before is not None and use.not_before - epoch <= _LONGEST_WISH:
            self._not_before = max(self._not_before, now + use.not_before - epoch)
        self._forget_old()

    def save(self) -> None:
        """Bring ledger and budget together; nothing without a ledger. May raise StateError."""
        self._load()
        self._store()

    def _load(self) -> None:
        use = self._ledger.load(self._scope) if self._ledger and self._scope else None
        if use is not None:
            self.restore(use)

    def _store(self) -> None:
        self._saved_at = self._clock.monotonic()
        if self._ledger is None or not self._scope:
            return
        self._ledger.save(self._scope, self.snapshot())
        self._saved = Counter(start.epoch for start in self._starts if start.own)
        self._unsaved = 0

    def _due(self) -> bool:
        """Whether one more request must be known to other processes before it is sent."""
        if self._saved_at is None or self._clock.monotonic() - self._saved_at >= _SAVE_EVERY:
            return True
        most = self._rate.requests // _UNSAVED_SHARE
        return self._rate.seconds > _SHORT_WINDOW and self._unsaved >= most

    def _wait(self) -> float:
        """Seconds until one more request may be counted."""
        self._forget_old()
        now, until = self._clock.monotonic(), self._not_before
        over = len(self._starts) - self._rate.requests
        if over >= 0:
            until = max(until, self._starts[over].at + self._window)
        if self._spare is not None and self._spare <= 0:
            until = max(until, self._spare_until)
        return until - now

    @property
    def _window(self) -> float:
        """The window with a margin, since requests may arrive closer together than they left."""
        seconds = self._rate.seconds
        return seconds + min(1.0, max(0.1, 0.05 * seconds))

    def _forget_old(self) -> None:
        now = self._clock.monotonic()
        del self._starts[: bisect_right(self._starts, now - self._window, key=_when)]
        if now >= self._spare_until:
            self._spare = None

    def _leave_alone(self, seconds: float) -> None:
        wait = min(seconds, _LONGEST_WISH)
        self._not_before = max(self._not_before, self._clock.monotonic() + wait)
        try:
            self.save()
        except StateError:
            # The answer in hand must reach the caller; the next request saves, or fails, again.
            _log.warning("The request budget could not be saved.")
            self._saved_at = None

    def _read_limits(self, headers: Mapping[str, str], remote_now: float) -> None:
        told = rate_limits(headers, remote_now)
        if told.limit:
            limit = Rate(told.limit, told.window or self._answers_per)
            lower = limit.requests * self._setting.seconds < self._setting.requests * limit.seconds
            self._rate = limit if self._follow == "both" or lower else self._setting
        if told.remaining is not None and told.reset_in is not None:
            now = self._clock.monotonic()
            held = sum(start.at > now for start in self._starts)
            self._spare = told.remaining - held
            self._spare_until = now + min(told.reset_in, _LONGEST_WISH)


def _when(start: Start) -> float:
    return start.at
