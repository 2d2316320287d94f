"""A scene on SQLite; tests that ask for ``database`` both run on PostgreSQL too."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.phases.scene import Scene

both_databases = pytest.mark.parametrize("database", ["sqlite", "postgres"], indirect=True)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    """SQLite, unless a test is parametrised otherwise."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture
def scene(migrated_url: str, tmp_path: Path) -> Iterator[Scene]:
    """Both sides with a template and nothing else, and an empty state."""
    scene = Scene(migrated_url, tmp_path)
    yield scene
    scene.close()
