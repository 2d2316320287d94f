"""One connection, for as long as the daemon lives: wait, pass, learn from how it went."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from syncd import logs
from syncd.daemon.agenda import Agenda
from syncd.daemon.allowance import allow
from syncd.daemon.backoff import NEVER, Patience
from syncd.daemon.health import GOOD, ConnectionHealth, Health, PassEnd, PhaseHealth
from syncd.daemon.nudges import Nudges
from syncd.daemon.turn import Turn
from syncd.daemon.waiting import wait_until
from syncd.errors import ExitCode, HoldError, StateError, SyncdError
from syncd.http.session import Network
from syncd.passes.run import PHASES, PassResult
from syncd.settings.schema import Mode, Settings
from syncd.store import Store, runs

LONGEST_SLEEP = 60.0
"""Seconds after which it is looked anew whether something is due: somebody may set the clock."""

NUDGE_PAUSE = 5.0
"""Seconds that lie at least between the end of a pass and the next one that a nudge brings."""

_REST = 1.1  # at most so long after a pass another run, which looks once a second, gets its chance
_HELD_PAUSE = 15.0  # seconds, at most, until a connection that another run holds is wanted again

_ALL = ""  # in the place of a phase: what kept every one from running

_log = logging.getLogger("syncd.daemon")


@dataclass(slots=True)
class Means:
    """What all runners share. ``settings`` and ``network`` are replaced when settings change."""

    settings: Settings
    store: Store
    network: Network
    health: Health
    nudges: Nudges
    chance: Callable[[], float]


class Runner:
    """The task of one connection; nothing another connection does delays it.

    ``tried`` is set once a pass ended, or once it is known that none is due yet.
    """

    def __init__(self, name: str, means: Means) -> None:
        self.name = name
        self.tried = asyncio.Event()
        self._means = means
        self._clock = means.network.clock
        self._ending = False
        self._turn: Turn | None = None
        self._patience = Patience(means.chance)
        self._rest_until = self._nudge_from = NEVER
        self._passes = 0
        self._troubles: dict[str, str] = {}
        self._bell = means.nudges.bell(name)
        self._agenda = Agenda(means.settings.schedule, self._clock.now(), means.chance)
        self._mode = means.settings.connections[name].mode
        means.health.put(ConnectionHealth(name, self._mode))
        self._recall()
        self._show()

    async def run(self) -> None:
        """Pass after pass until :meth:`retire` or :meth:`end`; raises nothing."""
        with logs.about(connection=self.name):
            while not self._ending:
                try:
                    await self._step()
                except Exception as error:
                    # Nothing may end this task: the next step derives everything again.
                    _log.exception("a step of the daemon failed")
                    self._patience.learn({}, [error], self._clock.monotonic(), self._clock.now())
                    self._troubles[_ALL] = _sentence(error)
                    self._means.health.change(self.name, error=_sentence(error))
                    self._settle()

    def follow_settings(self) -> None:
        """The settings were read again: forget every pause, go by them from the next pass on."""
        settings = self._means.settings
        self._agenda.follow(settings.schedule)
        self._mode = settings.connections[self.name].mode
        self._patience = Patience(self._means.chance)
        self._rest_until = self._nudge_from = NEVER
        self._troubles = {}
        self._means.health.change(
            self.name, mode=self._mode, failures=0, backing_off_until=None, error=""
        )
        self._bell.set()

    def retire(self) -> None:
        """End after the pass under way."""
        self._ending = True
        self._bell.set()

    async def end(self) -> None:
        """End now; a write under way gets its answer first."""
        self.retire()
        if self._turn is not None:
            await self._turn.end()

    def watch(self) -> bool:
        """Whether the connection is well looked after: no pass that was told to end goes on."""
        stuck = self._turn is not None and self._turn.stuck
        if stuck != self._known.stuck:
            self._means.health.change(self.name, stuck=stuck)
            if stuck:
                _log.error("a pass does not end", extra={"connection": self.name})
        return not stuck

    # One step

    async def _step(self) -> None:
        if self._choose():
            self._recall()
        if phases := self._choose():  # another run may have looked just now
            await self._pass(phases)
        else:
            self._settle()
            await self._wait()

    def _choose(self) -> tuple[str, ...]:
        """The phases to run now, none when nothing is due or it is too early to ask again."""
        moment = self._clock.monotonic()
        if self._mode is Mode.OFF or moment < self._blocked_until():
            return ()
        barred = self._patience.barred(moment)
        due = self._agenda.due(self._clock.now(), barred)
        nudged = self._means.nudges.waiting(self.name) - barred
        if nudged and moment >= self._nudge_from:
            due = self._agenda.along({*due, *nudged}, barred)
        return due

    def _blocked_until(self, phase: str | None = None) -> float:
        return max(self._patience.until(phase), self._rest_until)

    async def _wait(self) -> None:
        self._bell.clear()
        if self._ending:
            return
        self._show()
        moment, now = self._clock.monotonic(), self._clock.now()
        wait = LONGEST_SLEEP
        if self._mode is not Mode.OFF:
            for phase in PHASES:
                free = self._blocked_until(phase) - moment
                if (at := self._agenda.due_at(phase, now)) is not None:
                    wait = min(wait, max(at - now, free))
                if phase in self._means.nudges.waiting(self.name):
                    wait = min(wait, max(self._nudge_from - moment, free))
        # Due a moment from now is soon enough; a clock that stands still must not make a hot loop.
        await wait_until(self._clock, max(0.01, wait), self._bell)

    async def _pass(self, phases: tuple[str, ...]) -> None:
        means = self._means
        means.nudges.take(self.name, phases)
        looked = self._agenda.last("results")
        elapsed = None if looked is None else self._clock.now() - looked
        looks = allow(means.settings, self.name, elapsed)
        self._turn = turn = Turn(
            means.settings, self.name, means.store, means.network, phases, self._note, looks
        )
        result: PassResult | None = None
        bugs: list[Exception] = []
        try:
            result = await turn.result()
        except Exception as error:
            bugs.append(error)
            _log.exception("a pass failed by a bug of syncd")  # told without the error's text
        finally:
            self._turn = None
        self._rest(turn)
        if result is None and not bugs:
            self._cut_short(turn)
        elif result is not None and isinstance(result.error, HoldError):
            self._left_out(turn)
        else:
            self._learn(turn, result, bugs or (result.report.errors if result else ()))
        self._settle()

    def _settle(self) -> None:
        """Something is known of the connection now."""
        if not self.tried.is_set():
            self.tried.set()
            self._means.health.change(self.name, tried=True)
        self._show()

    def _note(self, phase: str, outcome: str | None) -> None:
        now, health = self._clock.now(), self._means.health
        if outcome is None:
            self._agenda.began([phase], now)
            health.change_phase(self.name, phase, began_at=now, running_since=now)
            return
        known = self._known.phases.get(phase) or PhaseHealth(phase)
        succeeded = now if outcome == "done" else known.succeeded_at
        health.change_phase(
            self.name,
            phase,
            running_since=None,
            ended_at=now,
            outcome=known.outcome if outcome == "ended" else outcome,
            succeeded_at=succeeded,
        )

    # What a pass teaches

    def _rest(self, turn: Turn) -> None:
        """Let another run, such as `syncd forget`, get hold of the connection in between."""
        moment = self._clock.monotonic()
        self._rest_until = moment + min(_REST, max(0.1, moment - turn.started))
        self._nudge_from = moment + NUDGE_PAUSE

    def _cut_short(self, turn: Turn) -> None:
        """The end of the daemon came first, or the phase took too long."""
        slow = [phase for phase, (outcome, _) in turn.ran.items() if outcome == "ended"]
        if turn.overdue:
            # It has had its turn, and the others come first; it goes on where it was.
            self._agenda.began(slow, self._clock.now())
            _log.warning("a phase took too long and was ended", extra={"phase": ", ".join(slow)})
        else:
            self._agenda.owe(slow)

    def _left_out(self, turn: Turn) -> None:
        """Another run holds the connection: this turn is that one's."""
        self._agenda.owe(phase for phase, (outcome, _) in turn.ran.items() if outcome == "ended")
        # Who wants a look every second does not want to wait for many after a short run.
        longest = min(_HELD_PAUSE, self._agenda.shortest_pause(self._clock.now()))
        wait = longest * (0.5 + 0.5 * self._means.chance())
        self._rest_until = self._clock.monotonic() + wait
        if not self._known.held:
            _log.info("another run holds the connection")
        self._means.health.change(self.name, held=True)

    def _learn(self, turn: Turn, result: PassResult | None, errors: Sequence[Exception]) -> None:
        moment, now = self._clock.monotonic(), self._clock.now()
        outcomes = {phase: outcome for phase, (outcome, _) in turn.ran.items()}
        self._agenda.owe(self._patience.learn(outcomes, errors, moment, now))
        for phase, outcome in outcomes.items():
            if outcome == "unfinished" and self._agenda.is_crontab(phase):
                # What is left must not wait until the next day.
                self._agenda.owe([phase])
                self._patience.put_off(phase, moment)
        if result is not None and result.report.more and not errors:
            # More postings were due than requests allowed: looking goes on without a pause.
            self._means.nudges.nudge(self.name, "results")
        self._remember_troubles(outcomes, errors)
        told, before = next(iter(self._troubles.values()), ""), self._known
        worst = self._patience.worst
        codes = tuple(result.codes) if result else (ExitCode.UNFINISHED,)
        self._means.health.change(
            self.name,
            held=False,
            failures=worst.failures if told else 0,
            backing_off_until=now + worst.until - moment if worst.until > moment else None,
            error=told,
            attention=ExitCode.ATTENTION in codes,
        )
        if told and told != before.error:
            wait = max(0, round(worst.until - moment))
            _log.warning("a pass failed: %s", told, extra={"again_in": wait})
        elif before.error and not told:
            _log.info("passes work again")
        self._announce(turn, codes, result, ok=not errors)

    def _remember_troubles(self, outcomes: Mapping[str, str], errors: Sequence[Exception]) -> None:
        """What is wrong stays wrong until the phase that met it did its work."""
        bad = [phase for phase, outcome in outcomes.items() if outcome not in GOOD]
        for phase in [*(outcomes.keys() - set(bad)), _ALL]:
            self._troubles.pop(phase, None)
        if errors:
            for phase in bad or [_ALL]:
                self._troubles[phase] = _sentence(errors[0])

    def _announce(
        self, turn: Turn, codes: tuple[ExitCode, ...], result: PassResult | None, *, ok: bool
    ) -> None:
        self._passes += 1
        counts = {k: v for k, v in result.report.counts.items() if v} if result else {}
        if result is not None and result.mode is Mode.PLAN:
            counts = {"planned changes": len(result.changes)}
        _log.debug("pass ended", extra={"phases": ",".join(turn.ran), "ok": ok})
        end = PassEnd(
            self.name,
            self._passes,
            turn.began,
            self._clock.now(),
            ok,
            codes,
            dict(turn.ran),
            counts,
        )
        self._means.health.announce(end)

    # What is known

    @property
    def _known(self) -> ConnectionHealth:
        return self._means.health.get(self.name) or ConnectionHealth(self.name, self._mode)

    def _recall(self) -> None:
        """Take over from the state what was looked at, by whomever."""
        if self._mode is Mode.PLAN:
            return  # a rehearsal leaves no trace there
        try:
            with self._means.store.read() as tx:
                known = runs.last(tx, self.name)
        except StateError:
            return  # the pass will say so
        self._agenda.learn(known, self._clock.now())
        for run in known:
            if run.phase in PHASES and run.outcome != runs.RUNNING:
                self._means.health.change_phase(
                    self.name,
                    run.phase,
                    began_at=run.began_at,
                    ended_at=run.ended_at,
                    succeeded_at=run.succeeded_at,
                    outcome=run.outcome,
                )

    def _show(self) -> None:
        """Tell when each phase is due."""
        moment, now = self._clock.monotonic(), self._clock.now()
        for phase in PHASES:
            at = None
            if self._mode is not Mode.OFF and (due := self._agenda.due_at(phase, now)) is not None:
                at = max(due, now + self._patience.until(phase) - moment)
            self._means.health.change_phase(
                self.name, phase, due_at=at, every=self._agenda.pause(phase, now)
            )


def _sentence(error: Exception) -> str:
    """What went wrong, fit to be shown: texts of our own errors hold nothing personal."""
    if isinstance(error, SyncdError):
        return str(error)
    return f"This is a bug in syncd ({type(error).__name__}); the log says where."
