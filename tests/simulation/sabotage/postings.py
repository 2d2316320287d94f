"""Defects in how postings follow jobs."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from syncd.model.marks import Marker, Ownership
from syncd.phases import moving
from syncd.phases.guarding import Guard, Screened, screen
from syncd.phases.postings import decide, guarding
from syncd.phases.writeback import writes
from syncd.plan import Change
from syncd.policy.guard import ARCHIVE
from syncd.policy.postings import Drift, compare
from tests.simulation.sabotage.defect import defect, replaced, together

_SURPRISE, _WIN, _TRUE = "4 no surprise", "5 people win", "true to the job"


@defect("4", "An empty answer of the ATS passes the guard without a word.", _SURPRISE)
def guard_silent_on_empty_answer() -> AbstractContextManager[Any]:
    return replaced(guarding, "guard_archivals", lambda *_: None)


@defect("4", "Jobs that an answer does not show count as gone: postings are archived.", _SURPRISE)
def missing_jobs_archived() -> AbstractContextManager[Any]:
    def let_through(ctx: Any, group: str, changes: Sequence[Change], guard: Guard) -> Screened:
        if group != ARCHIVE:
            return screen(ctx, group, changes, guard)
        return Screened(refused=False, approved=frozenset(change.item for change in changes))

    return replaced(guarding, "screen", let_through)


@defect("4", "The posting of a closed job is archived at once.", _SURPRISE)
def no_grace_before_archival() -> AbstractContextManager[Any]:
    close = decide._close
    return replaced(
        decide,
        "_close",
        lambda ctx, row, current, now: close(ctx, row, current, now + 400 * 86_400),
    )


@defect("5", "A field that a person edited in HeyMilo is overwritten.", _WIN)
def edits_overwritten() -> AbstractContextManager[Any]:
    return _drift(Drift.EDITED, Drift.PUSH)


@defect("true to the job", "The title of a job is not followed.", _TRUE)
def title_not_followed() -> AbstractContextManager[Any]:
    return _drift(Drift.PUSH, Drift.NONE)


def _drift(found: Drift, taken_for: Drift) -> AbstractContextManager[Any]:
    def otherwise(desired: str, observed: str, agreed: Sequence[str] | None) -> Drift:
        drift = compare(desired, observed, agreed)
        return taken_for if drift is found else drift

    return replaced(decide, "compare", otherwise)


@defect("true to the job", "The deadline is not kept ahead of an open job.", _TRUE)
def deadline_not_followed() -> AbstractContextManager[Any]:
    return replaced(decide, "deadline_is_due", lambda *_: False)


@defect("3", "Our mark on a posting is not recognised.", "3 one posting", "2 nobody lost")
def posting_mark_not_read() -> AbstractContextManager[Any]:
    return replaced(Marker, "ownership", lambda self, metadata: Ownership.UNMARKED)


@defect("5", "Somebody whom a recruiter moved or rejected is moved again.", _WIN)
def moved_people_moved_again() -> AbstractContextManager[Any]:
    return together(
        replaced(moving, "may_be_moved", lambda *_: True),
        replaced(writes, "may_be_moved", lambda *_: True),
    )
