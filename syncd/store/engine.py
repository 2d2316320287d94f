"""Engines whose transactions mean the same on SQLite and PostgreSQL.

SQLite: WAL with ``synchronous=FULL``, for a commit lost to a power cut would be a second
invitation. The driver would commit DDL by itself, so it is put into autocommit and every
transaction is opened here: BEGIN IMMEDIATE for writes, plain BEGIN for read snapshots
(https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#serializable-isolation-savepoints-transactional-ddl).
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from syncd.errors import SettingsError, StateError
from syncd.store.place import Place

#: The execution option that says a transaction is going to write.
WRITES = "syncd_writes"

#: Seconds to wait for another process's write before saying that the state is locked.
PATIENCE = 10.0

# A server ends a transaction that stands idle for as long as a lease lasts: by then another
# run may own the connection, and rows must not stay locked by a host that fell off the network.
_IDLE_LIMIT = 30.0
_CONNECT_LIMIT = 10


def make_engine(place: Place, *, patience: float = PATIENCE, durable: bool = True) -> Engine:
    """Given a place, return its engine; nothing is opened or created yet.

    ``patience`` is how many seconds a write waits for another one; ``durable=False`` is for
    scratch copies that nobody misses after a power cut. Raise SettingsError if the driver for
    PostgreSQL is not installed.
    """
    if place.path is not None:
        return _sqlite(place, place.path, patience, durable)
    return _postgresql(place, patience)


def create_file(path: Path) -> None:
    """Make an empty SQLite file that only its owner can read, unless it is there already.

    SQLite gives its side files (``-wal``, ``-shm``) the same mode. The folder must exist and is
    left as it is. Raise StateError if the file cannot be made.
    """
    try:
        # O_EXCL: closing a descriptor of a database in use would drop this process's locks on it.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        raise StateError(
            f"The state {path} cannot be created ({error.strerror}): "
            "make its folder, or let this user write to it."
        ) from None


def _sqlite(place: Place, path: Path, patience: float, durable: bool) -> Engine:
    # mode=rw: only create_file makes a file, so that looking at a missing state leaves it missing.
    uri = f"file:{quote(str(path))}?mode=rw"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(
            uri, uri=True, timeout=patience, isolation_level=None, check_same_thread=False
        )

    engine = create_engine(place.url, creator=connect, poolclass=QueuePool, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(raw: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = raw.cursor()
        cursor.execute(f"PRAGMA synchronous={'FULL' if durable else 'OFF'}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get(WRITES):
            connection.exec_driver_sql("PRAGMA query_only=OFF")
            _switch_to_wal(connection, path.parent)
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql("PRAGMA query_only=ON")
            connection.exec_driver_sql("BEGIN")

    return engine


def _switch_to_wal(connection: Connection, folder: Path) -> None:
    """Put the file into WAL mode before its first write; the mode stays in the file."""
    if connection.info.get("wal"):
        return
    if connection.exec_driver_sql("PRAGMA journal_mode").scalar() != "wal":
        # Two processes that switch at once meet "database is locked" whatever the time-out.
        with _locked(folder):
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
    connection.info["wal"] = True


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _postgresql(place: Place, patience: float) -> Engine:
    arguments: dict[str, Any] = {}
    if "connect_timeout" not in place.url.query:
        arguments["connect_timeout"] = _CONNECT_LIMIT
    if "application_name" not in place.url.query:
        arguments["application_name"] = "syncd"
    if "options" not in place.url.query:
        arguments["options"] = (
            f"-c lock_timeout={round(patience * 1000)} "
            f"-c idle_in_transaction_session_timeout={round(_IDLE_LIMIT * 1000)}"
        )
    try:
        return create_engine(
            place.url,
            connect_args=arguments,
            pool_pre_ping=True,
            hide_parameters=True,
            isolation_level="READ COMMITTED",
        )
    except ImportError:
        raise SettingsError(
            "database.url asks for PostgreSQL, whose driver is not installed: "
            'install it with `pip install "syncd[postgres]"`, or use sqlite:///syncd.db.'
        ) from None
