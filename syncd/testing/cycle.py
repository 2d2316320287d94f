"""Whole passes of the real program between a fake and the sandbox's HeyMilo, in no time at all."""

import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from syncd.clock import Clock
from syncd.http.session import Network
from syncd.model.ats import JobState
from syncd.passes.run import Order, PassResult, reconcile, rehearse
from syncd.sandbox import HEYMILO_URL, SandboxTransport, Side, World
from syncd.sandbox.heymilo.state import Interview
from syncd.settings.schema import (
    ApplicantSettings,
    ConnectionSettings,
    HeyMiloSettings,
    PostingSettings,
    Settings,
    WritebackRule,
)
from syncd.store import Store, attention, migrate
from syncd.testing.fake import Fake
from syncd.testing.people import Person, person
from syncd.testing.virtual import VirtualClock, run

CODE = "ENG-SCREEN"
PASSED = "HeyMilo: passed"
CONNECTION = "acme"
_HOUR = 3600.0


class Crossroads(httpx.AsyncBaseTransport):
    """Requests to HeyMilo's address go into the world, all others to the fake."""

    def __init__(self, world: World, fake: Fake, clock: Clock, latency: float = 0.05) -> None:
        self._heymilo = SandboxTransport(
            world, clock, sides={HEYMILO_URL: Side.HEYMILO}, latency=latency
        )
        self._other = fake.transport(clock)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if str(request.url).startswith(HEYMILO_URL) or self._other is None:
            return await self._heymilo.handle_async_request(request)
        return await self._other.handle_async_request(request)


class Company(AbstractContextManager["Company"]):
    """An ATS account, a HeyMilo workspace with one template, and syncd's state between them.

    ``make`` makes the fake; ``writeback`` and ``applicants`` are those tables of the settings.
    """

    def __init__(
        self,
        make: Callable[..., Fake],
        *,
        writeback: Sequence[Mapping[str, Any]] = (),
        applicants: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        self.clock = VirtualClock()
        self.fake = make(self.clock, **options)
        self.world = World(7, self.clock)
        self.world.heymilo.resources.add_template(CODE, "Engineering screen")
        self.folder = Path(tempfile.mkdtemp(prefix="syncd-cycle-"))
        self.store = Store.open("sqlite:///state.db", self.folder, self.clock, durable=False)
        migrate.upgrade(self.store)
        self.writeback = writeback
        self.applicants = {"stages": [self.fake.applied_stage], **(applicants or {})}

    def __exit__(self, *_: object) -> None:
        self.store.close()
        self.fake.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def settings(self) -> Settings:
        ats = {"settle": 300.0, **self.fake.settings()}
        connection = ConnectionSettings(
            heymilo=HeyMiloSettings.model_validate(
                {
                    "base_url": HEYMILO_URL,
                    "api_key": self.world.heymilo.api_key,
                    "settle": 300.0,
                }
            ),
            ats=self.fake.connector.settings.model_validate(ats),
            postings=PostingSettings.model_validate({"templates": [{"template_code": CODE}]}),
            applicants=ApplicantSettings.model_validate(self.applicants),
            writeback=[WritebackRule.model_validate(rule) for rule in self.writeback],
        )
        return Settings.model_validate(
            {
                "installation": "0123456789ab",
                "secret": "a secret of the cycle",
                "connections": {CONNECTION: connection},
            }
        )

    def reconcile(self) -> PassResult:
        """One pass."""
        return self._play(reconcile)

    def plan(self) -> PassResult:
        """One rehearsal."""
        return self._play(rehearse)

    def _play(self, play: Callable[..., Any]) -> PassResult:
        network = Network(
            clock=self.clock,
            transport=self.transport(),
            chance=random.Random(7).random,  # noqa: S311 - reproducible on purpose
        )
        work = play(self.settings, CONNECTION, self.store, network, Order())
        result: PassResult = run(self.clock, work)
        return result

    def transport(self) -> Crossroads:
        """The way to both sides."""
        return Crossroads(self.world, self.fake, self.clock)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.advance(seconds)

    @property
    def matters(self) -> list[str]:
        """The kinds of what needs a person, sorted."""
        with self.store.read() as tx:
            return sorted(item.kind for item in attention.open_items(tx, CONNECTION))

    @property
    def invited(self) -> Counter[str]:
        """How many invitations there were by application id."""
        return Counter(
            (sent.external_id or "by hand").removeprefix(f"{self.fake.connector.type}:")
            for sent in self.world.heymilo.ledger.invitations
        )

    def interview(self, application_id: str) -> Interview:
        """Somebody's interview; KeyError or alike if there is none."""
        return self.world.people.invited_as(f"{self.fake.connector.type}:{application_id}")

    def finish(self, application_id: str, score: float | None) -> None:
        """Somebody takes the interview."""
        self.world.people.finish(self.interview(application_id).id, score)


@dataclass
class Cycle:
    """What became of everybody, by application id.

    ``eligible``: those who had to be invited; ``scores``: their results; ``moved_by_hand``: whom
    a recruiter moved before the result came; ``passes``: the results of the passes, in order;
    ``quiet``: what the last pass asked of the ATS, and what it wrote anywhere.
    """

    company: Company
    eligible: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    scores: dict[str, float] = field(default_factory=dict)
    moved_by_hand: list[str] = field(default_factory=list)
    passes: list[PassResult] = field(default_factory=list)
    quiet_requests: int = 0
    quiet_writes: int = 0

    def counted(self, what: str) -> int:
        """A number that the passes reported, summed up."""
        return sum(result.report.counts[what] for result in self.passes)


def rules_for(fake: Fake) -> list[dict[str, Any]]:
    """Write-back rules that ask for everything: those who passed are tagged and moved."""
    return [
        {
            "status": ["completed", "shortlisted"],
            "min_score": 70,
            "note": True,
            "score": True,
            "tag": PASSED,
            "move_to_stage": fake.stages[-1],
        },
        {"max_score": 70, "note": True, "score": True},
    ]


def play_cycle(company: Company, applicants: int = 40) -> Cycle:
    """Postings for two jobs, ``applicants`` people, their results, the write-back, a silent pass.

    Among the people are one without an address and one whom a recruiter moved on before syncd
    saw them; one is moved by hand before the result comes.
    """
    fake, cycle = company.fake, Cycle(company)
    company.writeback = company.writeback or rules_for(fake)
    jobs = [fake.add_job("Data Engineer"), fake.add_job("Backend Engineer")]
    fake.set_job_state(fake.add_job("Old post"), JobState.CLOSED)
    old = fake.apply(jobs[0], person(1000))
    fake.move(fake.apply(jobs[0], person(1001)), fake.stages[-1])
    cycle.others.append(old)
    company.wait(60.0)
    cycle.passes.append(company.reconcile())
    company.wait(60.0)
    for number in range(applicants):
        cycle.eligible.append(fake.apply(jobs[number % 2], person(number)))
        company.wait(1.0)
    cycle.others.append(fake.apply(jobs[0], Person("Nobody Reachable", None)))
    moved_on = fake.apply(jobs[1], person(1002))
    fake.move(moved_on, fake.stages[-1])
    cycle.others.append(moved_on)
    _pass(cycle, range(2))
    for number, one in enumerate(cycle.eligible):
        cycle.scores[one] = float(number * 100 // max(1, applicants - 1))
        company.finish(one, cycle.scores[one])
    best = max(cycle.scores, key=cycle.scores.__getitem__)
    fake.move(best, fake.stages[-2])
    cycle.moved_by_hand.append(best)
    _pass(cycle, range(2))
    company.wait(_HOUR)
    asked, log = len(fake.asked), len(company.world.log)
    cycle.passes.append(company.reconcile())
    cycle.quiet_requests = len(fake.asked) - asked
    cycle.quiet_writes = sum(fake.purpose(row) == "write" for row in fake.asked[asked:]) + sum(
        row.method != "GET" for row in company.world.log.rows[log:]
    )
    return cycle


def _pass(cycle: Cycle, times: Iterable[int]) -> None:
    """Passes some minutes apart, so that what lags has come."""
    for _ in times:
        cycle.company.wait(400.0)
        cycle.passes.append(cycle.company.reconcile())
