"""A PostgreSQL of the tests' own: from a DSN, or from installed binaries, without a service.

No TCP port is opened; the socket lies in a temporary folder. PostgreSQL refuses to run as root,
so root starts it as the user ``postgres`` of the distribution's package.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

DSN = "SYNCD_TEST_POSTGRES"


@dataclass
class Cluster:
    """A running server; ``create`` gives a fresh, empty database's URL.

    ``control`` starts and stops it; None if it is not the tests' own.
    """

    base: str
    control: Callable[..., None] | None = None

    def __post_init__(self) -> None:
        self._numbers = count(1)

    def create(self, tablespace: str = "pg_default") -> str:
        name = f"blackbox_{os.getpid()}_{next(self._numbers)}"
        self._run(f'CREATE DATABASE "{name}" TABLESPACE "{tablespace}"')
        head, _, query = self.base.partition("?")
        return f"{head.rpartition('/')[0]}/{name}{'?' + query if query else ''}"

    @contextlib.contextmanager
    def away(self) -> Iterator[None]:
        """Stopped for the block, as for an update: whoever is connected is sent away."""
        assert self.control is not None
        self.control("-m", "fast", "stop")
        try:
            yield
        finally:
            self.control("start")

    @contextlib.contextmanager
    def tablespace(self, folder: Path) -> Iterator[str]:
        """A place for databases in a folder, which is made; they are gone after the block."""
        folder.mkdir()
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        name = f"place_{os.getpid()}_{next(self._numbers)}"
        self._run(f"CREATE TABLESPACE \"{name}\" LOCATION '{folder}'")
        try:
            yield name
        finally:
            for database in self._databases(name):
                self._run(f'DROP DATABASE "{database}" WITH (FORCE)')
            self._run(f'DROP TABLESPACE "{name}"')

    def _run(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(self.base.replace("+psycopg", ""), autocommit=True) as link:
            link.execute(statement.encode())

    def _databases(self, tablespace: str) -> list[str]:
        import psycopg

        query = (
            "SELECT datname FROM pg_database d JOIN pg_tablespace t ON t.oid = d.dattablespace "
            "WHERE spcname = %s"
        )
        with psycopg.connect(self.base.replace("+psycopg", "")) as link:
            return [row[0] for row in link.execute(query, (tablespace,))]


def binaries() -> Path | None:
    """The newest installed PostgreSQL's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda one: one.parent)
    if found:
        return found[-1].parent
    where = shutil.which("initdb")
    return Path(where).parent if where else None


@contextlib.contextmanager
def cluster() -> Iterator[Cluster | None]:
    """A server for as long as the block lasts; None where there is no way to have one."""
    if dsn := os.environ.get(DSN):
        yield Cluster(dsn)
        return
    programs = binaries()
    root = os.geteuid() == 0
    if programs is None or (root and not shutil.which("runuser")):
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="syncd-pg-", dir="/tmp"))
    prefix = ["runuser", "-u", "postgres", "--"] if root else []
    if root:
        shutil.chown(folder, "postgres")

    def run(*args: str) -> None:
        subprocess.run(
            [*prefix, *args], check=True, cwd=folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60,
        )  # fmt: skip

    data = folder / "data"
    try:
        initdb = [str(programs / "initdb"), "-D", str(data), "-U", "syncd", "-A", "trust"]
        run(*initdb, "--no-sync", "-E", "UTF8")
        options = f"-k {folder} -h '' -F"
        always = ["-D", str(data), "-w", "-l", str(folder / "log"), "-o", options]

        def control(*args: str) -> None:
            run(str(programs / "pg_ctl"), *always, *args)

        control("start")
        try:
            yield Cluster(f"postgresql+psycopg://syncd@/postgres?host={folder}", control)
        finally:
            control("-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
