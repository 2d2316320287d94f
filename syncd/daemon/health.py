"""What the daemon tells of itself: kept in memory, shown as frozen values.

Times are epoch seconds on the local clock.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from syncd.clock import Clock
from syncd.errors import ExitCode
from syncd.settings.schema import Mode

_GRACE = 300.0  # seconds for which a phase may be late besides three of its intervals

GOOD = frozenset({"done", "unfinished"})
"""Outcomes of a phase that did its work; ``unfinished`` goes on by itself in the next pass."""

_log = logging.getLogger("syncd.daemon")


@dataclass(frozen=True, slots=True)
class PhaseHealth:
    """One phase of one connection.

    ``outcome`` is that of the last look that ended: ``done``, ``unfinished``, ``failed`` or
    ``refused`` (credentials); None before there is one. ``running_since`` is None when it does not
    run, ``due_at`` None when it never will. ``every`` is how long it may be from one look to the
    next, seconds.
    """

    phase: str
    began_at: float | None = None
    ended_at: float | None = None
    succeeded_at: float | None = None
    outcome: str | None = None
    running_since: float | None = None
    due_at: float | None = None
    every: float = 0.0


@dataclass(frozen=True, slots=True)
class ConnectionHealth:
    """One connection, as the loop knows it.

    ``tried``: whether a pass of this process ended, well or not. ``failures``: failed passes in a
    row. ``error``: the sentence that the last pass ended with, empty if it ended well. ``held``:
    another run held the connection when the loop last wanted it. ``stuck``: a pass did not end
    though it was told to.
    """

    name: str
    mode: Mode
    phases: Mapping[str, PhaseHealth] = field(default_factory=dict)
    tried: bool = False
    failures: int = 0
    backing_off_until: float | None = None
    error: str = ""
    held: bool = False
    stuck: bool = False
    attention: bool = False


@dataclass(frozen=True, slots=True)
class PassEnd:
    """One pass of the daemon that ended.

    ``phases`` maps those that ran to their outcome and their seconds; ``codes`` is empty when all
    went well; ``counts`` is what was done. ``ok``: nothing failed, though a person may be needed.
    """

    connection: str
    number: int
    began_at: float
    ended_at: float
    ok: bool
    codes: tuple[ExitCode, ...] = ()
    phases: Mapping[str, tuple[str, float]] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything at one moment. ``reasons`` say why it is not ready; empty when it is."""

    at: float
    started_at: float
    connections: tuple[ConnectionHealth, ...]
    reasons: tuple[str, ...]

    @property
    def ready(self) -> bool:
        """Whether the last passes succeeded in time."""
        return not self.reasons


class Health:
    """The board that the loop writes on and everybody else reads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.started_at = clock.now()
        self._connections: dict[str, ConnectionHealth] = {}
        self._listeners: list[Callable[[PassEnd], None]] = []

    def on_pass_end(self, listener: Callable[[PassEnd], None]) -> Callable[[], None]:
        """Call ``listener`` after every pass; it must not wait. Return what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def snapshot(self) -> Snapshot:
        """What holds now."""
        now = self._clock.now()
        connections = tuple(self._connections[name] for name in sorted(self._connections))
        return Snapshot(
            now, self.started_at, connections, tuple(_reasons(connections, now, self.started_at))
        )

    def get(self, name: str) -> ConnectionHealth | None:
        """What holds of a connection; None if there is no such one (any more)."""
        return self._connections.get(name)

    # For the loop

    def put(self, connection: ConnectionHealth) -> None:
        """This is what holds of the connection from now on."""
        self._connections[connection.name] = connection

    def change(self, name: str, **values: object) -> None:
        """Change some of what holds of a connection; one that was dropped stays so."""
        if name not in self._connections:
            return
        self.put(replace(self._connections[name], **values))  # type: ignore[arg-type]

    def change_phase(self, name: str, phase: str, **values: object) -> None:
        """Change some of what holds of one phase of a connection that was not dropped."""
        if name not in self._connections:
            return
        known = self._connections[name].phases
        new = replace(known.get(phase, PhaseHealth(phase)), **values)  # type: ignore[arg-type]
        self.change(name, phases={**known, phase: new})

    def drop(self, names: Iterable[str]) -> None:
        """These connections are no more."""
        for name in names:
            self._connections.pop(name, None)

    def announce(self, end: PassEnd) -> None:
        """Tell the listeners; one that fails is logged and does not disturb the loop."""
        for listener in list(self._listeners):
            try:
                listener(end)
            except Exception:
                _log.exception("a listener of the passes failed")


def _reasons(
    connections: Iterable[ConnectionHealth], now: float, started_at: float
) -> Iterable[str]:
    for one in connections:
        if one.mode is Mode.OFF:
            continue
        if one.stuck:
            yield f"{one.name}: a pass does not end"
        if not one.tried:
            yield f"{one.name}: not tried yet"
            continue
        if one.error:
            yield f"{one.name}: {one.error}"
        for phase in one.phases.values():
            if phase.outcome is not None and phase.outcome not in GOOD:
                yield f"{one.name}: {phase.phase} {phase.outcome}"
            elif _is_late(phase, now, started_at):
                yield f"{one.name}: {phase.phase} has not succeeded in time"


def _is_late(phase: PhaseHealth, now: float, started_at: float) -> bool:
    if phase.due_at is None:
        return False
    # A phase that rests until its hour is not late; one that is overdue counts from then.
    since = max(phase.succeeded_at or 0.0, started_at)
    return now > max(since + 3 * phase.every, phase.due_at) + _GRACE
