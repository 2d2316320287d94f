"""Where the state lives, read from ``database.url`` without ever showing the password in it."""

from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from syncd.errors import SettingsError

_SQLITE = {"sqlite", "sqlite+pysqlite"}
_POSTGRESQL = {"postgresql", "postgresql+psycopg"}


@dataclass(frozen=True, slots=True)
class Place:
    """A database: ``path`` is the file of an SQLite state and None for PostgreSQL.

    ``label`` names it in messages: a path, or database and host, without user and password.
    """

    url: URL = field(repr=False)
    label: str
    path: Path | None = None


def locate(url: str, folder: Path) -> Place:
    """Given ``database.url`` and the folder a relative SQLite path counts from, return the place.

    Raise SettingsError if the URL cannot be read, is of another kind than SQLite or PostgreSQL
    with psycopg, or lacks what is needed.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # SQLAlchemy quotes the URL, and with it the password, in its own message.
        raise SettingsError(
            "database.url cannot be read: write sqlite:///file.db or "
            "postgresql+psycopg://user:password@host/name, special characters in %-form."
        ) from None
    if parsed.drivername in _SQLITE:
        return _file(parsed, folder)
    if parsed.drivername in _POSTGRESQL:
        return _server(parsed)
    raise SettingsError(
        f"database.url is of the kind {parsed.drivername!r}, which syncd does not know: "
        "write sqlite:///file.db or postgresql+psycopg://user:password@host/name."
    )


def _file(url: URL, folder: Path) -> Place:
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise SettingsError(
            "database.url names no file, and a state in memory would forget who was invited: "
            "write sqlite:///file.db."
        )
    if url.query or url.host:
        raise SettingsError(
            "database.url has more than a path after sqlite:// : write sqlite:///file.db for a "
            "path relative to the settings file, sqlite:////folder/file.db for an absolute one."
        )
    path = (folder / url.database).absolute()
    return Place(url.set(drivername="sqlite+pysqlite", database=str(path)), str(path), path)


def _server(url: URL) -> Place:
    if not url.database:
        raise SettingsError(
            "database.url names no database: write postgresql+psycopg://user:password@host/name."
        )
    host = url.host or _first(url.query.get("host")) or "the local socket"
    port = f":{url.port}" if url.port else ""
    label = f"PostgreSQL database {url.database!r} at {host}{port}"
    return Place(url.set(drivername="postgresql+psycopg"), label)


def _first(value: str | tuple[str, ...] | None) -> str | None:
    return value[0] if isinstance(value, tuple) else value
