"""Migrations: old or new, never in between; rows survive; tables and program agree."""

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from syncd.errors import ExitCode, UsageError
from syncd.store import Store, feeds, keep, migrate
from syncd.store.feeds import Feed
from syncd.store.tables import metadata
from tests.clock import ManualClock
from tests.store.processes import Contender, at_once

NEXT = '''"""A later version, as a release might bring it."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{head}"


def upgrade():
    with op.batch_alter_table("feed") as batch:
        batch.add_column(sa.Column("note", sa.Text(), nullable=True))
        batch.alter_column("name", type_=sa.String(90), existing_type=sa.String(60))
    op.create_table("later", sa.Column("id", sa.Integer(), primary_key=True))
    op.execute("UPDATE feed SET note = 'moved'")
    {then}


def downgrade():
    op.drop_table("later")
    with op.batch_alter_table("feed") as batch:
        batch.alter_column("name", type_=sa.String(60), existing_type=sa.String(90))
        batch.drop_column("note")
'''


@pytest.fixture
def empty(database_url: str, tmp_path: Path, clock: ManualClock) -> Iterator[Store]:
    """A database before its first start."""
    store = Store.open(database_url, tmp_path, clock)
    yield store
    store.close()


def later(tmp_path: Path, then: str = "pass") -> Path:
    """The program's migrations and one more."""
    scripts = tmp_path / "later%s"
    shutil.copytree(migrate.folder(), scripts)
    (scripts / "versions" / "9999_later.py").write_text(NEXT.format(head=migrate.head(), then=then))
    return scripts


def tables(store: Store) -> set[str]:
    with store.read() as tx:
        return set(inspect(tx).get_table_names()) - {"alembic_version"}


def test_the_tables_are_those_of_the_program(empty: Store) -> None:
    migrate.ensure(empty, "auto")
    assert migrate.current(empty) == migrate.head()
    assert tables(empty) == set(metadata.tables)
    assert migrate.differences(empty) == []


def test_a_difference_is_noticed(store: Store) -> None:
    with store.write() as tx:
        tx.execute(text("DROP INDEX ix_journal_open"))
        tx.execute(text("ALTER TABLE feed ADD COLUMN more INTEGER"))
    assert len(migrate.differences(store)) == 2


def test_there_is_one_line_of_versions() -> None:
    scripts = ScriptDirectory(str(migrate.folder()))
    assert scripts.get_heads() == [migrate.head()]
    assert len(scripts.get_bases()) == 1


def test_starting_again_changes_nothing(empty: Store) -> None:
    migrate.ensure(empty, "auto")
    with empty.write() as tx:
        keep.put(tx, "a", "1")
    migrate.ensure(empty, "auto")
    migrate.ensure(empty, "manual")
    with empty.read() as tx:
        assert keep.get(tx, "a") == "1"


def test_rows_survive_up_down_and_up(store: Store, tmp_path: Path) -> None:
    scripts = later(tmp_path)
    rows = [Feed("acme", f"feed{n}", f"cursor{n}", None, 1.5, n / 3) for n in range(5)]
    with store.write() as tx:
        for row in rows:
            feeds.save(tx, row)
    migrate.ensure(store, "auto", scripts=scripts)
    assert "later" in tables(store)
    with store.read() as tx:
        assert set(tx.execute(text("SELECT note FROM feed")).scalars()) == {"moved"}
    migrate.downgrade(store, scripts=scripts)
    assert migrate.differences(store) == []
    with store.read() as tx:
        assert [feeds.get(tx, "acme", row.name) for row in rows] == rows
    migrate.upgrade(store, scripts=scripts)
    migrate.downgrade(store, migrate.head(), scripts=scripts)
    with store.read() as tx:
        assert [feeds.get(tx, "acme", row.name) for row in rows] == rows


def test_every_version_can_be_taken_back(store: Store) -> None:
    migrate.downgrade(store, "base")
    assert migrate.current(store) is None
    assert tables(store) == set()
    migrate.ensure(store, "auto")
    assert migrate.differences(store) == []


def test_a_migration_that_fails_leaves_the_old_version(store: Store, tmp_path: Path) -> None:
    scripts = later(tmp_path, then="raise ZeroDivisionError")
    with pytest.raises(ZeroDivisionError):
        migrate.upgrade(store, scripts=scripts)
    assert migrate.current(store) == migrate.head()
    assert migrate.differences(store) == []
    assert "later" not in tables(store)


def test_manual_says_what_to_run_and_touches_nothing(empty: Store, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"still empty .* run `syncd db upgrade`") as told:
        migrate.ensure(empty, "manual")
    assert told.value.exit_code == ExitCode.USAGE
    assert not (tmp_path / "state.db").exists()
    migrate.upgrade(empty)
    with pytest.raises(UsageError, match=r"older version .* run `syncd db upgrade`"):
        migrate.ensure(empty, "manual", scripts=later(tmp_path))
    assert "later" not in tables(empty)


def test_the_state_of_a_newer_program_is_left_alone(store: Store, tmp_path: Path) -> None:
    migrate.upgrade(store, scripts=later(tmp_path))
    for attempt in (
        lambda: migrate.ensure(store, "auto"),
        lambda: migrate.ensure(store, "manual"),
        lambda: migrate.upgrade(store),
        lambda: migrate.downgrade(store),
    ):
        with pytest.raises(UsageError, match=r"version 9999, which .* install the newer"):
            attempt()
    assert "later" in tables(store)


def test_an_unknown_version_is_refused(store: Store) -> None:
    with pytest.raises(UsageError, match="cannot be migrated"):
        migrate.upgrade(store, "1234abcd")


def test_eight_first_starts_at_once_agree(empty: Store, database_url: str) -> None:
    contenders = at_once(8, "migrate", database_url)
    said = [contender.line() for contender in contenders]
    for contender in contenders:
        contender.wait()
    assert said == [f"migrated {migrate.head()}"] * 8
    assert migrate.differences(empty) == []


@pytest.mark.parametrize("moment", ["3", "12", "30", "commit"])
def test_a_kill_in_the_middle_leaves_old_or_new(
    empty: Store, database_url: str, moment: str
) -> None:
    victim = Contender("die-migrating", database_url, moment)
    victim.wait_ready()
    victim.start()
    assert victim.wait() == -signal.SIGKILL
    assert migrate.current(empty) is None
    if empty.exists():
        assert tables(empty) == set()
    migrate.ensure(empty, "auto")
    assert migrate.differences(empty) == []
