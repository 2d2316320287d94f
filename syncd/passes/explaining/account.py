"""An account of one thing: what is known, what was done, what comes next and why not yet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from syncd.journal.machine import State
from syncd.store.attention import Item
from syncd.store.journal import JournalRow

Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Deed:
    """One remote write, from the journal. Times are on the clock of the side written to."""

    at: float
    kind: str
    state: str
    told: str
    reason: str
    key: str
    attempts: int
    looks: int
    sent_at: float | None
    ended_at: float | None
    remote_id: str | None
    about: Mapping[str, str]
    evidence: Mapping[str, str | int | None]


@dataclass(slots=True)
class Account:
    """What there is to say about one thing of one connection.

    ``tally``: writes about others that are too many to be listed, by kind and state.
    ``next``: what will be done; ``why_not_yet``: everything that stands in its way.
    """

    connection: str
    what: str
    id: str
    knows: dict[str, Value] = field(default_factory=dict)
    did: list[Deed] = field(default_factory=list)
    tally: dict[str, int] = field(default_factory=dict)
    next: str = ""
    why_not_yet: list[str] = field(default_factory=list)
    attention: list[Item] = field(default_factory=list)


def when(epoch: float | None) -> str | None:
    """Epoch seconds as people and programs read them, in UTC."""
    if epoch is None:
        return None
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def to_deeds(rows: Iterable[JournalRow]) -> list[Deed]:
    """Journal rows in the order in which they were decided."""
    return [_to_deed(row) for row in sorted(rows, key=lambda row: (row.intended_at, row.key))]


def _to_deed(row: JournalRow) -> Deed:
    about = {
        "job": row.job_id,
        "posting": row.posting_id,
        "application": row.application_id,
        "interview": row.interview_id,
    }
    return Deed(
        at=row.sent_at if row.sent_at is not None else row.intended_at,
        kind=row.kind,
        state=row.state,
        told=tell_state(row),
        reason=row.reason,
        key=row.key,
        attempts=row.attempts,
        looks=row.looks,
        sent_at=row.sent_at,
        ended_at=row.ended_at,
        remote_id=row.remote_id,
        about={name: value for name, value in about.items() if value},
        evidence={k: v for k, v in row.evidence.items() if v is not None},
    )


def tell_state(row: JournalRow) -> str:
    """What became of a write, in words."""
    status = row.evidence.get("status")
    why = row.evidence.get("why")
    told = {
        State.INTENDED: "decided, not sent yet",
        State.SENT: f"uncertain since {when(row.sent_at)}, looked for by every pass"
        + (f", missed {row.looks} times after settle" if row.looks else ""),
        State.CONFIRMED: "done" if row.sent_at is not None else "found done",
        State.ABSENT: "did not arrive; may be sent again",
        State.REFUSED: f"refused by the remote side (HTTP {status}); tried again"
        if status is not None
        else "cannot be done, see `syncd attention list`; tried again",
        State.NEEDS_PERSON: "nobody can tell whether it arrived; waits for a person",
        State.UNKNOWN: "outcome unknown; what is read next decides",
        State.DECLINED: f"left undone: {why}" if why else "left undone",
    }
    return told[State(row.state)]


def summed(rows: Sequence[JournalRow]) -> dict[str, int]:
    """How many writes of each kind are in which state."""
    tally: dict[str, int] = {}
    for row in rows:
        name = f"{row.kind} {row.state}"
        tally[name] = tally.get(name, 0) + 1
    return dict(sorted(tally.items()))
