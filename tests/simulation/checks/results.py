"""Promises 5 and 6: only final results, once, never older over newer; moves of people stand."""

import re
from collections import defaultdict

from tests.simulation.accounts.account import Act
from tests.simulation.checks.known import (
    SLOWEST,
    address_of,
    jobs_of_postings,
    place_of,
    told_score,
)
from tests.simulation.history import History, Truth
from tests.simulation.life import DimWorld
from tests.simulation.mix import Mix

_MARK = re.compile(r"\(syncd ([0-9a-f]{8})\)")


def moves_kept(mix: Mix, history: History, world: DimWorld) -> None:
    acts: dict[str, list[Act]] = defaultdict(list)
    for act in world.account.ledger:
        acts[act.candidate].append(act)
    for id_, mine in acts.items():
        left = {
            world.account.applied_stage,
            *(a.value for a in mine if a.by == "api" and a.kind == "move"),
        }
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


def notes_true(mix: Mix, history: History, world: DimWorld) -> None:
    interviews = world.heymilo.state.interviews
    jobs = jobs_of_postings(world)
    by_candidate: dict[str, list[Act]] = defaultdict(list)
    for act in world.account.done("comment"):
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
            if (i.metadata or {}).get("external_id") == world.account.mark(id_)
            or address_of(world, i.id) in addresses
        ]
        truths = sorted((t for i in mine for t in history.truths.get(i, [])), key=lambda t: t.at)
        jobs_of = {jobs.get(interviews[i].posting_id) for i in mine}
        last = -1
        for note in notes:
            told = told_score(note.value)
            place = place_of(truths, told, note.at)
            if place is None:
                history.complain(
                    "6 results", f"a note on {id_} told {told}, which was no final result"
                )
            elif told != "none":
                if place < last and len(jobs_of) == 1 and len(mine) == 1:
                    history.complain("6 results", f"an older result over a newer one on {id_}")
                last = max(last, place)


def scores_in_order(mix: Mix, history: History, world: DimWorld) -> None:
    written: dict[str, list[Act]] = defaultdict(list)
    for act in world.account.done("attribute"):
        written[act.candidate].append(act)
    for id_, acts in written.items():
        mine = [
            i.id
            for i in world.heymilo.state.interviews.values()
            if (i.metadata or {}).get("external_id") == world.account.mark(id_)
        ]
        if len(mine) != 1:
            continue
        truths = history.truths.get(mine[0], [])
        last = -1
        for act in acts:
            told = str(act.value[1])
            place = place_of(truths, told, act.at, world.account.score_step)
            if place is None:
                history.complain("6 results", f"the score {told} of {id_} was no final one")
            elif place < last and not _written_late(mix, act, truths[last]):
                history.complain("6 results", f"an older score over a newer one on {id_}")
            else:
                last = max(last, place)


def _written_late(mix: Mix, act: Act, newer: Truth) -> bool:
    """A write that was on its way when it was repeated with a newer value."""
    return act.at - newer.at < mix.late + SLOWEST
