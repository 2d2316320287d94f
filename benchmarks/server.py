"""Both remote sides in a process of their own, and the handle to it.

``python -m benchmarks.server '{"people": 1000, "jobs": 2}' 0.02`` prints its port and serves
until it is ended. Below ``/bench/`` it answers questions about itself.
"""

import asyncio
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import httpx

from benchmarks.heymilo import HeyMilo
from benchmarks.http import serve
from benchmarks.workable import Crowd, Workable

ROOT = Path(__file__).resolve().parents[1]
_IDS = re.compile(r"/(?:PO_\d+|[0-9A-F]{10}|[0-9a-f]{8}|\d{6}E\d{8})(?=/|$)")


#: Method, path, query and body of a request.
Request = tuple[str, str, dict[str, str], str]


class Site:
    """Finds who answers, and counts requests by side and operation."""

    def __init__(self, crowd: Crowd) -> None:
        self.port = 0
        self._heymilo = HeyMilo()
        self._workable = Workable(crowd, lambda: f"http://127.0.0.1:{self.port}")
        self._counts: Counter[str] = Counter()
        self._log: list[Request] = []

    def answer(
        self, method: str, path: str, query: dict[str, str], body: bytes
    ) -> tuple[int, bytes]:
        """Answer one request."""
        if path.startswith("/bench/"):
            return 200, json.dumps(self._control(path.removeprefix("/bench/"), query)).encode()
        for prefix, name, side in (
            ("/api/v2/", "HeyMilo", self._heymilo),
            ("/spi/v3/", "Workable", self._workable),
        ):
            if path.startswith(prefix):
                self._counts[f"{name} {method} {_IDS.sub('/{id}', path)}"] += 1
                self._log.append((method, path, query, body.decode()))
                return side.answer(method, path.removeprefix(prefix), query, body)
        return 404, b"{}"

    def _control(self, what: str, query: dict[str, str]) -> object:
        if what == "counts":
            told = dict(self._counts)
            self._counts.clear()
            self._log.clear()
            return told
        if what == "log":
            return self._log
        if what == "finish":
            return self._heymilo.finish(int(query["count"]))
        if what == "invited":
            marks = self._heymilo.invited()
            return {"all": len(marks), "different": len(set(marks))}
        raise ValueError(f"nothing is known of {what}")


class Remote:
    """A running server, seen from the benchmark."""

    def __init__(self, origin: str) -> None:
        self.origin = origin

    def counts(self) -> dict[str, int]:
        """Requests since the last question, by side and operation."""
        return {str(key): int(number) for key, number in self._ask("counts").items()}

    def log(self) -> list[Request]:
        """The requests themselves, in order, since :meth:`counts` was last asked."""
        return [tuple(row) for row in self._ask("log")]

    def finish(self, count: int) -> int:
        """Let ``count`` people complete their interviews."""
        return int(self._ask("finish", count=count))

    def invited(self) -> tuple[int, int]:
        """How many invitations there were, and for how many different applications."""
        told = self._ask("invited")
        return int(told["all"]), int(told["different"])

    def _ask(self, what: str, **query: int):  # type: ignore[no-untyped-def]
        return httpx.get(f"{self.origin}/bench/{what}", params=query, timeout=60).json()


@contextmanager
def serving(crowd: Crowd, delay: float) -> Iterator[Remote]:
    """A server that answers after ``delay`` seconds, ended when the block is left."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.server", json.dumps(asdict(crowd)), str(delay)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise RuntimeError("the server of the benchmark did not start")
        yield Remote(f"http://127.0.0.1:{int(line)}")
    finally:
        process.terminate()
        process.wait()
        if process.stdout:
            process.stdout.close()


def main() -> None:
    site = Site(Crowd(**json.loads(sys.argv[1])))

    def started(port: int) -> None:
        site.port = port
        print(port, flush=True)

    asyncio.run(serve(site.answer, float(sys.argv[2]), started))


if __name__ == "__main__":
    main()
