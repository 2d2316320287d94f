"""The use of request budgets, kept across processes."""

from sqlalchemy import bindparam, select

from syncd.model.budget import BudgetUse
from syncd.store.state import Store
from syncd.store.tables import budget
from syncd.store.upsert import upsert

_USE = select(budget.c.starts, budget.c.not_before).where(budget.c.scope == bindparam("scope"))


class BudgetLedger:
    """Loads and saves in transactions of its own; no hold is asked for.

    A request counts whether or not its run still holds the connection. ``scope`` is a keyed hash
    of a credential, never the credential.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def load(self, scope: str) -> BudgetUse | None:
        """What was saved for ``scope``, or None. Raise StateError if it cannot be read."""
        with self._store.read() as tx:
            row = tx.execute(_USE, {"scope": scope}).one_or_none()
        return None if row is None else BudgetUse(tuple(row.starts), row.not_before)

    def save(self, scope: str, use: BudgetUse) -> None:
        """Keep ``use`` in place of what was there. Raise StateError if it cannot be written."""
        row = {"scope": scope, "starts": list(use.starts), "not_before": use.not_before}
        with self._store.write() as tx:
            upsert(tx, budget, [row])
