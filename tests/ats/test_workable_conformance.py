"""Workable against what every connector must do, over the account of the sandbox."""

from syncd.testing import Conformance
from syncd.testing.workable import WorkableFake


class TestWorkable(Conformance):
    fake = WorkableFake
