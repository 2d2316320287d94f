"""Fixtures of the black-box checks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .fakes.heymilo import FakeHeyMilo
from .fakes.workable import FakeWorkable
from .scene import OWNER, Scene


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """An empty account on both sides, a template STANDARD, settings not yet written.

    Whatever a test does, at its end neither side may have seen its contract broken, and no file
    may hold a secret or a person.
    """
    heymilo, workable = FakeHeyMilo(owner=OWNER), FakeWorkable()
    heymilo.start()
    workable.start()
    made = Scene(tmp_path, heymilo, workable)
    try:
        yield made
        made.close()
    finally:
        heymilo.stop()
        workable.stop()
