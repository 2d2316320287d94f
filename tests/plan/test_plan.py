"""A plan is a value: ordered, told as JSON, hashed by its items."""

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from syncd.plan import Change, Kind, Refusal, group_hash, in_order

ids = st.none() | st.sampled_from(["a", "b", "a/b", ""])
changes = st.builds(
    Change,
    kind=st.sampled_from(Kind),
    reason=st.text(max_size=5),
    job_id=ids,
    posting_id=ids,
    application_id=ids,
    interview_id=ids,
    title=st.text(max_size=5),
    values=st.dictionaries(st.sampled_from(["title", "stage", "deadline"]), st.text(max_size=3)),
)


@given(st.lists(changes, max_size=6), st.randoms())
def test_the_hash_of_a_group_knows_no_order(group: list[Change], random: object) -> None:
    shuffled = list(group)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert group_hash("archive", shuffled) == group_hash("archive", group)


@given(st.lists(changes, max_size=5), changes)
def test_the_hash_of_a_group_is_of_its_items(group: list[Change], further: Change) -> None:
    before = group_hash("archive", group)
    assert group_hash("archive", [*group, further]) != before
    assert group_hash("update", group) != before
    assert len(before) == 12
    assert int(before, 16) >= 0


@given(changes, changes)
def test_two_changes_have_one_hash_only_if_they_are_the_same(one: Change, other: Change) -> None:
    same = one.identity == other.identity
    assert (group_hash("g", [one]) == group_hash("g", [other])) is same
    assert (one.item == other.item) is same


CHANGE = Change(
    Kind.UPDATE,
    "the job changed in the ATS",
    job_id="J1",
    posting_id="P1",
    title="Data Engineer",
    values={"title": "New", "deadline": "2026-12-01T00:00:00Z"},
)


def test_times_and_reasons_do_not_make_another_change() -> None:
    """A hash that was shown holds in the next pass too."""
    later = replace(CHANGE, values={**CHANGE.values, "deadline": "2026-12-02T00:00:00Z"})
    assert later.identity == CHANGE.identity
    assert replace(CHANGE, reason="another", title="shown").identity == CHANGE.identity
    assert replace(CHANGE, values={"title": "Newer"}).identity != CHANGE.identity
    assert later.item == CHANGE.item
    assert len(CHANGE.item) == 32
    flying = replace(CHANGE, values={**CHANGE.values, "in_flight": 3})
    assert flying.identity == CHANGE.identity


def test_the_json_form_leaves_out_what_there_is_none_of() -> None:
    assert CHANGE.data == {
        "kind": "posting.update",
        "job": "J1",
        "posting": "P1",
        "title": "Data Engineer",
        "values": {"title": "New", "deadline": "2026-12-01T00:00:00Z"},
        "reason": "the job changed in the ATS",
    }
    bare = Change(Kind.NOTE, "r", application_id="A1", interview_id="I1")
    assert set(bare.data) == {"kind", "application", "interview", "values", "reason"}
    json.dumps(bare.data)


def test_what_a_refusal_tells() -> None:
    refusal = Refusal("update", "too many", {"updates": 1}, (CHANGE,))
    assert refusal.data == {
        "group": "update",
        "hash": refusal.hash,
        "reason": "too many",
        "numbers": {"updates": 1},
        "changes": [CHANGE.data],
    }
    assert refusal.hash == group_hash("update", [CHANGE])


@given(st.lists(changes, max_size=8))
def test_postings_come_before_people_and_people_before_results(group: list[Change]) -> None:
    ordered = in_order(group)
    places = [list(Kind).index(change.kind) for change in ordered]
    assert places == sorted(places)
    assert sorted(map(id, ordered)) == sorted(map(id, group))
