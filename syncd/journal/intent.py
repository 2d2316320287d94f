"""What the phases hand to the journal, and what comes back."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from syncd.errors import RemoteError
from syncd.http.session import Slot
from syncd.journal.machine import State
from syncd.plan import Change
from syncd.store import Tx

Ids = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Intent:
    """One write: a deterministic ``key``, what it changes, and a keyed hash of what is sent."""

    key: str
    change: Change
    payload_hash: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a submission, by key.

    ``confirmed``: applied, with the remote id where there is one. ``uncertain``: nobody knows.
    ``blocked``: not sent, because of the state the write was found in. ``error``: why the rest
    was not applied (None when all is confirmed or blocked).
    """

    confirmed: Ids = field(default_factory=dict)
    uncertain: tuple[str, ...] = ()
    blocked: Mapping[str, State] = field(default_factory=dict)
    error: RemoteError | None = None

    @property
    def done(self) -> bool:
        """Whether everything that was to be written stands."""
        return (
            not self.uncertain
            and self.error is None
            and all(state is State.CONFIRMED for state in self.blocked.values())
        )


#: Sends one request and tells the remote id of every key that the answer confirms.
Send = Callable[[Slot], Awaitable[Ids]]
#: Writes what follows from a confirmation, in the transaction that commits it.
Effects = Callable[[Tx, Ids], None]


class Side(Protocol):
    """The remote side a write goes to."""

    async def reserve(self) -> Slot:
        """Wait for the budget of one write."""
        ...

    def remote_now(self) -> float:
        """The side's own clock, epoch seconds."""
        ...


class Writer(Protocol):
    """Where changes go: the journal, or a rehearsal of it."""

    rehearsing: bool

    async def submit(
        self, side: Side, intents: Sequence[Intent], send: Send, effects: Effects | None = None
    ) -> Outcome:
        """Write ``intents`` with one request, exactly as often as they must be written."""
        ...

    def decline(self, intent: Intent, why: str) -> None:
        """Note that a write is not going to be made, and why."""
        ...
