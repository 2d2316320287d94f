"""Applications: why somebody was invited, or not yet."""

from syncd.journal.machine import State
from syncd.passes.explaining.account import Account, to_deeds, when
from syncd.passes.explaining.interviews import explain_result
from syncd.passes.explaining.lens import Lens
from syncd.phases.applicants.send import ingest_key
from syncd.policy.people import Problem
from syncd.store import approvals, lookup
from syncd.store import interviews as interview_store
from syncd.store import journal as journal_rows
from syncd.store.applications import ApplicationRow
from syncd.store.jobs import JobRow
from syncd.store.journal import JournalRow
from syncd.store.postings import PostingRow
from syncd.store.tombstones import Tombstone
from syncd.store.waiting import oldest_times

_MOST_AHEAD = 1_000_000  # people, far more than any job has


def explain_application(lens: Lens, row: ApplicationRow) -> Account:
    """One application on one job."""
    account = Account(lens.name, "application", row.application_id)
    job = lens.jobs.get(row.job_id)
    history = journal_rows.history(lens.tx, lens.name, application_id=row.application_id)
    mine = [entry for entry in history if entry.job_id in (None, row.job_id)]
    entry = _ingestion(lens, row)
    if entry is not None and entry.key not in {one.key for one in mine}:
        mine.append(entry)  # the same person, sent for another application
    account.did = to_deeds(mine)
    account.attention = lookup.open_items_about(
        lens.tx, lens.name, application_id=row.application_id
    )
    account.knows = {
        "job": row.job_id,
        "title": job.title if job else None,
        "candidate": row.candidate_id,
        "stage": row.stage,
        "applied": when(row.applied_at),
        "last change in the ATS": when(row.updated_at),
        "first seen": when(row.first_seen_at),
        "seen elsewhere until": when(row.moved_from_seen_at),
        "rejected, withdrawn or hired": row.out or None,
        "let in by backfill": row.admitted or None,
        "interview": row.interview_id,
        "tied to another application's interview": row.linked or None,
    }
    if row.interview_id is not None:
        _explain_invited(lens, account, row)
    else:
        account.next = f"Is to be invited for job {row.job_id}."
        account.why_not_yet = _hindrances(lens, row, job, entry)
        if not account.why_not_yet:
            account.next = "The next pass invites this person."
    return account


def explain_forgotten(lens: Lens, application_id: str, stone: Tombstone) -> Account:
    """An application or candidate of whom only a tombstone is left."""
    account = Account(lens.name, stone.what, application_id)
    account.knows = {"forgotten": when(stone.forgotten_at), "let in again": when(stone.allowed_at)}
    account.next = "Nothing: this person was forgotten, and nothing else is known."
    return account


def _explain_invited(lens: Lens, account: Account, row: ApplicationRow) -> None:
    found = interview_store.interviews_by_id(lens.tx, lens.name, [row.interview_id or ""])
    interview = found.get(row.interview_id or "")
    if interview is None:
        account.next = "The next pass reads the interview from HeyMilo."
        return
    account.knows |= {
        "interview status": interview.status,
        "score": interview.score,
        "posting": interview.posting_id,
    }
    account.next, account.why_not_yet = explain_result(lens, interview, [row])


def _ingestion(lens: Lens, row: ApplicationRow) -> JournalRow | None:
    if row.email_hash is None:
        return None
    key = ingest_key(row)
    return journal_rows.fetch(lens.tx, lens.name, [key]).get(key)


def _hindrances(
    lens: Lens, row: ApplicationRow, job: JobRow | None, entry: JournalRow | None
) -> list[str]:
    """Everything that keeps somebody from being invited now."""
    if job is None:
        return [f"The state does not know job {row.job_id}."]
    reasons = [
        *_about_connection(lens),
        *_about_job(lens, job),
        *_about_person(lens, row, job),
        *_about_sending(lens, row, entry),
    ]
    return reasons or _about_order(lens, row)


def _about_connection(lens: Lens) -> list[str]:
    return [why for why in (lens.mode_stops(), lens.run_stops("applicants")) if why]


def _about_job(lens: Lens, job: JobRow) -> list[str]:
    if job.state != "open":
        return [f"Job {job.job_id} is {job.state}."]
    if job.template_code is None:
        return [f"No template rule or field selects job {job.job_id}."]
    if lens.cutoff_of(job) is None:
        return [f'Job {job.job_id} was never selected in mode "sync".']
    posting = lens.posting_of(job.job_id)
    if posting is None:
        return [
            f"Job {job.job_id} has no posting yet.",
            *(
                item.reason
                for item in lookup.open_items_about(lens.tx, lens.name, job_id=job.job_id)
            ),
        ]
    return _about_posting(posting)


def _about_posting(posting: PostingRow) -> list[str]:
    if posting.native:
        return [
            f"Posting {posting.posting_id} is fed by HeyMilo's own ATS integration, so syncd "
            "invites nobody into it."
        ]
    if not posting.live:
        return [f"Posting {posting.posting_id} is {posting.status}, not active."]
    return []


def _about_person(lens: Lens, row: ApplicationRow, job: JobRow) -> list[str]:
    reasons: list[str] = []
    if row.gone:
        reasons.append("The application is gone from the ATS, or on another job now.")
    if row.barred:
        reasons.append("The ATS shows the person as anonymised or not to be contacted.")
    if row.out:
        reasons.append("The person was rejected, has withdrawn or was hired.")
    if row.stage.strip().casefold() not in lens.stage_keys_of(job):
        stages = ", ".join(lens.settings.applicants.stages)
        reasons.append(f"Stage {row.stage} is outside the configured stages ({stages}).")
    cutoff = lens.cutoff_of(job)
    new = cutoff is None or cutoff.admits(row.applied_at, row.moved_from_seen_at)
    if cutoff is not None and not (new or row.admitted):
        reasons.append(_tell_old(row, cutoff.at))
    if row.problem is not None:
        reasons.append(f"Put aside: {Problem(row.problem).sentence}")
    if row.held_for is not None and row.held_for == lens.held_for:
        reasons.append("Held back: the address matches none of applicants.only_emails.")
    return reasons


def _tell_old(row: ApplicationRow, cutoff: float | None) -> str:
    applied = f"Applied {when(row.applied_at)}" if row.applied_at else "Has no time of application"
    return (
        f"{applied}: old, before the cut-off of {when(cutoff)}; `syncd backfill` reaches such "
        "people."
    )


def _about_sending(lens: Lens, row: ApplicationRow, entry: JournalRow | None) -> list[str]:
    state = State(entry.state) if entry is not None else None
    if entry is not None and state is State.SENT:
        settled = (entry.sent_at or 0.0) + lens.settings.heymilo.settle
        return [
            f"Uncertain since {when(entry.sent_at)}: the invitation was sent and no certain answer "
            "came. Every pass looks for it in HeyMilo; missed twice after "
            f"{when(settled)}, it is sent again."
        ]
    if state is State.NEEDS_PERSON:
        return ["Nobody can tell whether the person was invited; see `syncd attention list`."]
    if state is State.DECLINED:
        return ["The invitation was left undone on purpose."]
    other = lookup.has_interview(lens.tx, lens.name, row)
    if other is not None:
        return [
            f"The person has interview {other} for this job already; the next pass ties this "
            "application to it."
        ]
    return []


def _about_order(lens: Lens, row: ApplicationRow) -> list[str]:
    reasons: list[str] = []
    if lens.outside_hours:
        reasons.append(f"Waits for the hours {lens.settings.applicants.hours}.")
    held = approvals.about(lens.tx, lens.name, application_id=row.application_id)
    reasons += [
        f"A guard refused so many at once; `syncd reconcile --approve {item.hashes[0]}` lets "
        "those through who were shown."
        for item in held
        if item.approved_at is None and item.hashes
    ]
    most = lens.settings.applicants.max_per_run
    ahead = _count_ahead(lens, row)
    if ahead >= most:
        reasons.append(
            f"{ahead} people applied earlier and come first; a pass invites at most {most} "
            "(applicants.max_per_run)."
        )
    return reasons


def _count_ahead(lens: Lens, row: ApplicationRow) -> int:
    ahead = 0
    for job in lens.jobs.values():
        waiting = lens.waiting_of(job)
        if waiting is None:
            continue
        times = oldest_times(lens.tx, lens.name, waiting, _MOST_AHEAD)
        ahead += sum(applied < (row.applied_at or 0.0) for applied in times)
    return ahead
