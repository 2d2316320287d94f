"""Ashby against what every connector must do."""

from syncd.testing import Conformance
from tests.ats.ashby_fake import AshbyFake


class TestAshby(Conformance):
    fake = AshbyFake
