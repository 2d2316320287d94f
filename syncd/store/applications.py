"""Applications as the state knows them, and the questions the phases ask about them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, bindparam, func, select, update

from syncd.store import Tx
from syncd.store.interviews import owe_again
from syncd.store.repeat import repeat
from syncd.store.shape import Shape
from syncd.store.tables import application, interview
from syncd.store.upsert import SOME, chunked, select_in, upsert

Key = tuple[str, str]  # application id, job id


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    """One row; see the table for what each column means."""

    connection: str
    application_id: str
    job_id: str
    candidate_id: str
    content_hash: str
    stage: str
    first_seen_at: float
    email_hash: str | None = None
    applied_at: float | None = None
    updated_at: float | None = None
    moved_from_seen_at: float | None = None
    out: bool = False
    barred: bool = False
    gone: bool = False
    problem: str | None = None
    held_for: str | None = None
    admitted: bool = False
    interview_id: str | None = None
    linked: bool = False
    found_stage: str | None = None
    left_stage: str | None = None

    @property
    def key(self) -> Key:
        return (self.application_id, self.job_id)


SHAPE = Shape(ApplicationRow, application)
_BY_ID = SHAPE.select.where(
    application.c.connection == bindparam("connection"), application.c.application_id.in_(SOME)
)


def by_ids(tx: Tx, connection: str, ids: Collection[str]) -> dict[Key, ApplicationRow]:
    """The rows of these application ids, on whatever job, by key."""
    found = select_in(tx, _BY_ID, ids, connection=connection)
    return {row.key: row for row in SHAPE.read(found)}


def save_applications(tx: Tx, rows: Sequence[ApplicationRow]) -> None:
    """Insert or replace whole rows."""
    upsert(tx, application, SHAPE.write(rows))


def change_application(tx: Tx, connection: str, key: Key, values: Mapping[str, Any]) -> None:
    """Set some columns of one application."""
    tx.execute(
        update(application)
        .where(
            application.c.connection == connection,
            application.c.application_id == key[0],
            application.c.job_id == key[1],
        )
        .values(**values)
    )


def note_invited(
    tx: Tx, connection: str, invited: Collection[tuple[ApplicationRow, str | None]]
) -> None:
    """Tie applications to the interviews that were made for them, where they were found."""
    repeat(
        tx,
        _NOTE_INVITED,
        [
            {
                "the_connection": connection,
                "the_application": row.application_id,
                "the_job": row.job_id,
                "the_interview": interview_id,
                "the_stage": row.stage,
            }
            for row, interview_id in invited
        ],
    )


_NOTE_INVITED = (
    update(application)
    .where(
        application.c.connection == bindparam("the_connection"),
        application.c.application_id == bindparam("the_application"),
        application.c.job_id == bindparam("the_job"),
    )
    .values(
        interview_id=bindparam("the_interview"),
        linked=False,
        found_stage=bindparam("the_stage"),
        problem=None,
    )
)


def link_marked(tx: Tx, connection: str, posting_id: str | None = None) -> int:
    """Tie every application to the interview that carries its own mark; return how many.

    Final results of the interviews newly tied are owed to write-back.
    """
    i, a = interview.c, application.c
    wanted = (
        select(a.application_id, a.job_id, func.min(i.interview_id).label("interview_id"))
        .join(
            interview,
            and_(
                i.connection == a.connection,
                i.job_id == a.job_id,
                i.application_id == a.application_id,
                i.vanished.is_(False),
            ),
        )
        .where(a.connection == connection, a.interview_id.is_(None))
        .group_by(a.application_id, a.job_id)
    )
    if posting_id is not None:
        wanted = wanted.where(i.posting_id == posting_id)
    found = tx.execute(wanted).all()
    if not found:
        return 0
    tx.execute(
        update(application)
        .where(
            a.connection == connection,
            a.application_id == bindparam("the_application"),
            a.job_id == bindparam("the_job"),
        )
        .values(interview_id=bindparam("the_interview"), linked=False),
        [
            {
                "the_application": r.application_id,
                "the_job": r.job_id,
                "the_interview": r.interview_id,
            }
            for r in found
        ],
    )
    owe_again(tx, connection, [r.interview_id for r in found])
    return len(found)


def interviewed(
    tx: Tx, connection: str, job_id: str, candidates: Collection[str], emails: Collection[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Who of these already has an interview for the job.

    Returns interview ids by candidate id (through another application) and by keyed address
    (through any interview of any posting of the job).
    """
    job = {"connection": connection, "job_id": job_id}
    found = select_in(tx, _OF_CANDIDATES, candidates, **job)
    by_candidate = {row.candidate_id: row.interview_id for row in found if row.interview_id}
    by_email = {r.email_hash: r.interview_id for r in select_in(tx, _INTERVIEWED, emails, **job)}
    for row in select_in(tx, _OF_PEOPLE, emails, **job):
        if row.interview_id:
            by_email.setdefault(row.email_hash, row.interview_id)
    return by_candidate, by_email


# Not "where interview_id is not null": SQLite would take the index on that and read the whole job.
_OF_JOB = select(
    application.c.candidate_id, application.c.email_hash, application.c.interview_id
).where(
    application.c.connection == bindparam("connection"),
    application.c.job_id == bindparam("job_id"),
)
_OF_CANDIDATES = _OF_JOB.where(application.c.candidate_id.in_(SOME))
_OF_PEOPLE = _OF_JOB.where(application.c.email_hash.in_(SOME))
_INTERVIEWED = (
    select(interview.c.email_hash, interview.c.interview_id)
    .where(
        interview.c.connection == bindparam("connection"),
        interview.c.job_id == bindparam("job_id"),
        interview.c.email_hash.in_(SOME),
    )
    .order_by(interview.c.created_at.desc(), interview.c.interview_id)
)


def of_interview(tx: Tx, connection: str, interview_id: str) -> list[ApplicationRow]:
    """Every application tied to an interview."""
    found = tx.execute(
        SHAPE.select.where(
            application.c.connection == connection, application.c.interview_id == interview_id
        ).order_by(application.c.linked, application.c.application_id)
    )
    return list(SHAPE.read(found))


def count_by_job(tx: Tx, connection: str) -> dict[str, tuple[int, int]]:
    """Applications and those tied to an interview, by job id."""
    a = application.c
    found = tx.execute(
        select(a.job_id, func.count(), func.count(a.interview_id))
        .where(a.connection == connection)
        .group_by(a.job_id)
    )
    return {job_id: (total, tied) for job_id, total, tied in found}


def jobs_of_people(tx: Tx, connection: str, emails: Collection[str]) -> dict[str, set[str]]:
    """The jobs on which each of these people (keyed addresses) is known."""
    jobs: dict[str, set[str]] = {}
    a = application.c
    for chunk in chunked(emails):
        found = tx.execute(
            select(a.email_hash, a.job_id).where(
                a.connection == connection, a.email_hash.in_(chunk)
            )
        )
        for email, job_id in found:
            jobs.setdefault(email, set()).add(job_id)
    return jobs
