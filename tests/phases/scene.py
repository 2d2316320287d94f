"""Both remote sides, the state and the passes of one connection, on a clock that jumps."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from syncd.ats.workable.settings import WorkableSettings
from syncd.errors import ExitCode, worst
from syncd.http.session import Network
from syncd.passes.retry import retry_items
from syncd.passes.run import Order, PassResult, reconcile, rehearse
from syncd.phases.context import Looks
from syncd.sandbox import HEYMILO_URL, WORKABLE_URL, PlannedFaults, SandboxTransport, Side, World
from syncd.sandbox.heymilo.state import Interview, Posting
from syncd.sandbox.log import Logged
from syncd.settings.schema import (
    ApplicantSettings,
    ConnectionSettings,
    GuardSettings,
    HeyMiloSettings,
    Mode,
    PostingSettings,
    Settings,
    WritebackRule,
)
from syncd.store import Store, attention
from syncd.store.attention import Item
from tests.virtual import VirtualClock, run

HOUR, DAY = 3600.0, 86_400.0
SETTLE = 300.0
OWNER = "0123456789ab/acme"
CODE = "ENG-SCREEN"


class Scene:
    """What a test plays on.

    Settings are plain tables that a test may change between passes. ``log_start`` is where the
    requests of the last pass begin.
    """

    def __init__(self, url: str, folder: Path, seed: int = 7) -> None:
        self.clock = VirtualClock()
        self.faults = PlannedFaults()
        self.world = World(seed, self.clock, faults=self.faults)
        self.template = self.world.heymilo.resources.add_template(CODE, "Engineering screen")
        self.world.recruiters.add_attribute("score_key", "Score")
        self.store = Store.open(url, folder, self.clock, durable=False)
        self.mode = Mode.SYNC
        self.postings: dict[str, Any] = {"templates": [{"template_code": CODE}]}
        self.applicants: dict[str, Any] = {}
        self.writeback: list[dict[str, Any]] = []
        self.guards: dict[str, Any] = {}
        self.ats: dict[str, Any] = {"score_field": "score_key"}
        self.daemon: dict[str, Any] = {}
        self.log_start = 0
        self._people = 0
        self._seed = seed

    def close(self) -> None:
        self.store.close()

    # Passes

    @property
    def settings(self) -> Settings:
        connection = ConnectionSettings(
            mode=self.mode,
            heymilo=HeyMiloSettings.model_validate(
                {
                    "base_url": HEYMILO_URL,
                    "api_key": self.world.heymilo.api_key,
                    "settle": SETTLE,
                }
            ),
            ats=WorkableSettings.model_validate(
                {
                    "type": "workable",
                    "base_url": WORKABLE_URL,
                    "api_token": self.world.workable.token,
                    "settle": SETTLE,
                    **self.ats,
                }
            ),
            postings=PostingSettings.model_validate(self.postings),
            applicants=ApplicantSettings.model_validate(self.applicants),
            writeback=[WritebackRule.model_validate(rule) for rule in self.writeback],
            guards=GuardSettings.model_validate(self.guards),
        )
        return Settings.model_validate(
            {
                "installation": "0123456789ab",
                "secret": "a secret of the scene",
                "daemon": self.daemon,
                "connections": {"acme": connection},
            }
        )

    def reconcile(
        self,
        *,
        approve: Iterable[str] = (),
        only: Iterable[str] = (),
        looks: Looks | None = None,
    ) -> PassResult:
        """One pass; its requests are those that ``requests`` counts."""
        return self._pass(reconcile, replace(self._order(approve, only), looks=looks))

    def plan(self) -> PassResult:
        """One rehearsal."""
        return self._pass(rehearse, self._order((), ()))

    def _order(self, approve: Iterable[str], only: Iterable[str]) -> Order:
        approved = frozenset(approve)
        phases = tuple(only)
        return Order(phases=phases, approved=approved) if phases else Order(approved=approved)

    def _pass(self, play: Any, order: Order) -> PassResult:
        self.log_start = len(self.world.log)
        transport = SandboxTransport(self.world, self.clock, latency=0.05)
        network = Network(
            clock=self.clock, transport=transport, chance=random.Random(self._seed).random
        )
        result: PassResult = run(
            self.clock, play(self.settings, "acme", self.store, network, order)
        )
        return result

    def retry(self) -> None:
        """`syncd attention retry` of everything that is open."""
        run(self.clock, retry_items(self.settings, self.store, self.items, 60.0))

    def begin(self) -> None:
        """The first pass of an installation: it invites nobody; then a minute passes."""
        result = self.reconcile()
        assert result.error is None, result.error
        self.wait(60)

    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def requests(self, side: Side | None = None, method: str = "", path: str = "") -> list[Logged]:
        """What was asked in the last pass: of a side, by a method, where the path holds a text."""
        return [
            row
            for row in self.world.log.rows[self.log_start :]
            if side in (None, row.side) and method in ("", row.method) and path in row.path
        ]

    @property
    def writes(self) -> list[tuple[str, str]]:
        """The writes of the last pass."""
        return [(row.method, row.path) for row in self.requests() if row.method != "GET"]

    # What there is

    def job(self, title: str = "Data Engineer", **fields: Any) -> str:
        return self.world.recruiters.add_job(title, **fields).shortcode

    def person(self, job: str, name: str = "", **fields: Any) -> str:
        """Somebody applies now; return the application's id."""
        self._people += 1
        number = self._people
        fields.setdefault("email", f"person-{number}@example.com")
        return self.world.recruiters.apply(job, name or f"Test Person{number}", **fields)

    def people(self, job: str, count: int, **fields: Any) -> list[str]:
        return [self.person(job, **fields) for _ in range(count)]

    def postings_of(self, job: str) -> list[Posting]:
        mark = f"workable:{job}"
        every = self.world.heymilo.state.postings.values()
        return [p for p in every if (p.metadata or {}).get("external_id") == mark]

    def posting(self, job: str) -> Posting:
        """The only posting with the job's mark."""
        (posting,) = self.postings_of(job)
        return posting

    def status(self, job: str) -> str:
        return self.posting(job).status(self.clock.now())

    @property
    def invited(self) -> list[str]:
        """The application ids of every invitation there ever was, in order."""
        sent = self.world.heymilo.ledger.invitations
        assert all(i.owner in (OWNER, None) for i in sent)
        return [(i.external_id or "by hand").removeprefix("workable:") for i in sent]

    def interview(self, application: str) -> Interview:
        return self.world.people.invited_as(f"workable:{application}")

    def finish(self, application: str, score: float | None) -> None:
        self.world.people.finish(self.interview(application).id, score)

    def done(self, kind: str, application: str = "") -> list[Any]:
        """What the API did to candidates in the ATS: ``move``, ``comment``, ``tags`` …"""
        acts = self.world.workable.account.done(kind, candidate=application)
        return [act.value for act in acts]

    # What syncd tells

    @property
    def items(self) -> list[Item]:
        with self.store.read() as tx:
            return attention.open_items(tx, "acme")

    @property
    def matters(self) -> list[str]:
        """The kinds of what needs a person, sorted."""
        return sorted(item.kind for item in self.items)


def code_of(result: PassResult) -> ExitCode:
    return worst(result.codes)


def kinds_of(result: PassResult) -> dict[str, int]:
    """How many changes of each kind are planned."""
    told: dict[str, int] = {}
    for change in result.changes:
        told[str(change.kind)] = told.get(str(change.kind), 0) + 1
    return told


def counted(result: PassResult) -> Mapping[str, int]:
    """What a pass did, without noughts and without who waits."""
    return {k: v for k, v in result.report.counts.items() if v and k != "waiting"}
