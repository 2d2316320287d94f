"""A rehearsal of the journal: records what would be written and pretends that it was.

``plan`` runs the real phases on a scratch copy of the state with this in the journal's place, so
that later phases see what earlier ones would have done. No request leaves.
"""

from collections.abc import Sequence

from syncd.journal.intent import Effects, Intent, Outcome, Send, Side
from syncd.journal.machine import DISPATCHABLE, State
from syncd.plan import Change
from syncd.store import Store
from syncd.store import journal as rows

PLANNED = "planned:"  # begins the ids of things that do not exist yet


class Rehearsal:
    """Collects the changes of one connection's pass."""

    rehearsing = True

    def __init__(self, store: Store, connection: str) -> None:
        self._store = store
        self._connection = connection
        self.changes: list[Change] = []

    async def submit(
        self, side: Side, intents: Sequence[Intent], send: Send, effects: Effects | None = None
    ) -> Outcome:
        """See :class:`syncd.journal.intent.Writer`; ``send`` is never called."""
        with self._store.write() as tx:
            known = rows.fetch(tx, self._connection, [intent.key for intent in intents])
            blocked = {
                key: State(row.state)
                for key, row in known.items()
                if State(row.state) not in DISPATCHABLE
            }
            ready = [intent for intent in intents if intent.key not in blocked]
            self.changes.extend(intent.change for intent in ready)
            planned = {intent.key: PLANNED + intent.key for intent in ready}
            if effects and planned:
                effects(tx, planned)
        return Outcome(confirmed=planned, blocked=blocked)

    def decline(self, intent: Intent, why: str) -> None:
        """Nothing is noted in a rehearsal."""
