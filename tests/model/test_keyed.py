"""Hashes that mean something only with the secret."""

import re

from hypothesis import assume, given
from hypothesis import strategies as st

from syncd.model.keyed import Keyed

KEYED = Keyed("a secret")
parts = st.lists(st.none() | st.text(max_size=6), max_size=4)


@given(parts, parts, st.text(max_size=4), st.text(max_size=4))
def test_lists_meet_only_if_they_are_the_same(
    one: list[str | None], other: list[str | None], kind: str, other_kind: str
) -> None:
    assume("\x00" not in kind + other_kind)
    same = (kind, one) == (other_kind, other)
    assert (KEYED.digest(kind, *one) == KEYED.digest(other_kind, *other)) is same


def test_joining_tells_nothing() -> None:
    told = {
        KEYED.digest("k", "ab", "c"),
        KEYED.digest("k", "a", "bc"),
        KEYED.digest("k", "abc"),
        KEYED.digest("k", "abc", ""),
        KEYED.digest("k", "abc", None),
        KEYED.digest("k", "1:a"),
        KEYED.digest("k"),
    }
    assert len(told) == 7


@given(st.emails())
def test_addresses_are_compared_as_people_write_them(address: str) -> None:
    assert KEYED.email(f"  {address.upper()} ") == KEYED.email(address.upper().lower())


def test_another_secret_is_another_world() -> None:
    other = Keyed("another secret")
    assert other.email("p@example.com") != KEYED.email("p@example.com")
    assert other.fingerprint() != KEYED.fingerprint()
    assert Keyed("a secret").fingerprint() == KEYED.fingerprint()
    assert "a secret" not in repr(KEYED)


@given(st.text(max_size=10), st.text(max_size=10))
def test_note_marks_are_eight_hex_digits(interview: str, score: str) -> None:
    assert re.fullmatch("[0-9a-f]{8}", KEYED.note_mark(interview, score))


def test_a_note_mark_is_of_one_interview_and_score() -> None:
    marks = {KEYED.note_mark(i, s) for i in ("A", "B") for s in ("0", "78", "none")}
    assert len(marks) == 6
    assert len(KEYED.digest("x")) == 32


def test_a_webhook_address_is_of_one_posting_of_one_connection() -> None:
    tokens = {KEYED.webhook(c, p) for c, p in (("a", "b"), ("ab", ""), ("b", "a"))}
    assert len(tokens) == 3
    assert all(re.fullmatch("[0-9a-f]{32}", token) for token in tokens)
