"""From when on applicants count as new: the first run invites nobody."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from syncd.model.ats import DAY
from syncd.policy.cutoff import Cutoff, Sighting, default_cutoff

MIDNIGHT = 20_000 * DAY
NOON = MIDNIGHT + DAY / 2
times = st.floats(MIDNIGHT, MIDNIGHT + 30 * DAY)


def sighting(**known: object) -> Sighting:
    """A job first listed and selected at noon of the day after the first sync."""
    values: dict[str, object] = {
        "now": NOON + DAY,
        "created_at": NOON + DAY / 2,
        "first_seen_at": NOON + DAY,
        "seen_open_before": False,
        "first_sync_at": NOON,
    }
    return Sighting(**{**values, **known})  # type: ignore[arg-type]


def test_a_job_made_after_the_first_sync_has_none() -> None:
    assert default_cutoff(sighting()) == Cutoff(None)


@pytest.mark.parametrize(
    "known",
    [
        {"first_sync_at": None},
        {"seen_open_before": True},
        {"created_at": NOON - DAY},
        {"created_at": None, "first_seen_at": NOON - 1, "now": NOON - 1},
    ],
    ids=["first sync", "open before", "made before the first sync", "no time, listed before"],
)
def test_any_other_job_has_the_moment_of_its_selection(known: dict[str, object]) -> None:
    job = sighting(**known)
    assert default_cutoff(job) == Cutoff(job.now)


def test_a_draft_that_is_opened_has_none_however_old_it_is() -> None:
    job = sighting(created_at=NOON - 90 * DAY, first_seen_at=NOON)
    assert default_cutoff(job) == Cutoff(None)


def test_a_job_without_a_time_counts_as_made_when_it_is_first_listed() -> None:
    assert default_cutoff(sighting(created_at=None)) == Cutoff(None)


def test_a_bare_day_may_mean_its_last_moment() -> None:
    assert default_cutoff(sighting(created_at=MIDNIGHT)) == Cutoff(None)
    assert default_cutoff(sighting(created_at=MIDNIGHT - DAY)).at is not None
    assert default_cutoff(sighting(created_at=MIDNIGHT + 1)).at is not None


@given(st.builds(Sighting, times, st.none() | times, times, st.booleans(), st.none() | times))
def test_the_first_sync_admits_nobody_who_applied_before_it(job: Sighting) -> None:
    assume(job.first_sync_at is None or job.seen_open_before)
    cutoff = default_cutoff(job)
    assert not cutoff.admits(job.now - 1, None)
    assert cutoff.admits(job.now, None)


@given(st.none() | times, st.none() | times, st.none() | times)
def test_who_is_new(at: float | None, applied: float | None, moved: float | None) -> None:
    known = [moment for moment in (applied, moved) if moment is not None]
    wanted = True if at is None else bool(known) and max(known) >= at
    assert Cutoff(at).admits(applied, moved) is wanted


def test_an_application_without_a_time_counts_as_old() -> None:
    assert not Cutoff(0.0).admits(None, None)
    assert Cutoff(None).admits(None, None)


@pytest.mark.parametrize(
    ("created_at", "expected"),
    [
        (NOON + 1, None),
        (NOON - 1, NOON + DAY),
        (MIDNIGHT, NOON + DAY),  # of the day of the first sync: maybe before it
        (None, NOON + DAY),
    ],
)
def test_with_the_state_lost_only_the_time_of_creation_counts(
    created_at: float | None, expected: float | None
) -> None:
    job = sighting(created_at=created_at, first_seen_at=None)
    assert default_cutoff(job) == Cutoff(expected)
