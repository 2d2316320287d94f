"""A matter that needs a person, as a value."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Matter:
    """What is wrong, with what, and what a person can do about it.

    ``kind`` and ``subject`` (an id) name the matter; ``fingerprint_of`` is what it consists of
    and holds ids, states and keyed hashes only: when that changes, an item somebody dismissed
    opens again. Left empty, the reason stands for it.
    """

    kind: str
    subject: str
    reason: str
    todo: str
    job_id: str | None = None
    application_id: str | None = None
    posting_id: str | None = None
    fingerprint_of: tuple[str, ...] = ()

    def item_id(self, connection: str) -> str:
        """The eight hex digits by which people name this matter of a connection."""
        return _hash(connection, self.kind, self.subject)[:8]

    def fingerprint(self) -> str:
        """Tells whether the matter is still the same; 32 hex digits."""
        return _hash(*(self.fingerprint_of or (self.reason,)))[:32]


def _hash(*parts: str) -> str:
    # Lengths keep apart what merely joins to the same text.
    message = "".join(f"{len(part)}:{part}|" for part in parts)
    return hashlib.sha256(message.encode()).hexdigest()
