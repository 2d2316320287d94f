"""Error bodies in both published shapes, and in none."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.errors import Fault
from syncd.heymilo.problems import DUPLICATE, read_problem
from syncd.http.session import Complaint


def read(body: Any) -> Complaint:
    return read_problem(422, json.dumps(body).encode())


@pytest.mark.parametrize("name", ["errors", "details"])
def test_the_apis_own_shape(name: str) -> None:
    body = {
        "error": {
            "type": "invalid_request_error",
            "code": "validation_error",
            "message": "The request body failed validation",
            name: [{"code": "invalid_param", "message": "too short", "param": "title"}],
        }
    }
    assert read(body) == Complaint("validation_error", (Fault(("title",), "invalid_param"),))


def test_a_single_param_at_the_top() -> None:
    body = {"error": {"code": "invalid_param", "message": "x", "param": "deadline"}}
    assert read(body) == Complaint("invalid_param", (Fault(("deadline",), "invalid_param"),))


def test_fastapis_shape() -> None:
    body = {
        "detail": [
            {"loc": ["body", "data", 3, "email"], "msg": "x", "type": "value_error.email"},
            {"loc": ["body", "data", 5, "name"], "msg": "x", "type": "missing"},
            {"loc": ["query", "limit"], "msg": "x", "type": "less_than_equal"},
        ]
    }
    assert read(body) == Complaint(
        "value_error.email",
        (
            Fault(("data", 3, "email"), "value_error.email"),
            Fault(("data", 5, "name"), "missing"),
            Fault(("limit",), "less_than_equal"),
        ),
    )


@pytest.mark.parametrize(
    "param", ["data.3.email", "data[3].email", "data/3/email", "/data/3/email", "body.data.3.email"]
)
def test_a_row_however_it_is_written(param: str) -> None:
    body = {"error": {"code": "c", "message": "m", "errors": [{"code": "x", "param": param}]}}
    assert read(body).faults == (Fault(("data", 3, "email"), "x"),)


@pytest.mark.parametrize("message", ["data[7].email is invalid", "At data.7: no", "see data/7"])
def test_a_row_named_in_the_message_only(message: str) -> None:
    body = {"error": {"code": "c", "message": "m", "errors": [{"code": "x", "message": message}]}}
    assert read(body).faults == (Fault(("data", 7), "x"),)


def test_no_row_is_made_up() -> None:
    body = {"error": {"code": "c", "message": "data for 7 people is invalid"}}
    assert read(body) == Complaint("c", ())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>502 Bad Gateway</body></html>",
        b"\xff\xfe",
        b"null",
        b"[]",
        b'"text"',
        b"[" * 100_000,
        b'{"error": null}',
        b'{"error": []}',
        b'{"error": {"errors": "many", "details": {"a": 1}}}',
        b'{"detail": [1, null, "x"]}',
        b'{"detail": "Not Found"}',
    ],
)
def test_bodies_that_say_nothing(body: bytes) -> None:
    assert read_problem(500, body) == Complaint()


def test_plain_codes() -> None:
    assert read({"code": "quota_reached"}) == Complaint("quota_reached")
    assert read({"error": "forbidden"}) == Complaint("forbidden")


@pytest.mark.parametrize(
    "body",
    [
        {"detail": "A candidate with this e-mail already exists"},
        {"message": "Duplicate candidate"},
        {"code": "candidate_exists"},
        {"error": {"code": "conflict", "message": "Jane Roe is already in this posting"}},
        {"error": {"type": "duplicate_resource"}},
    ],
)
def test_somebody_who_is_there_already_however_it_is_worded(body: dict[str, Any]) -> None:
    """Of the wording nothing else is kept: it may name them."""
    assert read(body) == Complaint(DUPLICATE)


def test_rows_that_are_there_already() -> None:
    entry = {"loc": ["body", "data", 3, "email"], "msg": "already ingested", "type": "value_error"}
    assert read({"detail": [entry]}).faults == (Fault(("data", 3, "email"), DUPLICATE),)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["error", "errors", "detail", "details", "loc", "param", "code", "type"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=30,
)


@given(JSON)
def test_any_json_is_survived(body: Any) -> None:
    told = read(body)
    assert isinstance(told.code, str)
    for fault in told.faults:
        assert isinstance(fault.code, str)
        assert all(isinstance(part, str | int) for part in fault.path)
