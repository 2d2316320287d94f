"""What is too much to be believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.plan import Change, Kind
from syncd.policy.guard import Fleet, guard_archivals, guard_invitations, guard_updates
from syncd.settings.schema import GuardSettings

USUAL = GuardSettings()


def changes(kind: Kind, count: int, first: int = 0) -> list[Change]:
    return [
        Change(kind, "because", job_id=f"j{n}", posting_id=f"p{n}")
        for n in range(first, first + count)
    ]


def archivals(count: int, first: int = 0) -> list[Change]:
    return changes(Kind.ARCHIVE, count, first)


def test_an_empty_list_is_refused_however_few_postings_there_are() -> None:
    refusal = guard_archivals([], archivals(1), Fleet(managed=1, missing=1, listed=0), USUAL)
    assert refusal is not None
    assert refusal.group == "archive"
    assert "no job at all while 1 of 1" in refusal.reason
    assert refusal.changes == tuple(archivals(1))


def test_an_empty_list_is_believed_when_nothing_is_missed() -> None:
    """Closed jobs that answer by their id are closed, whatever the list says."""
    fleet = Fleet(managed=3, missing=0, listed=0)
    assert guard_archivals(archivals(3), [], fleet, USUAL) is None


def test_a_list_that_shrank_is_refused() -> None:
    fleet = Fleet(managed=10, missing=4, listed=6)
    refusal = guard_archivals(archivals(1), archivals(4, 5), fleet, USUAL)
    assert refusal is not None
    assert "4 of 10 managed jobs are missing" in refusal.reason
    assert len(refusal.changes) == 5
    assert refusal.numbers == {
        "archivals": 1,
        "managed": 10,
        "missing": 4,
        "listed": 6,
        "max_archive_share": 0.3,
        "min_postings": 10,
    }


@pytest.mark.parametrize(("count", "refused"), [(3, False), (4, True)])
def test_the_share_itself_is_allowed(count: int, refused: bool) -> None:
    fleet = Fleet(managed=10, missing=0, listed=20)
    refusal = guard_archivals(archivals(count), [], fleet, USUAL)
    assert (refusal is not None) is refused
    if refusal:
        assert "4 of 10 postings would be archived" in refusal.reason
    update = guard_updates(changes(Kind.UPDATE, count + 2), fleet, USUAL)
    assert (update is not None) is refused


@pytest.mark.parametrize(("managed", "refused"), [(9, False), (10, True)])
def test_shares_mean_nothing_of_a_few(managed: int, refused: bool) -> None:
    fleet = Fleet(managed=managed, missing=0, listed=20)
    every = changes(Kind.UPDATE, managed)
    assert (guard_updates(every, fleet, USUAL) is not None) is refused
    assert (guard_archivals(archivals(managed), [], fleet, USUAL) is not None) is refused


def test_what_an_update_refusal_tells() -> None:
    fleet = Fleet(managed=10, missing=0, listed=10)
    refusal = guard_updates(changes(Kind.UPDATE, 6), fleet, USUAL)
    assert refusal is not None
    assert refusal.group == "update"
    assert refusal.numbers["updates"] == 6
    assert "6 of 10 postings would be updated" in refusal.reason


@pytest.mark.parametrize(("waiting", "refused"), [(30, False), (31, True)])
def test_three_times_a_pass_is_the_most_that_may_wait(waiting: int, refused: bool) -> None:
    refusal = guard_invitations(waiting, 10, changes(Kind.INGEST, 2))
    assert (refusal is not None) is refused
    if refusal:
        assert refusal.group == "ingest"
        assert refusal.numbers == {"waiting": 31, "max_per_run": 10, "limit": 30}
        assert len(refusal.changes) == 2


@given(
    st.integers(0, 60),
    st.integers(0, 60),
    st.integers(0, 60),
    st.integers(1, 60),
    st.floats(0, 1, allow_nan=False),
    st.integers(0, 60),
)
def test_no_archival_beyond_the_share_passes(
    managed: int, missing: int, planned: int, listed: int, share: float, least: int
) -> None:
    settings = GuardSettings(max_archive_share=share, min_postings=least)
    fleet = Fleet(managed, missing, listed)
    refusal = guard_archivals(archivals(planned), archivals(missing, 60), fleet, settings)
    looked_at = managed >= max(1, least)
    assert (refusal is not None) is (looked_at and max(missing, planned) > share * managed)


def test_nothing_managed_is_never_too_much() -> None:
    settings = GuardSettings(min_postings=0, max_archive_share=0, max_update_share=0)
    fleet = Fleet(managed=0, missing=0, listed=5)
    assert guard_archivals(archivals(1), [], fleet, settings) is None
    assert guard_updates(changes(Kind.UPDATE, 1), fleet, settings) is None
