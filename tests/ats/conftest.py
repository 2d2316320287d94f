"""What the tests of connectors share."""

import pytest

from tests.ats.workable_stand_in import StandIn
from tests.clock import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def account(clock: ManualClock) -> StandIn:
    """A Workable account with one open job, whose clock is an hour ahead of ours."""
    stand_in = StandIn(clock, ahead=3600.0)
    stand_in.add_job("AAAA000001")
    return stand_in
