"""The state: tables, their queries, the lease and the migrations. The only place with SQL."""

from syncd.store.state import Store, Tx

__all__ = ["Store", "Tx"]
