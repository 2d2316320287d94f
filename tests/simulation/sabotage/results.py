"""Defects in which results are told."""

from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from syncd.model.ats import Application
from syncd.phases import absorb
from syncd.phases import results as phase
from syncd.phases.context import Context
from syncd.phases.writeback import phase as writeback
from syncd.phases.writeback.errand import Errand
from syncd.phases.writeback.writes import write_score
from syncd.policy import results
from syncd.policy.results import Result, Snapshot
from tests.simulation.sabotage.defect import defect, replaced, together

_RESULTS, _LOST = "6 results", "2 nobody lost"


@defect("6", "The partial score of somebody who has not finished is written.", _RESULTS)
def partial_score_written() -> AbstractContextManager[Any]:
    return replaced(results, "_is_finished", lambda snapshot: True)


@defect("6", "Somebody who is still being evaluated has a final result.", _RESULTS)
def evaluating_is_final() -> AbstractContextManager[Any]:
    read = results.read_result

    def early(snapshot: Snapshot, now: float) -> Result:
        if snapshot.status == "evaluating":
            snapshot = replace(snapshot, status="completed", complete=True)
        return replace(read(snapshot, now), final=True) if snapshot.score else read(snapshot, now)

    return together(replaced(absorb, "read_result", early), replaced(phase, "read_result", early))


@defect("6", "The first score is written once more after the newer one of a retake.", _RESULTS)
def older_score_over_newer() -> AbstractContextManager[Any]:
    first = dict[str, float]()

    async def belated(ctx: Context, errand: Errand, fresh: Application, score: float) -> bool:
        done = await write_score(ctx, errand, fresh, score)
        older = first.setdefault(errand.interview.interview_id, score)
        if older != score:
            done &= await write_score(ctx, replace(errand, occasion="belated"), fresh, older)
        return done

    return replaced(writeback, "write_score", belated)


@defect("6", "A result without a score is told as the score 0.", _RESULTS)
def no_score_told_as_nought() -> AbstractContextManager[Any]:
    clean = results.clean_score
    return replaced(results, "clean_score", lambda score: clean(0.0 if score is None else score))


@defect("6", "The score 0 is taken for none.", _RESULTS, _LOST)
def nought_taken_for_no_score() -> AbstractContextManager[Any]:
    clean = results.clean_score
    return replaced(results, "clean_score", lambda score: clean(score or None))


@defect("6", "Whoever finished is never looked at again, so that retakes are not seen.", _LOST)
def retakes_not_seen() -> AbstractContextManager[Any]:
    return replaced(phase, "_is_swept_now", lambda *_: False)
