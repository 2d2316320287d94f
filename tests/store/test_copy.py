"""Scratch copies: everything is in them, and nothing happens to the source."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, Column, inspect, select, text

from syncd.errors import UsageError
from syncd.store import Store, feeds, keep, migrate
from syncd.store import journal as rows
from syncd.store.copy import copy_state, scratch
from syncd.store.feeds import Feed
from syncd.store.journal import JournalRow
from syncd.store.tables import metadata
from syncd.store.upsert import upsert
from tests.clock import ManualClock

FEED = Feed("acme", "applications", "cursor", None, None, 1_800_000_000.123456)
ROW = JournalRow("acme", "k", "note.add", "ab", "a rule", "sent", 1.5, 2, evidence={"status": 500})


def example(column: Column[Any]) -> object:
    if isinstance(column.type, JSON):
        return {"a": [1, None, "ü"]}
    return {str: "x", float: 1.5, int: 7, bool: True}[column.type.python_type]


def fill(store: Store) -> None:
    with store.write() as tx:
        for table in metadata.tables.values():
            row = {column.name: example(column) for column in table.columns}
            bare = {
                column.name: None if column.nullable else example(column)
                for column in table.columns
            }
            key = next(iter(table.primary_key)).name
            upsert(tx, table, [row, bare | {key: "y"}])
        feeds.save(tx, FEED)
        rows.put(tx, [ROW])
        upsert(tx, metadata.tables["keep"], [{"key": f"k{n}", "value": ""} for n in range(2500)])


def contents(store: Store) -> dict[str, list[tuple[object, ...]]]:
    with store.read() as tx:
        return {
            name: sorted((tuple(row) for row in tx.execute(select(table))), key=repr)
            for name, table in metadata.tables.items()
        }


def test_a_copy_holds_every_row_as_it_was(store: Store) -> None:
    fill(store)
    with copy_state(store) as copy:
        assert contents(copy) == contents(store)
        assert migrate.current(copy) == migrate.head()
        with copy.read() as tx:
            assert feeds.get(tx, "acme", "applications") == FEED
            assert rows.fetch(tx, "acme", ["k"]) == {"k": ROW}


def test_what_happens_to_the_copy_does_not_happen_to_the_source(store: Store) -> None:
    with copy_state(store) as copy:
        with copy.write() as tx:
            keep.put(tx, "a", "1")
        folder = Path(copy.place.label).parent
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()
    with store.read() as tx:
        assert keep.get(tx, "a") is None


def test_a_missing_state_gives_an_empty_copy_and_stays_missing(
    database_url: str, tmp_path: Path, clock: ManualClock
) -> None:
    source = Store.open(database_url, tmp_path, clock)
    with copy_state(source) as copy:
        assert all(found == [] for found in contents(copy).values())
    assert list(tmp_path.glob("*.db*")) == []
    assert migrate.current(source) is None
    source.close()


def test_the_copy_of_an_older_state_is_brought_up_to_date(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    scripts = tmp_path / "scripts"
    shutil.copytree(migrate.folder(), scripts)
    (scripts / "versions" / "9999_later.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f"revision = '9999'\ndown_revision = {migrate.head()!r}\n"
        "def upgrade():\n"
        "    op.create_table('later', sa.Column('id', sa.Integer(), primary_key=True))\n"
        "def downgrade():\n    op.drop_table('later')\n"
    )
    old = migrate.current(store)
    monkeypatch.setattr(migrate, "folder", lambda: scripts)
    with copy_state(store) as copy:
        assert migrate.current(copy) == "9999"
        assert contents(copy) == contents(store)
    assert migrate.current(store) == old


def test_the_state_of_a_newer_program_is_not_copied(store: Store) -> None:
    with store.write() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = 'beef'"))
    with pytest.raises(UsageError, match="install the newer syncd"), copy_state(store):
        pass


def test_an_empty_state_to_try_things_on(clock: ManualClock) -> None:
    with scratch(clock) as store:
        with store.read() as tx:
            assert set(metadata.tables) < set(inspect(tx).get_table_names())
        assert store.clock is clock
        path = Path(store.place.label)
        assert path.exists()
    assert not path.exists()
