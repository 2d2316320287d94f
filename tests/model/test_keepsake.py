"""The line that is kept of somebody who was forgotten."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.keepsake import Keepsake, read_line, read_lines

HASH = "6f1c" * 8
ids = st.frozensets(st.text(min_size=1, max_size=20), max_size=3)


@given(
    st.text(min_size=1, max_size=20),
    st.integers(0, 4_000_000_000),
    ids,
    ids,
    st.frozensets(st.binary(min_size=16, max_size=16).map(bytes.hex), max_size=2),
)
def test_it_is_read_as_it_was_written(
    connection: str,
    when: int,
    applications: frozenset[str],
    candidates: frozenset[str],
    emails: frozenset[str],
) -> None:
    kept = Keepsake(connection, float(when), applications, candidates, emails)
    line = kept.to_line()
    assert len(line.splitlines()) == 1
    if applications or candidates or emails:
        assert read_line(line) == kept
        assert read_lines(f"\n{line}\n\n{line}".splitlines()) == [kept, kept]


def test_it_reads_well() -> None:
    kept = Keepsake("acme", 1_780_000_000.9, frozenset({"A 1"}), frozenset(), frozenset({HASH}))
    assert (
        kept.to_line()
        == f"syncd-forgotten 2026-05-28T20:26:40Z acme application=A%201 email={HASH}"
    )


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("", "not a line"),
        ("syncd-forgotten 2026-05-28T20:26:40Z acme", "not a line"),
        (f"forgotten 2026-05-28T20:26:40Z acme email={HASH}", "not a line"),
        (f"syncd-forgotten yesterday acme email={HASH}", "time"),
        ("syncd-forgotten 2026-05-28T20:26:40Z acme name=somebody", "no id"),
        ("syncd-forgotten 2026-05-28T20:26:40Z acme application=", "no id"),
        ("syncd-forgotten 2026-05-28T20:26:40Z acme email=somebody", "not whole"),
    ],
)
def test_what_is_no_such_line(line: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong) as caught:
        read_line(line)
    assert "somebody" not in str(caught.value)


def test_a_wrong_line_is_named_by_its_number() -> None:
    with pytest.raises(ValueError, match="line 3: not a line"):
        read_lines(["", f"syncd-forgotten 2026-05-28T20:26:40Z acme email={HASH}", "nonsense"])
