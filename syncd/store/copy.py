"""Scratch copies of a state, for `plan`, which may change nothing.

A copy is a private SQLite file in the system's temporary folder, gone when the copy is closed.
"""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import MetaData, insert, select

from syncd.clock import Clock
from syncd.store import migrate
from syncd.store.state import Store, Tx

_ROWS = 1000  # at a time


@contextmanager
def scratch(clock: Clock) -> Iterator[Store]:
    """An empty state of this program's version."""
    with _unmade(clock) as store:
        migrate.upgrade(store)
        yield store


@contextmanager
def copy_state(source: Store) -> Iterator[Store]:
    """A copy of a whole state, brought to this program's version if it was older.

    The source is only read; one that is missing or empty gives an empty copy. Raise UsageError if
    the source is of a newer program, StateError if it cannot be read.
    """
    with _unmade(source.clock) as target:
        present = migrate.known(source)
        if present is not None:
            if source.is_file:
                _copy_pages(source, target)
            else:
                migrate.upgrade(target, present)
                _copy_rows(source, target)
        migrate.ensure(target, "auto")
        yield target


@contextmanager
def _unmade(clock: Clock) -> Iterator[Store]:
    with tempfile.TemporaryDirectory(prefix="syncd-") as name:
        store = Store.open("sqlite:///state.db", Path(name), clock, durable=False)
        try:
            yield store
        finally:
            store.close()


def _copy_pages(source: Store, target: Store) -> None:
    """SQLite to SQLite: the database's own backup, of one snapshot."""
    target.create()
    with source.read() as tx, target.engine.connect() as copy:
        _driver(tx).backup(_driver(copy))


def _driver(connection: Tx) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        raise TypeError("this is no SQLite connection")
    return driver


def _copy_rows(source: Store, target: Store) -> None:
    """Between databases: table by table. Both have the same version, maybe not the newest."""
    with source.read() as read, target.write() as write:
        here, there = MetaData(), MetaData()
        here.reflect(read)
        there.reflect(write)
        for name, table in there.tables.items():
            if name == "alembic_version":
                continue
            original = here.tables[name]
            columns = [original.c[column.name] for column in table.c]
            result = read.execution_options(yield_per=_ROWS).execute(select(*columns))
            for rows in result.mappings().partitions():
                write.execute(insert(table), [dict(row) for row in rows])
