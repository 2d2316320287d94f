"""Which result writes what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.ats import DAY
from syncd.model.statuses import FINAL
from syncd.policy.writeback import Writes, decide_writes, note_text, rule_matches
from syncd.settings.schema import WritebackRule

scores = st.floats(0, 100)


def rule(**keys: object) -> WritebackRule:
    return WritebackRule.model_validate(keys)


PASSED = rule(status=["completed"], min_score=70, max_score=101, tag="passed")
FAILED = rule(status=["completed"], max_score=70, tag="failed")


@pytest.mark.parametrize(
    ("score", "tags"),
    [(0, ("failed",)), (69.9, ("failed",)), (69.999999, ("failed",)), (70, ("passed",)),
     (100, ("passed",)), (None, ())],
)  # fmt: skip
def test_rules_meet_without_a_gap(score: float | None, tags: tuple[str, ...]) -> None:
    assert decide_writes([PASSED, FAILED], "completed", score).tags == tags


@given(scores, st.floats(0.5, 100))
def test_of_two_rules_that_meet_exactly_one_matches(score: float, border: float) -> None:
    low, high = rule(max_score=border), rule(min_score=border, max_score=101)
    assert rule_matches(low, "completed", score, None) is not rule_matches(
        high, "completed", score, None
    )


@pytest.mark.parametrize("status", sorted(FINAL))
@pytest.mark.parametrize("score", [None, 0.0, 55.0])
def test_without_rules_a_note_and_the_score(status: str, score: float | None) -> None:
    writes = decide_writes([], status, score)
    assert writes == Writes(note=True, score=score is not None)
    assert writes.reason == "no rule is written, so a note and the score"


@pytest.mark.parametrize("status", ["pending", "in_progress", "evaluating", "paused_by_robot"])
def test_what_is_not_final_writes_nothing(status: str) -> None:
    every = rule(note=True, score=True, tag="x", move_to_stage="y")
    assert decide_writes([], status, 99.0) == Writes()
    assert decide_writes([every], status, 99.0, 1e9) == Writes()


def test_rules_that_match_nothing_write_nothing() -> None:
    assert decide_writes([PASSED], "dismissed", 90.0) == Writes()


def test_an_empty_status_means_every_final_one() -> None:
    for status in FINAL:
        assert rule_matches(rule(note=True), status, None, None)


def test_a_rule_with_limits_needs_a_score() -> None:
    assert not rule_matches(rule(min_score=0), "completed", None, None)
    assert rule_matches(rule(min_score=0), "completed", 0.0, None)
    assert rule_matches(rule(max_score=1), "completed", 0.0, None)


def test_all_matching_rules_apply_together() -> None:
    writes = decide_writes(
        [
            rule(note=True, tag="a"),
            rule(min_score=90, tag="never"),
            rule(score=True, tag="b", move_to_stage="First"),
            rule(tag="a", move_to_stage="Second", reject=True, reject_reason="because"),
            rule(reject=True, reject_reason="later"),
        ],
        "completed",
        50.0,
    )
    assert writes == Writes(
        rules=(1, 3, 4, 5),
        note=True,
        score=True,
        tags=("a", "b"),
        move_to_stage="First",
        reject=True,
        reject_reason="because",
    )
    assert writes.reason == "write-back rule 1, 3, 4, 5"


def test_no_score_is_written_where_there_is_none() -> None:
    assert not decide_writes([rule(score=True)], "dismissed", None).score


@given(st.lists(st.builds(rule, note=st.booleans(), tag=st.sampled_from(["", "x"]))), scores)
def test_nobody_is_rejected_or_moved_by_default(rules: list[WritebackRule], score: float) -> None:
    writes = decide_writes(rules, "completed", score)
    assert not writes.reject
    assert not writes.move_to_stage


@pytest.mark.parametrize(
    ("status", "idle_for", "matches"),
    [
        ("pending", 7 * DAY, True),
        ("in_progress", 7 * DAY, True),
        ("pending", 7 * DAY - 1, False),
        ("pending", None, False),
        ("completed", 8 * DAY, False),
        ("evaluating", 8 * DAY, False),
    ],
)
def test_idleness(status: str, idle_for: float | None, matches: bool) -> None:
    assert rule_matches(rule(idle_days=7, tag="idle"), status, None, idle_for) is matches


def test_idleness_of_one_status_only() -> None:
    idle = rule(idle_days=2, status=["pending"])
    assert rule_matches(idle, "pending", None, 3 * DAY)
    assert not rule_matches(idle, "in_progress", None, 3 * DAY)


def test_the_words_of_a_note() -> None:
    assert note_text("completed", 78.5, "2026-11-23") == (
        "HeyMilo AI interview: Interview completed, score 78.5 of 100. Last activity 2026-11-23."
    )
    assert note_text("dismissed", None, None) == "HeyMilo AI interview: Dismissed, no score."
    assert note_text("completed", 0.0, None, "78") == (
        "HeyMilo AI interview: Interview completed, score 0 of 100. "
        "This replaces the earlier score 78."
    )
    assert "paused" in note_text("paused", None, None)


def test_a_note_links_the_posting() -> None:
    told = note_text("completed", 78.5, "2026-11-23", None, "https://admin.example.com/p/1")
    assert told.endswith("Review: https://admin.example.com/p/1")
    assert "Review" not in note_text("completed", 78.5, "2026-11-23")
