"""Jobs and their postings: what there is, what is made of it, and what waits."""

from syncd.journal.machine import State
from syncd.passes.explaining.account import Account, summed, to_deeds, when
from syncd.passes.explaining.lens import Lens
from syncd.plan import Kind
from syncd.policy.people import Problem
from syncd.store import applications as application_store
from syncd.store import approvals, lookup
from syncd.store import interviews as interview_store
from syncd.store import journal as journal_rows
from syncd.store.jobs import JobRow
from syncd.store.journal import JournalRow
from syncd.store.postings import PostingRow
from syncd.store.waiting import count_old, count_waiting

_OF_POSTINGS = frozenset({Kind.CREATE, Kind.ACTIVATE, Kind.UPDATE, Kind.ARCHIVE})


def explain_job(lens: Lens, job: JobRow) -> Account:
    """One job, its posting and how its applicants stand."""
    account = Account(lens.name, "job", job.job_id)
    _tell_deeds(account, journal_rows.history(lens.tx, lens.name, job_id=job.job_id))
    account.attention = lookup.open_items_about(lens.tx, lens.name, job_id=job.job_id)
    posting = lens.posting_of(job.job_id)
    account.knows = {
        "title": job.title,
        "state": job.state,
        "template": job.template_code,
        "posting": posting.posting_id if posting else None,
        "posting status": posting.status if posting else None,
        "first seen": when(job.first_seen_at),
        "selected": when(job.selected_at),
        "invited are": _tell_cutoff(lens, job),
        "closed": when(job.closed_at),
        **_count_people(lens, job),
    }
    account.next, account.why_not_yet = _next_of_job(lens, job, posting, account)
    return account


def explain_posting(lens: Lens, posting: PostingRow) -> Account:
    """One posting with our mark."""
    account = Account(lens.name, "posting", posting.posting_id)
    job = lens.jobs.get(posting.job_id)
    rows = journal_rows.history(lens.tx, lens.name, posting_id=posting.posting_id)
    made = [
        row
        for row in journal_rows.history(lens.tx, lens.name, job_id=posting.job_id)
        if row.kind == Kind.CREATE and row.remote_id == posting.posting_id
    ]
    _tell_deeds(account, [*made, *(row for row in rows if row not in made)])
    account.attention = lookup.open_items_about(lens.tx, lens.name, posting_id=posting.posting_id)
    known, flying, final = interview_store.roster_counts(lens.tx, lens.name).get(
        posting.posting_id, (0, 0, 0)
    )
    account.knows = {
        "job": posting.job_id,
        "title": job.title if job else None,
        "is": {"ours": "the job's posting", "clone": "a second posting with the job's mark"}.get(
            posting.role, "a former posting of the job"
        ),
        "status": posting.status,
        "template": posting.template_code,
        "fed by HeyMilo's own ATS integration": posting.native or None,
        "made": when(posting.created_at),
        "deadline": when(posting.deadline),
        "ended": when(posting.ended_at),
        "last read": when(posting.observed_at),
        "people in it": known,
        "of them in flight": flying,
        "of them with a final result": final,
    }
    if posting.role != "ours":
        account.next = "Nobody is sent to it; results of people in it are read and written back."
    elif job is None:
        account.next = f"Nothing: the state does not know job {posting.job_id}."
    else:
        account.next, account.why_not_yet = _next_of_job(lens, job, posting, account)
    return account


def _tell_deeds(account: Account, rows: list[JournalRow]) -> None:
    account.did = to_deeds(row for row in rows if row.kind in _OF_POSTINGS)
    account.tally = summed([row for row in rows if row.kind not in _OF_POSTINGS])


def _tell_cutoff(lens: Lens, job: JobRow) -> str | None:
    cutoff = lens.cutoff_of(job)
    if cutoff is None:
        return None
    return "all who apply" if cutoff.at is None else f"those who apply since {when(cutoff.at)}"


def _count_people(lens: Lens, job: JobRow) -> dict[str, int]:
    total, tied = application_store.count_by_job(lens.tx, lens.name).get(job.job_id, (0, 0))
    counts = {"applications": total, "invited or linked": tied}
    waiting = lens.waiting_of(job)
    if waiting is not None:
        counts["waiting to be invited"] = count_waiting(lens.tx, lens.name, waiting)
        counts["before the cut-off"] = count_old(lens.tx, lens.name, waiting)
    for problem, count in lookup.people_by_problem(lens.tx, lens.name, job.job_id).items():
        sentence = Problem(problem).sentence.rstrip(".")
        counts[f"put aside: {sentence[0].lower()}{sentence[1:]}"] = count
    return counts


def _next_of_job(
    lens: Lens, job: JobRow, posting: PostingRow | None, account: Account
) -> tuple[str, list[str]]:
    matters = [item.reason for item in account.attention]
    guards = _tell_guards(lens, job)
    if job.state == "draft":
        return "Nothing: the job is a draft, and left alone until it is opened.", []
    if job.state == "closed":
        return _next_of_closed(lens, job, posting, guards)
    if job.template_code is None:
        return "Nothing: no template rule or field selects the job.", matters
    stops = [why for why in (lens.run_stops("postings"),) if why]
    if posting is None:
        waits = [why for why in (lens.mode_stops(creating=True),) if why]
        uncertain = [
            deed.told
            for deed in account.did
            if deed.kind == Kind.CREATE and deed.state == State.SENT
        ]
        told = [f"Its creation is {text}." for text in uncertain]
        reasons = [*waits, *stops, *told, *matters]
        if reasons:
            return "A posting is to be made for the job.", reasons
        return "The next pass makes a posting for the job.", []
    if posting.native:
        return "HeyMilo's own ATS integration feeds the posting; syncd invites nobody.", matters
    if posting.status in ("archived", "gone"):
        return (
            "Nothing: somebody ended the posting of an open job; `syncd attention retry` makes a "
            "new one.",
            matters,
        )
    if posting.status == "draft":
        waits = [why for why in (lens.mode_stops(creating=True),) if why]
        return "The next pass activates the posting.", [*waits, *stops, *matters]
    waits = [why for why in (lens.mode_stops(),) if why]
    days = lens.settings.postings.deadline_days
    return (
        "People are invited as they apply; the posting is kept like the job, its deadline moved "
        f"ahead when less than half of {days} days is left.",
        [*waits, *stops, *guards, *matters],
    )


def _next_of_closed(
    lens: Lens, job: JobRow, posting: PostingRow | None, guards: list[str]
) -> tuple[str, list[str]]:
    settings = lens.settings.postings
    if posting is None:
        return "Nothing: the job is closed.", []
    if posting.status in ("archived", "gone"):
        return (
            "The job is closed and its posting ended; results are read and written for 30 days "
            "from then.",
            [],
        )
    if not settings.archive_when_closed:
        return (
            "The job is closed: nobody is invited, and the posting stays "
            "(postings.archive_when_closed).",
            [],
        )
    due = (job.closed_at or lens.now) + settings.archive_after_hours * 3600
    waits = [why for why in (lens.mode_stops(), lens.run_stops("postings")) if why]
    if lens.now < due:
        waits.append(f"The grace period lasts until {when(due)} (postings.archive_after_hours).")
    return "The job is closed: nobody is invited, and its posting is archived.", [*waits, *guards]


def _tell_guards(lens: Lens, job: JobRow) -> list[str]:
    return [
        f"A guard refused so many at once ({item.guard}); `syncd reconcile --approve "
        f"{item.hashes[0]}` lets those through that were shown."
        for item in approvals.about(lens.tx, lens.name, job_id=job.job_id)
        if item.approved_at is None and item.hashes
    ]
