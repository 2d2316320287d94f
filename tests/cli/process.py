"""The command as a user runs it: a process of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SETTINGS = """
secret = "a-long-secret"

[connections.acme]
mode = "plan"

[connections.acme.heymilo]
api_key = "hm-key-0123456789"

[connections.acme.ats]
type = "workable"
subdomain = "acme"
api_token = "ats-token-9876543210"
"""


@dataclass(frozen=True)
class Ended:
    """How a process ended and what it said."""

    code: int
    out: str
    err: str


def environment(home: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """An environment without anybody's settings."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "SYSTEMROOT") if name in os.environ}
    return {**kept, "HOME": str(home), **(more or {})}


def syncd(*arguments: str, cwd: Path, env: Mapping[str, str] | None = None) -> Ended:
    """Run ``syncd`` in ``cwd``, which is the home folder too; standard input is empty."""
    done = subprocess.run(
        [sys.executable, "-m", "syncd", *arguments],
        cwd=cwd,
        env=environment(cwd, env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())
