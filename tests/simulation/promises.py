"""The promises, held against what the sandbox's ledgers say really happened.

Each check states what is unavoidable and therefore excused: two acts at the same moment, what is
lost together with the state and cannot be read from the marks.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from syncd.sandbox import FaultKind, World
from syncd.sandbox.heymilo.state import Invitation
from syncd.sandbox.workable.state import Act, Candidate
from syncd.sandbox.workable.views import show_id
from syncd.store.attention import Item
from tests.simulation import conduct
from tests.simulation.history import OWNER, History, Truth
from tests.simulation.life import is_selected
from tests.simulation.mix import DAY, HOUR, Mix

_MARK = re.compile(r"\(syncd ([0-9a-f]{8})\)")
_SCORE = re.compile(r"score ([0-9.]+) of 100")
_SLOWEST = 200.0  # seconds a pass may take between looking and writing, with everything slow


def check(mix: Mix, history: History, world: World) -> None:
    """Everything that must never happen."""
    one_invitation(mix, history, world)
    nobody_old(mix, history, world)
    nobody_out(mix, history, world)
    nobody_of_deselected_jobs(mix, history, world)
    one_posting(mix, history, world)
    no_archival_of_open_jobs(mix, history, world)
    edits_kept(mix, history, world)
    moves_kept(mix, history, world)
    notes_true(mix, history, world)
    scores_in_order(mix, history, world)
    one_writer(history)
    conduct.check(mix, history, world)


# 1: one invitation


def one_invitation(mix: Mix, history: History, world: World) -> None:
    state = world.heymilo.state
    jobs = _jobs_of_postings(world)
    by_address: dict[tuple[str, str], Invitation] = {}
    by_mark: dict[tuple[str, str], Invitation] = {}
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
            if _may_repeat(mix, history, before, sent):
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
        close = abs(sent.at - before.at) < mix.lag + mix.late + _SLOWEST
        return close or unseen or sent.owner is None
    forgotten = [at for at, of in history.losses if before.at <= at <= sent.at and of < before.at]
    gone = min(
        history.erased.get(before.interview_id, float("inf")),
        history.removed.get(before.posting_id, float("inf")),
    )
    return bool(forgotten) and gone <= sent.at


# 2: nobody lost


def check_end(mix: Mix, history: History, world: World, items: Sequence[Item]) -> None:
    """Everything that must have happened in the end."""
    account = world.workable.account
    told_people = {(i.application_id, i.job_id) for i in items if i.application_id}
    told_jobs = {i.job_id for i in items if i.job_id and not i.application_id}
    live = {
        job
        for posting_id, job in _jobs_of_postings(world).items()
        if posting_id in world.heymilo.state.postings
        and world.heymilo.state.postings[posting_id].status(world.clock.now() + mix.heymilo.skew)
        == "active"
    }
    for code, job in account.jobs.items():
        if is_selected(job) and code not in live and code not in told_jobs:
            history.complain("2 nobody lost", f"job {code} has neither posting nor attention")
    _titles_true(history, world, items)
    _deadlines_ahead(mix, history, world, items)
    for candidate in account.candidates.values():
        job = account.jobs[candidate.job]
        if not is_selected(job) or not _is_due(mix, history, world, candidate):
            continue
        id_ = show_id(candidate.id)
        if _is_known(history, world, candidate):
            history.reached["eligible and invited"] += 1
        elif (id_, candidate.job) in told_people or (
            candidate.job in told_jobs and candidate.job not in live
        ):
            history.reached["eligible and in attention"] += 1
        else:
            history.complain(
                "2 nobody lost",
                f"application {id_} to {candidate.job} of {candidate.created_at:.0f} "
                "was neither invited nor reported",
            )
    _results_told(mix, history, world, items)


def _titles_true(history: History, world: World, items: Sequence[Item]) -> None:
    """Whatever no person edited says what the job says."""
    edited = {posting for _, posting, name in history.edits if name == "title"}
    told = {i.posting_id for i in items} - {None}
    jobs = _jobs_of_postings(world)
    made = {event.posting_id for event in world.heymilo.ledger.postings}
    for posting in world.heymilo.state.postings.values():
        job = world.workable.account.jobs.get(jobs.get(posting.id, ""))
        if job is None or not is_selected(job) or len(job.title) < 3 or posting.id not in made:
            continue
        if posting.archived or posting.id in edited or history.losses:
            continue
        if _first_sight(history, world, posting.id) > posting.created_at:
            continue  # what stood there when it was first seen was taken as agreed
        clone = any(i.kind == "posting.clone" and i.posting_id == posting.id for i in items)
        if posting.title != job.title and not clone:
            named = "reported as edited" if posting.id in told else "not reported"
            history.complain(
                "true to the job", f"{posting.id} is called {posting.title!r}, {named}"
            )


def _deadlines_ahead(mix: Mix, history: History, world: World, items: Sequence[Item]) -> None:
    """A posting of an open job does not end by itself."""
    jobs = _jobs_of_postings(world)
    clones = {i.posting_id for i in items if i.kind == "posting.clone"}
    made = {event.posting_id for event in world.heymilo.ledger.postings if event.kind == "created"}
    now = world.clock.now() + mix.heymilo.skew
    for posting in world.heymilo.state.postings.values():
        job = world.workable.account.jobs.get(jobs.get(posting.id, ""))
        if job is None or not is_selected(job) or len(job.title) < 3 or posting.id not in made:
            continue
        if posting.archived or posting.id in clones:
            continue
        left = posting.deadline - now
        if left < mix.deadline_days * DAY / 2 - HOUR:
            history.complain(
                "true to the job", f"{posting.id} of an open job ends in {left / HOUR:.0f} hours"
            )


def _is_due(mix: Mix, history: History, world: World, one: Candidate) -> bool:
    """Whether somebody must have been invited by now, by a bound on the safe side."""
    if one.stage != "applied" or one.disqualified_at is not None or one.anonymized:
        return False
    applied = one.created_at - mix.workable.skew
    if mix.explicit is not None:
        return applied >= mix.explicit.timestamp()
    return applied >= _bound(history, world, one.job)


def _bound(history: History, world: World, job: str) -> float:
    """From when on people of a job surely are no old ones."""
    tale = history.jobs[job]
    looks = [p for p in history.passes if p.whole and "postings" in p.phases]
    first = looks[0].ended if looks else float("inf")
    chosen = tale.selected[-1][0]
    opened = [at for at, state in tale.states if state == "published"]
    under_our_eyes = tale.created > first and [s for _, s in tale.selected].count(True) == 1
    if under_our_eyes and opened and chosen <= opened[0] and not history.losses:
        return float("-inf")
    after = max([chosen, *(at for at, _ in history.losses)])
    return next((p.ended for p in looks if p.started > after), float("inf"))


def _is_known(history: History, world: World, one: Candidate) -> bool:
    jobs = _jobs_of_postings(world)
    addresses = history.addresses[show_id(one.id)]
    mark = f"workable:{show_id(one.id)}"
    return any(
        jobs.get(sent.posting_id) == one.job
        and (sent.external_id == mark or sent.email in addresses)
        for sent in world.heymilo.ledger.invitations
    )


def _results_told(mix: Mix, history: History, world: World, items: Sequence[Item]) -> None:
    """The last result of everybody syncd invited stands in the ATS."""
    account, state = world.workable.account, world.heymilo.state
    excused = {i.application_id for i in items if i.kind.startswith("writeback.")}
    now = world.clock.now()
    for interview in state.interviews.values():
        marks = interview.metadata or {}
        truths = history.truths.get(interview.id)
        if not truths or interview.erased or marks.get("syncd") != OWNER:
            continue
        last = truths[-1]
        id_ = marks.get("external_id", "").removeprefix("workable:")
        one = account.candidates.get(int(id_, 16)) if id_ else None
        posting = state.postings.get(interview.posting_id)
        if one is None or one.anonymized or posting is None or not last.final:
            continue
        ended = posting.archived or posting.status(now) == "expired"
        if last.score is None and last.status == "completed" and now - last.at < 2 * HOUR:
            continue
        if not mix.told(last.status, last.score) or id_ in excused:
            continue
        if ended and now - last.at < 0:
            continue
        wanted = _format(last.score)
        notes = [_told(a.value) for a in account.done("comment", candidate=id_)]
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


# 3: one posting


def one_posting(mix: Mix, history: History, world: World) -> None:
    made: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for event in world.heymilo.ledger.postings:
        if event.kind in ("created", "cloned"):
            if event.external_id is None:
                history.complain("marks", f"posting {event.posting_id} was made without a mark")
            else:
                made[event.external_id].append((event.at, event.posting_id))
    for mark, group in made.items():
        for (_, before), (at, posting) in pairwise(group):
            gone = history.removed.get(before, float("inf"))
            if gone <= at and any(gone <= lost <= at for lost, _ in history.losses):
                continue
            # A backup of before the first posting and its removal tell nothing either.
            if gone <= at and any(of < gone for lost, of in history.losses if lost <= at):
                continue
            # Of a creation without an answer nobody knew before it was removed.
            if gone <= at and gone <= _first_sight(history, world, before):
                continue
            history.complain("3 one posting", f"{mark} got a second posting, {posting}")


# 4: no surprise


def no_archival_of_open_jobs(mix: Mix, history: History, world: World) -> None:
    jobs = _jobs_of_postings(world)
    for event in world.heymilo.ledger.postings:
        if event.kind != "archived" or event.posting_id not in jobs:
            continue
        tale = history.jobs[jobs[event.posting_id]]
        before = [(at, state) for at, state in tale.states if at <= event.at]
        _, state = before[-1]
        closed = [at for at, s in tale.states if at <= event.at and s != "published"]
        near = event.at - mix.late - _SLOWEST
        recent = [s for at, s in before if at >= near] + [s for at, s in before if at < near][-1:]
        if all(s == "published" for s in recent):
            history.complain(
                "4 no surprise", f"{event.posting_id} of an open job was archived ({state})"
            )
        elif closed and event.at - closed[0] < mix.archive_after * HOUR - 1:
            history.complain("4 no surprise", f"{event.posting_id} was archived before its time")
    for one in history.passes:
        # Nothing shown at all, and postings that belong to somebody: a guard must say so.
        dark = any(a <= one.started and one.ended <= b for a, b in history.black_outs)
        listed = any(
            row.method == "GET" and row.path.endswith("/jobs") and row.status == 200
            for row in world.log.rows[one.log_from : one.log_to]
        )
        managed = any(
            event.kind == "created" and event.at < one.started - 2 * HOUR - mix.lag
            for event in world.heymilo.ledger.postings
        )
        if dark and one.whole and one.alone and "postings" in one.phases and listed and managed:
            alive = [
                p
                for p in world.heymilo.state.postings.values()
                if (p.metadata or {}).get("syncd") == OWNER and not p.archived
            ]
            if alive and "archive" not in one.refused and _all_alive(alive, one.started, mix):
                history.complain("4 no surprise", "an empty account was taken for true")


def _all_alive(postings: Sequence[object], at: float, mix: Mix) -> bool:
    return any(p.created_at - mix.heymilo.skew < at - HOUR for p in postings)  # type: ignore[attr-defined]


def nobody_old(mix: Mix, history: History, world: World) -> None:
    """A first run invites nobody who applied before it, unless told to or moved since."""
    if mix.explicit is not None or not history.passes:
        return
    began = history.passes[0].started
    moved = {a.candidate for a in world.workable.account.ledger if a.kind in ("move", "relocate")}
    # Whoever was relocated, copied or moved was brought there by a person.
    for sent in world.heymilo.ledger.invitations:
        if sent.owner != OWNER or not sent.external_id:
            continue
        id_ = sent.external_id.removeprefix("workable:")
        one = world.workable.account.candidates.get(int(id_, 16))
        if one is None or id_ in moved:
            continue
        if one.created_at - mix.workable.skew < began and not _invited_by_another(world, one):
            history.complain("4 no surprise", f"{id_} applied before the first run and was invited")


def _invited_by_another(world: World, one: Candidate) -> bool:
    return any(a.kind in ("copy", "relocate") and a.value for a in ()) and one is not None


def nobody_out(mix: Mix, history: History, world: World) -> None:
    """Nobody is invited whom a recruiter had rejected or moved away well before."""
    acts: dict[str, list[Act]] = defaultdict(list)
    for act in world.workable.account.ledger:
        if act.kind in ("move", "disqualify", "revert"):
            acts[act.candidate].append(act)
    for sent in world.heymilo.ledger.invitations:
        if sent.owner != OWNER or not sent.external_id:
            continue
        until = sent.at - mix.workable.lag - mix.late - 60.0 - 95.0
        mine = acts[sent.external_id.removeprefix("workable:")]
        recent = [a for a in mine if until < a.at <= sent.at]
        before = [a for a in mine if a.at <= until]
        if recent or not before:
            continue
        out = False
        stage = "applied"
        for act in before:
            if act.kind == "disqualify":
                out = True
            elif act.kind == "revert":
                out = False
            else:
                stage = act.value
        if out or stage != "applied":
            history.complain(
                "people win", f"{sent.external_id} was invited though out ({stage}, {out})"
            )


def nobody_of_deselected_jobs(mix: Mix, history: History, world: World) -> None:
    """A job that is closed, or that no rule selects, takes nobody once a pass has seen it so."""
    jobs = _jobs_of_postings(world)
    late = mix.late if mix.share and FaultKind.TIMEOUT_LATE in mix.kinds else 0.0
    for sent in world.heymilo.ledger.invitations:
        job = jobs.get(sent.posting_id)
        if job is None or sent.owner != OWNER:
            continue
        before = [(at, selected) for at, selected in history.jobs[job].selected if at <= sent.at]
        since, selected = before[-1]
        if selected:
            continue
        aware = any(
            since + mix.workable.lag + 1.0 < one.started <= sent.at - late
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


# 5: people win


def edits_kept(mix: Mix, history: History, world: World) -> None:
    for event in world.heymilo.ledger.postings:
        if event.kind != "updated":
            continue
        near = event.at - mix.lag - mix.late - _SLOWEST
        for at, posting, name in history.edits:
            if posting != event.posting_id or name not in event.fields or at > near:
                continue
            if any(at <= lost for lost, _ in history.losses):
                continue  # what was agreed before is not in the marks
            if at <= _first_sight(history, world, posting):
                continue  # of a creation without an answer, what is seen first is agreed
            history.complain("5 people win", f"the {name} of {posting} was edited and overwritten")


def _first_sight(history: History, world: World, posting: str) -> float:
    """When a whole pass first saw a posting whose creation had no answer; long ago for others."""
    made = next(
        (e.at for e in world.heymilo.ledger.postings if e.posting_id == posting), float("-inf")
    )
    rows = [r for r in world.log if r.method == "POST" and r.path.endswith("/postings")]
    answered = any(abs(r.at - made) < 0.001 and r.fault is None for r in rows)
    cut = any(p.cut and p.started <= made <= p.ended + 1 for p in history.passes)
    if answered and not cut:
        return float("-inf")
    looks = [p for p in history.passes if p.whole and "postings" in p.phases and p.started > made]
    return looks[0].ended if looks else float("inf")


def moves_kept(mix: Mix, history: History, world: World) -> None:
    acts: dict[str, list[Act]] = defaultdict(list)
    for act in world.workable.account.ledger:
        acts[act.candidate].append(act)
    for id_, mine in acts.items():
        left = {"applied", *(a.value for a in mine if a.by == "api" and a.kind == "move")}
        for place, act in enumerate(mine):
            if act.by != "api" or act.kind not in ("move", "disqualify"):
                continue
            near = act.at - mix.workable.lag - mix.late - 95.0
            people = [a for a in mine[:place] if a.by == "person" and a.at < near]
            recent = [a for a in mine[:place] if a.by == "person" and a.at >= near]
            if recent or not people:
                continue
            out = False
            for before in people:
                out = before.kind == "disqualify" or (out and before.kind != "revert")
            if out or (act.kind == "move" and act.before not in left):
                history.complain(
                    "5 people win", f"{id_} was moved from {act.before} after a person's decision"
                )


# 6: only final results, once, never older over newer


def notes_true(mix: Mix, history: History, world: World) -> None:
    interviews = world.heymilo.state.interviews
    jobs = _jobs_of_postings(world)
    by_candidate: dict[str, list[Act]] = defaultdict(list)
    for act in world.workable.account.done("comment"):
        by_candidate[act.candidate].append(act)
    for id_, notes in by_candidate.items():
        marks = [_MARK.findall(str(note.value)) for note in notes]
        if any(len(found) != 1 for found in marks):
            history.complain("6 results", f"a note on {id_} has no mark, or several")
        flat = [found[-1] for found in marks if found]
        if len(flat) != len(set(flat)):
            history.complain("6 results", f"a note on {id_} was written twice")
        addresses = history.addresses[id_]
        mine = [
            i.id
            for i in interviews.values()
            if (i.metadata or {}).get("external_id") == f"workable:{id_}"
            or _address(world, i.id) in addresses
        ]
        truths = sorted((t for i in mine for t in history.truths.get(i, [])), key=lambda t: t.at)
        jobs_of = {jobs.get(interviews[i].posting_id) for i in mine}
        last = -1
        for note in notes:
            told = _told(note.value)
            place = _place_of(truths, told, note.at)
            if place is None:
                history.complain(
                    "6 results", f"a note on {id_} told {told}, which was no final result"
                )
            elif told != "none":
                if place < last and len(jobs_of) == 1 and len(mine) == 1:
                    history.complain("6 results", f"an older result over a newer one on {id_}")
                last = max(last, place)


def scores_in_order(mix: Mix, history: History, world: World) -> None:
    written: dict[str, list[Act]] = defaultdict(list)
    for act in world.workable.account.done("attribute"):
        written[act.candidate].append(act)
    for id_, acts in written.items():
        mine = [
            i.id
            for i in world.heymilo.state.interviews.values()
            if (i.metadata or {}).get("external_id") == f"workable:{id_}"
        ]
        if len(mine) != 1:
            continue
        truths = history.truths.get(mine[0], [])
        last = -1
        for act in acts:
            told = str(act.value[1])
            place = _place_of(truths, told, act.at)
            if place is None:
                history.complain("6 results", f"the score {told} of {id_} was no final one")
            elif place < last and not _written_late(mix, act, truths[last]):
                history.complain("6 results", f"an older score over a newer one on {id_}")
            else:
                last = max(last, place)


def _written_late(mix: Mix, act: Act, newer: Truth) -> bool:
    """A write that was on its way when it was repeated with a newer value."""
    return act.at - newer.at < mix.late + _SLOWEST


def _place_of(truths: Sequence[Truth], told: str, at: float) -> int | None:
    places = [
        n for n, t in enumerate(truths) if t.final and t.at <= at and _format(t.score) == told
    ]
    return places[-1] if places else None


# 8: nothing personal at rest


def check_at_rest(history: History, content: bytes) -> None:
    for fragment in (b"people.example.com", b"Familyname", b"FAMILYNAME", b"+1202555", b"sandbox-"):
        if fragment in content:
            history.complain("8 at rest", f"the state holds {fragment.decode()!r}")
    for one in history.passes:
        for text in one.told:
            if "@" in text or "amilyname" in text:
                history.complain("8 at rest", "a message holds something personal")


# 10: one writer


def one_writer(history: History) -> None:
    """What different runs do never takes turns: who came later is alone from then on."""
    last, over = 0, set[int]()
    for pid in history.acts:
        if pid == last:
            continue
        if pid in over:
            history.complain("10 one writer", f"run {pid} went on after run {last} began")
            over.discard(pid)
        if last:
            over.add(last)
        last = pid


def _jobs_of_postings(world: World) -> dict[str, str]:
    """Postings that ever bore our mark, by what the ledger and the postings say."""
    jobs = {
        event.posting_id: event.external_id.removeprefix("workable:")
        for event in world.heymilo.ledger.postings
        if event.external_id
    }
    for posting in world.heymilo.state.postings.values():
        marks = posting.metadata or {}
        if marks.get("syncd") == OWNER and "external_id" in marks:
            jobs[posting.id] = marks["external_id"].removeprefix("workable:")
    return jobs


def _address(world: World, interview_id: str) -> str:
    return world.heymilo.state.interviews[interview_id].email.strip().casefold()


def _told(text: object) -> str:
    found = _SCORE.search(str(text))
    return found.group(1).rstrip(".") if found else "none"


def _format(score: float | None) -> str:
    return "none" if score is None else f"{score:.2f}".rstrip("0").rstrip(".")


__all__ = ["DAY", "check", "check_at_rest", "check_end"]
