"""The ATS accounts that the simulation plays: Workable's of the sandbox, and every other
connector's fake."""

from collections.abc import Callable, Mapping
from functools import partial

from syncd.sandbox import World
from syncd.testing import Fake
from syncd.testing.folder import FolderFake
from tests.ats.ashby_fake import AshbyFake
from tests.ats.fakes.bullhorn import BullhornFake
from tests.ats.fakes.greenhouse import GreenhouseFake
from tests.ats.lever_fake import LeverFake
from tests.simulation.accounts.account import Account
from tests.simulation.accounts.played import PlayedAccount
from tests.simulation.accounts.workable import WorkableAccount
from tests.simulation.mix import Mix

_FAKES: Mapping[str, type[Fake]] = {
    "ashby": AshbyFake,
    "bullhorn": BullhornFake,
    "folder": FolderFake,
    "greenhouse": GreenhouseFake,
    "lever": LeverFake,
}

#: How each account is opened, by the type of its ATS.
ACCOUNTS: Mapping[str, Callable[[World, Mix], Account]] = {
    "workable": WorkableAccount,
    **{name: partial(PlayedAccount, make=make) for name, make in _FAKES.items()},
}
