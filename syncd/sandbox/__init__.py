"""A HeyMilo and a Workable to try things out on: stateful, seeded, with faults on demand.

:class:`World` is the whole of it and does no I/O; :class:`SandboxTransport` puts it behind httpx
without sockets, :mod:`syncd.sandbox.serve` behind real ones. Simulations, tests and
``syncd demo`` share it.
"""

from syncd.sandbox.clock import SandboxClock
from syncd.sandbox.demo import demo_world
from syncd.sandbox.faults import ChanceFaults, Fault, FaultKind, NoFaults, PlannedFaults
from syncd.sandbox.heymilo.behaviour import Behaviour as HeyMiloBehaviour
from syncd.sandbox.heymilo.habits import Habits
from syncd.sandbox.transport import HEYMILO_URL, WORKABLE_URL, SandboxTransport
from syncd.sandbox.wire import Request, Side
from syncd.sandbox.workable.state import Behaviour as WorkableBehaviour
from syncd.sandbox.world import World

__all__ = [
    "HEYMILO_URL",
    "WORKABLE_URL",
    "ChanceFaults",
    "Fault",
    "FaultKind",
    "Habits",
    "HeyMiloBehaviour",
    "NoFaults",
    "PlannedFaults",
    "Request",
    "SandboxClock",
    "SandboxTransport",
    "Side",
    "WorkableBehaviour",
    "World",
    "demo_world",
]
