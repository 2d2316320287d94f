"""Taking a posting that somebody made by hand as a job's own."""

from dataclasses import dataclass, replace
from typing import NoReturn

from syncd.errors import NotFound, Rejected, SyncdError, UsageError
from syncd.heymilo.wire import Posting
from syncd.http.session import Slot
from syncd.journal.intent import Ids, Intent
from syncd.journal.machine import State
from syncd.model.ats import Job, JobState
from syncd.model.marks import EXTERNAL_ID, OWNER, Ownership
from syncd.phases.context import Context
from syncd.phases.postings.keep import OURS, read_back, sighting
from syncd.phases.postings.observe import to_observed
from syncd.plan import Change, Kind
from syncd.store import jobs as job_store
from syncd.store import journal as journal_rows
from syncd.store import postings as posting_store


@dataclass(frozen=True, slots=True)
class Adopted:
    """What came of it. ``written``: the mark was put in now; False if it stood there before."""

    job_id: str
    title: str
    posting_id: str
    status: str
    selected: bool
    written: bool


async def adopt(ctx: Context, job_id: str, posting_id: str) -> Adopted:
    """Mark a posting as the job's, read it back and remember it.

    Its texts stay as they are: what stands there counts as agreed. Its candidates are listed before
    anybody is invited. Raises UsageError when the two cannot belong together, saying why.
    """
    job = await _find_job(ctx, job_id)
    wire = await _find_posting(ctx, posting_id)
    await _refuse_what_is_taken(ctx, job, wire)
    written = ctx.marker.ownership(wire.metadata) is not Ownership.OURS or (
        (wire.metadata or {}).get(OWNER) != ctx.marker.owner
    )
    if written:
        await _mark(ctx, job, wire)
    observed = await read_back(ctx, wire.id)
    if (
        observed is None
        or observed.metadata.get(OWNER) != ctx.marker.owner
        or observed.job_id != job.id
    ):
        raise SyncdError(
            f"Posting {wire.id} does not show its mark yet: run `syncd adopt` again in a while; "
            "nothing is made for the job meanwhile."
        )
    with ctx.commit() as tx:
        known = posting_store.all_postings(tx, ctx.name).get(wire.id)
        row = sighting(ctx, observed, OURS, known)
        posting_store.save_posting(tx, replace(row, roster_until=None, swept_at=None))
        selected = job_store.all_jobs(tx, ctx.name)[job.id].selected
    return Adopted(job.id, job.title, wire.id, observed.status, selected, written)


async def _find_job(ctx: Context, job_id: str) -> Job:
    job = await ctx.ats.job(job_id)
    if job is None:
        raise UsageError(f"{ctx.ats.label} knows no job {job_id!r}: check --job.")
    with ctx.read() as tx:
        known = job.id in job_store.all_jobs(tx, ctx.name)
        open_rows = journal_rows.in_state(tx, ctx.name, [State.SENT], [Kind.CREATE])
        under_way = any(row.job_id == job.id for row in open_rows)
    if job.state is not JobState.OPEN:
        raise UsageError(f"Job {job.id} is {job.state}, so it needs no posting: open it first.")
    if not known:
        raise UsageError(f"No pass has seen job {job.id} yet: run `syncd reconcile` first.")
    if under_way:
        raise SyncdError(
            f"The outcome of creating a posting for job {job.id} is not known yet: run "
            "`syncd reconcile` until it is, then look again."
        )
    return job


async def _find_posting(ctx: Context, posting_id: str) -> Posting:
    try:
        wire = await ctx.heymilo.posting(posting_id)
    except NotFound:
        wire = None
    if wire is None:
        raise UsageError(f"HeyMilo knows no posting {posting_id!r}: check --posting.")
    if wire.archived or wire.status.strip().lower() == "archived":
        raise UsageError(f"Posting {wire.id} is archived, and nobody can be sent to it any more.")
    if wire.test_posting:
        raise UsageError(f"Posting {wire.id} is a test posting of HeyMilo's.")
    if wire.ats_metadata:
        raise UsageError(
            f"Posting {wire.id} is fed by HeyMilo's own ATS integration: people would be invited "
            "twice."
        )
    async for page in ctx.heymilo.templates():
        if any(template.posting_id == wire.id for template in page):
            raise UsageError(
                f"Posting {wire.id} is the blueprint of a template: clone it in HeyMilo and adopt "
                "the clone."
            )
    return wire


async def _refuse_what_is_taken(ctx: Context, job: Job, wire: Posting) -> None:
    held = wire.metadata or {}
    owner, mark = held.get(OWNER), held.get(EXTERNAL_ID)
    if owner is not None and owner != ctx.marker.owner:
        _refuse_foreign(wire.id, owner)
    marked_as = ctx.marker.id_of(mark)
    if mark is not None and marked_as is None:
        raise UsageError(
            f"Posting {wire.id} carries an external_id of something else: remove it from the "
            "posting's metadata in HeyMilo if it is of no use."
        )
    if marked_as is not None and marked_as != job.id:
        raise UsageError(
            f"Posting {wire.id} carries the mark of job {marked_as}: remove external_id from its "
            "metadata in HeyMilo if it is not that job's."
        )
    async for page in ctx.heymilo.postings():
        for other in page:
            if other.id == wire.id or other.test_posting:
                continue
            seen = to_observed(ctx, other)
            if not seen.live or seen.job_id != job.id:
                continue
            if seen.ownership is Ownership.FOREIGN:
                _refuse_foreign(seen.id, seen.owner)
            raise UsageError(
                f"Job {job.id} has posting {seen.id} already: archive that one in HeyMilo first "
                "if this one is to take its place."
            )


def _refuse_foreign(posting_id: str, owner: str) -> NoReturn:
    raise UsageError(
        f"Posting {posting_id} belongs to another installation ({owner}): to take it over, set "
        "installation and the connection's name to that, or remove the keys syncd and external_id "
        "from its metadata in HeyMilo."
    )


async def _mark(ctx: Context, job: Job, wire: Posting) -> None:
    """Read, merge, write: HeyMilo replaces the whole map."""
    change = Change(
        Kind.UPDATE,
        "adopted by hand with `syncd adopt`",
        job_id=job.id,
        posting_id=wire.id,
        title=job.title,
        values=dict(ctx.marker.metadata(job.id)),
    )
    merged = ctx.marker.merged(wire.metadata, job.id)
    moment = int(ctx.clock.now() * 1000)
    intent = Intent(f"{change.kind}/{wire.id}/{moment}", change, ctx.hash_fields(dict(merged)))

    async def send(slot: Slot) -> Ids:
        await ctx.heymilo.update_posting(wire.id, {"metadata": merged}, slot)
        return {intent.key: wire.id}

    outcome = await ctx.writer.submit(ctx.heymilo, [intent], send)
    if isinstance(outcome.error, Rejected):
        raise SyncdError(
            f"HeyMilo refused to change posting {wire.id} (HTTP {outcome.error.status}): look at "
            "the posting there."
        )
    # An uncertain outcome is looked up by whoever reads the posting back.
    if outcome.error is not None and not outcome.uncertain:
        raise outcome.error
