"""Promise 2: whoever is due was invited or is reported, and every result was told."""

from collections.abc import Sequence

from syncd.sandbox import FaultKind
from syncd.store.attention import Item
from tests.simulation.accounts.account import Applicant
from tests.simulation.checks.known import jobs_of_postings, shown, told_score
from tests.simulation.history import OWNER, History, PassRecord
from tests.simulation.life import DimWorld
from tests.simulation.mix import DAY, HOUR, Mix


def check(mix: Mix, history: History, world: DimWorld, items: Sequence[Item]) -> None:
    """Everything that must have happened in the end."""
    account = world.account
    told_people = {(i.application_id, i.job_id) for i in items if i.application_id}
    told_jobs = {i.job_id for i in items if i.job_id and not i.application_id}
    live = {
        job
        for posting_id, job in jobs_of_postings(world).items()
        if posting_id in world.heymilo.state.postings
        and world.heymilo.state.postings[posting_id].status(world.clock.now() + mix.heymilo.skew)
        == "active"
    }
    for code, job in account.jobs.items():
        if job.is_selected and code not in live and code not in told_jobs:
            history.complain("2 nobody lost", f"job {code} has neither posting nor attention")
    _titles_true(history, world, items)
    _deadlines_ahead(mix, history, world, items)
    for candidate in account.applicants.values():
        job = account.jobs[candidate.job]
        if not job.is_selected or not _is_due(mix, history, world, candidate):
            continue
        id_ = candidate.id
        if _is_known(history, world, candidate):
            history.reached["eligible and invited"] += 1
        elif (id_, candidate.job) in told_people or (
            candidate.job in told_jobs and candidate.job not in live
        ):
            history.reached["eligible and in attention"] += 1
        else:
            history.complain(
                "2 nobody lost",
                f"application {id_} to {candidate.job} of {candidate.applied_at:.0f} "
                "was neither invited nor reported",
            )
    _results_told(mix, history, world, items)


def _titles_true(history: History, world: DimWorld, items: Sequence[Item]) -> None:
    """Whatever no person edited says what the job says."""
    edited = {posting for _, posting, name in history.edits if name == "title"}
    told = {i.posting_id for i in items} - {None}
    jobs = jobs_of_postings(world)
    made = {
        event.posting_id
        for event in world.heymilo.ledger.postings
        if event.kind in ("created", "cloned")
    }  # not those of people, which a later write of ours makes appear in the ledger
    for posting in world.heymilo.state.postings.values():
        job = world.account.jobs.get(jobs.get(posting.id, ""))
        if job is None or not job.is_selected or len(job.title) < 3 or posting.id not in made:
            continue
        if posting.archived or posting.id in edited or history.losses:
            continue
        clone = any(i.kind == "posting.clone" and i.posting_id == posting.id for i in items)
        if posting.title != job.title and not clone:
            named = "reported as edited" if posting.id in told else "not reported"
            history.complain(
                "true to the job", f"{posting.id} is called {posting.title!r}, {named}"
            )


def _deadlines_ahead(mix: Mix, history: History, world: DimWorld, items: Sequence[Item]) -> None:
    """A posting of an open job does not end by itself."""
    jobs = jobs_of_postings(world)
    clones = {i.posting_id for i in items if i.kind == "posting.clone"}
    made = {event.posting_id for event in world.heymilo.ledger.postings if event.kind == "created"}
    now = world.clock.now() + mix.heymilo.skew
    for posting in world.heymilo.state.postings.values():
        job = world.account.jobs.get(jobs.get(posting.id, ""))
        if job is None or not job.is_selected or len(job.title) < 3 or posting.id not in made:
            continue
        if posting.archived or posting.id in clones or posting.deadline is None:
            continue
        left = posting.deadline - now
        if left < mix.deadline_days * DAY / 2 - HOUR:
            history.complain(
                "true to the job", f"{posting.id} of an open job ends in {left / HOUR:.0f} hours"
            )


def _is_due(mix: Mix, history: History, world: DimWorld, one: Applicant) -> bool:
    """Whether somebody must have been invited by now, by a bound on the safe side."""
    if one.stage != world.account.applied_stage or one.out or one.anonymised:
        return False
    applied = one.applied_at
    if mix.explicit is not None:
        return applied >= mix.explicit.timestamp()
    return applied >= _bound(history, world, one.job)


def _bound(history: History, world: DimWorld, job: str) -> float:
    """From when on people of a job surely are no old ones."""
    tale = history.jobs[job]
    looks = [p for p in history.passes if p.whole and "postings" in p.phases]
    looks = [p for p in looks if not _was_shown_less(p, world)]
    first = looks[0].ended if looks else float("inf")
    chosen = tale.selected[-1][0]
    opened = [at for at, state in tale.states if state == "published"]
    under_our_eyes = tale.created > first and [s for _, s in tale.selected].count(True) == 1
    if under_our_eyes and opened and chosen <= opened[0] and not history.losses:
        return float("-inf")
    after = max([chosen, *(at for at, _ in history.losses)])
    return next((p.ended for p in looks if p.started > after), float("inf"))


def _was_shown_less(one: PassRecord, world: DimWorld) -> bool:
    """Whether a list that a pass read may have left out a job."""
    rows = world.log.rows[one.log_from : one.log_to]
    return any(row.fault in (FaultKind.MOVED, FaultKind.SHRUNK) for row in rows)


def _is_known(history: History, world: DimWorld, one: Applicant) -> bool:
    jobs = jobs_of_postings(world)
    addresses = history.addresses[one.id]
    mark = world.account.mark(one.id)
    return any(
        jobs.get(sent.posting_id) == one.job
        and (sent.external_id == mark or sent.email in addresses)
        for sent in world.heymilo.ledger.invitations
    )


def _results_told(mix: Mix, history: History, world: DimWorld, items: Sequence[Item]) -> None:
    """The last result of everybody syncd invited stands in the ATS."""
    account, state = world.account, world.heymilo.state
    excused = {i.application_id for i in items if i.kind.startswith("writeback.")}
    now = world.clock.now()
    for interview in state.interviews.values():
        marks = interview.metadata or {}
        truths = history.truths.get(interview.id)
        if not truths or interview.erased or marks.get("syncd") != OWNER:
            continue
        last = truths[-1]
        id_ = account.of_mark(marks.get("external_id", ""))
        one = account.applicants.get(id_)
        posting = state.postings.get(interview.posting_id)
        if one is None or one.anonymised or posting is None or not last.final:
            continue
        ended = posting.archived or posting.status(now) == "expired"
        if last.score is None and last.status == "completed" and now - last.at < 2 * HOUR:
            continue
        if not mix.told(last.status, last.score) or id_ in excused:
            continue
        if ended and now - last.at < 0:
            continue
        wanted = shown(last.score)
        notes = [told_score(a.value) for a in account.done("comment", candidate=id_)]
        if wanted in notes:
            history.reached["result told"] += 1
            if interview.attempts > 1 and len(set(notes)) > 1:
                history.reached["retake told once"] += 1
            if last.score == 0:
                history.reached["nought told"] += 1
        else:
            history.complain(
                "2 nobody lost",
                f"the result {last.status} {wanted} of {id_} was not told, but {notes}",
            )
