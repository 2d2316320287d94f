"""What is sent of a person, and what keeps somebody from being sent."""

import email_validator
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.policy.people import (
    Person,
    Problem,
    find_problem,
    is_address,
    is_among,
    make_person,
    to_e164,
)


@pytest.mark.parametrize(
    ("name", "email", "problem"),
    [
        ("Test Person", "p@example.com", None),
        ("Test Person", None, Problem.NO_EMAIL),
        ("Test Person", "  ", Problem.NO_EMAIL),
        ("Test Person", "p@", Problem.BROKEN_EMAIL),
        ("Test Person", "two words@example.com", Problem.BROKEN_EMAIL),
        (" \t", "p@example.com", Problem.BLANK_NAME),
        ("", None, Problem.NO_EMAIL),
        ("Person 🦊 " + "x" * 300, "p@example.com", None),
    ],
)
def test_problems(name: str, email: str | None, problem: Problem | None) -> None:
    assert find_problem(name, email) is problem


@pytest.mark.parametrize("domain", ["example.com", "example.test", "mail.example.invalid"])
def test_reserved_names_are_good_syntax(domain: str) -> None:
    assert is_address(f" p@{domain} ")


@pytest.mark.parametrize("email", ["o'neil!@example.com", "jörg@example.com", "p@bücher.example"])
def test_unusual_addresses_are_addresses(email: str) -> None:
    assert is_address(email)


plain = st.from_regex(r"[a-z0-9_+.-]{1,80}@[a-z0-9.-]{1,80}\.[a-z]{1,10}", fullmatch=True)


@given(plain)
def test_the_quick_look_agrees_with_the_library(email: str) -> None:
    try:
        email_validator.validate_email(email, check_deliverability=False)
    except email_validator.EmailNotValidError:
        assert not is_address(email)
    else:
        assert is_address(email)


@pytest.mark.parametrize("problem", list(Problem))
def test_every_problem_says_what_is_wrong_and_what_to_do(problem: Problem) -> None:
    assert problem.sentence.endswith(".")
    decided = problem in (Problem.FORGOTTEN, Problem.HIDDEN)
    again = "attention retry" if decided else "when the applicant changes."
    assert again in problem.todo


def test_what_is_sent() -> None:
    person = make_person("  Test \n Person ", " P@Example.com ", "(415) 555-2671", "US")
    assert person == Person("Test Person", "P@Example.com", "+14155552671")
    assert "example" not in repr(person).lower()
    assert "Test" not in repr(person)


@pytest.mark.parametrize(
    ("phone", "region", "told"),
    [
        ("+49 30 123456", "US", "+4930123456"),
        ("030 123456", "DE", "+4930123456"),
        ("0044 20 7946 0018", "DE", "+442079460018"),
        (None, "US", None),
        ("  ", "US", None),
        ("call me after six", "US", None),
        ("123", "US", None),
        ("12345", "US", None),
        ("4155552671" * 10, "US", None),
    ],
)
def test_phone_numbers(phone: str | None, region: str, told: str | None) -> None:
    assert to_e164(phone, region) == told


@given(st.text(max_size=80), st.sampled_from(["US", "DE", "GB"]))
def test_no_phone_number_stops_an_invitation(phone: str, region: str) -> None:
    told = to_e164(phone, region)
    assert told is None or (told.startswith("+") and told[1:].isdigit() and told.isascii())


@given(st.text(max_size=40), st.none() | st.text(max_size=60))
def test_any_input_is_judged(name: str, email: str | None) -> None:
    problem = find_problem(name, email)
    if problem is None:
        assert email is not None
        assert "@" in email
        assert make_person(name, email, None, "US").name


@pytest.mark.parametrize(
    ("patterns", "among"),
    [
        ([], True),
        (["*@example.com"], True),
        (["*@EXAMPLE.com "], True),
        (["q@example.com", "p@*"], True),
        (["*@example.org"], False),
        (["p@example.co"], False),
    ],
)
def test_only_emails(patterns: list[str], among: bool) -> None:
    assert is_among(" P@example.com", patterns) is among
