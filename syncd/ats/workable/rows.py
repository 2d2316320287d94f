"""What Workable's answers say, as values of the domain.

The shapes are those of answers recorded in July 2026 and of the vendor's OpenAPI document of
SPI v3.8; where they differ, both are read. Nothing here raises on odd data.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import Field

from syncd.ats.wire import (
    Flag,
    Id,
    Moment,
    Nested,
    Row,
    Text,
    mapping_of,
    read_row,
    text_of,
)
from syncd.model.ats import Application, Job, JobState, Note, Stage

# A state Workable adds one day is treated like a draft: nothing is opened, invited to or archived
# because of a word syncd does not know.
_STATES: Final[Mapping[str, JobState]] = {
    "published": JobState.OPEN,
    "draft": JobState.DRAFT,
    "closed": JobState.CLOSED,
    "archived": JobState.CLOSED,
}

_LONG_TEXTS = frozenset(("description", "full_description", "requirements", "benefits"))


class _Job(Row):
    """A job. Its key in every other call is ``shortcode``; ``id`` is of no use."""

    shortcode: Id
    title: Text = None
    state: Text = None
    department: Text = None
    department_hierarchy: Any = None
    location: Nested = Field(default_factory=dict)
    employment_type: Text = None
    full_description: Text = None
    description: Text = None
    requirements: Text = None
    benefits: Text = None
    created_at: Moment = None
    updated_at: Moment = None


class _Candidate(Row):
    """A candidate, which in Workable is one person on one job.

    List rows lack ``withdrew`` and ``tags``. Workable disqualifies whoever withdraws, so
    ``disqualified`` alone tells that such a person is out.
    """

    id: Id
    name: Text = None
    firstname: Text = None
    lastname: Text = None
    email: Text = None
    phone: Text = None
    job: Nested = Field(default_factory=dict)
    stage: Text = None
    stage_kind: Text = None
    disqualified: Flag = False
    withdrew: Flag = False
    anonymized: Flag = False
    hired_at: Text = None
    tags: Any = None
    created_at: Moment = None
    updated_at: Moment = None


class _Stage(Row):
    slug: Id
    name: Text = None
    position: Any = None


class Member(Row):
    """A user of the account, as far as choosing one to act needs."""

    id: Id
    role: Text = None
    active: Flag = True

    @property
    def acts(self) -> bool:
        """Whether comments and moves can be made in this member's name on every job."""
        return self.active and self.role == "admin"


class Reason(Row):
    """A reason to disqualify."""

    id: Id
    description: Text = None
    candidate_withdrew: Flag = False


class Attribute(Row):
    """A custom attribute of candidates; ``id`` is the key that writes take."""

    id: Id
    key: Text = None
    label: Text = None
    type: Text = None


class _Activity(Row):
    id: Text = None
    action: Text = None
    body: Text = None


def job_of(raw: object, *, complete: bool) -> Job | None:
    """Given a job as answered, return it, or None without a shortcode.

    ``complete`` says that it was asked for alone; list rows lack description and employment type.
    """
    row = read_row(_Job, raw)
    if row is None:
        return None
    return Job(
        id=row.shortcode,
        title=row.title or "",
        state=_STATES.get(row.state or "", JobState.DRAFT),
        description=_description(row) if complete else None,
        department=row.department or _last_name(row.department_hierarchy),
        location=_place(row.location),
        employment_type=row.employment_type,
        created_at=row.created_at,
        updated_at=row.updated_at,
        fields=_fields(mapping_of(raw)),
        complete=complete,
    )


def _description(row: _Job) -> str | None:
    """The whole text as HTML; Workable shows the three parts below one another."""
    if row.full_description:
        return row.full_description
    parts = [part for part in (row.description, row.requirements, row.benefits) if part]
    return "\n".join(f"<div>{part}</div>" for part in parts) or None


def _last_name(hierarchy: object) -> str | None:
    """The innermost of the departments a job is in."""
    if not isinstance(hierarchy, Sequence) or isinstance(hierarchy, str):
        return None
    names = [text_of(mapping_of(level).get("name")) for level in hierarchy]
    return next((name for name in reversed(names) if name), None)


def _place(location: Mapping[str, Any]) -> str | None:
    """The location as Workable writes it; the answer about one job leaves that text out.

    Joined from its parts it is the same text: "New York, United States", with no part twice.
    """
    if written := text_of(location.get("location_str")):
        return written
    parts = (text_of(location.get(key)) for key in ("city", "region", "country"))
    return ", ".join(dict.fromkeys(part for part in parts if part)) or None


def _fields(raw: Mapping[str, Any]) -> dict[str, str]:
    """Every plain field as text, for ``template_field``; the long texts are left out."""
    found: dict[str, str] = {}
    for key, value in raw.items():
        if key in _LONG_TEXTS:
            continue
        text = str(value).lower() if isinstance(value, bool) else text_of(value)
        if text is not None:
            found[key] = text
    return found


def application_of(raw: object) -> Application | None:
    """Given a candidate as answered, return the application, or None.

    None for a row without an id, and for somebody on no job: people in the talent pool come in
    the same lists. ``candidate_id`` is the id of the record itself: Workable keeps one record per
    person and job, and tells the record it was copied from only in the answer about one, so that
    an id taken from there would differ between two readings of the same person.
    """
    row = read_row(_Candidate, raw)
    job_id = text_of(row.job.get("shortcode")) if row else None
    if row is None or job_id is None:
        return None
    return Application(
        id=row.id,
        job_id=job_id,
        candidate_id=row.id,
        stage=row.stage or "",
        name=row.name or " ".join(part for part in (row.firstname, row.lastname) if part),
        email=row.email,
        phone=row.phone,
        applied_at=row.created_at,
        updated_at=row.updated_at,
        rejected=row.disqualified,
        withdrawn=row.withdrew,
        hired=row.hired_at is not None or row.stage_kind == "hired",
        anonymised=row.anonymized,
        tags=_tags(row.tags),
    )


def _tags(value: object) -> tuple[str, ...] | None:
    """The tags as they are; None where they are not told, or not all of them can be read.

    They are written back as a whole, so one that was overlooked here would be lost there.
    """
    if not isinstance(value, Sequence) or isinstance(value, str):
        return None
    if not all(isinstance(tag, str) for tag in value):
        return None
    return tuple(tag for tag in value if tag.strip())


def stages_of(rows: Sequence[object]) -> tuple[Stage, ...]:
    """The stages in the order of the pipeline; moves take the slug."""
    read = [row for raw in rows if (row := read_row(_Stage, raw))]
    read.sort(key=lambda row: row.position if isinstance(row.position, int | float) else 0)
    return tuple(Stage(id=row.slug, name=row.name or row.slug) for row in read)


def notes_of(rows: Sequence[object]) -> tuple[Note, ...]:
    """The comments among the activities of a candidate."""
    read = (read_row(_Activity, raw) for raw in rows)
    return tuple(
        Note(id=row.id or "", text=row.body)
        for row in read
        if row and row.action == "comment" and row.body
    )
