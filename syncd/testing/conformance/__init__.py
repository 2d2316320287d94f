"""What every connector must do, as tests.

A test module of a connector names its fake::

    class TestAcme(Conformance):
        fake = AcmeFake

and pytest runs every test below. What the ATS cannot do by its own declarations is skipped, and
counted as such. Every test runs on a virtual clock: none waits, none needs a network.
"""

from syncd.testing.conformance.checks import DeclaresItself
from syncd.testing.conformance.cycles import GoesRound
from syncd.testing.conformance.privacy import KeepsSilent
from syncd.testing.conformance.reading import CostsLittle, ReadsChanges
from syncd.testing.conformance.rows import TellsApplications, TellsJobs
from syncd.testing.conformance.trouble import ReadsOn, WritesSurely
from syncd.testing.conformance.writes import Writes


class Conformance(
    DeclaresItself,
    TellsJobs,
    TellsApplications,
    ReadsChanges,
    CostsLittle,
    Writes,
    ReadsOn,
    WritesSurely,
    KeepsSilent,
    GoesRound,
):
    """Every test; a subclass names its ``fake``."""
