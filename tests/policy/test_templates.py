"""Which template a job gets."""

import pytest

from syncd.model.ats import Job, JobState
from syncd.policy.templates import choose_template, needs_employment_type
from syncd.settings.schema import PostingSettings, TemplateRule

ENGINEER = Job(
    "J1", "Data Engineer", JobState.OPEN, department="Engineering, Data", location="Berlin, Germany"
)


def settings(*rules: dict[str, object], field: str = "") -> PostingSettings:
    return PostingSettings(
        template_field=field,
        templates=[TemplateRule.model_validate({"template_code": "ENG", **r}) for r in rules],
    )


@pytest.mark.parametrize(
    ("rule", "matches"),
    [
        ({}, True),
        ({"department": ["Engineering*"]}, True),
        ({"department": ["engineering*"], "location": ["*GERMANY"]}, True),
        ({"department": ["Engineering*"], "location": ["Paris*"]}, False),
        ({"title": ["Data ?ngineer"]}, True),
        ({"title": ["Engineer"]}, False),
        ({"title": ["Nurse", "Data*"]}, True),
        ({"employment_type": ["*"]}, True),
        ({"employment_type": ["Full-time"]}, False),
    ],
)
def test_every_key_given_must_match(rule: dict[str, object], matches: bool) -> None:
    assert (choose_template(ENGINEER, settings(rule)) is not None) is matches


def test_the_first_rule_that_matches_wins_and_says_so() -> None:
    rules = (
        {"template_code": "A", "title": ["Nurse"]},
        {"template_code": "B", "title": ["Data*"]},
        {"template_code": "C"},
    )
    choice = choose_template(ENGINEER, settings(*rules))
    assert choice is not None
    assert choice.code == "B"
    assert choice.because == "template rule 2 names B"
    assert choose_template(ENGINEER, settings(rules[0])) is None
    assert choose_template(ENGINEER, settings()) is None


def test_the_jobs_own_field_wins_where_it_is_filled() -> None:
    named = Job("J1", "Data Engineer", JobState.OPEN, fields={"code": " SALES-SCREEN "})
    blank = Job("J1", "Data Engineer", JobState.OPEN, fields={"code": "  "})
    chosen = choose_template(named, settings({}, field="code"))
    assert chosen is not None
    assert (chosen.code, chosen.because) == (
        "SALES-SCREEN",
        "the job's field code names SALES-SCREEN",
    )
    for job in (blank, ENGINEER):
        fallen_back = choose_template(job, settings({}, field="code"))
        assert fallen_back is not None
        assert fallen_back.code == "ENG"


def test_who_asks_for_what_lists_lack() -> None:
    assert needs_employment_type(settings({}, {"employment_type": ["Full-time"]}))
    assert not needs_employment_type(settings({"title": ["*"]}))
