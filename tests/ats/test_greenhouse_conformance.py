"""Greenhouse's connector does what every connector must."""

from syncd.testing.conformance import Conformance
from tests.ats.fakes.greenhouse import GreenhouseFake


class TestGreenhouse(Conformance):
    fake = GreenhouseFake
