"""A remote side that remembers what was applied, and a journal with a hold."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from syncd.errors import RemoteError
from syncd.http.session import Slot
from syncd.journal.intent import Ids, Intent, Send
from syncd.journal.machine import State
from syncd.plan import Change, Kind
from syncd.store import Store, Tx, keep
from syncd.store import journal as rows
from syncd.store.journal import JournalRow
from tests.clock import ManualClock

AHEAD = 40.0  # seconds by which the side's clock is ahead of ours


class Crash(Exception):
    """The process ends here."""


@dataclass
class FakeSide:
    """Counts what was reserved and applied; ``in_the_way`` happens while the budget is awaited."""

    clock: ManualClock
    applied: list[str] = field(default_factory=list)
    reserved: int = 0
    in_the_way: Callable[[], None] = lambda: None

    async def reserve(self) -> Slot:
        self.in_the_way()
        self.reserved += 1
        return Slot()

    def remote_now(self) -> float:
        return self.clock.now() + AHEAD

    def sends(
        self,
        intents: Sequence[Intent],
        *,
        names: Sequence[str] | None = None,
        applies: bool = True,
        fails: Exception | None = None,
        first: Callable[[], None] = lambda: None,
    ) -> Send:
        """A request that applies ``intents``, or not, and then fails or names ``names``."""

        async def send(slot: Slot) -> Ids:
            first()
            if applies:
                self.applied += [intent.key for intent in intents]
            if fails is not None:
                raise fails
            keys = [intent.key for intent in intents] if names is None else names
            return {key: f"remote-{key}" for key in keys}

        return send


def intend(key: str, kind: Kind = Kind.INGEST, payload: str = "p") -> Intent:
    change = Change(
        kind, f"because of {payload}", job_id="J1", posting_id="P1", application_id=f"A-{key}"
    )
    return Intent(key, change, payload)


def row_of(store: Store, key: str, connection: str = "acme") -> JournalRow:
    """The row as any other process sees it now."""
    with store.read() as tx:
        return rows.fetch(tx, connection, [key])[key]


def state_of(store: Store, key: str) -> State:
    return State(row_of(store, key).state)


def remember(tx: Tx, ids: Ids) -> None:
    """Effects that can be looked at afterwards."""
    for key, remote_id in ids.items():
        keep.put_once(tx, f"effect {key}", remote_id or "none")


def effect_of(store: Store, key: str) -> str | None:
    with store.read() as tx:
        return keep.get(tx, f"effect {key}")


def remote(kind: type[RemoteError]) -> RemoteError:
    return kind("Example said something.", side="Example", status=500, code="oops")
