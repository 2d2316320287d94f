"""How much anybody may ask of the listener."""

from starlette.requests import ClientDisconnect, Request

from syncd.clock import Clock

MOST_BODY = 64 * 1024  # bytes
MOST_HEADERS = 16 * 1024  # bytes
MOST_CONNECTIONS = 64
LONGEST = 30.0  # seconds a connection may last, whatever it does


class Bucket:
    """Lets ``rate`` things a second through, and ``burst`` at once after a rest."""

    def __init__(self, clock: Clock, rate: float, burst: float) -> None:
        self._clock = clock
        self._rate = rate
        self._burst = self._left = burst
        self._at = clock.monotonic()

    def take(self) -> bool:
        """Whether one more may pass now; it then counts."""
        now = self._clock.monotonic()
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class TooMuch(Exception):
    """A body is longer than anybody needs."""


async def read_body(request: Request) -> bytes:
    """The body of a request; raises TooMuch as soon as it is too long or its sender went away."""
    told = request.headers.get("content-length", "0")
    if not told.isdecimal() or int(told) > MOST_BODY:
        raise TooMuch
    pieces: list[bytes] = []
    total = 0
    try:
        async for piece in request.stream():
            total += len(piece)
            if total > MOST_BODY:
                raise TooMuch
            pieces.append(piece)
    except ClientDisconnect:
        raise TooMuch from None
    return b"".join(pieces)
