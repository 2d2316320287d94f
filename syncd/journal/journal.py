"""The journal: every remote write is a row before it is a request.

Three commits around one request: the intent; ``sent``, right before the socket is touched; the
outcome together with all that follows from it. A run that dies in between leaves a row that tells
the next one what may have happened.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from syncd.clock import Clock
from syncd.errors import (
    AT_ONCE,
    CredentialsRefused,
    HoldLost,
    NotSent,
    Rejected,
    RemoteError,
    Throttled,
    Uncertain,
)
from syncd.http.session import Slot
from syncd.journal import machine
from syncd.journal.intent import Effects, Ids, Intent, Outcome, Send, Side
from syncd.journal.machine import DISPATCHABLE, Entry, State
from syncd.plan import ONCE, Kind
from syncd.store import Store, Tx
from syncd.store import journal as rows
from syncd.store.hold import Hold
from syncd.store.journal import JournalRow

Evidence = dict[str, str | int | None]


class Journal:
    """Writes to the remote sides in the name of one hold on one connection."""

    rehearsing = False

    def __init__(self, store: Store, hold: Hold, clock: Clock) -> None:
        self._store = store
        self._hold = hold
        self._clock = clock
        self._connection = hold.connection

    async def submit(
        self, side: Side, intents: Sequence[Intent], send: Send, effects: Effects | None = None
    ) -> Outcome:
        """See :class:`syncd.journal.intent.Writer`.

        A write that met the end of its session, or an account that has moved, is made once more
        after the new login; else a pass whose only write met that might never make it. Raises
        CredentialsRefused and HoldLost; every other remote error is in the outcome.
        """
        outcome = await self._submit(side, intents, send, effects)
        if isinstance(outcome.error, NotSent) and outcome.error.code == AT_ONCE:
            outcome = await self._submit(side, intents, send, effects)
        return outcome

    async def _submit(
        self, side: Side, intents: Sequence[Intent], send: Send, effects: Effects | None
    ) -> Outcome:
        """Commit the intents, wait for a slot, commit that they are sent, send them once."""
        intended, blocked = self._intend(side, intents)
        ready = [intent for intent in intents if intent.key not in blocked]
        if not ready:
            return Outcome(blocked=blocked)
        try:
            slot = await side.reserve()
        except CredentialsRefused:
            raise
        except RemoteError as error:
            return Outcome(blocked=blocked, error=error)
        sent = self._dispatch(side, ready, intended)
        slot.start_by = self._clock.monotonic() + machine.DISPATCH_WITHIN
        outcome = await self._send(side, ready, sent, slot, send, effects)
        return replace(outcome, blocked=blocked)

    def decline(self, intent: Intent, why: str) -> None:
        """See :class:`syncd.journal.intent.Writer`."""
        with self._store.write(self._hold) as tx:
            entry = self._row(intent, rows.fetch(tx, self._connection, [intent.key]))
            if machine_state(entry) not in (State.SENT, State.CONFIRMED):
                ended = machine.decline(to_entry(entry), self._clock.now(), why)
                rows.put(tx, [from_entry(entry, ended, self._hold.fence)])

    def settle(
        self,
        open_rows: Iterable[JournalRow],
        found: Mapping[str, str | None],
        looked_at: float,
        settle: float,
        effects: Effects | None = None,
        *,
        most: int | None = None,
    ) -> dict[str, State]:
        """Given rows in ``sent`` and what a look that began at ``looked_at`` found of them, go on.

        ``found`` maps keys to remote ids. Returns the new state by key; ``effects`` get what was
        found. ``most``: see :func:`.machine.miss`.
        """
        states: dict[str, State] = {}
        with self._store.write(self._hold) as tx:
            changed = []
            for row in open_rows:
                entry = to_entry(row)
                entry = (
                    machine.confirm(entry, looked_at, found[row.key])
                    if row.key in found
                    else machine.miss(entry, looked_at, settle, most=most)
                )
                states[row.key] = entry.state
                changed.append(from_entry(row, entry, self._hold.fence))
            rows.put(tx, changed)
            if effects and found:
                effects(tx, {k: v for k, v in found.items() if k in states})
        return states

    def give_up(self, open_rows: Iterable[JournalRow], now: float) -> None:
        """What cannot be looked up is a person's."""
        with self._store.write(self._hold) as tx:
            rows.put(
                tx,
                [
                    from_entry(row, machine.give_up(to_entry(row), now), self._hold.fence)
                    for row in open_rows
                ],
            )

    def recover(self) -> None:
        """At the start of a pass: repeatable writes found in ``sent`` have an unknown outcome."""
        with self._store.write(self._hold) as tx:
            stale = [
                row
                for row in rows.in_state(tx, self._connection, [State.SENT])
                if Kind(row.kind) not in ONCE
            ]
            now = self._clock.now()
            rows.put(
                tx,
                [
                    from_entry(
                        row,
                        machine.doubt(
                            to_entry(row), now, {"why": "the run ended"}, repeatable=True
                        ),
                        self._hold.fence,
                    )
                    for row in stale
                ],
            )

    # A row is read once per submission. Nobody else may write it as long as the hold is ours, and
    # every commit begins by making sure that it is.

    def _intend(
        self, side: Side, intents: Sequence[Intent]
    ) -> tuple[dict[str, JournalRow], dict[str, State]]:
        """The rows by key as they stand now, and the states of those that may not be sent."""
        standing: dict[str, JournalRow] = {}
        blocked: dict[str, State] = {}
        with self._store.write(self._hold) as tx:
            known = rows.fetch(tx, self._connection, [intent.key for intent in intents])
            fresh = []
            for intent in intents:
                row = self._row(intent, known)
                state = machine_state(row)
                if state not in DISPATCHABLE:
                    blocked[intent.key] = state
                elif state is State.INTENDED and intent.key in known:
                    standing[intent.key] = row
                else:
                    standing[intent.key] = replace(row, intended_at=side.remote_now())
                    fresh.append(standing[intent.key])
            rows.put(tx, fresh)
        return standing, blocked

    def _dispatch(
        self, side: Side, intents: Sequence[Intent], standing: Mapping[str, JournalRow]
    ) -> dict[str, JournalRow]:
        now = side.remote_now()
        sent = {
            intent.key: from_entry(
                standing[intent.key],
                machine.dispatch(to_entry(standing[intent.key]), now),
                self._hold.fence,
                intent,
            )
            for intent in intents
        }
        with self._store.write(self._hold) as tx:
            rows.step(tx, list(sent.values()))
        return sent

    async def _send(
        self,
        side: Side,
        intents: Sequence[Intent],
        sent: Mapping[str, JournalRow],
        slot: Slot,
        send: Send,
        effects: Effects | None,
    ) -> Outcome:
        try:
            answered = await send(slot)
        except HoldLost:
            raise  # nothing left, and nothing may be committed: the next holder looks it up
        except CredentialsRefused as error:
            self._revert(sent, error)
            raise
        except (NotSent, Throttled) as error:
            self._revert(sent, error)
            return Outcome(error=error)
        except Rejected as error:
            now, evidence = side.remote_now(), _evidence(error)
            self._commit(sent.values(), lambda entry, _: machine.refuse(entry, now, evidence))
            return Outcome(error=error)
        except Uncertain as error:
            self._doubt(side, intents, sent, _evidence(error))
            return Outcome(uncertain=tuple(i.key for i in intents), error=error)
        return self._confirm(side, intents, sent, answered, effects)

    def _revert(self, sent: Mapping[str, JournalRow], error: RemoteError) -> None:
        evidence = _evidence(error)
        self._commit(sent.values(), lambda entry, _: machine.revert(entry, evidence))

    def _confirm(
        self,
        side: Side,
        intents: Sequence[Intent],
        sent: Mapping[str, JournalRow],
        answered: Ids,
        effects: Effects | None,
    ) -> Outcome:
        confirmed = {i.key: answered[i.key] for i in intents if i.key in answered}
        missing = [intent for intent in intents if intent.key not in answered]
        now = side.remote_now()

        def follow(tx: Tx) -> None:
            if effects and confirmed:
                effects(tx, confirmed)

        self._commit(
            [sent[key] for key in confirmed],
            lambda entry, key: machine.confirm(entry, now, confirmed[key]),
            follow,
        )
        if missing:
            self._doubt(side, missing, sent, {"why": machine.NOT_NAMED})
        return Outcome(confirmed=confirmed, uncertain=tuple(i.key for i in missing))

    def _doubt(
        self,
        side: Side,
        intents: Sequence[Intent],
        sent: Mapping[str, JournalRow],
        evidence: Evidence,
    ) -> None:
        now = side.remote_now()
        once = [sent[i.key] for i in intents if i.change.kind in ONCE]
        again = [sent[i.key] for i in intents if i.change.kind not in ONCE]
        for some, repeatable in ((once, False), (again, True)):
            if some:
                self._commit(
                    some,
                    lambda e, _, r=repeatable: machine.doubt(e, now, evidence, repeatable=r),  # type: ignore[misc]
                )

    def _commit(
        self,
        sent: Iterable[JournalRow],
        step: Callable[[Entry, str], Entry],
        follow: Callable[[Tx], None] | None = None,
    ) -> None:
        """``step`` is given what a row's write stands at, and its key."""
        fence = self._hold.fence
        changed = [from_entry(row, step(to_entry(row), row.key), fence) for row in sent]
        with self._store.write(self._hold) as tx:
            rows.step(tx, changed)
            if follow:
                follow(tx)

    def _row(self, intent: Intent, known: Mapping[str, JournalRow]) -> JournalRow:
        if intent.key in known:
            return known[intent.key]
        change = intent.change
        return JournalRow(
            connection=self._connection,
            key=intent.key,
            kind=change.kind,
            job_id=change.job_id,
            posting_id=change.posting_id,
            application_id=change.application_id,
            interview_id=change.interview_id,
            payload_hash=intent.payload_hash,
            reason=change.reason,
            state=State.INTENDED,
            intended_at=self._clock.now(),
            fence=self._hold.fence,
        )


def machine_state(row: JournalRow) -> State:
    return State(row.state)


def to_entry(row: JournalRow) -> Entry:
    """What the machine needs of a row."""
    return Entry(
        state=State(row.state),
        attempts=row.attempts,
        looks=row.looks,
        looked_at=row.looked_at,
        sent_at=row.sent_at,
        ended_at=row.ended_at,
        remote_id=row.remote_id,
        evidence=dict(row.evidence),
    )


def from_entry(
    row: JournalRow, entry: Entry, fence: int, intent: Intent | None = None
) -> JournalRow:
    """The row after a step of the machine, under the fence of the run that took it.

    With ``intent`` it says what that asks for now, which may differ from when it was written down.
    """
    return replace(
        row,
        state=str(entry.state),
        attempts=entry.attempts,
        looks=entry.looks,
        looked_at=entry.looked_at,
        sent_at=entry.sent_at,
        ended_at=entry.ended_at,
        remote_id=entry.remote_id,
        evidence=entry.evidence,
        fence=fence,
        payload_hash=intent.payload_hash if intent else row.payload_hash,
        reason=intent.change.reason if intent else row.reason,
    )


def _evidence(error: RemoteError) -> Evidence:
    path = ".".join(str(part) for part in error.faults[0].path) if error.faults else None
    return {
        "error": type(error).__name__,
        "status": error.status,
        "code": error.code or None,
        "path": path,
    }


__all__ = ["Journal", "from_entry", "to_entry"]
