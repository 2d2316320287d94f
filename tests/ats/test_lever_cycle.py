"""Whole passes of the program between Lever and HeyMilo."""

from syncd.sandbox.faults import Fault, FaultKind, PlannedFaults
from syncd.sandbox.wire import Side
from syncd.testing import person
from syncd.testing.cycle import Company
from tests.ats.lever_fake import LeverFake


def test_somebody_deleted_while_the_pass_waits_is_not_invited() -> None:
    """More than a minute after the list was read it is read again before sending, and with it who
    was deleted."""
    with Company(LeverFake) as company:
        job = company.fake.add_job("Data Engineer")
        company.reconcile()
        company.wait(60)
        leaves, stays = (company.fake.apply(job, person(n)) for n in range(2))
        faults = PlannedFaults()
        faults.plan(
            Fault(FaultKind.THROTTLED, seconds=90), side=Side.HEYMILO, method="GET",
            path="/candidates",
        )  # fmt: skip
        company.world.faults = faults
        when = company.clock.now() + 60
        company.world.timeline.at(when, lambda: company.fake.delete(leaves))
        company.reconcile()
        assert list(company.invited) == [stays]
