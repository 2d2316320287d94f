"""What users are told when the database fails; never a driver's text or a password."""

import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg import sql
from sqlalchemy import text

from syncd.errors import ExitCode, StateError
from syncd.store import Store, Tx, keep, migrate
from tests import postgres
from tests.clock import ManualClock


@pytest.fixture
def impatient(migrated_url: str, tmp_path: Path, clock: ManualClock) -> Iterator[Store]:
    store = Store.open(migrated_url, tmp_path, clock, patience=0.1)
    yield store
    store.close()


def test_a_lock_that_another_process_holds(database: str, store: Store, impatient: Store) -> None:
    with store.write() as tx:
        keep.put(tx, "a", "1")
        with (
            pytest.raises(StateError, match="is locked by another process: wait") as told,
            impatient.write() as other,
        ):
            keep.put(other, "a", "2")
    assert told.value.exit_code == ExitCode.UNFINISHED
    with store.read() as tx:
        assert keep.get(tx, "a") == "1"


def test_a_state_without_tables(database_url: str, tmp_path: Path, clock: ManualClock) -> None:
    store = Store.open(database_url, tmp_path, clock)
    store.create()
    with pytest.raises(StateError, match="run `syncd db upgrade`"), store.read() as tx:
        keep.get(tx, "a")
    store.close()


def test_a_mistake_of_the_program_is_not_dressed_up(store: Store) -> None:
    with pytest.raises(Exception, match=r"(?i)syntax") as raised, store.write() as tx:
        tx.execute(text("SELEKT"))
    assert not isinstance(raised.value, StateError)


class TestSQLite:
    @pytest.fixture
    def database(self) -> str:
        return "sqlite"

    def test_a_full_disk(self, store: Store) -> None:
        def outgrow(tx: Tx) -> None:
            pages = tx.execute(text("PRAGMA page_count")).scalar_one()
            tx.execute(text(f"PRAGMA max_page_count={pages}"))
            keep.put(tx, "a", "x" * 100_000)

        with pytest.raises(StateError, match="disk is full: make room"), store.write() as tx:
            outgrow(tx)
        with store.read() as tx:
            assert keep.get(tx, "a") is None

    def test_a_missing_file(self, tmp_path: Path, clock: ManualClock) -> None:
        store = Store.open("sqlite:///none.db", tmp_path, clock)
        told = pytest.raises(StateError, match="cannot be opened: check that file and folder")
        with told, store.read():
            pass
        assert not (tmp_path / "none.db").exists()

    def test_a_missing_folder(self, tmp_path: Path, clock: ManualClock) -> None:
        store = Store.open("sqlite:///none/state.db", tmp_path, clock)
        with pytest.raises(StateError, match=r"cannot be created .*: make its folder"):
            migrate.ensure(store, "auto")

    def test_something_else_in_its_place(self, tmp_path: Path, clock: ManualClock) -> None:
        (tmp_path / "state.db").write_text("not a database at all, but long enough " * 50)
        store = Store.open("sqlite:///state.db", tmp_path, clock)
        with pytest.raises(StateError, match=r"is not an SQLite file: check database\.url"):
            migrate.ensure(store, "auto")
        store.close()

    def test_a_damaged_file(self, store: Store, tmp_path: Path) -> None:
        with store.write() as tx:
            for number in range(300):
                keep.put(tx, f"k{number}", "x" * 500)
        store.close()
        path = tmp_path / "migrated.db"
        raw = bytearray(path.read_bytes())
        raw[len(raw) // 2 :] = b"\xa5" * (len(raw) - len(raw) // 2)
        path.write_bytes(raw)
        with pytest.raises(StateError, match="is damaged: put back a backup"), store.read() as tx:
            tx.execute(text("SELECT sum(length(value)) FROM keep")).all()

    def test_a_file_that_may_not_be_written(self, migrated_file: Path) -> None:
        """Root may write anything, so a process of root becomes somebody else first."""
        folder = Path(tempfile.mkdtemp(prefix="syncd-test-"))  # pytest's own is closed to others
        path = shutil.copy(migrated_file, folder / "state.db")
        path.chmod(0o444)
        folder.chmod(0o555)
        program = (
            "import os, sys; from pathlib import Path; from syncd.clock import SystemClock\n"
            "from syncd.errors import StateError; from syncd.store import Store, keep\n"
            "store = Store.open(sys.argv[1], Path(), SystemClock())\n"
            "if os.geteuid() == 0: os.setgid(65534); os.setuid(65534)\n"
            "try:\n"
            "    with store.write() as tx: keep.put(tx, 'a', '1')\n"
            "except StateError as error: print(error)\n"
        )
        ended = subprocess.run(
            [sys.executable, "-c", program, f"sqlite:///{path}"],
            capture_output=True,
            text=True,
            check=True,
        )
        folder.chmod(0o755)
        shutil.rmtree(folder)
        assert "cannot be written: let this user write" in ended.stdout

    def test_another_program_that_holds_the_file(self, impatient: Store, tmp_path: Path) -> None:
        other = sqlite3.connect(tmp_path / "migrated.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StateError, match=r"migrated\.db, is locked"), impatient.write():
            pass
        other.close()
        with impatient.write() as tx:
            keep.put(tx, "a", "1")


class TestPostgreSQL:
    @pytest.fixture
    def database(self) -> str:
        return "postgres"

    def open(self, url: str, **changes: object) -> Store:
        given = postgres.make_url(url).set(**changes)  # type: ignore[arg-type]
        text = given.render_as_string(hide_password=False)
        return Store.open(text, Path(), ManualClock())

    def failure(self, store: Store) -> str:
        with pytest.raises(StateError) as raised, store.read():
            pass
        store.close()
        # Nothing that a traceback prints may hold the password either.
        assert raised.value.__cause__ is None
        assert raised.value.__suppress_context__
        for held in (str(raised.value), repr(raised.value), repr(store), repr(store.engine)):
            assert "hunter2" not in held
            assert postgres.PASSWORD not in held
        return str(raised.value)

    def test_a_wrong_password(self, postgres_server: postgres.Server, database_url: str) -> None:
        if not postgres_server.own:
            pytest.skip("a server that is not ours has no guarded role")
        wrong = self.open(database_url, username=postgres.GUARDED, password="hunter2")
        assert "refuses the user or the password" in self.failure(wrong)
        right = self.open(database_url, username=postgres.GUARDED, password=postgres.PASSWORD)
        with right.read() as tx:
            assert tx.execute(text("SELECT 1")).scalar_one() == 1
        right.close()

    def test_no_server(self, database_url: str, tmp_path: Path) -> None:
        store = self.open(
            database_url, username="somebody", password="hunter2", query={"host": str(tmp_path)}
        )
        assert "does not answer: check that the server runs" in self.failure(store)

    def test_no_database(self, database_url: str) -> None:
        assert "does not exist: create it" in self.failure(self.open(database_url, database="nil"))

    def test_a_connection_that_is_cut(self, store: Store, postgres_server: postgres.Server) -> None:
        def be_cut(tx: Tx) -> None:
            keep.put(tx, "a", "1")
            pid = tx.execute(text("SELECT pg_backend_pid()")).scalar_one()
            postgres_server.run(sql.SQL("SELECT pg_terminate_backend({})").format(pid))
            keep.put(tx, "b", "2")

        with pytest.raises(StateError, match="broke off"), store.write() as tx:
            be_cut(tx)
        with store.write() as tx:  # a new connection, and nothing of the old transaction
            assert keep.get(tx, "a") is None

    def test_idle_connections_that_were_cut_are_not_noticed(
        self, store: Store, postgres_server: postgres.Server
    ) -> None:
        with store.read() as tx:
            pid = tx.execute(text("SELECT pg_backend_pid()")).scalar_one()
        postgres_server.run(sql.SQL("SELECT pg_terminate_backend({})").format(pid))
        with store.write() as tx:
            keep.put(tx, "a", "1")

    def test_a_server_that_only_reads(self, store: Store, postgres_server: postgres.Server) -> None:
        name = sql.Identifier(store.engine.url.database or "")
        postgres_server.run(
            sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = on").format(name)
        )
        with pytest.raises(StateError, match="the server is read-only"), store.write() as tx:
            keep.put(tx, "a", "1")
