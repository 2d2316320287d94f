"""One run: a seed is played from the first pass to the empty plan."""

import asyncio
import gc
import logging
import random
import shutil
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from syncd.errors import ExitCode, HeldByAnother, HoldLost
from syncd.http.session import Network
from syncd.journal.machine import State as JournalState
from syncd.passes.run import PHASES, Order, PassResult, reconcile, rehearse
from syncd.plan import ONCE, Kind
from syncd.sandbox import ChanceFaults, Side
from syncd.sandbox.log import Logged
from syncd.store import Store, attention, feeds, journal, migrate
from syncd.store.engine import make_engine
from syncd.store.place import locate
from tests.simulation import knobs, watch
from tests.simulation.accounts import ACCOUNTS
from tests.simulation.accounts.befitting import befit
from tests.simulation.checks import at_rest, promises
from tests.simulation.configured import make_settings
from tests.simulation.history import CONNECTION, History, PassRecord
from tests.simulation.host import (
    Host,
    PowerCut,
    Process,
    SimulatedStore,
    processes_of_the_simulation,
    running,
)
from tests.simulation.life import DimWorld, Life
from tests.simulation.mix import DAY, HOUR, Mix, draw_mix
from tests.simulation.nemesis import SimulatedTransport, Trouble, Wire
from tests.simulation.sites import Census, Site
from tests.simulation.witness import witness
from tests.virtual import START, VirtualClock, run

ROUNDS = 30  # passes within which a run without faults must come to an empty plan
_log = logging.getLogger("simulation")


class State:
    """The state file of all runs of this process, and copies of it."""

    def __init__(self) -> None:
        shm = Path("/dev/shm")
        self.folder = Path(tempfile.mkdtemp(prefix="syncd-", dir=shm if shm.is_dir() else None))
        self.file = self.folder / "state.db"
        self.place = locate(f"sqlite:///{self.file}", self.folder)
        self.engine = make_engine(self.place, durable=False)
        first = Store(self.engine, VirtualClock(), self.place)
        migrate.upgrade(first)
        gc.collect()
        gc.freeze()  # what is there now stays there: no run need look at it again
        self.fresh = self.keep()

    def keep(self) -> bytes:
        """The whole state as it is on disk now."""
        self.engine.dispose()  # the last connection moves everything out of the side files
        return self.file.read_bytes()

    def put(self, content: bytes) -> None:
        """Put a state in the place of what was there."""
        self.engine.dispose()
        for beside in ("-wal", "-shm"):
            Path(f"{self.file}{beside}").unlink(missing_ok=True)
        self.file.write_bytes(content)

    def on_disk(self) -> bytes:
        """Every byte that a thief of the disk would see."""
        pieces = [self.file.read_bytes()]
        wal = Path(f"{self.file}-wal")
        with suppress(FileNotFoundError):
            pieces.append(wal.read_bytes())
        return b"".join(pieces)

    def close(self) -> None:
        self.engine.dispose()
        shutil.rmtree(self.folder, ignore_errors=True)


class Play:
    """A run of one seed."""

    def __init__(
        self, seed: int, state: State, cut_at: tuple[int, ...] = (), ats: str = "workable"
    ) -> None:
        self.seed = seed
        self.ats = ats
        self.state = state
        self.base = VirtualClock(START + (seed % 1000) * 86_431.0)
        drawn = draw_mix(seed, self.base.now())
        self.history = History()
        self.random = random.Random(f"play {seed}")
        self.world = DimWorld(seed, self.base, heymilo=drawn.heymilo, workable=drawn.workable)
        self.world.account = self.account = ACCOUNTS[ats](self.world, drawn)
        self.mix: Mix = befit(drawn, self.account)
        faults = ChanceFaults(
            random.Random(f"faults {seed}"), self.mix.share, self.mix.kinds, self.mix.late
        )
        often = min(0.6, self.mix.share * self.mix.writes)
        writes = replace(faults, share=often)
        self.trouble = Trouble(self.mix, self.history, self.world, faults, writes)
        self.world.faults = self.trouble
        self.life = Life(self.world, self.mix, self.history)
        # Besides what the mix cuts, the power fails at these points of the whole run.
        self.host = Host(self.base, self.mix.offset, census=Census(cut_at))
        self.wire = Wire(
            self.mix, self.history, self.world, self.trouble, random.Random(f"wire {seed}")
        )
        self.wire.is_written_down = self._is_sent
        self.settings = make_settings(self.mix, self.world, self.account)
        self.backups: list[tuple[float, bytes]] = []
        self.approvals: frozenset[str] = frozenset()

    def play(self) -> History:
        """Play to the end, check, and return what happened."""
        self.state.put(self.state.fresh)
        with (
            processes_of_the_simulation(),
            knobs.turned(self.account, page=self.mix.page),
            watch.observed(self.history.reached),
            watch.logged() as book,
        ):
            run(self.base, self._play())
        self.history.simulated = self.base.monotonic()
        promises.check(self.mix, self.history, self.world)
        at_rest.check_texts(self.history, "a log", book.texts)
        witness(self.history, self.world)
        return self.history

    async def _play(self) -> None:
        self.life.furnish()
        await asyncio.sleep(2 * DAY)  # whatever was there before has been there for a while
        await self._pass(calm=self.random.random() < 0.5)
        for _ in range(self.mix.passes):
            await self._wait()
            await self._disturb()
            await self._pass()
        await self._converge()

    async def _wait(self) -> None:
        gap = self.random.uniform(*self.mix.gaps)
        count = round(self.random.uniform(0, 2 * self.mix.deeds_per_pass))
        now = self.base.now()
        self.life.schedule(now, now + gap + 40.0, count)
        if self._chance(self.mix.jumps):
            # A request of the last minute must be counted, whatever the wall clock says.
            self.host.offset += self.random.choice((-3600.0, -45.0, 45.0, 7200.0))
            gap = max(gap, 90.0)
            self.history.reached["the machine's clock jumped"] += 1
        await asyncio.sleep(gap)

    async def _disturb(self) -> None:
        """What may happen to the state between passes."""
        if self._chance(0.3) and self.mix.restore:
            self.backups.append((self.base.now(), self.state.keep()))
        if self._chance(self.mix.restore) and self.backups:
            at, content = self.random.choice(self.backups)
            await asyncio.sleep(90.0)  # the use of the budget is lost, too
            self.state.put(content)
            self.history.losses.append((self.base.now(), at))
            self.history.reached["a backup put back"] += 1
        if self._chance(self.mix.lose):
            await asyncio.sleep(90.0)
            self.state.put(self.state.fresh)
            self.history.losses.append((self.base.now(), float("-inf")))
            self.history.reached["the state lost"] += 1

    async def _pass(self, calm: bool = False) -> None:
        plan: dict[str, Any] = {}
        if not calm and self._chance(self.mix.cut):
            if self._chance(self.mix.cut_writes):
                # Handed over, not yet there; there, without an answer; answered, not yet noted.
                plan["cut_write"] = self.random.randint(1, 4)
                plan["cut_past"] = self.random.choice((1, 2, 2, 3))
            else:
                most = self.random.choice((30, 90, 250))
                plan["cut_at"] = round(most * self.random.random()) + 1
        elif not calm and self._chance(self.mix.stall):
            plan["stall_at"] = round(120 * self.random.random()) + 1
            plan["stall_for"] = self.random.choice((12.0, 40.0, 100.0))
        order = self._order(calm)
        if not calm and self._chance(self.mix.twins if "stall_at" not in plan else 0.9):
            await self._two(order, plan)
            return
        await self._run(order, plan)

    def _order(self, calm: bool = False) -> Order:
        phases = tuple(PHASES)
        if not calm and self._chance(0.35):
            phases = self.random.choice(
                (("applicants",), ("results", "writeback"), ("applicants", "results", "writeback"))
            )
        approved, self.approvals = self.approvals, frozenset()
        return Order(phases=phases, approved=approved)

    async def _two(self, order: Order, plan: dict[str, Any]) -> None:
        """Two runs want one connection; the second may wait for the first."""
        first = asyncio.create_task(self._run(order, plan, alone=False))
        await asyncio.sleep(self.random.uniform(0.0, 20.0))
        wait = self.random.choice((0.0, 60.0, 150.0))
        other = {"elsewhere": self._chance(0.5)}
        second = asyncio.create_task(self._run(replace(order, wait=wait), other, alone=False))
        earlier, later = await asyncio.gather(first, second)
        if wait and later.whole and later.started < earlier.ended and earlier.whole:
            self.history.reached["waited for another run"] += 1

    async def _run(self, order: Order, plan: dict[str, Any], *, alone: bool = True) -> PassRecord:
        if not self.account.origins:
            self.world.settle()  # what is read without a request brings nothing about
        process = self.host.start(**plan)
        running.set(process)
        record = PassRecord(
            process.pid, self.base.now(), tuple(order.phases), approved=order.approved, alone=alone
        )
        record.log_from = len(self.world.log)
        self._note_feed(record)
        self.history.passes.append(record)
        store = SimulatedStore(self.state.engine, process, self.state.place)
        store.process, store.acts = process, self.history.acts
        network = self._network(process)
        result: PassResult | None = None
        try:
            result = await reconcile(self.settings, CONNECTION, store, network, order)
        except PowerCut:
            record.cut = process.site
        finally:
            process.end()
            self.account.settle()
            record.ended = self.base.now()
            record.log_to = len(self.world.log)
        if record.cut is not None:
            self._note_cut(record, record.cut)
        at_rest.check_content(self.history, self.state.on_disk())
        record.stalled = process.stall_at is not None and process.points >= process.stall_at
        record.thawed = self.base.start + process.frozen_until
        if result is not None:
            self._note_result(record, result)
        return record

    def _network(self, process: Process) -> Network:
        return Network(
            clock=process,
            transport=SimulatedTransport(self.wire, process),
            chance=random.Random(f"jitter {self.seed} {process.pid}").random,
        )

    def _note_feed(self, record: PassRecord) -> None:
        with Store(self.state.engine, self.base, self.state.place).read() as tx:
            feed = feeds.get(tx, CONNECTION, "applications")
        record.cursor, record.resume = feed.cursor, feed.resume

    def _note_cut(self, record: PassRecord, site: Site) -> None:
        self.history.cuts[site] += 1
        with Store(self.state.engine, self.base, self.state.place).read() as tx:
            sent = [r for r in journal.in_state(tx, CONNECTION, ["sent"]) if Kind(r.kind) in ONCE]
        if not sent:
            return
        self.history.reached["crash in sent"] += 1
        last = self.world.log.rows[-1]
        applied = self._is_write(last) and last.fault is None and (last.status or 999) < 300
        if applied and len(self.world.log) > record.log_from:
            self.history.reached["crash in sent, applied"] += 1

    def _note_result(self, record: PassRecord, result: PassResult) -> None:
        record.codes = tuple(int(code) for code in result.codes)
        record.error = type(result.error).__name__ if result.error else ""
        record.told = [str(error) for error in result.report.errors] + result.report.unfinished
        record.counts = {k: v for k, v in result.report.counts.items() if v}
        record.refused = [refusal.group for refusal in result.report.refusals]
        reached = self.history.reached
        for refusal in result.report.refusals:
            reached[f"guard refused: {refusal.group}"] += 1
            if refusal.group != "archive":
                self.approvals |= {refusal.hash}
        for what, count in record.counts.items():
            reached[f"count: {what}"] += count
        if isinstance(result.error, HoldLost):
            reached["hold lost"] += 1
        if isinstance(result.error, HeldByAnother):
            reached["held by another"] += 1
        if record.resume is not None and result.error is None:
            reached["a reading went on where it was cut off"] += 1
        if record.approved and record.whole:
            through = record.approved - {refusal.hash for refusal in result.report.refusals}
            reached["a refused group was approved"] += len(through)
        for item in self._items():
            reached[f"attention: {item.kind}"] += 1

    def _is_write(self, row: Logged) -> bool:
        if row.side is Side.HEYMILO:
            return row.method != "GET"
        return self.account.is_write(row)

    def _is_sent(self) -> bool:
        with Store(self.state.engine, self.base, self.state.place).read() as tx:
            return bool(journal.in_state(tx, CONNECTION, [JournalState.SENT]))

    def _items(self) -> list[attention.Item]:
        with Store(self.state.engine, self.base, self.state.place).read() as tx:
            return attention.open_items(tx, CONNECTION)

    async def _converge(self) -> None:
        """Nothing goes wrong any more and nobody does anything: all must be done, and stay so."""
        self.trouble.inner.active = False
        self.mix = replace(self.mix, cut=0.0, stall=0.0, twins=0.0)
        self.wire.mix = replace(self.wire.mix, stale_look=False, stale_answers=0.0)
        await asyncio.sleep(130.0)  # what was sent may still arrive
        self.world.settle()
        self.life.rest()
        self.world.dark_until = 0.0
        now = self.base.now()
        self.history.black_outs = [(a, min(b, now)) for a, b in self.history.black_outs]
        quiet = 0
        for number in range(1, ROUNDS + 1):
            await asyncio.sleep(self.random.uniform(90.0, 700.0))
            place = len(self.world.heymilo.ledger.postings)
            record = await self._run(self._order(calm=True), {})
            busy = {k for k in record.counts if k not in ("waiting", "postings not there")}
            if all(e.fields == ("deadline",) for e in self.world.heymilo.ledger.postings[place:]):
                busy.discard("postings updated")  # deadlines are moved ahead for ever
            done = not busy and ExitCode.UNFINISHED not in record.codes
            if record.whole and done and not self.approvals:
                quiet += 1
                if quiet == 2:
                    break
                # Finished interviews are swept at least once a day.
                await asyncio.sleep(25 * HOUR)
            else:
                quiet = 0
                self.history.converged_after = number
        else:
            self.history.complain(
                "liveness",
                f"not done after {ROUNDS} passes without faults: {record.counts} {record.told}",
            )
        self.world.settle()
        await self._rehearse()
        promises.check_end(self.mix, self.history, self.world, self._items())

    async def _rehearse(self) -> None:
        """The plan must be empty, and rehearsing it must write nothing."""
        process = self.host.start(counted=False)
        running.set(process)
        await asyncio.sleep(300.0)  # until no list lags behind the last pass any more
        before, place = self.state.on_disk(), len(self.world.log)
        store = Store(self.state.engine, process, self.state.place)
        result = await rehearse(self.settings, CONNECTION, store, self._network(process), Order())
        # Deadlines are moved ahead for ever.
        changes = [change for change in result.changes if set(change.values) != {"deadline"}]
        if changes:
            kinds = sorted({f"{c.kind}: {c.reason}" for c in changes})
            self.history.complain("liveness", f"the plan is not empty: {kinds}")
        if result.error is not None:
            self.history.complain("liveness", f"the rehearsal failed: {result.error}")
        writes = [r for r in self.world.log.rows[place:] if self._is_write(r)]
        if writes or self.state.on_disk() != before:
            self.history.complain("plan", "a rehearsal changed something")
        self.history.reached["empty plan"] += not changes

    def _chance(self, share: float) -> bool:
        return self.random.random() < share


def play_through(one: Play) -> History:
    """Play a run; an exception of the program is a violation, too."""
    # What a run leaves behind is collected at its end: a seventh of the time otherwise.
    gc.disable()
    try:
        one.play()
    except (PowerCut, SQLAlchemyError, Exception) as error:
        _log.debug("seed %d", one.seed, exc_info=True)
        one.history.complain("no crash", f"{type(error).__name__}: {error} {_where(error)}")
    finally:
        one.account.close()
        one.history.points = one.host.census.points
        one.history.sites = one.host.census.first
        gc.enable()
        gc.collect()
    return one.history


def play(seed: int, state: State, cut_at: tuple[int, ...] = ()) -> History:
    """Play ``seed``; the power fails at the points ``cut_at`` of the whole run, too."""
    return play_through(Play(seed, state, cut_at))


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    places = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{Path(code.co_filename).name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " < ".join(reversed(places[-6:]))
