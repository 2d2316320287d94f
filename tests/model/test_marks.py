"""The marks on the remote side, from which lost state is rebuilt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.marks import Marker, Ownership, note_marks, sign_note

OURS = Marker("0123456789ab/acme", "workable")
FOREIGN = Marker("ba9876543210/acme", "workable")
texts = st.text(max_size=20)
metadata = st.dictionaries(texts, texts, max_size=4)
remote_ids = st.text(min_size=1, max_size=30)


@given(remote_ids, st.none() | metadata)
def test_what_is_marked_is_ours_and_names_its_id(remote_id: str, held: dict[str, str]) -> None:
    merged = OURS.merged(held, remote_id)
    assert OURS.ownership(merged) is Ownership.OURS
    assert OURS.id_of(merged["external_id"]) == remote_id
    assert FOREIGN.ownership(merged) is Ownership.FOREIGN


@given(remote_ids, metadata)
def test_no_other_key_is_touched(remote_id: str, held: dict[str, str]) -> None:
    merged = OURS.merged(held, remote_id)
    assert {k: v for k, v in merged.items() if k not in ("external_id", "syncd")} == {
        k: v for k, v in held.items() if k not in ("external_id", "syncd")
    }
    assert OURS.merged(merged, remote_id) == merged
    assert OURS.metadata(remote_id).items() <= merged.items()


@pytest.mark.parametrize(
    ("held", "ownership"),
    [
        (None, Ownership.UNMARKED),
        ({}, Ownership.UNMARKED),
        ({"syncd": "0123456789ab/acme"}, Ownership.UNMARKED),
        ({"external_id": "greenhouse:1"}, Ownership.UNMARKED),
        ({"external_id": "workable:"}, Ownership.UNMARKED),
        ({"external_id": "workable:J1"}, Ownership.OURS),
        ({"external_id": "workable:J1", "syncd": "0123456789ab/acme"}, Ownership.OURS),
        ({"external_id": "workable:J1", "syncd": "0123456789ab/other"}, Ownership.FOREIGN),
        ({"external_id": "workable:J1", "syncd": ""}, Ownership.FOREIGN),
    ],
)
def test_whose_it_is(held: dict[str, str] | None, ownership: Ownership) -> None:
    assert OURS.ownership(held) is ownership


def test_marks_as_they_are_documented() -> None:
    assert OURS.metadata("9CD658E13E") == {
        "external_id": "workable:9CD658E13E",
        "syncd": "0123456789ab/acme",
    }
    assert OURS.id_of(None) is None
    assert OURS.id_of("workable:a:b") == "a:b"


hexes = st.integers(0, 2**32 - 1).map(lambda n: f"{n:08x}")


@given(st.text(), hexes)
def test_a_note_gives_its_mark_back(text: str, mark: str) -> None:
    signed = sign_note(text, mark)
    assert signed.endswith(f" (syncd {mark})")
    assert note_marks(signed)[-1] == mark
    assert note_marks(f"<p>{signed}</p>") == note_marks(signed)


@given(st.text(alphabet="abc (syncd)0123456789", max_size=30))
def test_what_is_no_mark_is_not_taken_for_one(text: str) -> None:
    for mark in note_marks(text):
        assert f"(syncd {mark})" in text


def test_several_marks_and_broken_ones() -> None:
    text = "a (syncd 1a2b3c4d) b (syncd 00000000) (syncd 1a2b) (syncd 1A2B3C4D) (sync 11111111)"
    assert note_marks(text) == ["1a2b3c4d", "00000000"]
