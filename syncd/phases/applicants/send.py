"""Sending people to HeyMilo in batches, and taking refusals apart."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from syncd.errors import Rejected
from syncd.heymilo.problems import DUPLICATE
from syncd.http.session import Slot
from syncd.journal.intent import Ids, Intent, Outcome
from syncd.journal.machine import REFUSED_AT, State
from syncd.model.marks import EXTERNAL_ID
from syncd.phases.context import Context
from syncd.plan import Change, Kind
from syncd.policy.people import Person, Problem
from syncd.store import Tx, interviews
from syncd.store import applications as application_store
from syncd.store import journal as journal_rows
from syncd.store.applications import ApplicationRow, Key
from syncd.store.interviews import InterviewRow
from syncd.store.journal import JournalRow
from syncd.store.postings import PostingRow

BISECTED = frozenset({400, 422})  # statuses by which HeyMilo refuses rows
_CONFLICT = 409  # somebody is there already, or the posting takes nobody: its code must tell
_OWN = ("name", "email", "phone_number")  # the fields of a row that are the applicant's own


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody about to be invited: the row, and the person, in memory only."""

    row: ApplicationRow
    person: Person = field(repr=False)


@dataclass(slots=True)
class Sent:
    """What became of a batch: how many were invited; ``stop`` ends sending to this posting."""

    invited: int = 0
    stop: bool = False
    uncertain: int = 0


def ingest_key(row: ApplicationRow) -> str:
    """One invitation per person and job, whatever postings the job has had."""
    return f"{Kind.INGEST}/{row.job_id}/{row.email_hash}"


def address_of(key: str) -> str:
    """The keyed address in the key of an invitation."""
    return key.rsplit("/", 1)[-1]


async def send_batch(
    ctx: Context, posting: PostingRow, guests: Sequence[Guest], title: str
) -> Sent:
    """Send a batch; rows that HeyMilo refuses are put aside, the rest goes through."""
    sent = Sent()
    refused: dict[Problem, list[Guest]] = {Problem.REFUSED: [], Problem.HIDDEN: []}
    blamed = False  # HeyMilo complains about the applicants themselves
    for batch in _halving(guests):
        outcome = await _submit(ctx, posting, batch.guests, title)
        sent.invited += len(outcome.confirmed)
        sent.uncertain += len(outcome.uncertain)
        error = outcome.error
        known = isinstance(error, Rejected) and _says_known(error)
        if isinstance(error, Rejected) and (error.status in BISECTED or known):
            paths = [f.path for f in error.faults if _names_row(f.path, len(batch.guests))]
            named = {path[1] for path in paths}
            aside = refused[Problem.HIDDEN if known else Problem.REFUSED]
            if named:
                blamed = blamed or known or all(p[2:3] and p[2] in _OWN for p in paths)
                aside += [g for i, g in enumerate(batch.guests) if i in named]
                batch.again([g for i, g in enumerate(batch.guests) if i not in named])
            elif len(batch.guests) == 1:
                blamed = blamed or known or len(guests) == 1
                aside += batch.guests
            else:
                batch.halve()
        elif isinstance(error, Rejected) and error.status == 413 and len(batch.guests) > 1:
            batch.halve()
        elif error is not None and not outcome.uncertain:
            ctx.report.put_off(str(error))
            sent.stop = True
            break
    count = sum(map(len, refused.values()))
    refused[Problem.HIDDEN] = _wait_for_hidden(ctx, refused[Problem.HIDDEN])
    if blamed or sent.invited or sent.uncertain or 0 < count < len(guests):
        for problem, some in refused.items():
            _put_aside(ctx, some, problem)
    elif count:
        # Everybody was refused: then it is the posting, not the people.
        _tell_refused(ctx, posting, title, count)
        sent.stop = True
    ctx.report.counts["invited"] += sent.invited
    return sent


@dataclass(slots=True)
class _Batch:
    guests: Sequence[Guest]
    rest: list[Sequence[Guest]]

    def halve(self) -> None:
        middle = len(self.guests) // 2
        self.rest[:0] = [self.guests[:middle], self.guests[middle:]]

    def again(self, guests: Sequence[Guest]) -> None:
        if guests:
            self.rest.insert(0, guests)


def _halving(guests: Sequence[Guest]) -> Iterator[_Batch]:
    """The batch, and whatever its handling puts back."""
    rest: list[Sequence[Guest]] = [guests]
    while rest:
        yield _Batch(rest.pop(0), rest)


async def _submit(
    ctx: Context, posting: PostingRow, guests: Sequence[Guest], title: str
) -> Outcome:
    rows = {ingest_key(g.row): g.row for g in guests}
    keys = {ctx.marker.external_id(g.row.application_id): ingest_key(g.row) for g in guests}
    intents = [_intent(ctx, posting, guest, title) for guest in guests]

    async def send(slot: Slot) -> Ids:
        people = [_payload(ctx, guest) for guest in guests]
        answered = await ctx.heymilo.ingest_bulk(posting.posting_id, people, slot)
        found: dict[str, str | None] = {}
        for item in answered:
            key = keys.get((item.metadata or {}).get(EXTERNAL_ID, ""))
            if key is not None:
                found[key] = item.interview_id
        return found

    def effects(tx: Tx, ids: Ids) -> None:
        note_invited(ctx, tx, posting, rows, ids)

    return await ctx.writer.submit(ctx.heymilo, intents, send, effects)


def _intent(ctx: Context, posting: PostingRow, guest: Guest, title: str) -> Intent:
    row, person = guest.row, guest.person
    change = Change(
        Kind.INGEST,
        f"in stage {row.stage}, after the cut-off, and not invited for this job before",
        job_id=row.job_id,
        posting_id=posting.posting_id,
        application_id=row.application_id,
        title=title,
    )
    payload = ctx.hash_fields({"name": person.name, "email": person.email, "phone": person.phone})
    return Intent(ingest_key(row), change, payload)


def _payload(ctx: Context, guest: Guest) -> Mapping[str, Any]:
    body: dict[str, Any] = {
        "name": guest.person.name,
        "email": guest.person.email,
        "metadata": ctx.marker.metadata(guest.row.application_id),
    }
    if guest.person.phone:
        body["phone_number"] = guest.person.phone
    return body


def note_invited(
    ctx: Context,
    tx: Tx,
    posting: PostingRow,
    rows: Mapping[str, ApplicationRow],
    ids: Ids,
) -> None:
    """What follows from an invitation: the interview, its tie to the application, a move owed."""
    now = ctx.heymilo.remote_now()
    made: list[InterviewRow] = []
    application_store.note_invited(tx, ctx.name, [(rows[key], id_) for key, id_ in ids.items()])
    for key, interview_id in ids.items():
        row = rows[key]
        made.append(
            InterviewRow(
                connection=ctx.name,
                interview_id=interview_id or "",
                posting_id=posting.posting_id,
                job_id=row.job_id,
                email_hash=row.email_hash or "",
                status="pending",
                changed_at=ctx.clock.now(),
                application_id=row.application_id,
                created_at=now,
            )
        )
    interviews.add_interviews(tx, made)
    owe_moves(ctx, tx, {rows[key].key: interview_id or "" for key, interview_id in ids.items()})


def owe_moves(ctx: Context, tx: Tx, invited: Mapping[Key, str]) -> None:
    """Write down the moves that invitations owe; ``invited`` gives the interviews' ids."""
    target, now = ctx.settings.applicants.move_to_stage, ctx.heymilo.remote_now()
    if not target:
        return
    journal_rows.insert(
        tx,
        [
            JournalRow(
                connection=ctx.name,
                key=move_key(application_id, interview_id, "invited", target),
                kind=Kind.MOVE,
                payload_hash=ctx.hash_fields({"stage": target}),
                reason="applicants.move_to_stage moves people after ingestion",
                state=State.INTENDED,
                intended_at=now,
                fence=ctx.hold.fence if ctx.hold else 0,
                job_id=job_id,
                application_id=application_id,
                interview_id=interview_id,
                evidence={"stage": target},
            )
            for (application_id, job_id), interview_id in invited.items()
        ],
    )


def move_key(application_id: str, interview_id: str, occasion: str, target: str) -> str:
    """One move per application, interview and occasion."""
    return f"{Kind.MOVE}/{application_id}/{interview_id}/{occasion}/{target}"[:300]


def _says_known(error: Rejected) -> bool:
    """Whether HeyMilo says that somebody of the batch is in the posting already."""
    codes = {error.code, *(fault.code for fault in error.faults)}
    return error.status in (_CONFLICT, *BISECTED) and DUPLICATE in codes


def _wait_for_hidden(ctx: Context, guests: Sequence[Guest]) -> list[Guest]:
    """Those whom HeyMilo has, by its word, and has not shown for longer than lists may lag.

    The others are looked for again by the next pass.
    """
    with ctx.read() as tx:
        rows = journal_rows.fetch(tx, ctx.name, [ingest_key(guest.row) for guest in guests])
    latest = ctx.heymilo.remote_now() - ctx.settings.heymilo.settle
    since = {key: row.evidence.get(REFUSED_AT) for key, row in rows.items()}
    lasting = [g for g in guests if float(since.get(ingest_key(g.row)) or latest) <= latest]
    if left := len(guests) - len(lasting):
        ctx.report.put_off(f"{left} applicants are in HeyMilo, as it says, and not shown yet")
    return lasting


def _names_row(path: tuple[str | int, ...], size: int) -> bool:
    return len(path) >= 2 and path[0] == "data" and isinstance(path[1], int) and 0 <= path[1] < size


def _put_aside(ctx: Context, guests: Sequence[Guest], problem: Problem) -> None:
    if not guests:
        return
    with ctx.commit() as tx:
        for guest in guests:
            application_store.change_application(
                tx, ctx.name, guest.row.key, {"problem": problem.value}
            )
    ctx.report.counts["put aside"] += len(guests)


def _tell_refused(ctx: Context, posting: PostingRow, title: str, count: int) -> None:
    ctx.tell(
        "posting.refuses_people",
        posting.posting_id,
        f"HeyMilo refused all {count} applicants sent to posting {posting.posting_id} of job "
        f"“{title}” ({posting.job_id}).",
        "Look at the posting in HeyMilo; syncd tries again on the next pass.",
        job_id=posting.job_id,
        posting_id=posting.posting_id,
    )
