"""Bullhorn's connector does what every connector must."""

from syncd.testing.conformance import Conformance
from tests.ats.fakes.bullhorn import BullhornFake


class TestBullhorn(Conformance):
    fake = BullhornFake
