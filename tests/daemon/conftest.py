"""A house for each test."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest

from tests.daemon.house import House


@pytest.fixture
def house(tmp_path: Path, migrated_file: Path) -> Iterator[House]:
    """Nobody lives there yet; the state is empty."""
    copy(migrated_file, tmp_path / "state.db")
    made = House(f"sqlite:///{tmp_path / 'state.db'}", tmp_path)
    yield made
    made.close()
