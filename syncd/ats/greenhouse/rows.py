"""What Greenhouse's answers say, as values of the domain.

The shapes are those of the vendor's OpenAPI document for Harvest v3. Nothing here raises on odd
data.
"""

from collections.abc import Mapping, Sequence
from html import unescape
from typing import Any, Final

from pydantic import Field

from syncd.ats.wire import Flag, Id, Moment, Nested, Row, Text, mapping_of, read_row, text_of
from syncd.model.ats import Application, Job, JobState, Note, Stage
from syncd.policy.people import is_address

# A state Greenhouse adds one day is treated like a draft: nothing is opened, invited to or archived
# because of it.
_STATES: Final[Mapping[str, JobState]] = {"open": JobState.OPEN, "closed": JobState.CLOSED}

# Asked for as "active", answered as "in_process"; webhooks say "active".
_UNDER_WAY = ("in_process", "active")


class JobRow(Row):
    """A job, which the public does not see."""

    id: Id
    name: Text = None
    requisition_id: Text = None
    status: Text = None
    confidential: Flag = False
    is_template: Flag = False
    department_id: Text = None
    office_ids: Any = None
    custom_fields: Nested = Field(default_factory=dict)
    created_at: Moment = None
    updated_at: Moment = None


class PostRow(Row):
    """What the public sees of a job; a job may have several, on several boards."""

    id: Id
    job_id: Id
    internal: Flag = False
    active: Any = None
    live: Flag = False
    content: Text = None


class NamedRow(Row):
    """Anything that is known by its name: departments, offices, tags, reasons."""

    id: Id
    name: Text = None


class FieldRow(Row):
    """The definition of a custom field."""

    id: Id
    name: Text = None
    name_key: Text = None
    field_type: Text = None
    value_type: Text = None
    active: Any = None


class ApplicationRow(Row):
    """An application, or a prospect who has not applied.

    ``job_interview_stage_id`` is the stage of the job, ``stage_id`` this application's own entry
    into it.
    """

    id: Id
    candidate_id: Id
    job_id: Text = None
    prospect: Flag = False
    status: Text = None
    stage_id: Text = None
    job_interview_stage_id: Text = None
    stage_name: Text = None
    rejected_at: Text = None
    custom_fields: Nested = Field(default_factory=dict)
    created_at: Moment = None
    updated_at: Moment = None


class _Candidate(Row):
    id: Id
    first_name: Text = None
    last_name: Text = None
    preferred_name: Text = None
    email_addresses: Any = None
    phone_numbers: Any = None
    tags: Any = None
    can_email: Any = None
    private: Flag = False


class _Stage(Row):
    id: Id
    job_id: Text = None
    name: Text = None
    active: Any = None
    sort_order: Any = None


class _Note(Row):
    id: Id
    application_id: Text = None
    body: Text = None


def job_of(
    row: JobRow,
    departments: Mapping[str, str],
    offices: Mapping[str, str],
    posts: Sequence[PostRow] | None,
) -> Job:
    """Given a job and its posts (None: not looked for), return it.

    ``departments`` and ``offices`` are names by id. Templates, and jobs that only some may see,
    count as drafts, so that they are left alone.
    """
    hidden = row.confidential or row.is_template
    places = [offices.get(i) for i in map(text_of, _list(row.office_ids)) if i]
    fields = _fields(row)
    return Job(
        id=row.id,
        title=row.name or "",
        state=JobState.DRAFT if hidden else _STATES.get(row.status or "", JobState.DRAFT),
        description=_description(posts or ()),
        department=departments.get(row.department_id or ""),
        location="; ".join(place for place in places if place) or None,
        employment_type=fields.get("employment_type"),
        created_at=row.created_at,
        updated_at=row.updated_at,
        fields=fields,
        complete=posts is not None,
    )


def _description(posts: Sequence[PostRow]) -> str | None:
    """The text of the post that most people see: the oldest live one on a public board.

    Greenhouse's job board tells HTML escaped as a whole, so a text that is all entities is read so.
    """
    told = [post for post in posts if post.content and post.active is not False]
    best = min(told, key=lambda p: (p.internal, not p.live, len(p.id), p.id), default=None)
    content = best.content if best else None
    return unescape(content) if content and "<" not in content and "&lt;" in content else content


def _fields(row: JobRow) -> dict[str, str]:
    """Every custom field as text, by its key and by its name, and the requisition id."""
    found = {"requisition_id": row.requisition_id or ""}
    for key, told in row.custom_fields.items():
        value = _value(mapping_of(told).get("value") if isinstance(told, Mapping) else told)
        name = text_of(mapping_of(told).get("name"))
        if value is not None:
            found |= {key: value, **({name: value} if name else {})}
    return {key: text for key, text in found.items() if text}


def _value(value: object) -> str | None:
    """A custom field's value as text: plain, an option, or several of them."""
    if isinstance(value, list):
        return ", ".join(filter(None, map(_value, value))) or None
    if isinstance(value, Mapping):
        return text_of(value.get("name"))
    return str(value).lower() if isinstance(value, bool) else text_of(value)


def application_of(
    row: ApplicationRow, candidate: object, *, private: bool = False
) -> Application | None:
    """Given an application and its candidate as answered, return it; None for a prospect.

    Somebody of whom Greenhouse shows no more than the id has no name and no address. ``private``:
    whether candidates marked so may be contacted. A status Greenhouse adds one day means that
    somebody is out.
    """
    if row.job_id is None or row.prospect:
        return None
    person = read_row(_Candidate, candidate)
    name = _name(person) if person else ""
    email = _address(person.email_addresses) if person else None
    phone = _phone(person.phone_numbers) if person else None
    rejected = row.status == "rejected" or row.rejected_at is not None
    hired = row.status == "hired"
    return Application(
        id=row.id,
        job_id=row.job_id,
        candidate_id=row.candidate_id,
        stage=row.job_interview_stage_id or row.stage_name or "",
        name=name,
        email=email,
        phone=phone,
        applied_at=row.created_at,
        updated_at=row.updated_at,
        rejected=rejected,
        withdrawn=not rejected and not hired and row.status not in _UNDER_WAY,
        hired=hired,
        anonymised=person is not None and not (name or email or phone),
        do_not_contact=person is not None
        and (person.can_email is False or (person.private and not private)),
        tags=tuple(t for t in map(text_of, _list(person.tags)) if t) if person else None,
    )


def _name(person: _Candidate) -> str:
    first = person.preferred_name or person.first_name
    return " ".join(part for part in (first, person.last_name) if part)


def _address(addresses: object) -> str | None:
    """The first that is an address, or else the first, which is reported as broken."""
    read = [text_of(mapping_of(value).get("value")) for value in _list(addresses)]
    told = [text for text in read if text]
    return next(filter(is_address, told), told[0] if told else None)


def _phone(numbers: object) -> str | None:
    """A mobile number before any other; a name in Skype is none."""
    mobile = [n for n in _list(numbers) if mapping_of(n).get("type") == "mobile"]
    others = [n for n in _list(numbers) if mapping_of(n).get("type") not in ("mobile", "skype")]
    return _first([*mobile, *others])


def stages_of(rows: Sequence[object], job_id: str) -> tuple[Stage, ...]:
    """The stages of a job that are in use, in the order of its pipeline."""
    read = [row for raw in rows if (row := read_row(_Stage, raw))]
    used = [row for row in read if row.active is not False and row.job_id in (None, job_id)]
    used.sort(key=lambda row: (_order(row.sort_order), len(row.id), row.id))
    return tuple(Stage(id=row.id, name=row.name or row.id) for row in used)


def _order(value: object) -> float:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else float("inf")


def notes_of(rows: Sequence[object], application_id: str) -> tuple[Note, ...]:
    """The notes on an application, and those on the candidate that are on none."""
    read = [row for raw in rows if (row := read_row(_Note, raw))]
    mine = [row for row in read if row.application_id in (None, application_id)]
    return tuple(Note(id=row.id, text=row.body) for row in mine if row.body)


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def _first(values: object) -> str | None:
    """The first of several addresses or numbers, each told as ``{"value", "type"}``."""
    read = (text_of(mapping_of(value).get("value")) for value in _list(values))
    return next((text for text in read if text), None)
