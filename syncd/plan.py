"""A plan as a value: small typed changes, each with its reason, and hashes over groups of them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

Value = str | int | float | bool | None


class Kind(StrEnum):
    """Every remote write there is."""

    CREATE = "posting.create"
    ACTIVATE = "posting.activate"
    UPDATE = "posting.update"
    ARCHIVE = "posting.archive"
    INGEST = "candidate.ingest"
    NOTE = "note.add"
    SCORE = "score.set"
    TAG = "tag.add"
    MOVE = "application.move"
    REJECT = "application.reject"
    HOOK = "webhook.add"
    UNHOOK = "webhook.remove"


# What must never be done twice. Anything else may be sent again once it is seen to be missing.
ONCE = frozenset({Kind.CREATE, Kind.INGEST, Kind.NOTE})

_ORDER = {kind: place for place, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class Change:
    """One intended remote write, told without anything personal.

    ``values`` are the new values that may be shown (no description, no address); ``reason`` says
    which rule asks for it.
    """

    kind: Kind
    reason: str
    job_id: str | None = None
    posting_id: str | None = None
    application_id: str | None = None
    interview_id: str | None = None
    title: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)

    @property
    def identity(self) -> tuple[str, ...]:
        """What tells this change from any other: kind, ids and new values.

        Not times, nor counts that change by themselves, lest a hash shown be void at once.
        """
        ids = (self.job_id, self.posting_id, self.application_id, self.interview_id)
        told = {k: v for k, v in self.values.items() if k not in ("deadline", "in_flight")}
        return (self.kind, *(i or "" for i in ids), json.dumps(told, sort_keys=True))

    @property
    def item(self) -> str:
        """The identity as 32 hex digits, short enough to be kept."""
        return hashlib.sha256(json.dumps(self.identity).encode()).hexdigest()[:32]

    @property
    def data(self) -> dict[str, Value | dict[str, Value]]:
        """The JSON form; keys without a value are left out."""
        ids = {
            "job": self.job_id,
            "posting": self.posting_id,
            "application": self.application_id,
            "interview": self.interview_id,
            "title": self.title or None,
        }
        return {
            "kind": str(self.kind),
            **{k: v for k, v in ids.items() if v is not None},
            "values": dict(self.values),
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Refusal:
    """A group of changes a guard held back, with every number that led to it."""

    group: str
    reason: str
    numbers: Mapping[str, Value]
    changes: tuple[Change, ...]
    connection: str = ""

    @property
    def hash(self) -> str:
        return group_hash(self.group, self.changes)

    @property
    def data(self) -> dict[str, object]:
        return {
            "group": self.group,
            "hash": self.hash,
            "reason": self.reason,
            "numbers": dict(self.numbers),
            "changes": [change.data for change in self.changes],
        }


def group_hash(group: str, changes: Sequence[Change]) -> str:
    """Twelve hex digits over a group's items: the same items, in any order, give the same."""
    told = json.dumps([group, sorted(change.identity for change in changes)])
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def in_order(changes: Sequence[Change]) -> list[Change]:
    """The changes as they would be done: postings first, then people, then write-back."""
    return sorted(changes, key=lambda c: (_ORDER[c.kind], c.identity))
