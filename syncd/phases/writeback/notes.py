"""Notes: looked for by their mark before they are written, and never written twice."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime

from syncd.errors import Rejected
from syncd.http.session import Slot
from syncd.journal import machine
from syncd.journal.intent import Ids, Intent
from syncd.journal.journal import from_entry, to_entry
from syncd.journal.machine import State
from syncd.model.ats import Application, Note, Told
from syncd.model.marks import note_marks, sign_note
from syncd.phases.context import Context
from syncd.phases.refusals import refusal_text
from syncd.plan import Change, Kind
from syncd.policy.results import format_score
from syncd.policy.writeback import note_text
from syncd.store import journal as journal_rows
from syncd.store.applications import ApplicationRow
from syncd.store.interviews import InterviewRow
from syncd.store.journal import JournalRow

_log = logging.getLogger(__name__)


def note_key(row: ApplicationRow, interview: InterviewRow, occasion: str) -> str:
    """One note per application, interview and score (or idleness)."""
    return f"{Kind.NOTE}/{row.application_id}/{interview.interview_id}/{occasion}"


async def write_note(
    ctx: Context,
    row: ApplicationRow,
    fresh: Application,
    interview: InterviewRow,
    occasion: str,
    reason: str,
    title: str,
    link: str | None = None,
) -> bool:
    """Write the note of one result on one application; return whether that matter is done with.

    ``occasion`` is the score as text, or what else the note is about; ``link`` leads recruiters to
    the posting in HeyMilo.
    """
    key = note_key(row, interview, occasion)
    mark = ctx.keyed.note_mark(interview.interview_id, occasion)
    with ctx.read() as tx:
        known = journal_rows.fetch(tx, ctx.name, [key]).get(key)
        history = journal_rows.history(
            tx, ctx.name, application_id=row.application_id, interview_id=interview.interview_id
        )
    if known is not None and State(known.state) in (State.CONFIRMED, State.DECLINED):
        return True
    began = ctx.ats.remote_now()
    listed = await _list_notes(ctx, fresh)
    notes = listed or ()
    found = next((note for note in notes if mark in note_marks(note.text)), None)
    if known is not None and State(known.state) is State.SENT:
        return _settle(ctx, known, found, began, listed=listed is not None)
    if known is not None and State(known.state) is State.NEEDS_PERSON:
        return True
    earlier = _earlier(history, key)
    old = _standing(ctx, interview, earlier, notes) if ctx.ats.capabilities.notes_edited else None
    change = Change(
        Kind.NOTE,
        reason,
        job_id=row.job_id,
        application_id=row.application_id,
        interview_id=interview.interview_id,
        title=title,
        values={"status": interview.status, "score": format_score(interview.score)},
    )
    if old is not None:
        earlier = None  # the note that told it will tell it no more
    told = note_text(interview.status, interview.score, _when(interview), earlier, link)
    text = sign_note(told, mark)
    intent = Intent(key, change, ctx.hash_fields({"text": text}))
    if found is not None:
        _note_found(ctx, intent, found)
        return True
    about = Told(interview.status, interview.score, interview.activity_at)
    return await _send(ctx, row, fresh, intent, text, old, about)


async def _list_notes(ctx: Context, fresh: Application) -> Sequence[Note] | None:
    """The notes that stand; None where the ATS cannot list them or refuses to.

    A refusal keeps nobody's result from being told: it is then as with an ATS that has no list.
    """
    if not ctx.ats.capabilities.notes_listed:
        return None
    try:
        return await ctx.ats.notes(fresh)
    except Rejected as error:
        _log.warning("%s does not list the notes of application %s.", error.side, fresh.id)
        return None


async def _send(
    ctx: Context,
    row: ApplicationRow,
    fresh: Application,
    intent: Intent,
    text: str,
    old: Note | None,
    about: Told,
) -> bool:
    """Write a new note, or what is new into ``old``."""

    async def send(slot: Slot) -> Ids:
        if old is None:
            return {intent.key: await ctx.ats.add_note(fresh, text, slot, about=about)}
        await ctx.ats.edit_note(fresh, old, text, slot, about=about)
        return {intent.key: old.id}

    outcome = await ctx.writer.submit(ctx.ats, [intent], send)
    ctx.report.counts["notes written"] += len(outcome.confirmed)
    if outcome.uncertain:
        # Looked for at once; absent only after `settle`, by a later pass.
        looked_at = ctx.ats.remote_now()
        notes = await _list_notes(ctx, fresh)
        mark = note_marks(text)[-1]
        hit = next((n for n in notes or () if mark in note_marks(n.text)), None)
        with ctx.read() as tx:
            present = journal_rows.fetch(tx, ctx.name, [intent.key])[intent.key]
        return _settle(ctx, present, hit, looked_at, listed=notes is not None)
    if isinstance(outcome.error, Rejected):
        ctx.tell(
            "writeback.refused",
            f"{row.application_id}/note",
            refusal_text(f"write a note on application {row.application_id}", outcome.error),
            "Check with `syncd check` that syncd may write notes in the ATS, and as whom.",
            job_id=row.job_id,
            application_id=row.application_id,
        )
    elif outcome.error is not None:
        ctx.report.put_off(str(outcome.error))
    return outcome.done


def _settle(
    ctx: Context, known: JournalRow, found: Note | None, looked_at: float, *, listed: bool
) -> bool:
    journal = ctx.journal
    if journal is None:
        return True
    if not listed:
        journal.give_up([known], looked_at)
        return True
    hit = {known.key: found.id} if found is not None else {}
    states = journal.settle([known], hit, looked_at, ctx.settings.ats.settle)
    if found is not None:
        ctx.report.counts["notes written"] += 1
        return True
    if states[known.key] is State.SENT:
        ctx.report.put_off("a note has no certain outcome yet")
    else:
        ctx.report.put_off("a note is to be written again")
    return False


def _note_found(ctx: Context, intent: Intent, found: Note) -> None:
    """The state does not know of a note that stands there: remember it."""
    if ctx.writer.rehearsing:
        return
    now = ctx.ats.remote_now()
    change = intent.change
    row = JournalRow(
        connection=ctx.name,
        key=intent.key,
        kind=change.kind,
        payload_hash=intent.payload_hash,
        reason="found by its mark",
        state=State.INTENDED,
        intended_at=now,
        fence=ctx.hold.fence if ctx.hold else 0,
        job_id=change.job_id,
        application_id=change.application_id,
        interview_id=change.interview_id,
    )
    with ctx.commit() as tx:
        entry = machine.confirm(to_entry(row), now, found.id)
        journal_rows.put(tx, [from_entry(row, entry, row.fence)])


def _standing(
    ctx: Context, interview: InterviewRow, earlier: str | None, notes: Sequence[Note]
) -> Note | None:
    """The note of ours that tells the result before this one, if it still stands."""
    if earlier is None:
        return None
    mark = ctx.keyed.note_mark(interview.interview_id, earlier)
    return next((note for note in notes if mark in note_marks(note.text)), None)


def _earlier(history: Sequence[JournalRow], key: str) -> str | None:
    """The score that the newest earlier note of this interview told, as text."""
    told = [
        row
        for row in history
        if row.kind == Kind.NOTE and row.key != key and row.state == State.CONFIRMED
    ]
    scores = [row.key.rsplit("/", 1)[-1] for row in told]
    numbers = [score for score in scores if score.replace(".", "", 1).isdigit()]
    return numbers[-1] if numbers else None


def _when(interview: InterviewRow) -> str | None:
    if interview.activity_at is None:
        return None
    return datetime.fromtimestamp(interview.activity_at, UTC).strftime("%Y-%m-%d")


def tell_unknown(ctx: Context, row: JournalRow) -> None:
    """A note of which nobody can tell whether it stands is a person's."""
    ctx.tell(
        "writeback.note_unknown",
        row.application_id or "",
        f"Nobody can tell whether the note on application {row.application_id} was written, and "
        "this ATS lists no notes.",
        "Look in the ATS; write the note by hand if it is missing, then dismiss this.",
        job_id=row.job_id,
        application_id=row.application_id,
    )
