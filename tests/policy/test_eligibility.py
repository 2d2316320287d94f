"""Who is invited, given everything that is known."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.ats import Stage
from syncd.policy.cutoff import Cutoff
from syncd.policy.eligibility import Standing, Verdict, judge, resolve_stages, stage_keys

STAGES = (Stage("sourced", "Sourced"), Stage("applied", "Applied"), Stage("phone", "Phone Screen"))


def standing(**known: object) -> Standing:
    values: dict[str, object] = {
        "stage": "Applied",
        "applied_at": 100.0,
        "moved_from_seen_at": None,
        "out": False,
        "barred": False,
    }
    return Standing(**{**values, **known})  # type: ignore[arg-type]


def test_somebody_new_in_the_stage_is_invited() -> None:
    assert judge(standing(), inside=True, cutoff=Cutoff(100.0)) is Verdict.ELIGIBLE


@pytest.mark.parametrize(
    ("known", "inside", "verdict"),
    [
        ({"gone": True}, True, Verdict.GONE),
        ({"barred": True}, True, Verdict.BARRED),
        ({"out": True}, True, Verdict.OUT),
        ({}, False, Verdict.OUTSIDE),
        ({"applied_at": 99.0}, True, Verdict.OLD),
    ],
)
def test_one_reason_is_enough(known: dict[str, object], inside: bool, verdict: Verdict) -> None:
    assert judge(standing(**known), inside, Cutoff(100.0)) is verdict


@given(st.tuples(*[st.booleans()] * 4), st.sampled_from([None, 50.0, 150.0]))
def test_only_those_without_any_reason_against_them(
    flags: tuple[bool, ...], cutoff: float | None
) -> None:
    gone, barred, out, inside = flags
    verdict = judge(standing(gone=gone, barred=barred, out=out), inside, Cutoff(cutoff))
    against = gone or barred or out or not inside or cutoff == 150.0
    assert (verdict is Verdict.ELIGIBLE) is not against


def test_an_old_one_dragged_in_is_invited() -> None:
    moved = standing(applied_at=1.0, moved_from_seen_at=100.0)
    assert judge(moved, inside=True, cutoff=Cutoff(100.0)) is Verdict.ELIGIBLE


@pytest.mark.parametrize("text", ["Phone Screen", " phone screen ", "PHONE"])
def test_stages_are_named_by_name_or_id(text: str) -> None:
    assert resolve_stages([text], STAGES) == ([STAGES[2]], [])


def test_unknown_stages_are_told_and_the_others_still_hold() -> None:
    found, unknown = resolve_stages(["Applied", "Lunch", "applied"], STAGES)
    assert found == [STAGES[1]]
    assert unknown == ["Lunch"]


def test_every_text_by_which_a_row_may_mean_a_stage() -> None:
    assert stage_keys(STAGES[1:]) == ["applied", "phone", "phone screen"]
    for stage, text in itertools.product(STAGES, ("x", "Applied ")):
        assert stage.is_called(text) is (text.strip().casefold() in stage_keys([stage]))


def test_who_was_let_in_by_hand_needs_no_new_application() -> None:
    old = standing(applied_at=1.0)
    assert judge(old, inside=True, cutoff=Cutoff(100.0)) is Verdict.OLD
    let_in = standing(applied_at=1.0, admitted=True)
    assert judge(let_in, inside=True, cutoff=Cutoff(100.0)) is Verdict.ELIGIBLE
    assert judge(let_in, inside=False, cutoff=Cutoff(100.0)) is Verdict.OUTSIDE
