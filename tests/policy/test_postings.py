"""What a posting should be, and what of it has to change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.ats import DAY, Job, JobState
from syncd.model.marks import Ownership
from syncd.policy.postings import (
    Drift,
    Observed,
    choose_ours,
    compare,
    deadline_is_due,
    desired_description,
    desired_title,
    with_asked,
    with_sent,
)

values = st.sampled_from(["a", "b", "c"])
agreements = st.none() | st.tuples(values, values)


def job(**known: object) -> Job:
    return Job(**{"id": "J1", "title": "Data Engineer", "state": JobState.OPEN, **known})  # type: ignore[arg-type]


def observed(id_: str, created_at: float | None = 1.0, **known: object) -> Observed:
    values: dict[str, object] = {"status": "active", **known}
    return Observed(id_, "T", ownership=Ownership.OURS, created_at=created_at, **values)  # type: ignore[arg-type]


def test_the_title_of_a_posting() -> None:
    known = job(department="Engineering", location="Berlin")
    assert desired_title(known, "{title}") == "Data Engineer"
    assert desired_title(known, "{title} ({department}, {location}) {id}") == (
        "Data Engineer (Engineering, Berlin) J1"
    )
    assert desired_title(job(), "{title} {department}{location}") == "Data Engineer"


@given(st.text(max_size=400))
def test_no_title_is_too_long(title: str) -> None:
    assert len(desired_title(job(title=title), "{title} in {location}")) <= 200


def test_descriptions() -> None:
    assert desired_description(job(description="<p>Work with <b>care</b>.</p>")) == (
        "Work with care."
    )
    assert desired_description(job(description="<p>too short</p>")) is None
    assert desired_description(job(description=None)) is None
    assert len(desired_description(job(description="word " * 20_000)) or "") <= 50_000


class TestThreeWays:
    @pytest.mark.parametrize(
        ("desired", "stands", "agreed", "drift"),
        [
            ("a", "a", ("a", "a"), Drift.NONE),
            ("a", "b", ("a", "b"), Drift.NONE),  # the server normalises
            ("c", "b", ("a", "b"), Drift.PUSH),
            ("a", "c", ("a", "b"), Drift.EDITED),
            ("c", "c", ("a", "b"), Drift.MET),
            ("a", "a", None, Drift.MET),
            ("a", "b", None, Drift.MET),
            ("d", "c", ("a", "b", "c"), Drift.PUSH),  # c was sent, and nobody knew whether it was
            ("a", "c", ("a", "b", "c"), Drift.PUSH),
            ("c", "c", ("a", "b", "c"), Drift.MET),
            ("a", "b", ("a", "b", "c"), Drift.NONE),
            ("d", "e", ("a", "b", "c"), Drift.EDITED),
        ],
    )
    def test_the_table(
        self, desired: str, stands: str, agreed: tuple[str, ...] | None, drift: Drift
    ) -> None:
        assert compare(desired, stands, agreed) is drift

    @given(values, values, agreements)
    def test_what_a_person_wrote_is_never_overwritten(
        self, desired: str, stands: str, agreed: tuple[str, str] | None
    ) -> None:
        if compare(desired, stands, agreed) is Drift.PUSH:
            assert agreed is not None
            assert stands == agreed[1]
            assert desired != agreed[0]

    @given(values, values, agreements)
    def test_what_was_agreed_is_at_rest(
        self, desired: str, stands: str, agreed: tuple[str, str] | None
    ) -> None:
        assert compare(desired, stands, (desired, stands)) is Drift.NONE
        if compare(desired, stands, agreed) is Drift.EDITED:
            assert desired != stands


class TestSent:
    def test_each_value_is_remembered_once_the_latest_last(self) -> None:
        assert with_sent(["a", "b"], "c") == ["a", "b", "c"]
        assert with_sent(["a", "b", "c", "d"], "c") == ["a", "b", "d", "c"]

    def test_only_the_latest_are_remembered(self) -> None:
        agreed = ["a", "b"]
        for number in range(20):
            agreed = with_sent(agreed, f"s{number}")
        assert agreed == ["a", "b", *(f"s{number}" for number in range(12, 20))]

    def test_values_asked_for_are_remembered_alike(self) -> None:
        assert with_asked([], "c") == ["c"]
        assert with_asked(["c", "d"], "c") == ["d", "c"]


class TestWhoseIsOurs:
    def test_none(self) -> None:
        assert choose_ours([]) == (None, [])

    def test_the_oldest_live_one_and_the_others_are_clones(self) -> None:
        old, new, dead = observed("b", 1.0), observed("a", 2.0), observed("c", 0.0, archived=True)
        assert choose_ours([new, dead, old]) == (old, [new])

    def test_an_archived_one_only_if_there_is_no_other(self) -> None:
        dead = observed("c", 0.0, status="archived")
        later = observed("d", 9.0, archived=True)
        assert choose_ours([later, dead]) == (dead, [])
        assert not dead.live

    def test_expired_and_draft_ones_are_live(self) -> None:
        for status in ("expired", "draft", "active"):
            assert observed("x", status=status).live

    @given(st.permutations([observed("a", 5.0), observed("b", 5.0), observed("c", None)]))
    def test_the_order_of_a_list_decides_nothing(self, postings: list[Observed]) -> None:
        ours, clones = choose_ours(postings)
        assert ours is not None
        assert ours.id == "c"
        assert [clone.id for clone in clones] == ["a", "b"]


class TestDeadline:
    @pytest.mark.parametrize(
        ("left", "due"), [(31, False), (15, False), (14.99, True), (0, True), (-5, True)]
    )
    def test_half_of_the_days_must_be_left(self, left: float, due: bool) -> None:
        assert deadline_is_due("active", 1000.0 + left * DAY, 1000.0, 30) is due

    def test_an_expired_one_is_revived_once(self) -> None:
        assert deadline_is_due("expired", 0.0, DAY, 30)
        assert not deadline_is_due("expired", 1000.0 + 30 * DAY, 1000.0, 30)

    def test_without_a_deadline_nothing_runs_out(self) -> None:
        assert not deadline_is_due("active", None, 1000.0, 30)
        assert deadline_is_due("expired", None, 1000.0, 30)
