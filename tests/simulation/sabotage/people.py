"""Defects in who is invited."""

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, update

from syncd.ats.workable import applications
from syncd.ats.workable.pages import read_pages
from syncd.model.ats import JobState
from syncd.model.keyed import Keyed
from syncd.phases.applicants import door, feed, phase
from syncd.phases.postings import phase as postings_phase
from syncd.phases.postings.jobs import note_jobs
from syncd.plan import Kind
from syncd.policy.cutoff import Cutoff
from syncd.store import Tx, interviews
from syncd.store import jobs as job_store
from syncd.store.applications import ApplicationRow
from syncd.store.tables import application, interview, journal
from syncd.store.upsert import chunked
from tests.simulation.sabotage.defect import defect, replaced, together

_INVITED, _LOST, _OLD = "1 one invitation", "2 nobody lost", "4 no surprise"


@defect("4", "The cut-off is ignored: people of before the first run are invited.", _OLD)
def cut_off_ignored() -> AbstractContextManager[Any]:
    return replaced(door, "Cutoff", lambda at: Cutoff(None))


@defect("people win", "People whom a recruiter rejected are invited.", "people win")
def rejected_people_invited() -> AbstractContextManager[Any]:
    return _seen_otherwise(out=False)


@defect("people win", "People of every stage are invited.", "people win")
def stage_ignored() -> AbstractContextManager[Any]:
    return _seen_otherwise(stage="Applied")


def _seen_otherwise(**fields: Any) -> AbstractContextManager[Any]:
    after = feed._after

    def otherwise(*given: Any) -> Sequence[ApplicationRow]:
        mine, *others = after(*given)
        return [replace(mine, **fields), *others]

    return replaced(feed, "_after", otherwise)


@defect(
    "no ingestion", "Applicants of a closed job are invited until it is archived.", "no ingestion"
)
def closed_job_goes_on() -> AbstractContextManager[Any]:
    async def keep_selected(ctx: Any, board: Any, connection: Any, ours: Any) -> None:
        with ctx.read() as tx:
            before = job_store.all_jobs(tx, ctx.name)
        await note_jobs(ctx, board, connection, ours)
        kept = [
            replace(
                row,
                template_code=before[id_].template_code,
                selected_at=before[id_].selected_at,
                cutoff_at=before[id_].cutoff_at,
                unlimited=before[id_].unlimited,
            )
            for id_, row in board.rows.items()
            if row.state == JobState.CLOSED and id_ in before
        ]
        with ctx.commit() as tx:
            job_store.save_jobs(tx, kept)

    selected = property(lambda self: self.template_code is not None)
    return together(
        replaced(postings_phase, "note_jobs", keep_selected),
        replaced(job_store.JobRow, "selected", selected),
    )


@defect("1", "Whoever vanished from HeyMilo is forgotten, and so invited again.", _INVITED)
def vanished_people_invited_again() -> AbstractContextManager[Any]:
    def forget(tx: Tx, connection: str, ids: Collection[str]) -> None:
        for some in chunked(ids):
            tied = application.c.interview_id.in_(some)
            tx.execute(update(application).where(tied).values(interview_id=None))
            rows = journal.c.remote_id.in_(some), journal.c.kind == Kind.INGEST
            tx.execute(delete(journal).where(*rows))
            tx.execute(delete(interview).where(interview.c.interview_id.in_(some)))

    return replaced(interviews, "mark_vanished", forget)


@defect("1", "Addresses that differ in case or white space count as different people.", _INVITED)
def address_taken_literally() -> AbstractContextManager[Any]:
    return replaced(Keyed, "email", lambda self, address: self.digest("email", address))


@defect("2", "Applicants who cannot be sent as they are get no attention.", _LOST)
def problems_not_told() -> AbstractContextManager[Any]:
    return replaced(phase, "_tell_problems", lambda ctx, doors: None)


@defect("2", "Changes are read without an overlap, though lists lag.", _LOST)
def no_overlap() -> AbstractContextManager[Any]:
    return replaced(applications, "OVERLAP", 0.0)


@defect("2", "A page that says there is more is taken for the last.", _LOST)
def first_page_only() -> AbstractContextManager[Any]:
    async def one(*given: Any, **named: Any) -> Any:
        async for page in read_pages(*given, **named):
            yield replace(page, next=None)
            return

    return replaced(applications, "read_pages", one)
