"""What a test of the listener plays on: settings, a state to fill, and a client."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from syncd.ats.lever.settings import LeverSettings
from syncd.ats.workable.settings import WorkableSettings
from syncd.daemon.health import ConnectionHealth, Health, PhaseHealth
from syncd.daemon.listener.counters import Counters
from syncd.daemon.listener.exposure import read_exposure
from syncd.daemon.listener.mailbox import Mailbox
from syncd.daemon.listener.server import build
from syncd.model.attention import Matter
from syncd.settings.schema import ConnectionSettings, HeyMiloSettings, Mode, Settings
from syncd.store import Store, attention, runs
from syncd.store.applications import ApplicationRow, save_applications
from syncd.store.interviews import InterviewRow, save_interviews
from syncd.store.jobs import JobRow, save_jobs
from syncd.store.postings import PostingRow, save_posting
from tests.clock import ManualClock

SECRET = "a secret of the house"
KEY, TOKEN = "heymilo-key-0123456789", "workable-token-0123456789"
LOCAL = "127.0.0.1:8710"
PHASES = ("postings", "applicants", "results", "writeback")


class Nudged:
    """Remembers what was nudged."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def nudge(self, connection: str, phase: str) -> None:
        self.asked.append((connection, phase))


class House:
    """Connections ``acme`` and ``globex``; tests change ``daemon``, ``modes`` and ``on_lever``
    beforehand."""

    def __init__(self, url: str, folder: Path, clock: ManualClock) -> None:
        self.clock = clock
        self.store = Store.open(url, folder, clock, durable=False)
        self.daemon: dict[str, Any] = {}
        self.modes = {"acme": Mode.SYNC, "globex": Mode.SYNC}
        self.on_lever: set[str] = set()
        self.nudged = Nudged()
        self.health = Health(clock)
        self.counters = Counters()
        self._mailbox: Mailbox | None = None
        self._app: Any = None
        self.client = self.named(LOCAL)

    def named(self, host: str, **headers: str) -> httpx.AsyncClient:
        """A client that calls the listener by another name."""
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self._serve, raise_app_exceptions=False),
            base_url="http://" + LOCAL,
            headers={"host": host, **headers},
        )

    async def _serve(self, scope: Any, receive: Any, send: Any) -> None:
        await (await self.app())(scope, receive, send)

    async def app(self) -> Any:
        """The application behind its door, built once."""
        if self._app is None:
            exposure = read_exposure(self.settings.daemon)
            assert exposure is not None
            self._app = await build(
                self.settings.daemon,
                exposure,
                self.health,
                self.mailbox,
                self.store,
                self.settings,
                self.counters,
            )
        return self._app

    @property
    def mailbox(self) -> Mailbox:
        if self._mailbox is None:
            self._mailbox = Mailbox(self.store, self.nudged, self.clock)
        return self._mailbox

    @property
    def settings(self) -> Settings:
        connections = {
            name: ConnectionSettings(
                mode=mode,
                heymilo=HeyMiloSettings.model_validate({"api_key": f"{KEY}-{name}"}),
                ats=self._ats(name),
            )
            for name, mode in self.modes.items()
        }
        return Settings.model_validate(
            {"secret": SECRET, "daemon": self.daemon, "connections": connections}
        )

    def _ats(self, name: str) -> WorkableSettings | LeverSettings:
        secret = f"{TOKEN}-{name}"
        if name in self.on_lever:
            return LeverSettings.model_validate({"api_key": "key", "webhook_secret": secret})
        return WorkableSettings.model_validate(
            {"type": "workable", "subdomain": name, "api_token": secret}
        )

    async def aclose(self) -> None:
        await self.client.aclose()
        self.store.close()

    # What there is

    def ran(
        self, name: str, *phases: str, ago: float = 60.0, outcome: str = "done", took: float = 4.0
    ) -> None:
        """The phases (all of them, if none is named) ran some seconds ago."""
        with self.store.write() as tx:
            for phase in phases or PHASES:
                now = self.clock.now() - ago
                runs.begin(tx, name, phase, now - took)
                runs.end(tx, name, phase, now, outcome, {}, succeeded=outcome == "done")
        known = {one.name: one for one in self.health.snapshot().connections}
        one = known.get(name) or ConnectionHealth(name, self.modes[name])
        now = self.clock.now()
        looked: Mapping[str, PhaseHealth] = {
            phase: PhaseHealth(
                phase,
                began_at=now - ago - took,
                ended_at=now - ago,
                succeeded_at=now - ago if outcome == "done" else None,
                outcome=outcome,
                due_at=now - ago + 120,
                every=120.0,
            )
            for phase in phases or PHASES
        }
        self.health.put(replace(one, tried=True, phases={**one.phases, **looked}))

    def needs(self, name: str, kind: str, subject: str, reason: str, **ids: Any) -> None:
        """Something needs a person."""
        matter = Matter(kind, subject, reason, "Do what is to be done.", **ids)
        with self.store.write() as tx:
            attention.report(tx, name, [matter], self.clock.now() - 7200)

    def people(
        self,
        name: str,
        applied: int,
        invited: int,
        started: int,
        finished: int,
        written: int,
        delays: Sequence[tuple[float, float]] = (),
    ) -> None:
        """A job with so many people; each number counts everybody of the next one, too.

        ``delays``: for those written back, seconds ago and seconds since the finish, in turn.
        """
        now = self.clock.now()
        job = JobRow(
            connection=name,
            job_id="J1",
            title="Data Engineer",
            state="open",
            first_seen_at=now - 9e6,
            seen_open=True,
            stages=[["s1", "Applied"]],
            template_code="ENG-SCREEN",
            selected_at=now - 9e6,
            cutoff_at=now - 8e6,
        )
        with self.store.write() as tx:
            save_jobs(tx, [job])
            save_posting(
                tx, PostingRow(name, "P1", "J1", "ours", "active", native=False, observed_at=now)
            )
            save_applications(
                tx,
                [
                    ApplicationRow(
                        connection=name,
                        application_id=f"A{n}",
                        job_id="J1",
                        candidate_id=f"C{n}",
                        email_hash=f"{n:032x}",
                        content_hash="0" * 32,
                        stage="Applied",
                        applied_at=now - 1e5,
                        first_seen_at=now - 1e5,
                        interview_id=f"I{n}" if n < invited else None,
                    )
                    for n in range(applied)
                ],
            )
            rows = []
            for n in range(invited):
                told: dict[str, Any] = {}
                if n < written and delays:
                    ago, delay = delays[n % len(delays)]
                    told = {"told_at": now - ago, "finished_at": now - ago - delay}
                rows.append(
                    InterviewRow(
                        connection=name,
                        interview_id=f"I{n}",
                        posting_id="P1",
                        job_id="J1",
                        email_hash=f"{n:032x}",
                        status="completed"
                        if n < finished
                        else "in_progress"
                        if n < started
                        else "pending",
                        changed_at=now - 600,
                        application_id=f"A{n}",
                        score=80.0 if n < finished else None,
                        final=n < finished,
                        in_flight=n >= finished,
                        owed=written <= n < finished,
                        **told,
                    )
                )
            save_interviews(tx, rows)
