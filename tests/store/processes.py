"""Real processes for tests of what several of them do at once."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Contender:
    """One process of :mod:`tests.store.contender`, waiting for its start."""

    def __init__(self, action: str, url: str, *rest: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.store.contender", action, url, *rest],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def wait_ready(self) -> None:
        assert self.line() == "ready"

    def start(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()

    def line(self) -> str:
        """What it says next; empty when it has ended."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def kill(self) -> None:
        """End it as a power cut would, and forget it."""
        self.process.kill()
        self.wait()

    def wait(self) -> int:
        status = self.process.wait(60)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None and not pipe.closed:
                pipe.close()
        return status


def at_once(number: int, action: str, url: str, *rest: str) -> list[Contender]:
    """That many processes that begin the same action at the same moment."""
    contenders = [Contender(action, url, *rest) for _ in range(number)]
    for contender in contenders:
        contender.wait_ready()
    for contender in contenders:
        contender.start()
    return contenders
