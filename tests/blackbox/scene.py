"""One installation in a folder of its own, with both remote sides, driven by its command line."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .fakes.heymilo import FakeHeyMilo, Interview
from .fakes.workable import MEMBER, FakeWorkable

REPOSITORY = Path(__file__).resolve().parents[2]
SECRET = "keyed-hash-secret-5d1f0b7a63"
INSTALLATION = "blackbox"
OWNER = f"{INSTALLATION}/acme"
SURNAME = "Quillon"
DOMAIN = "people.example.com"
LONG_AGO = "2026-01-01T00:00:00Z"
DONE = (0, 4)


@dataclass(frozen=True)
class Outcome:
    """What a command did."""

    args: tuple[str, ...]
    code: int
    out: str
    err: str
    seconds: float

    def document(self) -> Any:
        """The one JSON document on standard output; fails if anything else stands there."""
        return json.loads(self.out)

    def __str__(self) -> str:
        return (
            f"syncd {' '.join(self.args)} -> {self.code} in {self.seconds:.1f} s\n"
            f"--- out\n{self.out[-3000:]}\n--- err\n{self.err[-3000:]}"
        )


@dataclass
class Scene:
    """A folder with settings, the two servers, and ways to run commands and look at traces."""

    folder: Path
    heymilo: FakeHeyMilo
    workable: FakeWorkable
    database: str = ""
    settle: str = "1s"
    sections: dict[str, dict[str, Any]] = field(default_factory=dict)
    templates: list[dict[str, Any]] = field(
        default_factory=lambda: [{"template_code": "STANDARD", "title": ["*"]}]
    )
    rules: list[dict[str, Any]] = field(default_factory=list)
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)
    personal_checked: bool = True
    people: int = 0

    @property
    def config(self) -> Path:
        return self.folder / "settings.toml"

    @property
    def job_mark(self) -> str:
        (only,) = self.workable.jobs
        return f"workable:{only}"

    def set(self, section: str, **values: Any) -> None:
        """Settings of ``[connections.acme.<section>]`` ("" for the connection itself)."""
        self.sections.setdefault(section, {}).update(values)

    def write_settings(self) -> None:
        """Write the settings file anew from what was set."""
        tables: dict[str, dict[str, Any]] = {
            "": {},
            "heymilo": {
                "base_url": self.heymilo.origin,
                "api_key": self.heymilo.key,
                "requests_per_minute": 100_000,
                "settle": self.settle,
            },
            "ats": {
                "type": "workable",
                "base_url": self.workable.origin,
                "subdomain": "nangodev",
                "api_token": self.workable.token,
                "member_id": MEMBER,
                "requests": "100000/10s",
                "settle": self.settle,
            },
            "postings": {},
            "applicants": {},
            "guards": {},
        }
        for name, values in self.sections.items():
            tables[name].update(values)
        lines = [f"installation = {_toml(INSTALLATION)}", f"secret = {_toml(SECRET)}"]
        if self.database:
            lines += ["[database]", f"url = {_toml(self.database)}"]
        for name, values in self.tables.items():
            lines.append(f"[{name}]")
            lines += [f"{key} = {_toml(value)}" for key, value in values.items()]
        for name, values in tables.items():
            kept = {key: value for key, value in values.items() if value is not None}
            lines.append(f"[connections.acme{'.' + name if name else ''}]")
            lines += [f"{key} = {_toml(value)}" for key, value in kept.items()]
        for one in self.templates:
            lines.append("[[connections.acme.postings.templates]]")
            lines += [f"{key} = {_toml(value)}" for key, value in one.items()]
        for one in self.rules:
            lines.append("[[connections.acme.writeback]]")
            lines += [f"{key} = {_toml(value)}" for key, value in one.items()]
        self.config.write_text("\n".join(lines) + "\n")
        self.config.chmod(0o600)

    def environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("SYNCD_")}
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        own = {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "COLUMNS": "200"}
        return {**kept, **own, "PYTHONPATH": str(REPOSITORY)}

    def command(self, *args: str) -> list[str]:
        return [sys.executable, "-m", "syncd", *args]

    def start(self, *args: str) -> subprocess.Popen[str]:
        """A command in the background; the caller waits for it or kills it."""
        return subprocess.Popen(
            [*self.command(*args), "--config", str(self.config)],
            cwd=self.folder,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *args: str, timeout: float = 120, config: bool = True) -> Outcome:
        """Run a command to its end and check what holds for every one of them."""
        if config and not self.config.exists():
            self.write_settings()
        extra = ["--config", str(self.config)] if config else []
        begin = time.monotonic()
        done = subprocess.run(
            [*self.command(*args), *extra],
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return self.keep(Outcome(args, done.returncode, done.stdout, done.stderr,
                                 time.monotonic() - begin))  # fmt: skip

    def keep(self, outcome: Outcome) -> Outcome:
        """Remember an outcome after checking it for tracebacks, secrets and personal data."""
        self.outcomes.append(outcome)
        assert "Traceback" not in outcome.err + outcome.out, str(outcome)
        assert outcome.code in range(8), str(outcome)
        leaks = self.traces_in((outcome.out + outcome.err).encode())
        assert not leaks, f"{leaks} in the output of {outcome}"
        return outcome

    def reconcile(self, *args: str, expect: int | tuple[int, ...] = 0) -> Outcome:
        outcome = self.run("reconcile", *args)
        wanted = (expect,) if isinstance(expect, int) else expect
        assert outcome.code in wanted, f"expected {wanted}: {outcome}\n{self.evidence()}"
        return outcome

    def converge(self, rounds: int = 12, pause: float = 1.1, expect: Any = DONE) -> Outcome:
        """Reconcile again and again until nothing is left to try again."""
        for _ in range(rounds):
            outcome = self.reconcile(expect=(0, 1, 4))
            if outcome.code in DONE:
                assert outcome.code in ((expect,) if isinstance(expect, int) else expect), (
                    f"{outcome}\n{self.attention()}\n{self.evidence()}"
                )
                return outcome
            time.sleep(pause)
        raise AssertionError(f"not done after {rounds} passes: {outcome}\n{self.evidence()}")

    def attention(self) -> list[Any]:
        """The items of ``attention list``."""
        items = self.run("attention", "list", "--json").document()["items"]
        assert isinstance(items, list)
        return items

    def attention_on(self, *texts: str) -> list[Any]:
        """The items that mention every one of ``texts`` (ids, mostly)."""
        return [
            item for item in self.attention() if all(text in json.dumps(item) for text in texts)
        ]

    def later(self, seconds: float) -> None:
        """Both remote clocks go ahead; nothing on this machine moves."""
        self.heymilo.ahead += seconds
        self.workable.ahead += seconds

    # People

    def person(self, job: str, stage: str = "Applied", age: float = 0.0, **more: Any) -> str:
        """A new synthetic applicant; return the application's id."""
        self.people += 1
        number = self.people
        given: dict[str, Any] = {
            "name": f"Zephyrine {SURNAME}{number:05d}",
            "email": f"{SURNAME.lower()}{number:05d}@{DOMAIN}",
            "phone": f"+1415555{number % 10000:04d}",
            **more,
        }
        return self.workable.add_candidate(job, stage=stage, age=age, **given)

    def interview(self, application: str) -> Interview:
        return self.heymilo.interview_of(f"workable:{application}")

    def invited(self) -> list[str]:
        """The application ids behind every invitation sent, in order, with repeats."""
        return [
            (one.external_id or "?").removeprefix("workable:") for one in self.heymilo.invitations
        ]

    # Traces

    def secrets(self) -> list[str]:
        return [self.heymilo.key, self.workable.token, SECRET]

    def traces_in(self, data: bytes) -> list[str]:
        """What must never be written anywhere and was: secrets, names, addresses, numbers."""
        found = [one for one in self.secrets() if one.encode() in data]
        if not self.personal_checked:
            return found
        for row in list(self.workable.candidates.values()):
            for key in ("name", "lastname", "email", "phone"):
                value = str(row[key] or "").strip()
                distinct = len(value) >= 6 and (SURNAME in value or " " in value or key != "name")
                if distinct and value.encode() in data:
                    found.append(f"{key} of {row['id']}")
        return found

    def state_files(self) -> list[Path]:
        return [
            path
            for path in self.folder.rglob("*")
            if path.is_file() and path != self.config and not path.name.endswith(".pgdata")
        ]

    def evidence(self) -> str:
        """What both servers saw, for the message of a failing check."""
        last = "\n".join(
            f"  {row.method} {row.path} {dict(row.query)} -> {row.status} {row.fault}"
            for row in (*self.heymilo.log[-15:], *self.workable.log[-15:])
        )
        return (
            f"violations: {self.heymilo.violations + self.workable.violations}\n"
            f"crashes: {self.heymilo.crashes + self.workable.crashes}\nlast requests:\n{last}"
        )

    def check_invitations(self) -> None:
        """Promise 1, from the ledger: nobody twice for one job."""
        seen: set[tuple[str | None, str]] = set()
        for one in self.heymilo.invitations:
            key = (one.job, one.email)
            assert key not in seen, f"invited twice for {one.job}: {one.external_id}"
            seen.add(key)

    def check_postings(self) -> None:
        """Promise 3, from the ledger: one posting a job."""
        jobs = [
            one.metadata["external_id"]
            for one in self.heymilo.postings.values()
            if one.metadata.get("syncd") == OWNER and not one.archived
        ]
        assert len(jobs) == len(set(jobs)), f"more than one posting a job: {sorted(jobs)}"

    def check_postings_of(self, *jobs: str) -> None:
        """Each of the jobs has had exactly one posting, ever."""
        for job in jobs:
            found = self.heymilo.of_job(f"workable:{job}")
            assert len(found) == 1, f"{len(found)} postings of {job}"

    def close(self) -> None:
        """What must hold after every scenario."""
        assert not self.heymilo.crashes + self.workable.crashes
        assert not self.heymilo.violations, self.heymilo.violations
        assert not self.workable.violations, self.workable.violations
        for path in self.state_files():
            leaks = self.traces_in(path.read_bytes())
            assert not leaks, f"{leaks} in {path.name}"


def kill(process: subprocess.Popen[str]) -> None:
    """SIGKILL if it still runs, then collect what is left."""
    process.send_signal(signal.SIGKILL)
    if process.stdout and not process.stdout.closed:
        process.communicate()


def _toml(value: Any) -> str:
    if isinstance(value, Raw):
        return value
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value)


class Raw(str):
    """TOML that stands as it is, such as a date."""

    __slots__ = ()
