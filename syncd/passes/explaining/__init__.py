"""What is known of an id, what was done about it, and what comes next: from the state alone."""

from syncd.passes.explaining.account import Account, Deed
from syncd.passes.explaining.lookup import explain

__all__ = ["Account", "Deed", "explain"]
