"""What tests share: a clock they own, a state on both databases, and no way out to a network."""

import logging
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from syncd.clock import SystemClock
from syncd.store import Store, migrate
from tests import postgres
from tests.clock import ManualClock


@pytest.fixture(autouse=True)
def no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only tests marked ``sockets`` may connect, and only on loopback."""
    marked = request.node.get_closest_marker("sockets") is not None

    def guarded(connect: Any) -> Any:
        def checked(self: socket.socket, address: Any) -> Any:
            local = self.family == socket.AF_UNIX
            if not local and not (marked and address[0] in ("127.0.0.1", "::1", "localhost")):
                pytest.fail(f"this test connects to {address!r}; see the marker `sockets`")
            return connect(self, address)

        return checked

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, guarded(getattr(socket.socket, name)))


@pytest.fixture(autouse=True)
def own_logging() -> Iterator[None]:
    """A command that a test calls sets up logging for its process; the next test starts anew."""
    known = [logging.getLogger(), *map(logging.getLogger, logging.root.manager.loggerDict)]
    before = {logger: (logger.level, logger.handlers[:]) for logger in known}
    raising = logging.raiseExceptions
    yield
    logging.raiseExceptions = raising
    for logger in [logging.getLogger(), *map(logging.getLogger, logging.root.manager.loggerDict)]:
        level, handlers = before.get(logger, (logging.NOTSET, []))
        logger.setLevel(level)
        logger.handlers[:] = handlers


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands still until the test moves it."""
    return ManualClock()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """One server a session (and a worker of xdist); tests without one are skipped and counted."""
    try:
        with postgres.running() as server:
            yield server
    except postgres.NoPostgresError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite state of the newest version, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "state.db"
    store = Store.open(f"sqlite:///{path}", path.parent, ManualClock())
    migrate.upgrade(store)
    store.close()  # the last connection moves everything out of the side files
    return path


@pytest.fixture(scope="session")
def migrated_database(postgres_server: postgres.Server) -> Iterator[str]:
    """The name of a PostgreSQL database of the newest version, to be copied."""
    name = postgres_server.create()
    store = Store.open(postgres_server.database(name), Path(), ManualClock())
    migrate.upgrade(store)
    store.close()
    yield name
    postgres_server.drop(name)


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> str:
    """The kind of database; tests that reach a state run on both."""
    return str(request.param)


@pytest.fixture
def database_url(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a new database without tables (on SQLite: of a file that is not there yet)."""
    if database == "sqlite":
        yield f"sqlite:///{tmp_path / 'state.db'}"
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    name = server.create()
    yield server.database(name)
    server.drop(name)


@pytest.fixture
def migrated_url(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a new database with the tables of the newest version and no rows."""
    if database == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "migrated.db")
        yield f"sqlite:///{tmp_path / 'migrated.db'}"
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    name = server.create(template=request.getfixturevalue("migrated_database"))
    yield server.database(name)
    server.drop(name)


@pytest.fixture
def store(migrated_url: str, tmp_path: Path, clock: ManualClock) -> Iterator[Store]:
    """An empty state of the newest version."""
    store = Store.open(migrated_url, tmp_path, clock)
    yield store
    store.close()


@pytest.fixture
def real_store(migrated_url: str, tmp_path: Path) -> Iterator[Store]:
    """The same database on the machine's own clock, for tests with other processes."""
    store = Store.open(migrated_url, tmp_path, SystemClock())
    yield store
    store.close()
