"""A month of one daemon's life, in which everything fails for hours that can fail."""

import asyncio
import gc
import random
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from syncd.daemon.service import Daemon
from syncd.sandbox import Fault, FaultKind, Request, Side
from syncd.store import attention
from tests.daemon.house import DAY, HOUR, MINUTE, Account, House

WEEK = 7 * DAY
SCHEDULE = {"postings": "12h", "applicants": "3h", "results": "3h", "writeback": "3h"}
A_DAY = 3  # applicants a day, of each connection

GONE = (
    Fault(FaultKind.REFUSED),
    Fault(FaultKind.ERROR_BEFORE, status=503),
    Fault(FaultKind.TIMEOUT_BEFORE),
    Fault(FaultKind.HTML),
    Fault(FaultKind.RESET_AFTER),
    Fault(FaultKind.ERROR_AFTER, status=500),
    Fault(FaultKind.TRUNCATED),
    Fault(FaultKind.THROTTLED, seconds=600.0),
)
REFUSED = Fault(FaultKind.UNAUTHORISED)


@dataclass
class Life:
    """What happens to a house while its daemon works; ``done`` counts it."""

    house: House
    daemon: Daemon
    chance: random.Random
    done: Counter[str] = field(default_factory=Counter)
    finished: set[str] = field(default_factory=set)

    @property
    def accounts(self) -> list[Account]:
        return list(self.house.accounts.values())

    @property
    def troubles(self) -> list[Callable[[], Awaitable[None]]]:
        return [
            self.revoke,
            self.set_clock,
            self.lose_state,
            self.lose_state_midway,
            self.flood,
            self.edit_settings,
        ]

    async def week(self) -> None:
        """Seven days: people every day, a trouble or two every day; then a quiet night."""
        for number in range(7):
            hours = sorted(self.chance.uniform(0, 20) for _ in range(A_DAY + 2))
            deeds: list[Callable[[], Any]] = [self.apply] * A_DAY + [self.outage, self.trouble]
            self.chance.shuffle(deeds)
            began = self.house.clock.monotonic()
            for hour, deed in zip(hours, deeds, strict=True):
                await self.until(began + hour * HOUR)
                pending = deed()
                if pending is not None:
                    await pending
            self.finish()
            await self.until(began + DAY - (number == 6) * MINUTE)
        await self.calm()

    async def until(self, moment: float) -> None:
        await self.house.pass_time(max(0.0, moment - self.house.clock.monotonic()))

    async def calm(self) -> None:
        """All is well again, for so long that everything is made up for."""
        for one in self.accounts:
            one.outage.end()
        self.house.store.down = self.house.broken = False
        self.house.clock.ahead = 0.0
        self.daemon.reload()
        await self.house.pass_time(6 * HOUR)
        self.finish()
        await self.house.pass_time(6 * HOUR)

    def apply(self) -> None:
        for one in self.accounts:
            one.apply()

    def finish(self) -> None:
        """Whoever was invited has finished by the evening."""
        for account in self.accounts:
            for sent in account.world.heymilo.ledger.invitations:
                if sent.interview_id not in self.finished:
                    self.finished.add(sent.interview_id)
                    account.world.people.finish(sent.interview_id, self.chance.uniform(1, 100))

    async def outage(self) -> None:
        """One side, or both, of one connection are gone for hours."""
        account = self.chance.choice(self.accounts)
        side = self.chance.choice((Side.HEYMILO, Side.WORKABLE, None))
        fault = self.chance.choice(GONE)
        self.done[f"outage: {fault.kind}"] += 1
        account.outage.begin(side, fault)
        await self.house.pass_time(self.chance.uniform(0.5, 5) * HOUR)
        account.outage.end()

    async def trouble(self) -> None:
        """Each in its turn."""
        seen = sum(self.done[one.__name__] for one in self.troubles)
        trouble = self.troubles[seen % len(self.troubles)]
        self.done[trouble.__name__] += 1
        await trouble()

    async def revoke(self) -> None:
        """Credentials are refused until a person has put in new ones."""
        account = self.chance.choice(self.accounts)
        account.outage.begin(self.chance.choice((Side.HEYMILO, Side.WORKABLE)), REFUSED)
        since = self.house.clock.now() - self.house.clock.ahead
        await self.house.pass_time(6 * HOUR)
        refused = [row for row in account.requests(since) if row.status == 401]
        assert len(refused) <= 30, "hammered"
        account.outage.end()
        self.daemon.reload()

    async def set_clock(self) -> None:
        """The machine's clock is wrong for some hours."""
        self.house.clock.ahead = self.chance.choice((-2 * DAY, -3 * HOUR, 2 * HOUR, 3 * DAY))
        await self.house.pass_time(4 * HOUR)
        self.house.clock.ahead = 0.0

    async def lose_state(self) -> None:
        self.house.store.down = True
        asked = sum(len(one.requests()) for one in self.accounts)
        await self.house.pass_time(self.chance.uniform(0.2, 4) * HOUR)
        # A pass that was under way may have had its answer.
        assert sum(len(one.requests()) for one in self.accounts) <= asked + 2
        self.house.store.down = False

    async def lose_state_midway(self) -> None:
        """The database is gone while an invitation is on its way."""
        account = self.chance.choice(self.accounts)

        def cut(request: Request) -> bool:
            if request.path.endswith("/bulk"):
                self.house.store.down = True
                self.done["cut while inviting"] += 1
            return False

        account.outage.hits = cut
        account.apply()
        self.daemon.nudges.nudge(account.name, "applicants")
        await self.house.pass_time(2 * HOUR)
        account.outage.end()
        self.house.store.down = False

    async def flood(self) -> None:
        """Webhooks by the thousand, for two minutes; they are hints, and nothing more."""
        asked = sum(len(one.requests()) for one in self.accounts)
        for _ in range(120):
            for account in self.accounts:
                for phase in ("results", "applicants", "no such phase"):
                    for _ in range(5):
                        self.daemon.nudges.nudge(account.name, phase)
                self.daemon.nudges.nudge("nobody", "results")
            self.done["nudges"] += 30
            await self.house.pass_time(1)
        passes = 120 / 5 + 2
        more = sum(len(one.requests()) for one in self.accounts) - asked
        assert more <= passes * len(self.accounts) * 12

    async def edit_settings(self) -> None:
        """Somebody saves wrong settings and, after a while, right ones."""
        self.house.broken = True
        self.daemon.reload()
        await self.house.pass_time(HOUR)
        self.house.broken = False
        self.daemon.reload()


@dataclass(frozen=True)
class Size:
    """How much there is of what could grow: by type, and in all."""

    kinds: Counter[str]
    blocks: int
    tasks: int

    @classmethod
    def now(cls, house: House) -> "Size":
        for account in house.accounts.values():
            account.world.log.rows.clear()  # grows by nature, and is not the daemon's
        gc.collect()
        kinds = Counter(
            f"{type(one).__module__}.{type(one).__qualname__}" for one in gc.get_objects()
        )
        return cls(kinds, sys.getallocatedblocks(), len(asyncio.all_tasks()))

    def grown(self, before: "Size") -> dict[str, int]:
        """The types of this program, and of what it stands on, that became more by some.

        Records of the log are kept by pytest, and of its dead cursors a connection to SQLite keeps
        up to two hundred references.
        """
        ours = {
            kind: count - before.kinds[kind]
            for kind, count in self.kinds.items()
            if not kind.startswith(("builtins.", "syncd.sandbox.", "logging.", "weakref."))
        }
        return {kind: more for kind, more in ours.items() if more > 20}


def check(house: House, finished: set[str]) -> None:
    """One posting a job, one invitation for everybody, every result told once."""
    for account in house.accounts.values():
        ledger = account.world.heymilo.ledger
        assert len(ledger.created_for(f"workable:{account.job}")) == 1
        assert account.invited() == account.people
        assert not ledger.repeated()
        assert {one.interview_id for one in ledger.invitations} <= finished
        told = Counter(act.candidate for act in account.world.workable.account.done("comment"))
        assert set(told.values()) == {1}
        assert len(told) == account.people
        with house.store.read() as tx:
            assert list(attention.open_items(tx, account.name)) == []


@pytest.mark.slow
def test_a_month(house: House) -> None:
    house.add("acme")
    house.add("beta")
    house.schedule = SCHEDULE
    sizes: list[Size] = []

    async def story() -> None:
        async with house.running() as daemon:
            life = Life(house, daemon, random.Random(20))
            for _ in range(4):
                await life.week()
                sizes.append(Size.now(house))
                check(house, life.finished)
                assert daemon.health.snapshot().ready, daemon.health.snapshot().reasons
        troubles = {one.__name__ for one in life.troubles}
        assert troubles <= life.done.keys(), life.done
        assert sum(kind.startswith("outage: ") for kind in life.done) >= 6, life.done
        assert life.done["nudges"] > 5_000
        assert life.done["cut while inviting"] > 0
        assert sizes[3].grown(sizes[1]) == {}
        # What the accounts themselves hold of each person is some of it.
        people = 2 * 2 * 7 * A_DAY
        assert sizes[3].blocks - sizes[1].blocks < 120 * people
        assert sizes[3].tasks <= sizes[1].tasks + 2

    house.play(story())
