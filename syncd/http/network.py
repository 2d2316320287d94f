"""What every client needs besides its settings: a clock, a transport, the hold, the budgets."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import httpx

from syncd.clock import Clock
from syncd.http.budget import Budget, BudgetLedger
from syncd.http.drain import Drain
from syncd.http.trust import Trust
from syncd.http.wallet import Wallet
from syncd.settings.units import Rate


@dataclass(frozen=True, slots=True)
class Network:
    """The way out.

    ``transport`` replaces real sockets and stays its owner's to close. ``gate`` is called right
    before every request and raises HoldLost when this run may send no more. ``ledger`` keeps
    budgets across processes. ``chance`` gives numbers in [0, 1) for jitter. ``budgets`` are those
    in use; a copy made with ``dataclasses.replace`` shares them, so that two connections with one
    credential share its limit. ``drain`` ends them all between two requests. ``wallet`` keeps the
    sessions of vendors from one pass to the next; without it each pass gives its own back.
    ``trust`` is shared by copies, too.
    """

    clock: Clock
    transport: httpx.AsyncBaseTransport | None = field(default=None, repr=False)
    gate: Callable[[], None] | None = field(default=None, repr=False)
    ledger: BudgetLedger | None = field(default=None, repr=False)
    chance: Callable[[], float] = field(default=random.random, repr=False)
    budgets: dict[str, Budget] = field(default_factory=dict, repr=False)
    drain: Drain = field(default_factory=Drain, repr=False)
    wallet: Wallet | None = field(default=None, repr=False)
    trust: Trust = field(default_factory=Trust, repr=False)

    def budget(
        self,
        rate: Rate,
        *,
        scope: str,
        follow: Literal["both", "lower"] = "both",
        answers_per: float | None = None,
    ) -> Budget:
        """The budget of the credential named by ``scope``, made when it is first asked for."""
        budget = self.budgets.get(scope)
        if budget is None:
            budget = self.budgets[scope] = Budget(
                rate,
                self.clock,
                scope=scope,
                follow=follow,
                answers_per=answers_per,
                chance=self.chance,
            )
        budget.bind(self.ledger)
        return budget
