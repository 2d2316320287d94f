"""What a database driver complains of, in sentences for the user.

The driver's own text is never passed on: it may quote a row or a connection string.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, TimeoutError

from syncd.errors import StateError
from syncd.store.place import Place

_OUTDATED = "has not the tables of this version of syncd: run `syncd db upgrade`."

# Primary result codes, https://www.sqlite.org/rescode.html
_SQLITE = {
    sqlite3.SQLITE_BUSY: "is locked by another process: wait for it, or end what holds the file.",
    sqlite3.SQLITE_LOCKED: "is locked by another process: wait for it, or end what holds the file.",
    sqlite3.SQLITE_READONLY: "cannot be written: let this user write to the file and its folder.",
    sqlite3.SQLITE_FULL: "cannot grow, the disk is full: make room and run again.",
    # An extended code: the file beside the database that its readers share cannot be made.
    sqlite3.SQLITE_IOERR_SHMSIZE: "cannot grow, the disk is full: make room and run again.",
    sqlite3.SQLITE_IOERR: "cannot be read or written: check the disk and its space.",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: check that file and folder exist and that this "
    "user may read and write them; `syncd db upgrade` makes a new one.",
    sqlite3.SQLITE_PERM: "cannot be opened: let this user read and write the file and its folder.",
    sqlite3.SQLITE_AUTH: "cannot be opened: let this user read and write the file and its folder.",
    sqlite3.SQLITE_CORRUPT: "is damaged: put back a backup, marks on the remote side fill the gap.",
    sqlite3.SQLITE_NOTADB: "is not an SQLite file: check database.url.",
}

# SQLSTATE codes and classes, https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRESQL = {
    "55P03": "is locked by another process: wait for it, or end the transaction that holds it.",
    "40": "was changed by another process at the same moment: run again.",
    "53100": "cannot grow, the server's disk is full: make room and run again.",
    "53300": "takes no more clients: raise max_connections or end some.",
    "25006": "cannot be written, the server is read-only: connect to the primary.",
    "42501": "refuses this user: grant the rights to use and create tables in its schema.",
    "42P01": _OUTDATED,
    "42703": _OUTDATED,
    "3D000": "does not exist: create it, or correct the name in database.url.",
    "28": "refuses the user or the password: correct them in database.url.",
    "57": "broke off, the server is going down or starting: run again.",
    "25P03": "broke off, this process stood still for too long: run again.",
    "08": "broke off, the connection was lost: check the server and the network, then run again.",
    "53": "is out of resources: check the server, then run again.",
    "58": "fails on the server's side: check the server's log.",
    "XX": "fails on the server's side: check the server's log.",
}


@contextmanager
def explained(place: Place, *, reading: bool = False) -> Iterator[None]:
    """Run the body; raise StateError with what to do where the database failed.

    A mistake of this program (a statement that is wrong, a constraint that fails, a write while
    ``reading``) is raised as it came.
    """
    try:
        yield
    except TimeoutError:
        raise StateError(
            f"The state, {place.label}, is in use by too many parts of this process."
        ) from None
    except DBAPIError as error:
        sentence = _sentence(error)
        if sentence is None or (reading and _is_refused_write(error)):
            raise
        raise StateError(f"The state, {place.label}, {sentence}") from None


def _sentence(error: DBAPIError) -> str | None:
    original = error.orig
    if isinstance(original, sqlite3.Error):
        return _of_sqlite(original)
    state = getattr(original, "sqlstate", None)
    if state is not None:
        return _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2])
    if error.connection_invalidated:
        return _POSTGRESQL["08"]
    if type(original).__name__ != "OperationalError":
        return None
    # libpq tells no SQLSTATE when a connection cannot be made, only a text.
    text = str(original)
    if "password" in text or "authentication" in text or "role" in text:
        return _POSTGRESQL["28"]
    if "does not exist" in text:
        return _POSTGRESQL["3D000"]
    if "FATAL" in text:
        return "takes no connection now: check the server's log and its disk, then run again."
    return "does not answer: check that the server runs, and host and port in database.url."


def _is_refused_write(error: DBAPIError) -> bool:
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code == sqlite3.SQLITE_READONLY or getattr(error.orig, "sqlstate", None) == "25006"


def _of_sqlite(error: sqlite3.Error) -> str | None:
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    if code == sqlite3.SQLITE_ERROR and str(error).startswith(("no such table", "no such column")):
        return _OUTDATED
    return _SQLITE.get(code) or _SQLITE.get(code & 0xFF)
