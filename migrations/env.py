"""How a migration meets a database.

The program passes its open transaction as ``config.attributes["connection"]``. The ``alembic``
command, for those who develop syncd, takes the database from ``-x url=sqlite:///file.db``.
"""

from pathlib import Path

from alembic import context
from alembic.util import CommandError

from syncd.clock import SystemClock
from syncd.store import Store, Tx
from syncd.store.tables import metadata


def migrate(connection: Tx) -> None:
    """Run what was asked for inside the transaction that ``connection`` is in."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        # SQLite alters little in place: a batch copies the table.
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        # Both databases take DDL back when a transaction is rolled back.
        transactional_ddl=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


def migrate_by_hand() -> None:
    """Run in a transaction on the database that ``-x url=`` names."""
    url = context.get_x_argument(as_dictionary=True).get("url")
    if context.is_offline_mode() or not isinstance(url, str):
        raise CommandError(
            "give the database, e.g. alembic -x url=sqlite:///scratch.db upgrade head"
        )
    store = Store.open(url, Path.cwd(), SystemClock())
    store.create()
    with store.write() as tx:
        migrate(tx)
    store.close()


given = context.config.attributes.get("connection")
if given is None:
    migrate_by_hand()
else:
    migrate(given)
