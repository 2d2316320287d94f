"""What Ashby's answers say, as values of the domain.

The shapes are those of answers recorded in May 2026 and of the vendor's OpenAPI document; where
they differ, both are read. Nothing here raises on odd data.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import Field

from syncd.ats.wire import (
    CamelRow,
    Flag,
    Id,
    Nested,
    Text,
    Time,
    mapping_of,
    read_row,
    text_of,
)
from syncd.model.ats import Application, Job, JobState, Note

# A state Ashby adds one day is treated like a draft: nothing is opened, invited to or archived
# because of it.
_STATES: Final[Mapping[str, JobState]] = {
    "Open": JobState.OPEN,
    "Draft": JobState.DRAFT,
    "Closed": JobState.CLOSED,
    "Archived": JobState.CLOSED,
}

#: The states to ask for: without being asked, drafts are left out.
JOB_STATES: Final = tuple(_STATES)

# People under consideration. A word Ashby adds one day counts as a decision: nobody is invited or
# moved because of it.
_UNDER_WAY = frozenset(("Active", "Lead"))

_ARCHIVED = "Archived"


class _Job(CamelRow):
    id: Id
    title: Text = None
    status: Text = None
    department_id: Text = None
    location_id: Text = None
    employment_type: Text = None
    custom_fields: Any = None
    created_at: Time = None
    updated_at: Time = None


class _Application(CamelRow):
    id: Id
    candidate: Nested = Field(default_factory=dict)
    job: Nested = Field(default_factory=dict)
    status: Text = None
    current_interview_stage: Nested = Field(default_factory=dict)
    archive_reason: Nested = Field(default_factory=dict)
    archived_at: Time = None
    created_at: Time = None
    updated_at: Time = None


class PlanStage(CamelRow):
    """A stage of one interview plan; a job may have several plans."""

    id: Id
    title: Text = None
    type: Text = None
    interview_plan_id: Text = None

    @property
    def name(self) -> str:
        return self.title or self.id

    @property
    def archives(self) -> bool:
        """Whether whoever is in it is out."""
        return self.type == _ARCHIVED


class Posting(CamelRow):
    """A job posting, as far as a job's text and age need it."""

    id: Id
    job_id: Text = None
    description_html: Text = None
    description_plain: Text = None
    updated_at: Time = None


class Reason(CamelRow):
    """A reason to archive somebody."""

    id: Id
    text: Text = None
    reason_type: Text = None
    is_archived: Flag = False

    @property
    def rejects(self) -> bool:
        """Whether a company can turn somebody down with it today."""
        return not self.is_archived and self.reason_type != "RejectedByCandidate"


class Tag(CamelRow):
    """A tag of candidates."""

    id: Id
    title: Text = None
    is_archived: Flag = False


class CustomField(CamelRow):
    """The definition of a custom field."""

    id: Id
    title: Text = None
    object_type: Text = None
    field_type: Text = None
    is_archived: Flag = False


class Place(CamelRow):
    """A department or a location."""

    id: Id
    name: Text = None


class _Note(CamelRow):
    id: Text = None
    content: Text = None


def job_of(
    raw: object,
    *,
    names: Mapping[str, str] | None = None,
    posted_at: float | None = None,
    posting: Posting | None = None,
    complete: bool = False,
) -> Job | None:
    """Given a job as answered, return it, or None without an id.

    ``names`` are those of departments and locations by id. ``posting`` holds its text;
    ``posted_at`` is when a posting of it changed last, which changes the job as well.
    """
    row = read_row(_Job, raw)
    if row is None:
        return None
    names = names or {}
    changed = (row.updated_at, posted_at)
    return Job(
        id=row.id,
        title=row.title or "",
        state=_STATES.get(row.status or "", JobState.DRAFT),
        description=(posting.description_html or posting.description_plain) if posting else None,
        department=names.get(row.department_id or ""),
        location=names.get(row.location_id or ""),
        employment_type=row.employment_type,
        created_at=row.created_at,
        updated_at=max((moment for moment in changed if moment is not None), default=None),
        fields=_fields(mapping_of(raw), row.custom_fields),
        complete=complete,
    )


def _fields(raw: Mapping[str, Any], custom: object) -> dict[str, str]:
    """Every plain field, and every custom field by its title and its id, as text, for
    ``template_field``."""
    found = {key: value for key, value in raw.items() if not isinstance(value, bool)}
    for one in map(mapping_of, list_of(custom)):
        for key in (text_of(one.get("title")), text_of(one.get("id"))):
            if key is not None:
                found[key] = one.get("value")
    return {key: text for key, value in found.items() if (text := text_of(value)) is not None}


def application_of(raw: object, person: Mapping[str, Any] | None = None) -> Application | None:
    """Given an application as answered, return it, or None without an id, a job or a candidate.

    ``person`` is the candidate as answered alone, who knows more of themself: lists name the main
    address and number, and no tags. The stage is told by its id: names come again in every plan,
    and one that is renamed moves nobody.
    """
    row = read_row(_Application, raw)
    job_id = text_of(row.job.get("id")) if row else None
    candidate_id = text_of(row.candidate.get("id")) if row else None
    if row is None or job_id is None or candidate_id is None:
        return None
    own = person or {}
    stage = row.current_interview_stage
    status = row.status or (_ARCHIVED if row.archived_at is not None else "Active")
    hired = status == "Hired"
    withdrawn = row.archive_reason.get("reasonType") == "RejectedByCandidate"
    return Application(
        id=row.id,
        job_id=job_id,
        candidate_id=candidate_id,
        stage=text_of(stage.get("id")) or text_of(stage.get("title")) or "",
        name=text_of(own.get("name")) or text_of(row.candidate.get("name")) or "",
        email=reach_of(row.candidate, "Email", "emailAddresses")
        or reach_of(own, "Email", "emailAddresses"),
        phone=reach_of(row.candidate, "Phone", "phoneNumbers")
        or reach_of(own, "Phone", "phoneNumbers"),
        applied_at=row.created_at,
        updated_at=row.updated_at,
        rejected=not hired and not withdrawn and status not in _UNDER_WAY,
        withdrawn=not hired and withdrawn and status not in _UNDER_WAY,
        hired=hired,
        tags=None if person is None else _tags(person.get("tags")),
    )


def reach_of(person: Mapping[str, Any], kind: str, several: str) -> str | None:
    """Somebody's main address or number, or else the first one that is told."""
    main = "primaryEmailAddress" if kind == "Email" else "primaryPhoneNumber"
    told = [person.get(main), *list_of(person.get(several))]
    values = (text_of(mapping_of(one).get("value")) for one in told)
    return next((value for value in values if value), None)


def _tags(value: object) -> tuple[str, ...] | None:
    """The titles of somebody's tags; None where they are not told."""
    if not isinstance(value, list):
        return None
    titles = (text_of(mapping_of(tag).get("title")) for tag in value)
    return tuple(title for title in titles if title)


def notes_of(rows: Sequence[object]) -> tuple[Note, ...]:
    """The notes on a candidate; their text may be HTML."""
    read = (read_row(_Note, raw) for raw in rows)
    return tuple(Note(id=row.id or "", text=row.content) for row in read if row and row.content)


def list_of(value: object) -> Sequence[object]:
    """A JSON list, or an empty one for anything else."""
    return value if isinstance(value, list) else ()
