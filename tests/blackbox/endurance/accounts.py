"""The accounts of one daemon: most in order, four of them each in a trouble of its own."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.blackbox.fakes.heymilo import FakeHeyMilo
from tests.blackbox.fakes.workable import MEMBER, FakeWorkable
from tests.blackbox.scene import INSTALLATION, LONG_AGO, SECRET, SURNAME

GOOD, FAILING, REFUSED, HANGING, SLOW = "good", "failing", "refused", "hanging", "slow"
TROUBLES = (FAILING, REFUSED, HANGING, SLOW)
SLOW_BY = 1.5  # seconds before each answer of the slow account's HeyMilo
PUBLIC = "syncd.example.com"

_SCHEDULE = {"postings": "30s", "applicants": "10s", "results": "5s", "writeback": "5s"}


class _HeyMilo(FakeHeyMilo):
    poll = 0.5


class _Workable(FakeWorkable):
    poll = 0.5


@dataclass
class Account:
    """One connection's two sides; ``trouble`` is what its HeyMilo suffers from."""

    name: str
    heymilo: FakeHeyMilo
    workable: FakeWorkable
    trouble: str
    jobs: list[str]
    people: int = 0

    def apply(self, job: str) -> str:
        """Somebody new applies; return the application's id."""
        self.people += 1
        number = self.people
        with self.workable.lock:
            return self.workable.add_candidate(
                job,
                f"Zephyrine {SURNAME}{number:05d}",
                f"{SURNAME.lower()}{number:05d}.{self.name}@people.example.com",
                f"+1415555{number % 10_000:04d}",
            )

    def settings(self) -> list[str]:
        """The connection's part of the settings."""
        base = f"connections.{self.name}"
        return [
            *_table(
                f"{base}.heymilo",
                base_url=self.heymilo.origin,
                api_key=f"hm-{self.name}-71d0e4b85a36",
                settle="5s",
            ),
            *_table(
                f"{base}.ats",
                type="workable",
                base_url=self.workable.origin,
                subdomain="nangodev",
                api_token=self.workable.token,
                member_id=MEMBER,
                settle="5s",
            ),
            f"[{base}.applicants]",
            f"applied_after = {LONG_AGO}",
            *_table(f"[{base}.postings.templates]", template_code="STANDARD", title=["*"]),
            *_table(
                f"[{base}.writeback]",
                status=["completed"],
                note=True,
                tag="HeyMilo: finished",
                move_to_stage="Phone Screen",
            ),
        ]


def open_accounts(count: int) -> list[Account]:
    """So many accounts with two jobs each, running; the last four are in trouble."""
    troubles = [GOOD] * (count - len(TROUBLES)) + list(TROUBLES)
    return [_open(f"acme{number:02d}", trouble) for number, trouble in enumerate(troubles)]


def _open(name: str, trouble: str) -> Account:
    heymilo, workable = _HeyMilo(owner=f"{INSTALLATION}/{name}"), _Workable()
    heymilo.key = "another" if trouble == REFUSED else f"hm-{name}-71d0e4b85a36"
    workable.token = f"wk-{name}-07aa93d84c1f"
    workable.limit = 10  # in ten seconds, as published
    if trouble == FAILING:
        heymilo.break_("status_before", times=-1)
    elif trouble == HANGING:
        heymilo.break_("slow", times=-1, seconds=90.0)
    elif trouble == SLOW:
        heymilo.break_("slow", times=-1, seconds=SLOW_BY)
    jobs = [workable.add_job(f"Role {number}") for number in (1, 2)]
    heymilo.start()
    workable.start()
    return Account(name, heymilo, workable, trouble, jobs)


def write_settings(path: Path, accounts: list[Account], port: int) -> None:
    """The settings of a daemon that looks after all of them."""
    lines = [
        f'installation = "{INSTALLATION}"',
        f'secret = "{SECRET}"',
        *_table("daemon", listen=f"127.0.0.1:{port}", public_url=f"https://{PUBLIC}"),
        *_table("schedule", **_SCHEDULE),
    ]
    for one in accounts:
        lines += one.settings()
    path.write_text("\n".join(lines) + "\n")
    path.chmod(0o600)


def _table(name: str, **values: Any) -> list[str]:
    return [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items())]
