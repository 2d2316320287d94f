"""What the listener and its neighbours count while the process lives."""

from collections import Counter

from syncd.daemon.health import PassEnd

_WORDS = {
    401: "token",
    404: "unknown",
    405: "method",
    413: "size",
    421: "host",
    429: "rate",
    431: "size",
}


class Counters:
    """Counts since the process began.

    ``webhooks`` by connection and kind (``genuine``, ``coalesced``, ``forged``,
    ``replayed``, ``refused``);
    ``refusals`` by kind; ``notifications`` by connection and kind (``sent``, ``failed``);
    ``pings`` by kind (``sent``, ``failed``); ``passes`` by connection and kind (``ok``,
    ``failed``); ``phases`` by connection, phase and outcome; ``done`` by connection and what.
    """

    def __init__(self) -> None:
        self.webhooks: Counter[tuple[str, str]] = Counter()
        self.refusals: Counter[str] = Counter()
        self.notifications: Counter[tuple[str, str]] = Counter()
        self.pings: Counter[str] = Counter()
        self.passes: Counter[tuple[str, str]] = Counter()
        self.phases: Counter[tuple[str, str, str]] = Counter()
        self.done: Counter[tuple[str, str]] = Counter()

    def refused(self, status: int) -> None:
        """An answer that was an error; kinds are few, whatever callers do."""
        self.refusals[_WORDS.get(status, "other")] += 1

    def passed(self, end: PassEnd) -> None:
        """A pass ended."""
        self.passes[end.connection, "ok" if end.ok else "failed"] += 1
        for phase, (outcome, _) in end.phases.items():
            self.phases[end.connection, phase, outcome] += 1
        for what, number in end.counts.items():
            if number > 0:
                self.done[end.connection, what.replace(" ", "_")] += number
