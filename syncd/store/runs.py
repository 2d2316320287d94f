"""The last run and the last success of each phase."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select, update

from syncd.store.state import Tx
from syncd.store.tables import phase_run
from syncd.store.upsert import upsert

RUNNING = "running"


@dataclass(frozen=True, slots=True)
class PhaseRun:
    """One phase of one connection. Times are epoch seconds on the local clock.

    ``ended_at`` is None while it runs, and after a run that was killed. ``outcome`` is
    ``running`` or what :func:`end` was given; ``counts`` are of the run that ended last.
    """

    connection: str
    phase: str
    began_at: float
    ended_at: float | None
    succeeded_at: float | None
    outcome: str
    counts: Mapping[str, int]


def begin(tx: Tx, connection: str, phase: str, now: float) -> None:
    """A run of the phase begins; its last success and the counts of the run before stay."""
    upsert(
        tx,
        phase_run,
        [
            {
                "connection": connection,
                "phase": phase,
                "began_at": now,
                "ended_at": None,
                "succeeded_at": None,
                "outcome": RUNNING,
                "counts": {},
            }
        ],
        update=("began_at", "ended_at", "outcome"),
    )


def end(
    tx: Tx,
    connection: str,
    phase: str,
    now: float,
    outcome: str,
    counts: Mapping[str, int],
    *,
    succeeded: bool,
) -> None:
    """The run that began ends in ``outcome``, a word; ``counts`` are what it did."""
    values = {"ended_at": now, "outcome": outcome, "counts": dict(counts)}
    if succeeded:
        values["succeeded_at"] = now
    tx.execute(
        update(phase_run)
        .where(phase_run.c.connection == connection, phase_run.c.phase == phase)
        .values(**values)
    )


def last(tx: Tx, connection: str | None = None) -> list[PhaseRun]:
    """The last run of every phase, of one connection or of all, in order of their names."""
    statement = select(phase_run).order_by(phase_run.c.connection, phase_run.c.phase)
    if connection is not None:
        statement = statement.where(phase_run.c.connection == connection)
    return [PhaseRun(**row._mapping) for row in tx.execute(statement)]
