"""Fixtures of the black-box checks."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from . import postgres
from .fakes.heymilo import FakeHeyMilo
from .fakes.workable import FakeWorkable
from .scene import OWNER, Scene


@contextlib.contextmanager
def _scene(folder: Path, database: str = "") -> Iterator[Scene]:
    heymilo, workable = FakeHeyMilo(owner=OWNER), FakeWorkable()
    heymilo.start()
    workable.start()
    made = Scene(folder, heymilo, workable, database)
    try:
        yield made
        made.close()
    finally:
        heymilo.stop()
        workable.stop()


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """An empty account on both sides, a template STANDARD, settings not yet written.

    Whatever a test does, at its end neither side may have seen its contract broken, and no file
    may hold a secret or a person.
    """
    with _scene(tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def cluster() -> Iterator[postgres.Cluster | None]:
    with postgres.cluster() as made:
        yield made


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    """A scene whose state lies in SQLite, and again one whose state lies in PostgreSQL."""
    database = ""
    if request.param == "postgresql":
        running = request.getfixturevalue("cluster")
        if running is None:
            pytest.skip("no PostgreSQL: neither a DSN nor installed binaries")
        database = running.create()
    with _scene(tmp_path, database) as made:
        yield made
