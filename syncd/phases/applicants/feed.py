"""Reading applications of every stage, by modification time, into the state."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from syncd.ats.port import ApplicationPage
from syncd.errors import CursorExpired
from syncd.model.ats import Application
from syncd.phases.applicants.faces import Faces
from syncd.phases.context import Context
from syncd.policy.people import Problem, find_problem
from syncd.store import Tx, feeds, tombstones
from syncd.store import applications as store
from syncd.store.applications import ApplicationRow, Key

FEED = "applications"


@dataclass(slots=True)
class Inbox:
    """What the phase knows while it runs: faces, each job's stage keys, when the feed was read.

    ``read_at`` is on the monotonic clock; rows are as fresh as the feed. ``wanted``: applications
    that are being read for their faces.
    """

    faces: Faces
    inside: Mapping[str, frozenset[str]]
    read_at: float | None = None
    wanted: AbstractSet[str] = frozenset()

    def is_inside(self, job_id: str, stage: str) -> bool:
        """Whether a row's stage is one in which people of the job are invited."""
        return stage.strip().casefold() in self.inside.get(job_id, ())


async def read_changes(ctx: Context, inbox: Inbox) -> int:
    """Read what changed since the cursor, page by page, and return how many rows came.

    The cursor moves only with the commit of the last page; a pass that dies goes on at its last
    committed page. A dead cursor or resume point leads to a full read.
    """
    started = ctx.clock.monotonic()
    with ctx.read() as tx:
        feed = feeds.get(tx, ctx.name, FEED)
    try:
        count = await _read(ctx, inbox, feed.cursor, feed.resume)
    except CursorExpired:
        with ctx.commit() as tx:
            feeds.save(tx, replace(feed, cursor=None, resume=None, began_as_of=None))
        count = await _read(ctx, inbox, None, None)
    inbox.read_at = started
    return count


async def _read(ctx: Context, inbox: Inbox, cursor: str | None, resume: str | None) -> int:
    count = 0
    async for page in ctx.ats.changed_applications(cursor, resume):
        with ctx.commit() as tx:
            feed = feeds.get(tx, ctx.name, FEED)
            begun = feed.began_as_of if resume and feed.began_as_of is not None else None
            began = begun if begun is not None else page.as_of
            note_page(ctx, tx, inbox, page, feed.complete_as_of, began)
            if page.resume is not None:
                feeds.save(tx, replace(feed, resume=page.resume, began_as_of=began))
            else:
                feeds.save(
                    tx,
                    replace(
                        feed,
                        cursor=page.cursor or feed.cursor,
                        resume=None,
                        began_as_of=None,
                        complete_as_of=began,
                    ),
                )
        resume = page.resume
        count += len(page.rows)
        ctx.progress("applicants", "reading applications", count)
    return count


def note_page(
    ctx: Context,
    tx: Tx,
    inbox: Inbox,
    page: ApplicationPage,
    complete_as_of: float | None,
    began: float | None = None,
) -> None:
    """Store a page of applications, and remember the faces of those who may be invited.

    ``complete_as_of``: until when the state's view of everybody is known to have held, None before
    the first complete read; ``began``: when the read under way began. Both on the ATS's clock.
    """
    seen_at = complete_as_of if complete_as_of is not None else began
    page, again = _leave_out_forgotten(ctx, tx, page)
    known = store.by_ids(tx, ctx.name, [row.id for row in page.rows])
    relocated = _find_relocated(ctx, tx, page, known, complete_as_of)
    jobs: dict[str, list[str]] = defaultdict(list)  # where the state knows each application
    for application_id, job_id in known:
        jobs[application_id].append(job_id)
    changed: dict[Key, ApplicationRow] = {}
    for application in page.rows:
        standing = [known[application.id, job_id] for job_id in jobs[application.id]]
        for row in _after(ctx, application, standing, page.as_of, seen_at):
            if application.id in again and not row.gone:
                row = replace(row, problem=row.problem or Problem.FORGOTTEN.value)
            if row.key not in known:
                jobs[application.id].append(row.job_id)
                if row.key in relocated:
                    row = replace(row, moved_from_seen_at=seen_at)
            if known.get(row.key) != row:
                changed[row.key] = known[row.key] = row
        row = known[application.id, application.job_id]
        if (
            row.interview_id is None
            and not (row.problem or row.out or row.barred)
            and inbox.is_inside(row.job_id, row.stage)
        ):
            inbox.faces.put(application, wanted=application.id in inbox.wanted)
    for key, row in store.by_ids(tx, ctx.name, page.gone).items():
        changed[key] = replace(row, gone=True)
        inbox.faces.drop(key)
    store.save_applications(tx, list(changed.values()))


def _leave_out_forgotten(
    ctx: Context, tx: Tx, page: ApplicationPage
) -> tuple[ApplicationPage, AbstractSet[str]]:
    """The page without forgotten applications, and which of the others are by forgotten people."""
    if not tombstones.exist(tx, ctx.name):
        return page, frozenset()
    forgotten = tombstones.among(tx, ctx.name, "application", [a.id for a in page.rows])
    rows = [a for a in page.rows if a.id not in forgotten]
    emails = {a.id: ctx.keyed.email(a.email) for a in rows if a.email}
    barred_emails = tombstones.among(tx, ctx.name, "email", emails.values(), still=True)
    barred = tombstones.among(tx, ctx.name, "candidate", [a.candidate_id for a in rows], still=True)
    again = {a.id for a in rows if a.candidate_id in barred or emails.get(a.id) in barred_emails}
    return replace(page, rows=rows), again


def _find_relocated(
    ctx: Context,
    tx: Tx,
    page: ApplicationPage,
    known: Mapping[Key, ApplicationRow],
    complete_as_of: float | None,
) -> set[Key]:
    """The new rows that are old applications of people known on another job.

    Workable gives a relocated application a new id and keeps its time (recorded): a row that an
    earlier complete read should have shown, of somebody seen elsewhere, was moved by a person.
    """
    suspects = {
        (a.id, a.job_id): ctx.keyed.email(a.email)
        for a in page.rows
        if (a.id, a.job_id) not in known
        and a.email
        and a.applied_at is not None
        and complete_as_of is not None
        and a.applied_at < complete_as_of
    }
    if not suspects:
        return set()
    jobs = store.jobs_of_people(tx, ctx.name, set(suspects.values()))
    return {key for key, person in suspects.items() if jobs.get(person, set()) - {key[1]}}


def _after(
    ctx: Context,
    application: Application,
    standing: Sequence[ApplicationRow],
    as_of: float,
    seen_at: float | None,
) -> Sequence[ApplicationRow]:
    """The rows that follow from reading one application: its own, and those it left behind.

    ``standing``: its rows so far, on whatever job.
    """
    before = next((row for row in standing if row.job_id == application.job_id), None)
    elsewhere = [row for row in standing if row is not before and not row.gone]
    content = ctx.keyed.digest("content", application.name, application.email, application.phone)
    problem = find_problem(application.name, application.email)
    same = before is not None and before.content_hash == content
    moved = before.moved_from_seen_at if before else None
    if elsewhere or (before and before.stage.casefold() != application.stage.casefold()):
        moved = seen_at
    if same and before and before.problem in (Problem.REFUSED, Problem.HIDDEN):
        kept: str | None = before.problem
    else:
        kept = problem.value if problem else None
    row = before or ApplicationRow(
        connection=ctx.name,
        application_id=application.id,
        job_id=application.job_id,
        candidate_id=application.candidate_id,
        content_hash=content,
        stage=application.stage,
        first_seen_at=as_of,
    )
    valid = application.email and problem not in (Problem.NO_EMAIL, Problem.BROKEN_EMAIL)
    mine = replace(
        row,
        candidate_id=application.candidate_id,
        content_hash=content,
        email_hash=ctx.keyed.email(application.email or "") if valid else None,
        stage=application.stage,
        applied_at=application.applied_at,
        updated_at=application.updated_at,
        moved_from_seen_at=moved,
        out=application.out,
        barred=application.anonymised or application.do_not_contact,
        gone=False,
        problem=kept,
        held_for=row.held_for if same else None,
    )
    return [mine, *(replace(other, gone=True) for other in elsewhere)]
