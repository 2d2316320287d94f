"""Interviews as the state knows them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, bindparam, exists, func, or_, select, update

from syncd.store import Tx
from syncd.store.shape import Shape
from syncd.store.tables import application, interview
from syncd.store.upsert import SOME, chunked, select_in, upsert


@dataclass(frozen=True, slots=True)
class InterviewRow:
    """One row; see the table for what each column means."""

    connection: str
    interview_id: str
    posting_id: str
    job_id: str
    email_hash: str
    status: str
    changed_at: float
    application_id: str | None = None
    created_at: float | None = None
    score: float | None = None
    final: bool = False
    in_flight: bool = True
    activity_at: float | None = None
    finished_at: float | None = None
    told_at: float | None = None
    owed: bool = False
    vanished: bool = False


_SHAPE = Shape(InterviewRow, interview)
_BY_ID = _SHAPE.select.where(
    interview.c.connection == bindparam("connection"), interview.c.interview_id.in_(SOME)
)


def interviews_by_id(tx: Tx, connection: str, ids: Collection[str]) -> dict[str, InterviewRow]:
    """The rows of these interviews that are known, by id."""
    found = select_in(tx, _BY_ID, ids, connection=connection)
    return {row.interview_id: row for row in _SHAPE.read(found)}


def save_interviews(tx: Tx, rows: Sequence[InterviewRow]) -> None:
    """Insert or replace whole rows."""
    upsert(tx, interview, _SHAPE.write(rows))


def add_interviews(tx: Tx, rows: Sequence[InterviewRow]) -> None:
    """Insert rows; those that are there already stay as they are."""
    upsert(tx, interview, _SHAPE.write(rows), update=())


def change_interview(tx: Tx, connection: str, interview_id: str, values: Mapping[str, Any]) -> None:
    """Set some columns of one interview."""
    tx.execute(
        update(interview)
        .where(interview.c.connection == connection, interview.c.interview_id == interview_id)
        .values(**values)
    )


def in_flight(
    tx: Tx, connection: str, posting_id: str, seen_in: tuple[float, float] | None = None
) -> set[str]:
    """The interviews that :func:`count_in_flight` counts."""
    flying = _is_in_flight(connection, posting_id, seen_in)
    return set(tx.scalars(select(interview.c.interview_id).where(flying)))


def count_in_flight(
    tx: Tx, connection: str, posting_id: str, seen_in: tuple[float, float] | None = None
) -> int:
    """How many interviews of a posting may still come to a result and are tied to somebody.

    ``seen_in``: without those whose state was seen within this time (from, to; local clock), the
    end included and the beginning not.
    """
    flying = _is_in_flight(connection, posting_id, seen_in)
    return tx.scalar(select(func.count()).select_from(interview).where(flying)) or 0


def _is_in_flight(
    connection: str, posting_id: str, seen_in: tuple[float, float] | None
) -> ColumnElement[bool]:
    i, a = interview.c, application.c
    tied = exists().where(a.connection == connection, a.interview_id == i.interview_id)
    seen_before = (
        [or_(i.changed_at <= seen_in[0], i.changed_at > seen_in[1])] if seen_in is not None else []
    )
    return and_(
        i.connection == connection,
        i.posting_id == posting_id,
        i.in_flight.is_(True),
        i.vanished.is_(False),
        *seen_before,
        tied.correlate(interview),
    )


def roster_counts(tx: Tx, connection: str) -> dict[str, tuple[int, int, int]]:
    """By posting id: everybody known there, those in flight, those with a final result."""
    i = interview.c
    found = tx.execute(
        select(
            i.posting_id,
            func.count(),
            func.count().filter(i.in_flight.is_(True), i.vanished.is_(False)),
            func.count().filter(i.final.is_(True)),
        )
        .where(i.connection == connection)
        .group_by(i.posting_id)
    )
    return {posting_id: (n, flying, final) for posting_id, n, flying, final in found}


def newest_results(tx: Tx, connection: str) -> dict[str, float]:
    """By posting id: when syncd last saw a final result change there, on the local clock."""
    i = interview.c
    found = tx.execute(
        select(i.posting_id, func.max(i.changed_at).label("newest"))
        .where(i.connection == connection, i.final.is_(True))
        .group_by(i.posting_id)
    )
    return {row.posting_id: row.newest for row in found}


def known_since(tx: Tx, connection: str, posting_id: str, since: float, most: int) -> int:
    """How many known interviews of a posting were created at ``since`` or later, up to ``most``."""
    values = {"connection": connection, "posting_id": posting_id, "since": since, "most": most}
    return len(tx.execute(_KNOWN_SINCE, values).all())


_KNOWN_SINCE = (
    select(interview.c.created_at)
    .where(
        interview.c.connection == bindparam("connection"),
        interview.c.posting_id == bindparam("posting_id"),
        interview.c.created_at >= bindparam("since"),
    )
    .limit(bindparam("most", type_=Integer))
)


def owed_results(tx: Tx, connection: str) -> list[InterviewRow]:
    """Interviews whose present result write-back has not dealt with, oldest change first."""
    found = tx.execute(
        _SHAPE.select.where(
            interview.c.connection == connection, interview.c.owed.is_(True)
        ).order_by(interview.c.changed_at, interview.c.interview_id)
    )
    return list(_SHAPE.read(found))


def idle_since(
    tx: Tx, connection: str, statuses: Collection[str], before: float
) -> list[InterviewRow]:
    """Unfinished interviews whose people have not gone on since ``before``."""
    i = interview.c
    last = func.coalesce(i.activity_at, i.created_at)
    found = tx.execute(
        _SHAPE.select.where(
            i.connection == connection,
            i.in_flight.is_(True),
            i.vanished.is_(False),
            i.status.in_(list(statuses)),
            last.is_not(None),
            last <= before,
        ).order_by(i.interview_id)
    )
    return list(_SHAPE.read(found))


def mark_vanished(tx: Tx, connection: str, ids: Collection[str]) -> None:
    """HeyMilo no longer shows these; they are never made again."""
    for chunk in chunked(ids):
        tx.execute(
            update(interview)
            .where(interview.c.connection == connection, interview.c.interview_id.in_(chunk))
            .values(vanished=True, in_flight=False)
        )


def ids_created_before(tx: Tx, connection: str, posting_id: str, moment: float) -> set[str]:
    """The known, not vanished interviews of a posting that were created before a moment."""
    i = interview.c
    found = tx.scalars(
        select(i.interview_id).where(
            i.connection == connection,
            i.posting_id == posting_id,
            i.vanished.is_(False),
            i.created_at < moment,
        )
    )
    return set(found)


def people_of_job(
    tx: Tx, connection: str, job_id: str, emails: Collection[str], applications: Collection[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Interviews of a job by keyed address and by the application their mark names."""
    i = interview.c
    by_email: dict[str, str] = {}
    by_application: dict[str, str] = {}
    for chunk in chunked(emails):
        found = tx.execute(
            select(i.email_hash, i.interview_id).where(
                i.connection == connection, i.job_id == job_id, i.email_hash.in_(chunk)
            )
        )
        by_email.update({row.email_hash: row.interview_id for row in found})
    for chunk in chunked(applications):
        found = tx.execute(
            select(i.application_id, i.interview_id).where(
                i.connection == connection, i.job_id == job_id, i.application_id.in_(chunk)
            )
        )
        by_application.update({row.application_id: row.interview_id for row in found})
    return by_email, by_application


def owe_again(tx: Tx, connection: str, ids: Collection[str]) -> None:
    """Have write-back look again at final results of these, for somebody newly tied to them."""
    i = interview.c
    for chunk in chunked(ids):
        tx.execute(
            update(interview)
            .where(i.connection == connection, i.interview_id.in_(chunk), i.final.is_(True))
            .values(owed=True)
        )
