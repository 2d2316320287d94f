"""Who waits to be invited: the questions asked of each job's applications.

A job may have a hundred thousand of them, so nothing here gives all rows at once.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, select

from syncd.policy.people import Problem
from syncd.store import Tx
from syncd.store.applications import SHAPE, ApplicationRow
from syncd.store.tables import application, interview, journal
from syncd.store.upsert import SOME, select_in


@dataclass(frozen=True, slots=True)
class Waiting:
    """Which rows of one job may wait for an invitation: coarse; the policy has the last word.

    ``stuck``: keyed addresses of those whose earlier sending is not settled, or a person's;
    ``stuck_people``: their candidate ids, since an address may be changed meanwhile.
    """

    job_id: str
    stage_keys: Sequence[str]
    cutoff: float | None
    held_for: str | None
    stuck: Sequence[str] = ()
    stuck_people: Sequence[str] = ()


def anybody_waits(tx: Tx, connection: str, waiting: Waiting) -> bool:
    """Whether a job has anybody who waits and can be sent, or found in its postings."""
    found = tx.execute(select(1).where(_is_awaited(connection, waiting)).limit(1))
    return found.first() is not None


def count_waiting(tx: Tx, connection: str, waiting: Waiting) -> int:
    """How many wait for a job and can be sent."""
    found = select(func.count()).select_from(application).where(_is_ready(connection, waiting))
    return tx.scalar(found) or 0


def oldest_times(tx: Tx, connection: str, waiting: Waiting, most: int) -> Iterator[float]:
    """When the first ``most`` who wait applied, oldest first (0 where the ATS does not tell)."""
    applied = func.coalesce(application.c.applied_at, 0.0)
    found = tx.scalars(
        select(applied)
        .where(_is_ready(connection, waiting))
        .order_by(applied)
        .limit(most)
        .execution_options(yield_per=500)
    )
    return iter(found)


def waiting_page(
    tx: Tx, connection: str, waiting: Waiting, after: ApplicationRow | None, most: int
) -> list[ApplicationRow]:
    """Up to ``most`` of those who wait, the oldest first, from the one that follows ``after``.

    Those without a time of application come first.
    """
    a = application.c
    rows: list[ApplicationRow] = []
    if after is None or after.applied_at is None:
        timeless = SHAPE.select.where(_is_ready(connection, waiting), a.applied_at.is_(None))
        if after is not None:
            timeless = timeless.where(a.application_id > after.application_id)
        # By an expression: given the column, SQLite reads the whole table in the order of its key.
        by_id = func.coalesce(a.application_id, "")
        found = tx.execute(timeless.order_by(by_id).limit(most))
        rows += SHAPE.read(found)
    if len(rows) < most:
        # Compared apart, so that the index on applied_at leads to where the page begins.
        further = SHAPE.select.where(_is_ready(connection, waiting), a.applied_at.is_not(None))
        if after is not None and after.applied_at is not None:
            further = further.where(
                a.applied_at >= after.applied_at,
                or_(a.applied_at > after.applied_at, a.application_id > after.application_id),
            )
        ordered = further.order_by(a.applied_at, a.application_id).limit(most - len(rows))
        rows += SHAPE.read(tx.execute(ordered))
    return rows


def waiting_rows(
    tx: Tx, connection: str, waiting: Waiting, *, problems: bool = False
) -> Iterator[ApplicationRow]:
    """Those who wait for a job, oldest first; with ``problems`` those who cannot be sent."""
    a = application.c
    wanted = (
        and_(_is_waiting(connection, waiting), a.problem.is_not(None))
        if problems
        else _is_ready(connection, waiting)
    )
    found = tx.execute(
        SHAPE.select.where(wanted)
        .order_by(a.applied_at, a.application_id)
        .execution_options(yield_per=500)
    )
    yield from SHAPE.read(found)


def residents(tx: Tx, connection: str, waiting: Waiting, most: int) -> list[ApplicationRow]:
    """Up to ``most`` of those who wait although they have an interview for the job.

    By another application of theirs, or by their address in any posting the job has had.
    """
    a, i, other = application.c, interview.c, application.alias()
    elsewhere = exists().where(other.c.connection == connection, other.c.job_id == waiting.job_id)
    tied = elsewhere.where(other.c.interview_id.is_not(None)).correlate(application)
    there = or_(
        exists()
        .where(i.connection == connection, i.job_id == waiting.job_id, i.email_hash == a.email_hash)
        .correlate(application),
        tied.where(other.c.candidate_id == a.candidate_id),
        tied.where(other.c.email_hash == a.email_hash),
    )
    everybody = replace(waiting, stuck=(), stuck_people=())
    found = tx.execute(SHAPE.select.where(_is_awaited(connection, everybody), there).limit(most))
    return list(SHAPE.read(found))


def on_their_way(
    tx: Tx,
    connection: str,
    job_id: str,
    kind: str,
    states: Collection[str],
    candidates: Collection[str],
) -> set[str]:
    """Which of these candidates have a write of ``kind`` for the job in one of ``states``.

    Whatever address it was made for: theirs may have been changed since.
    """
    given = {"connection": connection, "job_id": job_id, "kind": kind, "states": sorted(states)}
    return {row.candidate_id for row in select_in(tx, _ON_THEIR_WAY, candidates, **given)}


_ON_THEIR_WAY = (
    select(application.c.candidate_id)
    .join(
        journal,
        and_(
            journal.c.connection == application.c.connection,
            journal.c.application_id == application.c.application_id,
            journal.c.job_id == application.c.job_id,
        ),
    )
    .where(
        application.c.connection == bindparam("connection"),
        application.c.job_id == bindparam("job_id"),
        application.c.candidate_id.in_(SOME),
        journal.c.kind == bindparam("kind"),
        journal.c.state.in_(bindparam("states", expanding=True)),
    )
)


def count_old(tx: Tx, connection: str, waiting: Waiting) -> int:
    """How many people of a job in the right stage applied before its cut-off."""
    if waiting.cutoff is None:
        return 0
    everyone = Waiting(waiting.job_id, waiting.stage_keys, None, None)
    since = Waiting(waiting.job_id, waiting.stage_keys, waiting.cutoff, None)
    total, new = (
        tx.scalar(
            select(func.count()).select_from(application).where(_is_waiting(connection, some))
        )
        for some in (everyone, since)
    )
    return (total or 0) - (new or 0)


def _is_ready(connection: str, waiting: Waiting) -> ColumnElement[bool]:
    return and_(_is_awaited(connection, waiting), application.c.problem.is_(None))


def _is_awaited(connection: str, waiting: Waiting) -> ColumnElement[bool]:
    """Ready to be sent, or known to be in the posting and only not shown there so far."""
    a = application.c
    free = [a.email_hash.not_in(waiting.stuck)] if waiting.stuck else []
    if waiting.stuck_people:
        free.append(a.candidate_id.not_in(waiting.stuck_people))
    awaited = or_(a.problem.is_(None), a.problem == Problem.HIDDEN.value)
    return and_(_is_waiting(connection, waiting), awaited, *free)


def _is_waiting(connection: str, waiting: Waiting) -> ColumnElement[bool]:
    a = application.c
    new = (
        or_(
            a.applied_at >= waiting.cutoff,
            a.moved_from_seen_at >= waiting.cutoff,
            a.admitted.is_(True),
        )
        if waiting.cutoff is not None
        else None
    )
    held = or_(a.held_for.is_(None), a.held_for != waiting.held_for) if waiting.held_for else None
    more: list[Any] = [clause for clause in (new, held) if clause is not None]
    return and_(
        a.connection == connection,
        a.job_id == waiting.job_id,
        a.interview_id.is_(None),
        a.out.is_(False),
        a.barred.is_(False),
        a.gone.is_(False),
        func.lower(a.stage).in_(list(waiting.stage_keys)),
        *more,
    )
