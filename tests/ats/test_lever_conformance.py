"""Lever against what every connector must do."""

from syncd.testing import Conformance
from tests.ats.lever_fake import LeverFake


class TestLever(Conformance):
    fake = LeverFake
