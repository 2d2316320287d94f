"""What the daemon tells systemd, as sd_notify(3) does; nothing where nobody listens.

One datagram a message to the socket that NOTIFY_SOCKET names: a path, or a name in the abstract
namespace behind an "@".
"""

import logging
import os
import socket
from collections import deque
from collections.abc import Mapping
from contextlib import suppress

_LONGEST = 200  # characters of a status line; `systemctl status` shows one line of a terminal
_LASTING = ("READY=1", "RELOADING=1", "STOPPING=1")  # what is waited for, so that it must arrive

_log = logging.getLogger("syncd.daemon")


class Notifier:
    """A way to the service manager. ``watchdog`` is the longest silence it allows, seconds."""

    def __init__(self, address: str = "", watchdog: float | None = None) -> None:
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._status = ""
        self._owed: deque[str] = deque(maxlen=8)
        self.watchdog = watchdog

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Notifier":
        """The one that systemd set up for this process; a deaf one outside of systemd."""
        limit = None
        with suppress(ValueError):
            mine = int(environ.get("WATCHDOG_PID") or os.getpid()) == os.getpid()
            microseconds = int(environ.get("WATCHDOG_USEC") or 0)
            limit = microseconds / 1e6 if mine and microseconds > 0 else None
        return cls(environ.get("NOTIFY_SOCKET", ""), limit)

    def ready(self) -> None:
        """The daemon works, or works again after it read its settings."""
        self._send("READY=1")

    def reloading(self, monotonic: float) -> None:
        """The settings are being read again; ``monotonic`` is CLOCK_MONOTONIC in seconds."""
        self._send(f"RELOADING=1\nMONOTONIC_USEC={int(monotonic * 1e6)}")

    def stopping(self) -> None:
        """The daemon is on its way out."""
        self._send("STOPPING=1")

    def alive(self) -> None:
        """The daemon lives: it is not to be restarted."""
        self._send("WATCHDOG=1")

    def status(self, text: str) -> None:
        """One line for `systemctl status`; the same text again is not sent again."""
        line = " ".join(text.split())[:_LONGEST]
        if line != self._status:
            self._status = line
            self._send(f"STATUS={line}")

    def _send(self, message: str) -> None:
        """Say it, after what could not be said before. Nothing waits here for a full queue."""
        if not self._address:
            return
        self._owed.append(message)
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as way:
                way.setblocking(False)
                while self._owed:
                    way.sendto(self._owed[0].encode(), self._address)
                    self._owed.popleft()
        except BlockingIOError:
            # It is busy, as at boot: the next sign of life brings along what it must hear.
            lasting = [one for one in self._owed if one.startswith(_LASTING)]
            self._owed = deque(lasting, self._owed.maxlen)
            self._status = ""
        except OSError as error:
            # A service manager that does not listen is no reason to stop working.
            self._owed.clear()
            _log.debug("the service manager was not told", extra={"error": type(error).__name__})
