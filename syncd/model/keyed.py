"""Keyed hashes: what lets the state recognise a person or a text without holding it."""

import hashlib
import hmac


class Keyed:
    """Hashes under the installation's secret; without it nothing can be told from a hash."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.blake2b(secret.encode(), digest_size=32, person=b"syncd-state").digest()

    def digest(self, kind: str, *parts: str | None, size: int = 16) -> str:
        """A hash of ``parts`` in hex, ``2 * size`` characters; ``kind`` keeps uses apart.

        None and the empty string differ, and no two lists of parts meet by joining.
        """
        message = b"".join(
            b"\x00" if part is None else b"\x01%d:" % len(raw) + raw
            for part, raw in ((p, (p or "").encode()) for p in parts)
        )
        return hmac.new(self._key, kind.encode() + b"\x00" + message, "sha256").hexdigest()[
            : 2 * size
        ]

    def fingerprint(self) -> str:
        """Tells one secret from another without telling the secret."""
        return self.digest("secret")

    def email(self, address: str) -> str:
        """The hash of an address as syncd compares addresses: trimmed, lower case."""
        return self.digest("email", address.strip().lower())

    def webhook(self, connection: str, posting_id: str) -> str:
        """The part of a posting's webhook address that nobody can guess; 32 hex digits."""
        return self.digest("webhook", connection, posting_id)

    def note_mark(self, interview_id: str, score: str) -> str:
        """The eight hex digits that end a note of one interview and score."""
        return self.digest("note", interview_id, score, size=4)
