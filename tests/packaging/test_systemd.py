"""The units and the cron sample: known to systemd, shut in, explained line by line."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from syncd.errors import ExitCode

FOLDER = Path(__file__).parents[2] / "systemd"
UNITS = sorted(FOLDER.glob("*.service")) + sorted(FOLDER.glob("*.timer"))
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
MOST_EXPOSED = 1.2

# What needs no reason beyond its name, or has it beside the line above it.
_PLAIN = {"Description", "Wants", "After", "WantedBy", "Type", "ExecStart", "OnBootSec"}

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed"
)


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def installed(unit: Path, folder: Path) -> Path:
    """A copy whose program exists, as it would on a machine where it is installed."""
    program = folder / "syncd"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for one in UNITS:
        (folder / one.name).write_text(
            one.read_text().replace("/opt/syncd/bin/syncd", str(program))
        )
    return folder / unit.name


def lines(unit: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in unit.read_text().splitlines():
        if re.match(r"[A-Z]\w+=", line):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


def test_there_are_units() -> None:
    assert [unit.name for unit in UNITS] == [
        "syncd-reconcile.service",
        "syncd.service",
        "syncd-reconcile.timer",
    ]


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_knows_every_line(unit: Path, tmp_path: Path) -> None:
    said = analyze("verify", "--recursive-errors=yes", "--man=no", str(installed(unit, tmp_path)))
    assert (said.returncode, said.stdout + said.stderr) == (0, "")


@needs_systemd
def test_the_verification_notices_a_wrong_line(tmp_path: Path) -> None:
    unit = installed(FOLDER / "syncd.service", tmp_path)
    unit.write_text(unit.read_text().replace("ProtectSystem=", "ProtectSytem="))
    assert analyze("verify", "--recursive-errors=yes", "--man=no", str(unit)).returncode == 1


@needs_systemd
@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_the_services_are_shut_in(unit: Path, tmp_path: Path) -> None:
    limit = str(round(MOST_EXPOSED * 10))
    path = installed(unit, tmp_path)
    said = analyze("security", "--offline=yes", f"--threshold={limit}", "--json=short", str(path))
    assert said.returncode == 0, said.stdout + said.stderr
    assert json.loads(said.stdout)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_every_line_is_explained(unit: Path) -> None:
    """A comment stands above each line or above the group that it is in."""
    explained = False
    for line in unit.read_text().splitlines():
        if line.startswith("#"):
            explained = True
        elif not line or line.startswith("["):
            explained = False
        elif line.partition("=")[0] not in _PLAIN:
            assert explained, f"{unit.name}: nothing explains {line}"


def test_the_two_services_are_shut_in_alike() -> None:
    daemon, once = (lines(FOLDER / name) for name in ("syncd.service", "syncd-reconcile.service"))
    own = {"Description", "Type", "ExecStart", "ExecReload", "NotifyAccess", "WatchdogSec"}
    own |= {"Restart", "RestartSec", "RestartPreventExitStatus", "SuccessExitStatus", "WantedBy"}
    own |= {"StartLimitIntervalSec", "TimeoutStartSec"}
    assert {k: v for k, v in daemon.items() if k not in own} == {
        k: v for k, v in once.items() if k not in own
    }


def test_exit_codes_mean_in_the_units_what_they_mean_elsewhere() -> None:
    daemon, once = (lines(FOLDER / name) for name in ("syncd.service", "syncd-reconcile.service"))
    assert daemon["RestartPreventExitStatus"] == [str(int(ExitCode.USAGE))]
    fine = [ExitCode.UNFINISHED, ExitCode.ATTENTION, ExitCode.HELD]
    assert once["SuccessExitStatus"] == [" ".join(str(int(code)) for code in fine)]
    assert daemon["Type"] == ["notify"]
    assert int(daemon["TimeoutStopSec"][0]) > 20


@needs_systemd
def test_the_timer_s_other_times_are_times() -> None:
    text = (FOLDER / "syncd-reconcile.timer").read_text()
    times = re.findall(r"^# OnCalendar=(.+)$", text, re.MULTILINE)
    assert times
    for one in times:
        assert analyze("calendar", one).returncode == 0, one


def test_the_cron_sample_is_a_line_of_cron() -> None:
    rows = [
        row
        for row in (FOLDER / "syncd.cron").read_text().splitlines()
        if row and not row.startswith("#") and "=" not in row.split()[0]
    ]
    (row,) = rows
    fields = row.split()
    assert fields[5:8] == ["syncd", "/opt/syncd/bin/syncd", "reconcile"]
    assert re.fullmatch(r"[\d*/,-]+", fields[0])
