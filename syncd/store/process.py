"""Which process this is, and whether another one of the same host still lives."""

import os
import socket
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_PID_NAMESPACE = Path("/proc/self/ns/pid")


@dataclass(frozen=True, slots=True)
class Process:
    """A process; ``host`` names machine, boot and pid namespace, without which a pid says nothing.

    ``started`` tells it from a later process with the same pid: clock ticks since boot, field 22
    of ``/proc/<pid>/stat`` (proc_pid_stat(5)). It is empty where the system does not tell it.
    """

    host: str
    pid: int
    started: str

    @classmethod
    def here(cls) -> Self:
        """This process."""
        pid = os.getpid()
        return cls(_host(), pid, _started(pid) or "")

    @property
    def hostname(self) -> str:
        """The part of ``host`` that people know."""
        return self.host.partition(" ")[0]

    def is_gone(self) -> bool:
        """Whether this process certainly has ended. False in every case of doubt."""
        host = _host()
        if self.host != host or " " not in host or self.pid <= 0:
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except OSError:
            # It exists and is another user's. /proc may hide it, so its absence there says nothing.
            pass
        stat = _stat(self.pid)
        if stat is None:
            return False
        state, started = stat
        return state in ("Z", "X") or (self.started != "" and started != self.started)


@cache
def _host() -> str:
    """``<hostname> <boot id> <pid namespace>``, or the hostname alone where these are not told."""
    name = socket.gethostname()[:64].replace(" ", "_")
    try:
        boot = _BOOT_ID.read_text().strip()
        namespace = str(_PID_NAMESPACE.readlink())
    except OSError:
        return name
    return f"{name} {boot} {namespace}"[:200]


def _started(pid: int) -> str | None:
    stat = _stat(pid)
    return stat[1] if stat else None


def _stat(pid: int) -> tuple[str, str] | None:
    """State and start time of a process, or None if they cannot be read."""
    try:
        raw = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    # The command name, field 2, stands in brackets and may hold anything, brackets too.
    fields = raw.rpartition(b")")[2].split()
    if len(fields) < 20:
        return None
    return fields[0].decode(), fields[19].decode()
