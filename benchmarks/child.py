"""Running the real command in a process of its own, and what it cost."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from benchmarks.heymilo import API_KEY, TEMPLATE_CODE
from benchmarks.server import ROOT
from benchmarks.workable import MEMBER, SCORE_FIELD

_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process took: seconds on the wall, seconds of CPU, and its peak of memory in MB."""

    wall: float
    cpu: float
    peak: float


class Installation:
    """A folder with settings for both remote sides at ``origin``."""

    def __init__(self, folder: Path, origin: str, **applicants: str | int) -> None:
        self.folder = folder
        given = {"batch_size": 50, "max_per_run": 1_000_000, **applicants}
        lines = "\n".join(f"{key} = {value}" for key, value in given.items())
        self.config = folder / "settings.toml"
        self.config.write_text(
            _SETTINGS.format(
                origin=origin,
                key=API_KEY,
                member=MEMBER,
                template=TEMPLATE_CODE,
                score=SCORE_FIELD,
                applicants=lines,
            )
        )
        self.config.chmod(0o600)

    def run(self, *arguments: str, codes: tuple[int, ...] = (0,)) -> Cost:
        """Run ``syncd`` with these arguments; raises RuntimeError for another exit code."""
        command = [sys.executable, "-m", "syncd", *arguments, "--config", str(self.config)]
        return run(command, self.folder, codes)


def run(command: list[str], folder: Path, codes: tuple[int, ...] = (0,)) -> Cost:
    """Run a command to its end; its output is shown only when it fails."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("SYNCD_")}
    began = perf_counter()
    with (folder / "output.txt").open("w+b") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**kept, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in codes:
            output.seek(0)
            text = output.read().decode()[-4000:]
            raise RuntimeError(f"{command} ended with {process.returncode}:\n{text}")
    peak = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / _MEGABYTE
    return Cost(wall, used.ru_utime + used.ru_stime, peak)


_SETTINGS = """\
installation = "benchmark"
secret = "benchmark-secret-0123456789abcdef"

[connections.bench.heymilo]
base_url = "{origin}"
api_key = "{key}"
requests_per_minute = 1000000

[connections.bench.ats]
type = "workable"
base_url = "{origin}"
subdomain = "bench"
api_token = "bench-token"
member_id = "{member}"
requests = "1000000/10s"
score_field = "{score}"

[[connections.bench.postings.templates]]
template_code = "{template}"
title = ["*"]

[connections.bench.applicants]
stages = ["Applied"]
{applicants}
"""
