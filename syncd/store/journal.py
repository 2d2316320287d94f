"""The rows of the journal. What may become of one is decided in :mod:`syncd.journal.machine`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from sqlalchemy import Insert, Select, Update, bindparam, func, select, update

from syncd.errors import HoldLost
from syncd.store.repeat import repeat
from syncd.store.shape import Shape
from syncd.store.state import Tx
from syncd.store.tables import journal
from syncd.store.upsert import SOME, select_in, upsert, upsertion


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One remote write; see the table for what each column means."""

    connection: str
    key: str
    kind: str
    payload_hash: str
    reason: str
    state: str
    intended_at: float
    fence: int
    job_id: str | None = None
    posting_id: str | None = None
    application_id: str | None = None
    interview_id: str | None = None
    attempts: int = 0
    looks: int = 0
    looked_at: float | None = None
    sent_at: float | None = None
    ended_at: float | None = None
    remote_id: str | None = None
    evidence: Mapping[str, str | int | None] = field(default_factory=dict)


_SHAPE = Shape(JournalRow, journal)
_BY_KEY = _SHAPE.select.where(
    journal.c.connection == bindparam("connection"), journal.c.key.in_(SOME)
)

_IN_STATE = _SHAPE.select.order_by(journal.c.intended_at, journal.c.key).where(
    journal.c.connection == bindparam("connection"),
    journal.c.state.in_(bindparam("states", expanding=True)),
)
_OF_KINDS = _IN_STATE.where(journal.c.kind.in_(bindparam("kinds", expanding=True)))


def insert(tx: Tx, rows: Sequence[JournalRow]) -> None:
    """Write down new intents; where the key exists the row that is there stays as it is."""
    upsert(tx, journal, _values(rows), update=())


def put(tx: Tx, rows: Sequence[JournalRow]) -> None:
    """Write down whole rows, new or changed.

    Raise HoldLost if one of them was written under a higher fence meanwhile: then a later run
    owns the connection, and what it knows must not be overwritten.
    """
    if rows:
        statement = upsertion(tx.dialect.name, journal, tuple(journal.c.keys()), "fence")
        _write(tx, statement, rows, _values(rows))


def step(tx: Tx, rows: Sequence[JournalRow]) -> None:
    """Write down what a step of the machine changed in rows that stand there.

    Cheaper than :func:`put`. Raise HoldLost as that does, also if a row is gone.
    """
    if rows:
        _write(tx, _STEP, rows, [_stepped(row) for row in rows])


def _write(
    tx: Tx, statement: Insert | Update, rows: Sequence[JournalRow], values: list[dict[str, object]]
) -> None:
    if repeat(tx, statement, values) != len(rows):
        raise HoldLost(
            f"The journal of connection {rows[0].connection!r} was written by a later run: "
            "nothing more is sent or stored, the next run goes on from here."
        )


_STEPPED = (
    "state",
    "attempts",
    "looks",
    "looked_at",
    "sent_at",
    "ended_at",
    "remote_id",
    "evidence",
    "payload_hash",
    "reason",
)
_STEP = (
    update(journal)
    .where(
        journal.c.connection == bindparam("the_connection"),
        journal.c.key == bindparam("the_key"),
        journal.c.fence <= bindparam("the_fence"),
    )
    .values(fence=bindparam("the_fence"), **{name: bindparam(f"new_{name}") for name in _STEPPED})
)
_step_values = attrgetter(*_STEPPED)
_STEP_NAMES = tuple(f"new_{name}" for name in _STEPPED)


def _stepped(row: JournalRow) -> dict[str, object]:
    return {
        "the_connection": row.connection,
        "the_key": row.key,
        "the_fence": row.fence,
        **dict(zip(_STEP_NAMES, _step_values(row), strict=True)),
        "new_evidence": dict(row.evidence),
    }


def fetch(tx: Tx, connection: str, keys: Collection[str]) -> dict[str, JournalRow]:
    """The rows of these keys, by key; a key without a row is left out."""
    found = select_in(tx, _BY_KEY, keys, connection=connection)
    return {row.key: row for row in _SHAPE.read(found)}


def in_state(
    tx: Tx,
    connection: str,
    states: Collection[str],
    kinds: Collection[str] | None = None,
) -> list[JournalRow]:
    """The rows in one of ``states``, of one of ``kinds`` or of any, the oldest first."""
    asked = {"connection": connection, "states": list(states)}
    if kinds is None:
        return list(_SHAPE.read(tx.execute(_IN_STATE, asked)))
    return list(_SHAPE.read(tx.execute(_OF_KINDS, {**asked, "kinds": list(kinds)})))


def history(
    tx: Tx,
    connection: str | None = None,
    *,
    job_id: str | None = None,
    posting_id: str | None = None,
    application_id: str | None = None,
    interview_id: str | None = None,
) -> list[JournalRow]:
    """The rows that have every id given, of one connection or of all, the oldest first."""
    statement = _of(connection)
    ids = {
        journal.c.job_id: job_id,
        journal.c.posting_id: posting_id,
        journal.c.application_id: application_id,
        journal.c.interview_id: interview_id,
    }
    for column, value in ids.items():
        if value is not None:
            statement = statement.where(column == value)
    return list(_SHAPE.read(tx.execute(statement)))


def tally(tx: Tx, connection: str) -> dict[tuple[str, str], int]:
    """How many rows there are, by kind and state."""
    statement = (
        select(journal.c.kind, journal.c.state, func.count())
        .where(journal.c.connection == connection)
        .group_by(journal.c.kind, journal.c.state)
    )
    return {(kind, state): count for kind, state, count in tx.execute(statement)}


def _of(connection: str | None) -> Select[*tuple[object, ...]]:
    statement = _SHAPE.select.order_by(journal.c.intended_at, journal.c.key)
    return statement if connection is None else statement.where(journal.c.connection == connection)


def _values(rows: Sequence[JournalRow]) -> list[dict[str, object]]:
    return [{**values, "evidence": dict(values["evidence"])} for values in _SHAPE.write(rows)]
