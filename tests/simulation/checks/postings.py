"""Promises 3, 4 and 5: one posting per job, archived in time, and edits of people kept."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from syncd.sandbox.heymilo.state import Posting
from tests.simulation.checks.known import SLOWEST, first_sight, jobs_of_postings
from tests.simulation.history import OWNER, History, PassRecord
from tests.simulation.life import DimWorld
from tests.simulation.mix import HOUR, Mix


def one_posting(mix: Mix, history: History, world: DimWorld) -> None:
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
            if gone <= at and gone <= first_sight(history, world, before):
                continue
            history.complain("3 one posting", f"{mark} got a second posting, {posting}")


def no_archival_of_open_jobs(mix: Mix, history: History, world: DimWorld) -> None:
    jobs = jobs_of_postings(world)
    for event in world.heymilo.ledger.postings:
        if event.kind != "archived" or event.posting_id not in jobs:
            continue
        tale = history.jobs[jobs[event.posting_id]]
        before = [(at, state) for at, state in tale.states if at <= event.at]
        _, state = before[-1]
        closed = [at for at, s in tale.states if at <= event.at and s != "published"]
        near = event.at - mix.late - SLOWEST
        recent = [s for at, s in before if at >= near] + [s for at, s in before if at < near][-1:]
        if all(s == "published" for s in recent):
            history.complain(
                "4 no surprise", f"{event.posting_id} of an open job was archived ({state})"
            )
        elif closed and event.at - closed[0] < mix.archive_after * HOUR - 1:
            history.complain("4 no surprise", f"{event.posting_id} was archived before its time")
    if any(what.startswith("unarchive_posting") for _, what, _ in history.deeds):
        return  # what was archived at the time is not told
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
        undisturbed = one.cut is None and one.alone and _postings_undisturbed(one, world)
        if dark and undisturbed and "postings" in one.phases and listed and managed:
            alive = [
                p
                for p in world.heymilo.state.postings.values()
                if (p.metadata or {}).get("syncd") == OWNER and not p.archived
            ]
            if alive and "archive" not in one.refused and _all_alive(alive, one.started, mix):
                history.complain("4 no surprise", "an empty account was taken for true")


def _postings_undisturbed(one: PassRecord, world: DimWorld) -> bool:
    """Whether nothing went wrong before the pass came to the applicants, whom the dark hides."""
    for row in world.log.rows[one.log_from : one.log_to]:
        if row.path == "/spi/v3/candidates":
            return True
        if row.fault is not None or row.status is None or row.status in (401, 429, 500, 503):
            return False
    return False


def _all_alive(postings: Sequence[Posting], at: float, mix: Mix) -> bool:
    return any(p.created_at - mix.heymilo.skew < at - HOUR for p in postings)


def edits_kept(mix: Mix, history: History, world: DimWorld) -> None:
    for event in world.heymilo.ledger.postings:
        if event.kind != "updated":
            continue
        near = event.at - mix.lag - mix.late - SLOWEST
        for at, posting, name in history.edits:
            if posting != event.posting_id or name not in event.fields or at > near:
                continue
            if any(at <= lost for lost, _ in history.losses):
                continue  # what was agreed before is not in the marks
            if at <= first_sight(history, world, posting):
                continue  # of a creation without an answer, what is seen first is agreed
            history.complain("5 people win", f"the {name} of {posting} was edited and overwritten")
