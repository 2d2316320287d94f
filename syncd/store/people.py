"""Everything the state knows of one person: found, erased, and let in again."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, or_, select, update

from syncd.plan import Kind
from syncd.store import tombstones
from syncd.store.state import Tx
from syncd.store.tables import application, attention, feed, guarded, interview, journal, posting
from syncd.store.upsert import SOME, chunked, select_in


@dataclass(slots=True)
class Person:
    """The traces of a person on one connection.

    ``emails`` are keyed hashes; ``interviews`` tells the posting of each.
    """

    applications: set[str] = field(default_factory=set)
    candidates: set[str] = field(default_factory=set)
    emails: set[str] = field(default_factory=set)
    interviews: dict[str, str] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many traces there are."""
        parts = (self.applications, self.candidates, self.emails, self.interviews)
        return sum(map(len, parts))


def find_person(tx: Tx, connection: str, known: Person) -> Person:
    """Given some traces, return all that belong to the same person.

    One person is whoever shares a candidate id or an address, over all their applications and
    interviews.
    """
    person = Person(
        set(known.applications), set(known.candidates), set(known.emails), dict(known.interviews)
    )
    before = -1
    while person.size != before:
        before = person.size
        _widen(tx, connection, person)
    return person


def _widen(tx: Tx, connection: str, person: Person) -> None:
    a, i = application.c, interview.c
    for column, values in (
        (a.application_id, person.applications),
        (a.candidate_id, person.candidates),
        (a.email_hash, person.emails),
        # An interview may be tied to applications of the same person only.
        (a.interview_id, person.interviews),
    ):
        wanted = select(application).where(a.connection == connection, column.in_(SOME))
        for row in select_in(tx, wanted, list(values)):
            person.applications.add(row.application_id)
            if row.candidate_id:
                person.candidates.add(row.candidate_id)
            if row.email_hash:
                person.emails.add(row.email_hash)
            if row.interview_id:
                person.interviews.setdefault(row.interview_id, "")
    for column, values in (
        (i.application_id, person.applications),
        (i.email_hash, person.emails),
        (i.interview_id, person.interviews),
    ):
        wanted = select(interview).where(i.connection == connection, column.in_(SOME))
        for row in select_in(tx, wanted, list(values)):
            person.interviews[row.interview_id] = row.posting_id
            person.emails.add(row.email_hash)
            if row.application_id:
                person.applications.add(row.application_id)


def is_known(tx: Tx, connection: str, person: Person) -> bool:
    """Whether an application or an interview of this person stands in the state."""
    a, i = application.c, interview.c
    found = (
        *(
            select(a.application_id).where(a.connection == connection, column.in_(list(values)))
            for column, values in (
                (a.application_id, person.applications),
                (a.candidate_id, person.candidates),
                (a.email_hash, person.emails),
            )
        ),
        *(
            select(i.interview_id).where(i.connection == connection, column.in_(list(values)))
            for column, values in (
                (i.application_id, person.applications),
                (i.email_hash, person.emails),
            )
        ),
    )
    return any(tx.execute(wanted.limit(1)).first() is not None for wanted in found)


def erase(tx: Tx, connection: str, person: Person) -> dict[str, int]:
    """Remove every trace of a person; return how many rows went, by table."""
    a, i, j = application.c, interview.c, journal.c
    gone = {
        "application": _delete(
            tx,
            application,
            a.connection == connection,
            (a.application_id, person.applications),
            (a.candidate_id, person.candidates),
            (a.email_hash, person.emails),
        ),
        "interview": _delete(
            tx,
            interview,
            i.connection == connection,
            (i.interview_id, person.interviews),
            (i.application_id, person.applications),
            (i.email_hash, person.emails),
        ),
        "journal": _delete(
            tx,
            journal,
            j.connection == connection,
            (j.application_id, person.applications),
            (j.interview_id, person.interviews),
            (j.remote_id, person.interviews),
            (j.key, _ingest_keys(tx, connection, person.emails)),
        ),
        "attention": _delete(
            tx,
            attention,
            attention.c.connection == connection,
            (attention.c.application_id, person.applications),
        ),
        "guarded": _delete(
            tx,
            guarded,
            guarded.c.connection == connection,
            (guarded.c.application_id, person.applications),
        ),
    }
    _forget_places(tx, connection, person)
    return {table: count for table, count in gone.items() if count}


def _delete(
    tx: Tx,
    table: Table,
    within: ColumnElement[bool],
    *among: tuple[ColumnElement[Any], Collection[str]],
) -> int:
    count = 0
    for column, values in among:
        for chunk in chunked(sorted(values)):
            count += tx.execute(delete(table).where(within, column.in_(chunk))).rowcount
    return count


def _ingest_keys(tx: Tx, connection: str, emails: Iterable[str]) -> list[str]:
    """The keys of invitations to these people, which end in the keyed address."""
    j = journal.c
    endings = [j.key.like(f"%/{email}") for email in sorted(emails)]
    if not endings:
        return []
    wanted = select(j.key).where(j.connection == connection, j.kind == Kind.INGEST, or_(*endings))
    return list(tx.scalars(wanted))


def _forget_places(tx: Tx, connection: str, person: Person) -> None:
    """A read that stopped at this person begins anew: its resume point may name them."""
    ids = person.applications | person.candidates
    for row in tx.execute(select(feed).where(feed.c.connection == connection)).all():
        if row.resume and any(id_ in row.resume for id_ in ids):
            tx.execute(
                update(feed)
                .where(feed.c.connection == connection, feed.c.name == row.name)
                .values(resume=None, began_as_of=None)
            )


def let_in(tx: Tx, connection: str, application_id: str, job_id: str, now: float) -> None:
    """Let a forgotten person's later applications in again, because somebody said so.

    Postings of the job are listed anew before anybody is sent: HeyMilo may still show the
    interview that was forgotten here, and then nobody is invited a second time.
    """
    a = application.c
    row = tx.execute(
        select(a.candidate_id, a.email_hash).where(
            a.connection == connection, a.application_id == application_id, a.job_id == job_id
        )
    ).first()
    if row is None:
        return
    values = [value for value in (row.candidate_id, row.email_hash) if value]
    tombstones.allow(tx, connection, values, now)
    mine = or_(a.candidate_id.in_(values), a.email_hash.in_(values))
    waiting = (a.connection == connection, a.problem == "forgotten", mine)
    jobs = list(tx.scalars(select(a.job_id).where(*waiting)))
    tx.execute(update(application).where(*waiting).values(problem=None))
    tx.execute(
        update(posting)
        .where(posting.c.connection == connection, posting.c.job_id.in_(jobs))
        .values(roster_until=None)
    )
