"""Bringing the tables to the version this program needs, and back.

Every change of version is one transaction under a lock on both databases, so that eight first
starts at once agree, and a kill in the middle leaves the old version or the new one.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import text

import syncd
from syncd.errors import StateError, UsageError
from syncd.store.state import Store, Tx
from syncd.store.tables import metadata

# Any number will do, as long as no other version of syncd takes another.
_LOCK = 0x73796E6364

# Alembic keeps the context of a migration in a global of its own.
_one_at_a_time = threading.Lock()


def ensure(
    store: Store, migrate: Literal["auto", "manual"], *, scripts: Path | None = None
) -> None:
    """See to it that the state is of this program's version.

    With ``migrate="auto"`` a missing or older state is brought up to date, with ``"manual"``
    UsageError says what to run. Raise UsageError also for a state that a newer program wrote, and
    StateError if the database cannot be used.
    """
    present, newest = known(store, scripts=scripts), head(scripts=scripts)
    if present == newest:
        return
    if migrate == "manual":
        version = f"of the older version {present}" if present else "still empty"
        raise UsageError(
            f"The state, {store.place.label}, is {version} and database.migrate is "
            '"manual": run `syncd db upgrade`.'
        )
    upgrade(store, scripts=scripts)


def upgrade(store: Store, revision: str = "head", *, scripts: Path | None = None) -> None:
    """Bring the state up to ``revision``, making a missing SQLite file.

    Raise UsageError if there is no such revision or the state is a newer program's, StateError if
    the database cannot be used.
    """
    store.create()
    with _migrating(store, scripts) as config:
        command.upgrade(config, revision)


def downgrade(store: Store, revision: str = "-1", *, scripts: Path | None = None) -> None:
    """Take the state back to ``revision``, by default by one version.

    What only the later version knows is lost. Raise UsageError if there is no such revision,
    StateError if the database cannot be used.
    """
    if not store.exists():
        raise StateError(f"There is no state at {store.place.label}: check database.url.")
    with _migrating(store, scripts) as config:
        command.downgrade(config, revision)


def current(store: Store) -> str | None:
    """The version of the state; None if it is missing or empty. Creates nothing."""
    if not store.exists():
        return None
    with store.read() as tx:
        return MigrationContext.configure(tx).get_current_revision()


def known(store: Store, *, scripts: Path | None = None) -> str | None:
    """The version of the state as :func:`current`; raise UsageError if a newer program wrote it."""
    present = current(store)
    _refuse_newer(store, present, scripts)
    return present


def head(*, scripts: Path | None = None) -> str:
    """The version that this program needs."""
    newest = ScriptDirectory.from_config(_config(scripts)).get_current_head()
    if newest is None:
        raise RuntimeError("there are no migrations")
    return newest


def differences(store: Store) -> list[str]:
    """How the tables of the state differ from those of the program; empty if they do not."""
    with store.read() as tx:
        context = MigrationContext.configure(tx, opts={"compare_type": True})
        return [str(difference) for difference in compare_metadata(context, metadata)]


def folder() -> Path:
    """Where the migrations are: inside the package when installed, beside it in a checkout."""
    package = Path(syncd.__file__).parent
    inside = package / "migrations"
    return inside if inside.is_dir() else package.parent / "migrations"


@contextmanager
def _migrating(store: Store, scripts: Path | None) -> Iterator[Config]:
    config = _config(scripts)
    with _one_at_a_time, store.write() as tx:
        _lock(tx)
        config.attributes["connection"] = tx
        _refuse_newer(store, MigrationContext.configure(tx).get_current_revision(), scripts)
        try:
            yield config
        except CommandError as error:
            raise UsageError(f"The state cannot be migrated: {error}.") from None


def _lock(tx: Tx) -> None:
    """Wait for other migrations of this database; on SQLite any writer has it alone."""
    if tx.dialect.name == "postgresql":
        tx.execute(text("SET LOCAL lock_timeout = '120s'"))
        tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def _config(scripts: Path | None) -> Config:
    config = Config()
    # A percent sign would begin an interpolation.
    config.set_main_option("script_location", str(scripts or folder()).replace("%", "%%"))
    return config


def _refuse_newer(store: Store, revision: str | None, scripts: Path | None) -> None:
    directory = ScriptDirectory.from_config(_config(scripts))
    known = {script.revision for script in directory.walk_revisions()}
    if revision is not None and revision not in known:
        raise UsageError(
            f"The state, {store.place.label}, is of version {revision}, which this syncd "
            f"{syncd.__version__} does not know: install the newer syncd that wrote it."
        )
