"""The state as a whole: read snapshots and write transactions."""

import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, Self, TypeAlias

from sqlalchemy import Connection, Engine, text

from syncd.clock import Clock
from syncd.store.engine import PATIENCE, WRITES, create_file, make_engine
from syncd.store.faults import explained
from syncd.store.place import Place, locate

Tx: TypeAlias = Connection

_SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


class Fence(Protocol):
    """What lets a write through only while its run still owns what it writes about."""

    def verify(self, tx: Tx) -> None:
        """Raise HoldLost unless the lease is still this run's; keep it so until ``tx`` ends."""
        ...


class Store:
    """A state database.

    Transactions are short and synchronous; nothing may be awaited inside one. ``holder`` is the
    name under which its runs hold connections, and ``held`` are the connections, with their
    fences, that a run of it holds now.
    """

    def __init__(self, engine: Engine, clock: Clock, place: Place) -> None:
        self.engine = engine
        self.clock = clock
        self.place = place
        self.holder = secrets.token_hex(16)
        self.held: set[tuple[str, int]] = set()
        self._thread = threading.local()

    @classmethod
    def open(
        cls,
        url: str,
        folder: Path,
        clock: Clock,
        *,
        patience: float = PATIENCE,
        durable: bool = True,
    ) -> Self:
        """Given ``database.url``, the settings file's folder and a clock, return the state.

        Nothing is connected to or created yet; ``patience`` is how many seconds a write waits for
        another process's. Raise SettingsError for a URL that cannot be used.
        """
        place = locate(url, folder)
        return cls(make_engine(place, patience=patience, durable=durable), clock, place)

    def close(self) -> None:
        """Close every connection; the store may be used again and then opens new ones."""
        self.engine.dispose()

    def __repr__(self) -> str:
        return f"Store({self.place.label})"

    @property
    def is_file(self) -> bool:
        """Whether this is an SQLite file rather than a PostgreSQL database."""
        return self.place.path is not None

    def exists(self) -> bool:
        """Whether there is something to read from; a PostgreSQL database is taken to exist."""
        return self.place.path is None or self.place.path.exists()

    def create(self) -> None:
        """Make the SQLite file if it is missing; raise StateError if that cannot be done."""
        if self.place.path is not None:
            create_file(self.place.path)

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A snapshot in which nothing moves and nothing can be written.

        Raise StateError if the database cannot be read.
        """
        with explained(self.place, reading=True), self.engine.connect() as connection:
            if not self.is_file:
                connection.execution_options(**_SNAPSHOT)
            with connection.begin():
                yield connection

    @contextmanager
    def write(self, hold: Fence | None = None) -> Iterator[Tx]:
        """A transaction that commits when the body ends and leaves nothing behind when it raises.

        With a ``hold`` the lease is checked inside the transaction, and cannot be taken over
        before the commit. Raise HoldLost if it is another's, StateError if the database cannot be
        written.
        """
        if getattr(self._thread, "writing", False):
            # Waiting for itself until the time-out would look like another process's fault.
            raise RuntimeError(
                "a write transaction is open already: never await or write inside one"
            )
        self._thread.writing = True
        try:
            with explained(self.place), self.engine.connect() as connection:
                connection.execution_options(**{WRITES: True})
                with connection.begin():
                    if hold is not None:
                        hold.verify(connection)
                    yield connection
        finally:
            self._thread.writing = False

    def scrub(self) -> bool:
        """Rewrite an SQLite file, so that what was deleted stands in no free part of it.

        Return whether that was done; another process that reads or writes may be in the way. A
        PostgreSQL server reclaims by itself, and nothing is done there.
        """
        if not self.is_file:
            return True
        # Neither statement may stand inside a transaction, which the engine would open.
        raw = self.engine.raw_connection()
        try:
            cursor = raw.cursor()
            cursor.execute("PRAGMA query_only=OFF")
            cursor.execute("VACUUM")
            busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            cursor.close()
            return not busy
        except sqlite3.OperationalError:
            return False
        finally:
            raw.close()

    def now(self, tx: Tx) -> float:
        """Epoch seconds on the clock that all users of this state share.

        That is the server's own clock on PostgreSQL, since two hosts may disagree, and this
        machine's on SQLite.
        """
        if self.is_file:
            return self.clock.now()
        return float(tx.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())
