"""The life of one remote write, as pure functions.

::

    intended ──dispatch──▶ sent ──confirm──▶ confirmed
        ▲                   │ │
        └──not applied──────┘ ├──refuse──▶ refused      the remote side said no
                              └──look: missing, twice after settle──▶ absent ──dispatch──▶ sent
                                                 (too often: needs_person)

    needs_person   what stays unknown and cannot be looked up
    unknown        the outcome of a repeatable write; what is read next decides
    declined       not sent on purpose, e.g. somebody was moved by a person meanwhile

Times are on the clock of the side that was written to.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum

NOT_NAMED = "the answer did not name it"  # why a write is in doubt that was answered as done
REFUSED_AT = "refused_at"  # in the evidence: when it was first refused
DISPATCH_WITHIN = 5.0  # seconds from the `sent` commit to the start of the request


class State(StrEnum):
    INTENDED = "intended"
    SENT = "sent"
    CONFIRMED = "confirmed"
    ABSENT = "absent"
    REFUSED = "refused"
    NEEDS_PERSON = "needs_person"
    UNKNOWN = "unknown"
    DECLINED = "declined"


#: From these a write may be dispatched: it certainly is not applied, or repeating it is harmless.
DISPATCHABLE = frozenset({State.INTENDED, State.ABSENT, State.REFUSED, State.UNKNOWN})


class IllegalStep(Exception):
    """A step the machine does not have: a defect of the program, never of the input."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the machine knows of one write."""

    state: State
    attempts: int = 0
    looks: int = 0
    looked_at: float | None = None
    sent_at: float | None = None
    ended_at: float | None = None
    remote_id: str | None = None
    evidence: dict[str, str | int | None] = field(default_factory=dict)


def dispatch(entry: Entry, now: float) -> Entry:
    """The request may now leave."""
    if entry.state not in DISPATCHABLE:
        raise IllegalStep(f"cannot dispatch from {entry.state}")
    return replace(
        entry,
        state=State.SENT,
        attempts=entry.attempts + 1,
        looks=0,
        looked_at=None,
        sent_at=now,
        ended_at=None,
        evidence=_kept(entry),
    )


def confirm(entry: Entry, now: float, remote_id: str | None = None) -> Entry:
    """It was applied: answered so, or found by its mark (from any state: what is there, is)."""
    return replace(
        entry, state=State.CONFIRMED, ended_at=now, remote_id=remote_id or entry.remote_id
    )


def revert(entry: Entry, evidence: dict[str, str | int | None]) -> Entry:
    """It certainly was not applied: refused connection, 429, never started."""
    _require_sent(entry)
    kept = {**evidence, **_kept(entry)}
    return replace(entry, state=State.INTENDED, sent_at=None, evidence=kept)


def refuse(entry: Entry, now: float, evidence: dict[str, str | int | None]) -> Entry:
    """The remote side said no."""
    _require_sent(entry)
    told = {**evidence, REFUSED_AT: round(now), **_kept(entry)}
    return replace(entry, state=State.REFUSED, ended_at=now, evidence=told)


def doubt(
    entry: Entry, now: float, evidence: dict[str, str | int | None], *, repeatable: bool
) -> Entry:
    """Nobody knows whether it was applied. A write that must happen once stays ``sent``."""
    _require_sent(entry)
    if repeatable:
        return replace(entry, state=State.UNKNOWN, ended_at=now, evidence=evidence)
    return replace(entry, evidence={**evidence, **_kept(entry)})


def miss(entry: Entry, looked_at: float, settle: float, *, most: int | None = None) -> Entry:
    """A look that began at ``looked_at`` found nothing.

    Looks before ``settle`` has passed do not count; the second that counts, at least ``settle/5``
    after the first, makes it absent. When it has come to that ``most`` times, or a second time
    after an answer that it was done, what the remote side shows cannot be relied on: then it is a
    person's.
    """
    _require_sent(entry)
    sent_at = entry.sent_at if entry.sent_at is not None else looked_at
    if looked_at < sent_at + settle:
        return entry
    if entry.looks == 0 or entry.looked_at is None:
        return replace(entry, looks=1, looked_at=looked_at)
    if looked_at < entry.looked_at + settle / 5:
        return entry
    before = entry.evidence.get("absent", 0)
    times = 1 + (before if isinstance(before, int) else 0)
    answered = entry.evidence.get("why") == NOT_NAMED
    hopeless = most is not None and (times >= most or (answered and times > 1))
    return replace(
        entry,
        state=State.NEEDS_PERSON if hopeless else State.ABSENT,
        looks=entry.looks + 1,
        looked_at=looked_at,
        ended_at=looked_at,
        evidence={**entry.evidence, "absent": times},
    )


def give_up(entry: Entry, now: float) -> Entry:
    """It cannot be looked up; a person must."""
    _require_sent(entry)
    return replace(entry, state=State.NEEDS_PERSON, ended_at=now)


def decline(entry: Entry, now: float, why: str) -> Entry:
    """It will not be sent, for a reason that lies in the remote state."""
    if entry.state in (State.SENT, State.CONFIRMED):
        raise IllegalStep(f"cannot decline what is {entry.state}")
    return replace(entry, state=State.DECLINED, ended_at=now, evidence={"why": why})


def reopen(entry: Entry) -> Entry:
    """A person asked for another try."""
    if entry.state in (State.SENT, State.CONFIRMED):
        raise IllegalStep(f"cannot reopen what is {entry.state}")
    return replace(entry, state=State.INTENDED, ended_at=None, looks=0, looked_at=None, evidence={})


def _kept(entry: Entry) -> dict[str, str | int | None]:
    """What outlives the attempt: how often it was absent, and since when it is refused."""
    return {key: entry.evidence[key] for key in ("absent", REFUSED_AT) if key in entry.evidence}


def _require_sent(entry: Entry) -> None:
    if entry.state is not State.SENT:
        raise IllegalStep(f"not sent but {entry.state}")
