"""Webhooks of an ATS: signed words that something happened, never what is true.

Anybody can send a request, and even a genuine one may come late, twice, or tell what was so when
it was sent. So a webhook is checked for its signature and then only makes syncd look again.
"""

import hashlib
import hmac
from base64 import b64encode
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Hint:
    """What may have changed: ``phase`` is the one to run early; the ids are empty if not told.

    ``signed`` is what the signature covers where that is not the whole body. It tells one delivery
    from another: whatever else a repetition says, it is one.
    """

    phase: str = "applicants"
    job_id: str = ""
    application_id: str = ""
    signed: bytes = field(default=b"", repr=False)


class Refused(Exception):
    """A webhook that is not believed. The text says why, without anything the sender wrote."""


def digest(secret: str, *pieces: bytes) -> bytes:
    """HMAC-SHA256 of the pieces one after the other, as vendors sign webhooks."""
    mac = hmac.new(secret.encode(), digestmod=hashlib.sha256)
    for piece in pieces:
        mac.update(piece)
    return mac.digest()


def require_signature(given: str, wanted: bytes, *, base64: bool = False) -> None:
    """Raise Refused unless ``given`` is ``wanted`` in hex, of either case, in constant time.

    ``base64``: it may be in Base64 as well, where a vendor does not say which.
    """
    told = given.strip().encode("utf-8", "replace")
    same = hmac.compare_digest(told.lower(), wanted.hex().encode())
    if base64:
        same |= hmac.compare_digest(told, b64encode(wanted))
    if not same:
        raise Refused("its signature is missing or wrong")


def require_recent(at: float, now: float, patience: float = 300.0) -> None:
    """Raise Refused for a webhook signed longer ago, or further ahead, than ``patience`` seconds.

    Within that time a repetition does no harm: it only makes syncd look once more.
    """
    if not abs(now - at) <= patience:
        raise Refused("it was signed too long ago, or in the future")
