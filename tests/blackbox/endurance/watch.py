"""What a process takes, as /proc tells it, and how its listener answers once a second."""

import http.client
import os
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

PATHS = ("/healthz", "/metrics", "/")
_EVERY = 1.0
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Sample:
    """One look: seconds since the first, MiB resident, open files, threads, seconds of CPU."""

    at: float
    rss: float
    files: int
    threads: int
    cpu: float


class Watch:
    """A thread that looks once a second until :meth:`stop`; ``slowest`` is seconds by path."""

    def __init__(self, pid: int, port: int, forbidden: bytes) -> None:
        self.samples: list[Sample] = []
        self.answers: Counter[tuple[str, int]] = Counter()
        self.slowest: dict[str, float] = dict.fromkeys(PATHS, 0.0)
        self.leaks = 0
        self._pid, self._port, self._forbidden = pid, port, forbidden
        self._began = time.monotonic()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join(15)

    def _run(self) -> None:
        while not self._over.wait(_EVERY):
            for path in PATHS:
                self._ask(path)
            self.samples.append(self._look())

    def _look(self) -> Sample:
        place = Path(f"/proc/{self._pid}")
        status = dict(
            line.split(":", 1)
            for line in (place / "status").read_text().splitlines()
            if ":" in line
        )
        fields = (place / "stat").read_text().rpartition(")")[2].split()
        return Sample(
            time.monotonic() - self._began,
            int(status["VmRSS"].split()[0]) / 1024,
            len(list((place / "fd").iterdir())),
            int(status["Threads"]),
            (int(fields[11]) + int(fields[12])) / _TICKS,
        )

    def _ask(self, path: str) -> None:
        began = time.monotonic()
        link = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        try:
            link.request("GET", path)
            answer = link.getresponse()
            body = answer.read()
            self.answers[path, answer.status] += 1
            self.leaks += self._forbidden in body
        except OSError:
            self.answers[path, 0] += 1
        finally:
            link.close()
        self.slowest[path] = max(self.slowest[path], time.monotonic() - began)
