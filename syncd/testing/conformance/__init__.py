"""What every connector must do, as tests.

A test module of a connector names its fake::

    class TestAcme(Conformance):
        fake = AcmeFake

and pytest runs every test below. What the ATS cannot do by its own declarations is skipped, and
counted as such. Every test runs on a virtual clock: none waits, none needs a network.
"""

import pkgutil

import pytest

# So that a failure tells the values; before any of them is imported.
pytest.register_assert_rewrite(
    *(f"{__name__}.{one.name}" for one in pkgutil.iter_modules(__path__))
)

from syncd.testing.conformance.checks import DeclaresItself  # noqa: E402
from syncd.testing.conformance.cycles import GoesRound  # noqa: E402
from syncd.testing.conformance.privacy import KeepsSilent  # noqa: E402
from syncd.testing.conformance.reading import CostsLittle, ReadsChanges  # noqa: E402
from syncd.testing.conformance.rows import TellsApplications, TellsJobs  # noqa: E402
from syncd.testing.conformance.trouble import ReadsOn, WritesSurely  # noqa: E402
from syncd.testing.conformance.writes import Writes  # noqa: E402


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
