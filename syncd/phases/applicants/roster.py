"""Who is already in a posting: looked up before sending, and after an uncertain sending."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from syncd.errors import NotFound
from syncd.journal.intent import Ids
from syncd.journal.journal import Journal
from syncd.journal.machine import State
from syncd.phases.absorb import OVERLAP, read_roster
from syncd.phases.applicants.send import address_of, owe_moves
from syncd.phases.context import Context
from syncd.plan import Kind
from syncd.store import Tx, interviews
from syncd.store import applications as application_store
from syncd.store import journal as journal_rows
from syncd.store import postings as posting_store
from syncd.store.applications import ApplicationRow
from syncd.store.journal import JournalRow
from syncd.store.postings import PostingRow

FRESH = 60.0  # seconds for which a look counts as fresh
ABSENT_MOST = 6  # so often is one person sent, and found absent; by chance that is one in 4,000
ONE_PAGE = 100  # candidates HeyMilo shows at once


class Rosters:
    """Keeps the candidates of postings known while a pass sends to them."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._read_at: dict[str, float] = {}

    async def refresh(self, posting: PostingRow) -> PostingRow:
        """List whoever came since the last look, before a batch is sent.

        The first look of a pass always happens. Further ones happen before every batch as long as
        the overlap fits on one page, and else once a minute, since within the overlap stand above
        all the people this pass itself has just sent.
        """
        ctx, now = self._ctx, self._ctx.clock.monotonic()
        read_at = self._read_at.get(posting.posting_id)
        if read_at is not None and now - read_at < FRESH:
            since = (posting.roster_until or 0.0) - OVERLAP
            with ctx.read() as tx:
                known = interviews.known_since(tx, ctx.name, posting.posting_id, since, ONE_PAGE)
            if known >= ONE_PAGE:
                return posting
        return await self.read(posting)

    async def read(self, posting: PostingRow) -> PostingRow:
        """List the posting's candidates: all of them at first, then those since the newest."""
        ctx = self._ctx
        if (
            ctx.writer.rehearsing
            and posting.observed_at
            and posting.posting_id.startswith("planned:")
        ):
            return posting
        until = posting.roster_until
        began = ctx.clock.monotonic()
        await read_roster(ctx, posting, None if until is None else max(0.0, until - OVERLAP))
        self._read_at[posting.posting_id] = began
        with ctx.read() as tx:
            again = posting_store.find_posting(tx, ctx.name, posting.posting_id)
        return again or posting


async def settle_uncertain(ctx: Context, posting_id: str | None = None) -> dict[str, State]:
    """Look for everybody whose sending had no certain outcome; return the states by key.

    Each is looked for alone: that some of a batch are found and others not is normal.
    """
    journal = ctx.journal
    if journal is None:
        return {}
    with ctx.read() as tx:
        open_rows = journal_rows.in_state(tx, ctx.name, [State.SENT], [Kind.INGEST])
        postings = posting_store.all_postings(tx, ctx.name)
    groups: dict[str, list[JournalRow]] = defaultdict(list)
    for row in open_rows:
        if row.posting_id and posting_id in (None, row.posting_id):
            groups[row.posting_id].append(row)
    states: dict[str, State] = {}
    for target, rows in groups.items():
        states.update(await _settle_one(ctx, journal, postings.get(target), target, rows))
    if State.SENT in states.values():
        waiting = sum(state is State.SENT for state in states.values())
        ctx.report.put_off(f"{waiting} invitations have no certain outcome yet")
    return states


async def _settle_one(
    ctx: Context,
    journal: Journal,
    posting: PostingRow | None,
    posting_id: str,
    rows: Sequence[JournalRow],
) -> dict[str, State]:
    job_id = rows[0].job_id or ""
    if posting is None:
        posting = PostingRow(
            ctx.name, posting_id, job_id, "ours", "unknown", native=False, observed_at=0.0
        )
    sent = min(row.sent_at or 0.0 for row in rows)
    since = None if posting.roster_until is None else max(0.0, sent - OVERLAP)
    started = ctx.clock.monotonic()
    try:
        await read_roster(ctx, posting, since)
    except NotFound:
        looked_at = ctx.heymilo_at(started)
        # The posting is gone, and with it every means to find out.
        if looked_at >= sent + ctx.settings.heymilo.settle:
            journal.give_up(rows, looked_at)
            return {row.key: State.NEEDS_PERSON for row in rows}
        ctx.report.put_off(f"posting {posting_id} does not show its candidates")
        return {row.key: State.SENT for row in rows}
    looked_at = ctx.heymilo_at(started)
    with ctx.read() as tx:
        by_email, by_application = interviews.people_of_job(
            tx,
            ctx.name,
            job_id,
            [address_of(row.key) for row in rows],
            [row.application_id for row in rows if row.application_id],
        )
    found: dict[str, str | None] = {}
    for row in rows:
        hit = by_application.get(row.application_id or "") or by_email.get(address_of(row.key))
        if hit:
            found[row.key] = hit
    by_key = {row.key: row for row in rows}

    def effects(tx: Tx, ids: Ids) -> None:
        for key, interview_id in ids.items():
            row = by_key[key]
            application_store.change_application(
                tx,
                ctx.name,
                (row.application_id or "", job_id),
                {"interview_id": interview_id, "linked": False},
            )
        # Where they were found is not told: they may have been moved since, so that what stands in
        # the settings counts (see moving.may_be_moved).
        owe_moves(
            ctx, tx, {(by_key[k].application_id or "", job_id): id_ or "" for k, id_ in ids.items()}
        )

    ctx.report.counts["invited"] += len(found)
    patience = ctx.settings.heymilo.settle
    return journal.settle(rows, found, looked_at, patience, effects, most=ABSENT_MOST)


def link_people(ctx: Context, job_id: str, rows: Sequence[ApplicationRow]) -> list[ApplicationRow]:
    """Tie those who already have an interview for the job to it; return the others."""
    with ctx.read() as tx:
        by_candidate, by_email = application_store.interviewed(
            tx,
            ctx.name,
            job_id,
            {row.candidate_id for row in rows},
            {row.email_hash for row in rows if row.email_hash},
        )
    left: list[ApplicationRow] = []
    linked: list[ApplicationRow] = []
    for row in rows:
        hit = by_candidate.get(row.candidate_id) or by_email.get(row.email_hash or "")
        if hit:
            tied = replace(row, interview_id=hit, linked=True, found_stage=row.stage)
            linked.append(replace(tied, problem=None))
        else:
            left.append(row)
    if linked:
        with ctx.commit() as tx:
            application_store.save_applications(tx, linked)
            interviews.owe_again(tx, ctx.name, [row.interview_id or "" for row in linked])
        ctx.report.counts["linked"] += len(linked)
    return left
