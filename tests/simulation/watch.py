"""What a run watches in the program while it runs: the journal, the lease, the logs."""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from sqlalchemy import select

from syncd.journal import machine
from syncd.journal.journal import Journal
from syncd.journal.machine import Entry, State
from syncd.plan import Kind
from syncd.store import Store, hold, lease, tables
from syncd.store.journal import JournalRow
from syncd.store.process import Process

_NAMES = {Kind.INGEST: "invitation", Kind.CREATE: "posting", Kind.NOTE: "note"}


@contextmanager
def observed(reached: Counter[str]) -> Iterator[None]:
    """Count the steps of the journal and of the lease that matter; nothing is changed."""
    dispatch, miss, settle, claim = machine.dispatch, machine.miss, Journal.settle, lease.claim

    def watched_dispatch(entry: Entry, now: float) -> Entry:
        if entry.state is not State.INTENDED or entry.attempts:
            reached[f"sent again from {entry.state}"] += 1
        return dispatch(entry, now)

    def watched_miss(
        entry: Entry, looked_at: float, patience: float, *, most: int | None = None
    ) -> Entry:
        after = miss(entry, looked_at, patience, most=most)
        if after.state is State.ABSENT:
            reached["absent after two looks"] += 1
        elif after == entry:
            reached["not found, too early to say"] += 1
        return after

    def watched_settle(
        self: Journal,
        open_rows: Any,
        found: Mapping[str, str | None],
        looked_at: float,
        patience: float,
        *rest: Any,
        **more: Any,
    ) -> Any:
        rows: list[JournalRow] = list(open_rows)
        states = settle(self, rows, found, looked_at, patience, *rest, **more)
        for kind, name in _NAMES.items():
            mine = [row for row in rows if row.kind == kind]
            hits = [row for row in mine if row.key in found]
            for row in hits:
                sent_at = row.sent_at if row.sent_at is not None else looked_at
                late = looked_at >= sent_at + patience
                at_once = row.fence == self._hold.fence
                when = "after settle" if late else "at once" if at_once else "later"
                reached[f"uncertain {name} found"] += 1
                reached[f"uncertain {name} found {when}"] += 1
                died = not row.evidence.keys() - {"absent"}
                reached[f"{name} found after a crash"] += died and not at_once
            if hits and len(hits) < len(mine):
                reached["uncertain batch found in part"] += 1
        return states

    def watched_claim(store: Store, connection: str, holder: str, mine: Process) -> Any:
        with store.read() as tx:
            row = tx.execute(
                select(tables.lease).where(tables.lease.c.connection == connection)
            ).one_or_none()
            now = store.now(tx)
        outcome = claim(store, connection, holder, mine)
        if row is not None and row.holder and not isinstance(outcome, lease.Holding):
            ended = row.expires_at <= now
            reached[f"takeover {'when a lease ended' if ended else 'of a dead run at once'}"] += 1
        return outcome

    with (
        patch.object(machine, "dispatch", watched_dispatch),
        patch.object(machine, "miss", watched_miss),
        patch.object(Journal, "settle", watched_settle),
        patch.object(hold, "claim", watched_claim),
    ):
        yield


_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class Logbook(logging.Handler):
    """Keeps every text that any logger was given, with what belongs to it, once."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.texts: set[str] = set()
        self._traces = logging.Formatter()

    def emit(self, record: logging.LogRecord) -> None:
        extra = [str(value) for name, value in vars(record).items() if name not in _PLAIN]
        trace = self._traces.formatException(record.exc_info) if record.exc_info else ""
        self.texts.add(" ".join([record.getMessage(), *extra, trace]))


@contextmanager
def logged(names: Sequence[str] = ("", "syncd")) -> Iterator[Logbook]:
    """Collect what is logged, debugging included, and let nobody else see it."""
    book = Logbook()
    loggers = [logging.getLogger(name) for name in names]
    before = [(logger, logger.level, logger.handlers[:]) for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
        logger.handlers.clear()
    loggers[0].addHandler(book)
    try:
        yield book
    finally:
        for logger, level, handlers in before:
            logger.setLevel(level)
            logger.handlers[:] = handlers
