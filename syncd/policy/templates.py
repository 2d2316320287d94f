"""Which interview template a job gets."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from syncd.model.ats import Job
from syncd.settings.schema import PostingSettings, TemplateRule


@dataclass(frozen=True, slots=True)
class Choice:
    """A template code and what chose it, in words for the plan."""

    code: str
    because: str


def choose_template(job: Job, settings: PostingSettings) -> Choice | None:
    """Given an open job, return its template, or None if nothing selects the job.

    ``template_field`` wins where the job fills it; else the first rule that matches.
    """
    if settings.template_field:
        code = (job.fields.get(settings.template_field) or "").strip()
        if code:
            return Choice(code, f"the job's field {settings.template_field} names {code}")
    for number, rule in enumerate(settings.templates, start=1):
        if rule_matches(rule, job):
            return Choice(rule.template_code, f"template rule {number} names {rule.template_code}")
    return None


def rule_matches(rule: TemplateRule, job: Job) -> bool:
    """Whether every key of the rule that is given matches one of its patterns."""
    return all(
        _any_matches(patterns, value)
        for patterns, value in (
            (rule.title, job.title),
            (rule.department, job.department),
            (rule.location, job.location),
            (rule.employment_type, job.employment_type),
        )
        if patterns
    )


def needs_employment_type(settings: PostingSettings) -> bool:
    """Whether a rule asks for what list rows may lack."""
    return any(rule.employment_type for rule in settings.templates)


def _any_matches(patterns: Sequence[str], value: str | None) -> bool:
    text = (value or "").strip().casefold()
    return any(fnmatchcase(text, pattern.strip().casefold()) for pattern in patterns)
