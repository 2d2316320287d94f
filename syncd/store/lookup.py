"""What an id stands for, wherever it occurs in the state."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select

from syncd.store import attention as items
from syncd.store.applications import SHAPE, ApplicationRow
from syncd.store.attention import Item
from syncd.store.state import Tx
from syncd.store.tables import application, attention, interview, job, journal, posting


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that an id names: ``what`` is job, application, posting or interview.

    ``known``: it has a row of its own; else it only occurs in writes or in what needs a person.
    """

    what: str
    id: str
    known: bool = True


def find(tx: Tx, connection: str, text: str) -> list[Hit]:
    """Everything of a connection that ``text`` names, directly or by way of something else.

    A candidate stands for their applications, an item of ``attention`` and a journal key for
    what they are about, and what a write made for what it was made for.
    """
    hits: list[Hit] = []
    for what, table, column in (
        ("job", job, job.c.job_id),
        ("application", application, application.c.application_id),
        ("posting", posting, posting.c.posting_id),
        ("interview", interview, interview.c.interview_id),
    ):
        found = select(column).where(table.c.connection == connection, column == text)
        if tx.execute(found.limit(1)).first() is not None:
            hits.append(Hit(what, text))
    if not hits:
        people = tx.scalars(
            select(application.c.application_id)
            .distinct()
            .where(application.c.connection == connection, application.c.candidate_id == text)
            .order_by(application.c.application_id)
        )
        hits = [Hit("application", found) for found in people]
    if not hits:
        hits = _by_mention(tx, connection, text)
    if not hits:
        hits = _by_name(tx, connection, text)
    return hits


def _by_mention(tx: Tx, connection: str, text: str) -> list[Hit]:
    """Things without a row of their own that a write or an item is about."""
    for what in ("job", "application", "posting", "interview"):
        for table in (journal, attention):
            column = table.c.get(f"{what}_id")
            if column is None:
                continue
            found = select(column).where(table.c.connection == connection, column == text)
            if tx.execute(found.limit(1)).first() is not None:
                return [Hit(what, text, known=False)]
    return []


def _by_name(tx: Tx, connection: str, text: str) -> list[Hit]:
    """What an item of attention, a journal key, or something that a write made is about."""
    about = [
        *tx.execute(
            select(attention.c.job_id, attention.c.application_id, attention.c.posting_id).where(
                attention.c.connection == connection, attention.c.item_id == text.lower()
            )
        ),
        *tx.execute(
            select(journal.c.job_id, journal.c.application_id, journal.c.posting_id).where(
                journal.c.connection == connection,
                or_(journal.c.key == text, journal.c.remote_id == text),
            )
        ),
    ]
    hits: list[Hit] = []
    for row in about:
        narrowest = (
            ("application", row.application_id),
            ("posting", row.posting_id),
            ("job", row.job_id),
        )
        named = next((Hit(what, id_) for what, id_ in narrowest if id_), None)
        if named is not None and named not in hits:
            hits.append(named)
    return hits


def open_items_about(
    tx: Tx,
    connection: str,
    *,
    job_id: str | None = None,
    application_id: str | None = None,
    posting_id: str | None = None,
) -> list[Item]:
    """The open items about an application, or a posting, or a job and none of its applicants."""
    found = items.open_items(tx, connection)
    if application_id is not None:
        return [item for item in found if item.application_id == application_id]
    if posting_id is not None:
        return [item for item in found if item.posting_id == posting_id]
    return [item for item in found if item.job_id == job_id and item.application_id is None]


def applications_of(tx: Tx, connection: str, application_id: str) -> list[ApplicationRow]:
    """The rows of an application, one for each job it was on."""
    found = tx.execute(
        SHAPE.select.where(
            application.c.connection == connection,
            application.c.application_id == application_id,
        ).order_by(application.c.gone, application.c.job_id)
    )
    return list(SHAPE.read(found))


def people_by_problem(tx: Tx, connection: str, job_id: str) -> dict[str, int]:
    """How many applicants of a job are put aside, by reason."""
    a = application.c
    found = tx.execute(
        select(a.problem, func.count().label("people"))
        .where(
            a.connection == connection,
            a.job_id == job_id,
            a.problem.is_not(None),
            a.interview_id.is_(None),
            a.gone.is_(False),
        )
        .group_by(a.problem)
        .order_by(a.problem)
    )
    return {row.problem: row.people for row in found}


def has_interview(tx: Tx, connection: str, row: ApplicationRow) -> str | None:
    """The interview that this person has for the job by another application or by address."""
    others = [
        application.c.candidate_id == row.candidate_id,
        application.c.email_hash == row.email_hash,
    ]
    tied = tx.scalar(
        select(application.c.interview_id)
        .where(
            application.c.connection == connection,
            application.c.job_id == row.job_id,
            application.c.interview_id.is_not(None),
            or_(*others[: 2 if row.email_hash else 1]),
        )
        .limit(1)
    )
    if tied is not None or row.email_hash is None:
        return tied
    found: Sequence[str] = tx.scalars(
        select(interview.c.interview_id)
        .where(
            interview.c.connection == connection,
            interview.c.job_id == row.job_id,
            interview.c.email_hash == row.email_hash,
        )
        .limit(1)
    ).all()
    return found[0] if found else None
