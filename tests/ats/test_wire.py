"""Whatever a remote side sends, reading it gives a value and never an exception."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.ats.wire import flag_of, moment_of, moment_text, text_of, time_of
from syncd.ats.workable.rows import application_of, job_of, notes_of, stages_of

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
KEYS = (
    "id shortcode title state department department_hierarchy location employment_type description "
    "full_description created_at updated_at name firstname lastname email phone job stage "
    "stage_kind disqualified withdrew anonymized hired_at tags slug position action body"
)
rows = st.dictionaries(st.sampled_from(KEYS.split(" ")), json_values, max_size=12) | json_values


@given(rows)
def test_any_row_is_read_or_left_out(row: Any) -> None:
    job = job_of(row, complete=True)
    assert job is None or job.id
    application = application_of(row)
    assert application is None or (application.id and application.job_id)
    assert all(stage.id and stage.name for stage in stages_of([row]))
    assert all(note.text for note in notes_of([row]))


@pytest.mark.parametrize(
    ("text", "epoch"),
    [
        ("2026-07-23T20:46:41Z", 1784839601.0),
        ("2026-07-23T20:46:41.500Z", 1784839601.5),
        ("2026-07-23T22:46:41+02:00", 1784839601.0),
        ("2026-07-23T20:46:41", 1784839601.0),
        (" 2026-07-23 ", 1784764800.0),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        ("", None),
        (None, None),
        (1784839601, None),
        ([], None),
    ],
)
def test_moments(text: Any, epoch: float | None) -> None:
    assert moment_of(text) == epoch


@pytest.mark.parametrize(
    "value", [1784839601500, "1784839601500", 1784839601500.0, "2026-07-23T20:46:41.500Z"]
)
def test_times_in_either_form(value: Any) -> None:
    assert time_of(value) == 1784839601.5


@pytest.mark.parametrize("value", [None, "", "yesterday", True, 0, -1, [], "0001-01-01T00:00:00Z"])
def test_what_is_no_time_in_either_form(value: Any) -> None:
    assert time_of(value) is None


@given(st.floats(1, 4e9))
def test_a_moment_written_is_read_back_rounded_down(epoch: float) -> None:
    assert moment_of(moment_text(epoch)) == math.floor(epoch)


@pytest.mark.parametrize(
    ("value", "text"), [(" a ", "a"), ("", None), ("  ", None), (5, "5"), (True, None), ({}, None)]
)
def test_texts(value: Any, text: str | None) -> None:
    assert text_of(value) == text


@pytest.mark.parametrize("value", [True, 1, "true", "2026-01-01", {"a": 1}])
def test_set_flags(value: Any) -> None:
    assert flag_of(value) is True


@pytest.mark.parametrize("value", [None, False, "false", "False", "0", "", 0, [], {}])
def test_flags_that_are_not_set(value: Any) -> None:
    assert flag_of(value) is False
