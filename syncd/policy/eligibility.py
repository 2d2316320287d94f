"""Who is invited."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from syncd.model.ats import Stage
from syncd.policy.cutoff import Cutoff


class Verdict(StrEnum):
    """What becomes of an application that has no interview yet."""

    ELIGIBLE = "eligible"
    OUTSIDE = "outside"  # not in a configured stage
    OUT = "out"  # rejected, withdrawn or hired
    BARRED = "barred"  # anonymised, or not to be contacted
    GONE = "gone"  # not in the ATS any more, or on another job now
    OLD = "old"  # before the cut-off


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of an application, without anything personal."""

    stage: str
    applied_at: float | None
    moved_from_seen_at: float | None
    out: bool
    barred: bool
    gone: bool = False
    admitted: bool = False  # a person let this one in although it applied before the cut-off


def judge(standing: Standing, inside: bool, cutoff: Cutoff) -> Verdict:
    """Given an application and its job's cut-off, say whether the person is to be invited."""
    if standing.gone:
        return Verdict.GONE
    if standing.barred:
        return Verdict.BARRED
    if standing.out:
        return Verdict.OUT
    if not inside:
        return Verdict.OUTSIDE
    new = cutoff.admits(standing.applied_at, standing.moved_from_seen_at)
    if not (new or standing.admitted):
        return Verdict.OLD
    return Verdict.ELIGIBLE


def resolve_stages(wanted: Iterable[str], stages: Sequence[Stage]) -> tuple[list[Stage], list[str]]:
    """Given names or ids from the settings, return a job's stages and the names it lacks."""
    found: list[Stage] = []
    unknown: list[str] = []
    for text in wanted:
        hits = [stage for stage in stages if stage.is_called(text)]
        found.extend(hit for hit in hits if hit not in found)
        if not hits:
            unknown.append(text)
    return found, unknown


def stage_keys(stages: Iterable[Stage]) -> list[str]:
    """Every text by which an ATS's answers may mean one of the stages, folded."""
    return sorted({key for s in stages for key in (s.id.casefold(), s.name.strip().casefold())})
