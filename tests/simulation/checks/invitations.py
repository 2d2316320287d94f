"""Promise 1 and 4: one invitation, and none to whom it is not due."""

from collections import Counter, defaultdict

from syncd.sandbox import FaultKind
from syncd.sandbox.heymilo.state import Invitation
from tests.simulation.accounts.account import Act
from tests.simulation.checks.known import SLOWEST, jobs_of_postings
from tests.simulation.history import OWNER, History
from tests.simulation.life import DimWorld
from tests.simulation.mix import Mix

_UNAVOIDABLE = 2  # sendings of somebody who is not shown


def one_invitation(mix: Mix, history: History, world: DimWorld) -> None:
    state = world.heymilo.state
    jobs = jobs_of_postings(world)
    by_address: dict[tuple[str, str], Invitation] = {}
    by_mark: dict[tuple[str, str], Invitation] = {}
    repeats: Counter[tuple[str, str]] = Counter()
    for sent in state.ledger.invitations:
        job = jobs.get(sent.posting_id)
        if job is None:
            continue
        if sent.owner is not None and sent.owner != OWNER:
            history.complain("1 one invitation", f"a foreign mark was written: {sent.owner}")
        keys: list[tuple[dict[tuple[str, str], Invitation], str]] = [(by_address, sent.email)]
        if sent.external_id:
            keys.append((by_mark, sent.external_id))
        for seen, key in keys:
            before = seen.setdefault((job, key), sent)
            if before is sent or (sent.owner is None and before.owner is None):
                continue
            if _may_repeat(mix, history, before, sent) and repeats[job, key] < _UNAVOIDABLE:
                repeats[job, key] += 1
                history.reached["repeated, unavoidably"] += 1
            else:
                ago = sent.at - before.at
                history.complain(
                    "1 one invitation",
                    f"{sent.external_id or 'somebody'} was invited to {job} again "
                    f"after {ago:.0f} s",
                )
        if sent.owner is None and (sent.posting_id, sent.email) not in history.by_hand:
            history.complain("marks", f"an invitation to {job} bears no mark")


def _may_repeat(mix: Mix, history: History, before: Invitation, sent: Invitation) -> bool:
    """By hand at the same moment; or neither state nor HeyMilo could tell of the first one."""
    if before.owner is None or sent.owner is None:
        unseen = history.erased.get(before.interview_id, float("inf")) <= sent.at
        close = abs(sent.at - before.at) < mix.lag + mix.late + SLOWEST
        return close or unseen or sent.owner is None
    forgotten = [at for at, of in history.losses if before.at <= at <= sent.at and of < before.at]
    gone = min(
        history.erased.get(before.interview_id, float("inf")),
        history.removed.get(before.posting_id, float("inf")),
    )
    return gone <= sent.at and (bool(forgotten) or not _was_seen(history, before.at, gone))


def _was_seen(history: History, since: float, until: float) -> bool:
    """Whether a pass could have found, before somebody vanished, that they had been invited."""
    return any(
        since < one.started and one.ended < until and one.whole and "applicants" in one.phases
        for one in history.passes
    )


def nobody_old(mix: Mix, history: History, world: DimWorld) -> None:
    """A first run invites nobody who applied before it, unless told to or moved since."""
    if mix.explicit is not None or not history.passes:
        return
    began = history.passes[0].started
    moved = {a.candidate for a in world.account.ledger if a.kind in ("move", "relocate")}
    # Whoever was relocated, copied or moved was brought there by a person.
    for sent in world.heymilo.ledger.invitations:
        if sent.owner != OWNER or not sent.external_id:
            continue
        id_ = world.account.of_mark(sent.external_id)
        one = world.account.applicants.get(id_)
        if one is None or id_ in moved:
            continue
        if one.applied_at < began:
            history.complain("4 no surprise", f"{id_} applied before the first run and was invited")


def nobody_out(mix: Mix, history: History, world: DimWorld) -> None:
    """Nobody is invited whom a recruiter had rejected or moved away well before."""
    acts: dict[str, list[Act]] = defaultdict(list)
    for act in world.account.ledger:
        if act.kind in ("move", "disqualify", "revert"):
            acts[act.candidate].append(act)
    for sent in world.heymilo.ledger.invitations:
        if sent.owner != OWNER or not sent.external_id:
            continue
        until = sent.at - mix.workable.lag - mix.late - 60.0 - 95.0
        mine = acts[world.account.of_mark(sent.external_id)]
        recent = [a for a in mine if until < a.at <= sent.at]
        before = [a for a in mine if a.at <= until]
        if recent or not before:
            continue
        out = False
        home = stage = world.account.applied_stage
        for act in before:
            if act.kind == "disqualify":
                out = True
            elif act.kind == "revert":
                out = False
            else:
                stage = act.value
        if out or stage != home:
            history.complain(
                "people win", f"{sent.external_id} was invited though out ({stage}, {out})"
            )


def nobody_of_deselected_jobs(mix: Mix, history: History, world: DimWorld) -> None:
    """A job that is closed, or that no rule selects, takes nobody once a pass has seen it so."""
    jobs = jobs_of_postings(world)
    late = [row for row in world.log if row.fault is FaultKind.TIMEOUT_LATE]
    for sent in world.heymilo.ledger.invitations:
        job = jobs.get(sent.posting_id)
        if job is None or sent.owner != OWNER:
            continue
        before = [(at, selected) for at, selected in history.jobs[job].selected if at <= sent.at]
        since, selected = before[-1]
        delayed = any(
            sent.posting_id in row.path and row.at < sent.at <= row.at + mix.late for row in late
        )
        if selected or delayed:
            continue
        aware = any(
            since + mix.workable.lag + 1.0 < one.started <= sent.at
            and one.whole
            and "postings" in one.phases
            and not any(a <= one.ended and one.started <= b for a, b in history.black_outs)
            and not any(one.started <= lost <= sent.at for lost, _ in history.losses)
            for one in history.passes
        )
        if aware:
            ago = sent.at - since
            history.complain(
                "no ingestion", f"{job} was deselected {ago:.0f} s ago, and somebody was invited"
            )
