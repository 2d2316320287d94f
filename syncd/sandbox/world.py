"""The sandbox as one value: both sides, their time, what goes wrong, and what was asked."""

from syncd.sandbox.clock import Now, SandboxClock
from syncd.sandbox.faulting import Exchange, play
from syncd.sandbox.faults import FaultPolicy, NoFaults
from syncd.sandbox.heymilo.behaviour import Behaviour as HeyMiloBehaviour
from syncd.sandbox.heymilo.habits import Habits
from syncd.sandbox.heymilo.people import People
from syncd.sandbox.heymilo.service import HeyMilo
from syncd.sandbox.log import RequestLog
from syncd.sandbox.timeline import Timeline
from syncd.sandbox.wire import Answer, Request, Side
from syncd.sandbox.workable.recruiters import Recruiters
from syncd.sandbox.workable.service import Workable
from syncd.sandbox.workable.state import Behaviour as WorkableBehaviour


class World:
    """A HeyMilo workspace and a Workable account.

    The same ``seed``, clock and requests give the same world. ``clock`` needs only ``now()``;
    without one the world has a :class:`SandboxClock`. With ``habits`` candidates take their
    interviews by themselves; without, ``people`` must be told. ``faults`` may be replaced at any
    time. No method does I/O or waits.
    """

    def __init__(
        self,
        seed: int = 0,
        clock: Now | None = None,
        *,
        heymilo: HeyMiloBehaviour | None = None,
        workable: WorkableBehaviour | None = None,
        habits: Habits | None = None,
        faults: FaultPolicy | None = None,
    ) -> None:
        self.clock = clock or SandboxClock()
        self.timeline = Timeline(self.clock, seed)
        self.heymilo = HeyMilo(self.timeline, heymilo or HeyMiloBehaviour(), habits)
        self.workable = Workable(self.timeline, workable or WorkableBehaviour())
        self.faults: FaultPolicy = faults or NoFaults()
        self.log = RequestLog()

    @property
    def people(self) -> People:
        """Candidates and recruiters in HeyMilo."""
        return self.heymilo.people

    @property
    def recruiters(self) -> Recruiters:
        """Recruiters and applicants in Workable."""
        return self.workable.recruiters

    def settle(self) -> None:
        """Let everything happen that fell due by now; every request does this first."""
        self.timeline.catch_up()

    def exchange(self, request: Request) -> Exchange:
        """Let ``request`` happen, faults included, and log it."""
        self.settle()
        exchange = play(self.faults.decide(request), request, self.serve, self.timeline)
        self.log.add(self.timeline.now(), request, exchange)
        return exchange

    def serve(self, request: Request) -> Answer:
        """Answer without faults and without a log entry."""
        side = self.heymilo if request.side is Side.HEYMILO else self.workable
        return side.serve(request)
