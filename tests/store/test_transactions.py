"""Transactions: snapshots, all or nothing, and where the state lives."""

import sqlite3
import stat
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import event, inspect, select, text
from sqlalchemy.exc import DBAPIError

from syncd.errors import ExitCode, SettingsError
from syncd.store import Store, keep, migrate
from syncd.store.tables import keep as keep_table
from syncd.store.upsert import SOME, select_in
from tests.clock import ManualClock


def test_a_write_that_raises_leaves_nothing_behind(store: Store) -> None:
    with suppress(ZeroDivisionError), store.write() as tx:
        keep.put(tx, "a", "1")
        raise ZeroDivisionError
    with store.read() as tx:
        assert keep.get(tx, "a") is None


def test_tables_made_in_a_write_that_raises_are_not_there(store: Store) -> None:
    with suppress(ZeroDivisionError), store.write() as tx:
        tx.execute(text("CREATE TABLE half (x INTEGER)"))
        tx.execute(text("DROP TABLE feed"))
        raise ZeroDivisionError
    with store.read() as tx:
        names = inspect(tx).get_table_names()
    assert "half" not in names
    assert "feed" in names


def test_a_read_sees_one_moment(store: Store) -> None:
    with store.read() as snapshot:
        assert keep.get(snapshot, "a") is None
        with store.write() as tx:
            keep.put(tx, "a", "1")
        assert keep.get(snapshot, "a") is None
    with store.read() as tx:
        assert keep.get(tx, "a") == "1"


def test_a_read_cannot_write(store: Store) -> None:
    with pytest.raises(DBAPIError, match=r"read-?only"), store.read() as tx:
        keep.put(tx, "a", "1")
    with store.write() as tx:  # the connection went back to the pool unharmed
        assert keep.get(tx, "a") is None
        keep.put(tx, "a", "2")


def test_writing_inside_a_write_is_a_mistake_told_at_once(store: Store) -> None:
    with store.write(), pytest.raises(RuntimeError, match="open already"), store.write():
        pass
    with store.write() as tx:
        keep.put(tx, "a", "1")


def test_writers_in_several_threads_take_turns(store: Store) -> None:
    def count_up() -> None:
        for _ in range(20):
            with store.write() as tx:
                tx.execute(select(keep_table).with_for_update()).all()
                keep.put(tx, "n", str(int(keep.get(tx, "n") or 0) + 1))

    with store.write() as tx:
        keep.put(tx, "n", "0")
    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as tx:
        assert keep.get(tx, "n") == "80"


def test_long_lists_are_asked_for_in_statements_of_five_hundred(store: Store) -> None:
    asked = []
    event.listen(store.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    with store.read() as tx:
        statement = select(keep_table).where(keep_table.c.key.in_(SOME))
        list(select_in(tx, statement, [str(n) for n in range(1001)]))
    assert len([statement for statement in asked if "keep" in statement]) == 3


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_commit_is_on_the_disk(store: Store) -> None:
    with store.write() as tx:
        assert tx.execute(text("PRAGMA synchronous")).scalar_one() == 2  # FULL
        assert tx.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        assert tx.execute(text("PRAGMA foreign_keys")).scalar_one() == 1


def test_a_relative_path_counts_from_the_folder_and_only_the_owner_reads_it(
    tmp_path: Path, clock: ManualClock
) -> None:
    (tmp_path / "a b%41?#").mkdir(mode=0o755)
    folder = tmp_path / "a b%41?#"
    store = Store.open("sqlite:///syncd.db", folder, clock)
    migrate.ensure(store, "auto")
    with store.write():  # while a connection is open the side files are there
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    store.close()
    assert modes == {"syncd.db": 0o600, "syncd.db-wal": 0o600, "syncd.db-shm": 0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755


def test_looking_at_a_missing_state_creates_none(tmp_path: Path, clock: ManualClock) -> None:
    store = Store.open("sqlite:///syncd.db", tmp_path, clock)
    assert not store.exists()
    assert migrate.current(store) is None
    assert list(tmp_path.iterdir()) == []


def test_reading_changes_nothing_about_a_file_in_another_mode(
    tmp_path: Path, clock: ManualClock, migrated_file: Path
) -> None:
    path = tmp_path / "state.db"
    with sqlite3.connect(migrated_file) as whole:
        whole.execute("VACUUM INTO ?", (str(path),))  # as a backup might be made
    whole.close()
    before = path.read_bytes()
    store = Store.open("sqlite:///state.db", tmp_path, clock)
    with store.read() as tx:
        assert keep.get(tx, "a") is None
    store.close()
    assert path.read_bytes() == before
    with store.write() as tx:
        assert tx.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
    store.close()


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:state.db?uri=true",
        "sqlite://state.db",
        "mysql://root:hunter2@localhost/syncd",
        "postgresql+psycopg2://u:hunter2@localhost/syncd",
        "postgresql://u:hunter2@localhost",
        "postgresql://u:hunter2@localhost:port/syncd",
        "hunter2",
        "",
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_its_password(
    url: str, tmp_path: Path, clock: ManualClock
) -> None:
    with pytest.raises(SettingsError, match=r"^database\.url .*: write ") as refused:
        Store.open(url, tmp_path, clock)
    assert "hunter2" not in str(refused.value)
    assert refused.value.exit_code == ExitCode.USAGE


def test_a_missing_driver_is_named(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    with pytest.raises(SettingsError, match=r"syncd\[postgres\]"):
        Store.open("postgresql+psycopg://u:hunter2@localhost/syncd", tmp_path, clock)
