"""The whole: begin, load, let it settle, hold everything against the promises, end."""

import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

from tests.blackbox.scene import REPOSITORY, SECRET, SURNAME
from tests.blackbox.test_daemon import free_port, get, until

from .accounts import FAILING, GOOD, HANGING, REFUSED, SLOW, Account, open_accounts, write_settings
from .load import Load
from .watch import Sample, Watch

_LONG = 600.0  # seconds from which on a run tells whether it grows without end
_GROWTH = 16.0  # MiB in its second half; what is shown grows with what was done
_SETTLE = 90.0
_ENDS = 20.0


@dataclass
class Report:
    """What was seen. ``wrong`` is empty when every promise was kept."""

    seconds: float
    samples: list[Sample] = field(default_factory=list)
    invited: int = 0
    told: int = 0
    delays: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    webhooks: Counter[int] = field(default_factory=Counter)
    slowest: dict[str, float] = field(default_factory=dict)
    ended_in: float = 0.0
    lines: int = 0
    wrong: list[str] = field(default_factory=list)

    def at(self, seconds: float) -> Sample:
        """The sample next to a moment."""
        return min(self.samples, key=lambda one: abs(one.at - seconds))

    @property
    def growth(self) -> float:
        """MiB by which it grew in the second half."""
        return self.at(self.seconds).rss - self.at(self.seconds / 2).rss


def play(seconds: float, connections: int = 20, seed: int = 1) -> Report:
    """Run a daemon under load for so long, and end it in the midst of work."""
    report, port = Report(seconds), free_port()
    accounts = open_accounts(connections)
    with tempfile.TemporaryDirectory(prefix="syncd-endurance-") as name:
        folder = Path(name)
        config, said = folder / "settings.toml", folder / "log"
        write_settings(config, accounts, port)
        command = [sys.executable, "-m", "syncd", "run", "--log-format", "json"]
        with said.open("w") as log:
            process = subprocess.Popen(
                [*command, "--config", str(config)],
                cwd=folder,
                env={"PATH": "/usr/bin:/bin", "HOME": name, "PYTHONPATH": str(REPOSITORY)},
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        try:
            _work(report, accounts, process, port)
        finally:
            process.kill()
            process.wait()
            for one in accounts:
                one.heymilo.stop()
                one.workable.stop()
        _judge(report, accounts, folder, said.read_text())
    return report


def _work(
    report: Report, accounts: list[Account], process: subprocess.Popen[bytes], port: int
) -> None:
    if not until(lambda: get(port, "/healthz")[0] == 200):
        report.wrong.append("it does not listen")
        return
    load, watch = Load(accounts, port), Watch(process.pid, port, SURNAME.encode())
    watch.start()
    load.start()
    end = time.monotonic() + report.seconds
    while time.monotonic() < end and process.poll() is None:
        time.sleep(min(1.0, max(0.0, end - time.monotonic())))
    load.stop()
    if process.poll() is not None:
        watch.stop()
        report.wrong.append(f"it ended by itself with {process.returncode}")
        return
    for account in (one for one in accounts if one.trouble in (GOOD, SLOW)):
        if not until(lambda one=account: _missing(one, load) == [], _SETTLE):
            report.wrong += [f"{account.name}: {text}" for text in _missing(account, load)]
    watch.stop()
    _measure(report, accounts, load, watch)
    # Everybody finishes at once, so that it is ended while it tells.
    for account in accounts:
        if account.trouble == GOOD:
            for _ in range(3):
                account.apply(account.jobs[0])
            load.finish_all(account)
    time.sleep(6)
    began = time.monotonic()
    process.terminate()
    try:
        code = process.wait(_ENDS)
        if code:
            report.wrong.append(f"it ended with {code}")
    except subprocess.TimeoutExpired:
        report.wrong.append(f"it did not end within {_ENDS:.0f} s")
    report.ended_in = time.monotonic() - began


def _missing(account: Account, load: Load) -> list[str]:
    """Who is not invited yet, whose result is not told yet."""
    with account.heymilo.lock:
        invited = {one.external_id for one in account.heymilo.invitations}
    people = {f"workable:{code}" for code in account.workable.candidates}
    noted = {one.candidate for one in list(account.workable.ledger) if one.kind == "note"}
    lost = [f"{code} was not invited" for code in sorted(people - invited)]
    silent = sorted(load.finished[account.name].keys() - noted)
    return lost + [f"the result of {code} was not told" for code in silent]


def _measure(report: Report, accounts: list[Account], load: Load, watch: Watch) -> None:
    report.samples, report.slowest, report.webhooks = watch.samples, watch.slowest, load.delivered
    for (path, status), number in sorted(watch.answers.items()):
        if status != 200:
            report.wrong.append(f"{number} times {path} was answered with {status}")
    if watch.leaks:
        report.wrong.append(f"{watch.leaks} answers held a person's name")
    for account in accounts:
        if account.trouble not in (GOOD, SLOW):
            continue
        invited = {
            (one.external_id or "").removeprefix("workable:"): one.at
            for one in account.heymilo.invitations
        }
        noted = {one.candidate: one.at for one in account.workable.ledger if one.kind == "note"}
        report.invited += len(invited)
        report.told += len(noted)
        for what, began, done in (
            ("applied to invited", load.applied, invited),
            ("finished to told", load.finished, noted),
        ):
            report.delays[f"{what}, {account.trouble}"] += [
                done[code] - at for code, at in began[account.name].items() if code in done
            ]


def _judge(report: Report, accounts: list[Account], folder: Path, said: str) -> None:
    """Every promise, from the ledgers, the request logs, and what lies about."""
    wrong = report.wrong
    report.lines = said.count("\n")
    if report.seconds >= _LONG and report.growth > _GROWTH:
        wrong.append(f"it grew by {report.growth:.0f} MiB in the second half")
    for account in accounts:
        heymilo, workable = account.heymilo, account.workable
        twice = Counter((one.job, one.email) for one in heymilo.invitations)
        wrong += [f"{account.name}: somebody twice" for number in twice.values() if number > 1]
        notes = Counter(one.candidate for one in workable.ledger if one.kind == "note")
        wrong += [f"{account.name}: {c} told twice" for c, number in notes.items() if number > 1]
        wrong += [f"{account.name}: {text}" for text in heymilo.violations + workable.violations]
        wrong += [f"{account.name}: {text}" for text in heymilo.crashes + workable.crashes]
        most = _most_in(60.0, [one.at for one in heymilo.log])
        if most > 300:
            wrong.append(f"{account.name}: {most} requests in a minute")
        asked = len(heymilo.log)
        limit = {REFUSED: 3 + report.seconds / 600, FAILING: 60 + report.seconds / 4}
        if asked > limit.get(account.trouble, asked):
            wrong.append(f"{account.name}: {asked} requests though it is {account.trouble}")
        if account.trouble in (FAILING, REFUSED, HANGING) and heymilo.invitations:
            wrong.append(f"{account.name}: invited though it is {account.trouble}")
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "settings.toml":
            held = path.read_bytes()
            wrong += [f"{path.name} holds {s}" for s in (SURNAME, SECRET) if s.encode() in held]


def _most_in(window: float, moments: list[float]) -> int:
    """The most moments in any stretch of so many seconds."""
    most = first = 0
    for last, moment in enumerate(moments):
        while moment - moments[first] >= window:
            first += 1
        most = max(most, last - first + 1)
    return most


def middle_and_tail(delays: list[float]) -> tuple[float, float]:
    """The median and the 95th percentile; zeros of nothing."""
    if len(delays) < 2:
        return (delays[0], delays[0]) if delays else (0.0, 0.0)
    return median(delays), quantiles(delays, n=20)[-1]
