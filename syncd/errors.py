"""What can go wrong, as a tree, and the exit code each branch ends in.

::

    SyncdError                      one sentence: what is wrong, where, what to do
    ├── UsageError                  exit 2: settings or arguments are wrong, nothing was tried
    │   └── SettingsError
    ├── StateError                  exit 1: the database is locked, full, or of another version
    ├── HoldError
    │   ├── HeldByAnother           exit 6: another run holds the connection
    │   └── HoldLost                this run lost its hold: it may neither commit nor send
    └── RemoteError                 a remote side
        ├── NotSent                 the request certainly never left: may be sent again
        ├── Throttled               429: certainly not applied, not before ``retry_at``
        ├── CredentialsRefused      exit 7: 401, or a 403 on a plain read
        ├── Rejected                another 4xx: certainly not applied
        │   ├── NotFound            404 or 410
        │   └── CursorExpired       a cursor or resume point died: read in full
        └── Uncertain               time-out, reset, 5xx, unreadable: may have been applied

No message holds a name, an address, a secret, or text that a remote side sent, because such text
may echo any of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """What the process says to a timer; when several apply see :func:`worst`."""

    DONE = 0
    UNFINISHED = 1
    USAGE = 2
    CHANGES = 3
    ATTENTION = 4
    REFUSED_BY_GUARD = 5
    HELD = 6
    CREDENTIALS = 7


_PRECEDENCE = (
    ExitCode.USAGE,
    ExitCode.CREDENTIALS,
    ExitCode.HELD,
    ExitCode.REFUSED_BY_GUARD,
    ExitCode.CHANGES,
    ExitCode.UNFINISHED,
    ExitCode.ATTENTION,
    ExitCode.DONE,
)


def worst(codes: Sequence[ExitCode]) -> ExitCode:
    """Given the codes that apply, return the one the process ends with (0 for none)."""
    return min(codes, key=_PRECEDENCE.index, default=ExitCode.DONE)


class SyncdError(Exception):
    """The root: its text is a sentence for the user, shown without a traceback."""

    exit_code: ExitCode = ExitCode.UNFINISHED


class UsageError(SyncdError):
    exit_code = ExitCode.USAGE


class SettingsError(UsageError):
    """The settings are wrong; nothing was tried."""


class StateError(SyncdError):
    """The state database cannot be used now."""


class HoldError(SyncdError):
    """About the hold on a connection."""


class HeldByAnother(HoldError):
    exit_code = ExitCode.HELD


class HoldLost(HoldError):
    """Another run took the connection over; nothing more may be committed or sent."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One complaint of a remote side about one field, without the text it sent.

    ``path`` is where in the request body, e.g. ``("data", 3, "email")``; ``code`` the remote
    side's machine-readable code.
    """

    path: tuple[str | int, ...]
    code: str


class RemoteError(SyncdError):
    """A remote side did not do what was asked.

    ``side`` is ``"HeyMilo"`` or the ATS's name, ``request`` the method and path without ids of
    people's addresses, ``status`` the HTTP status if there was an answer.
    """

    def __init__(
        self,
        message: str,
        *,
        side: str = "",
        request: str = "",
        status: int | None = None,
        code: str = "",
        faults: tuple[Fault, ...] = (),
    ) -> None:
        super().__init__(message)
        self.side = side
        self.request = request
        self.status = status
        self.code = code
        self.faults = faults


#: Of a write that the service turned away because the session had ended or the account has moved.
AT_ONCE = "at_once"


class NotSent(RemoteError):
    """The request certainly never reached the remote side, or was not taken there.

    ``code`` is :data:`AT_ONCE` where what was in the way is gone by now.
    """


class Throttled(RemoteError):
    """The remote side asked to wait; ``retry_at`` is epoch seconds on the local clock."""

    def __init__(self, message: str, *, retry_at: float, side: str = "", request: str = "") -> None:
        super().__init__(message, side=side, request=request, status=429)
        self.retry_at = retry_at


class CredentialsRefused(RemoteError):
    exit_code = ExitCode.CREDENTIALS


class Rejected(RemoteError):
    """The remote side said no; nothing was applied."""


class NotFound(Rejected):
    """What was asked for does not exist (any more)."""


class CursorExpired(Rejected):
    """A cursor is of no use any more; the list must be read from its beginning."""


class Uncertain(RemoteError):
    """Nobody can tell from here whether the request was applied."""
