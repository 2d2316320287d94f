"""One remote side over HTTP. INTERFACE SKETCH, to be filled."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from syncd.clock import Clock


@dataclass(slots=True)
class Slot:
    """The right to start one write, until ``start_by`` on the monotonic clock."""

    start_by: float | None = None
    used: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Network:
    """What a client needs besides its settings: clock, transport, the gate of the hold."""

    clock: Clock
    transport: Any = None
    gate: Callable[[], None] | None = None
