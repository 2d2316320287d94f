"""Deliveries that were believed before: the same one again is a replay.

Most vendors sign no time, so that a genuine delivery, once overheard, could be sent for ever. It
could do no more than make syncd look again; still, it is refused. What is remembered is a hash, in
memory alone, of the newest deliveries of a day.
"""

import hashlib
from collections import OrderedDict

from syncd.clock import Clock

_MOST = 10_000
_DAY = 86_400.0


class Replays:
    """The deliveries of late."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: OrderedDict[bytes, float] = OrderedDict()

    def is_new(self, name: str, signed: bytes) -> bool:
        """Whether what was signed has not come to the connection before; from now on it has."""
        now = self._clock.monotonic()
        while self._seen and (
            len(self._seen) >= _MOST or now - next(iter(self._seen.values())) > _DAY
        ):
            self._seen.popitem(last=False)
        digest = hashlib.blake2b(signed, digest_size=16, person=_person(name)).digest()
        if digest in self._seen:
            return False
        self._seen[digest] = now
        return True


def _person(name: str) -> bytes:
    return hashlib.blake2b(name.encode(), digest_size=16).digest()
