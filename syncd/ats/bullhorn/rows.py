"""What Bullhorn's answers say, as values of the domain.

The shapes are those of the vendor's entity reference of March 2026 and of recorded answers. Times
are epoch milliseconds. Nothing here raises on odd data.
"""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from syncd.ats.bullhorn.settings import BullhornSettings
from syncd.ats.wire import (
    Flag,
    Id,
    Nested,
    Row,
    Text,
    flag_of,
    mapping_of,
    millis_of,
    moment_of,
    read_row,
    text_of,
)
from syncd.model.ats import Application, Job, JobState, Note, Stage

NEW_LEAD = "New Lead"

_LONG_TEXTS = frozenset(("description", "publicDescription"))


def time_of(value: object) -> float | None:
    """Epoch milliseconds, or a text that says a time, as epoch seconds; None for what is none."""
    found = millis_of(value)
    return moment_of(value) if found is None else found


Time = Annotated[float | None, BeforeValidator(time_of)]


class _JobOrder(Row):
    id: Id
    title: Text = None
    is_open: Any = Field(None, alias="isOpen")
    employment_type: Text = Field(None, alias="employmentType")
    address: Nested = Field(default_factory=dict)
    public_description: Text = Field(None, alias="publicDescription")
    description: Text = None
    date_added: Time = Field(None, alias="dateAdded")
    date_modified: Time = Field(None, alias="dateLastModified")


class _Candidate(Row):
    id: Id
    name: Text = None
    first_name: Text = Field(None, alias="firstName")
    last_name: Text = Field(None, alias="lastName")
    email: Text = None
    mobile: Text = None
    phone: Text = None
    status: Text = None
    is_deleted: Flag = Field(False, alias="isDeleted")
    is_anonymized: Flag = Field(False, alias="isAnonymized")
    mass_mail_opt_out: Flag = Field(False, alias="massMailOptOut")


class _Submission(Row):
    id: Id
    status: Text = None
    is_deleted: Flag = Field(False, alias="isDeleted")
    candidate: Nested = Field(default_factory=dict)
    job: Nested = Field(default_factory=dict, alias="jobOrder")
    date_added: Time = Field(None, alias="dateAdded")
    date_modified: Time = Field(None, alias="dateLastModified")
    date_web_response: Time = Field(None, alias="dateWebResponse")


class _Note(Row):
    id: Id
    comments: Text = None
    is_deleted: Flag = Field(False, alias="isDeleted")


def job_of(raw: object, *, complete: bool, department_field: str = "") -> Job | None:
    """Given a job as answered, return it, or None without an id.

    ``isOpen`` alone says whether it is open: ``status`` is a list of the account's own. One that
    does not tell is a draft. ``complete`` says that the answer was
    asked for with the description.
    """
    row = read_row(_JobOrder, raw)
    if row is None:
        return None
    fields = _fields(mapping_of(raw))
    return Job(
        id=row.id,
        title=row.title or "",
        state=_state(row),
        description=(row.public_description or row.description) if complete else None,
        department=fields.get(department_field),
        location=_place(row.address),
        employment_type=row.employment_type,
        created_at=row.date_added,
        updated_at=row.date_modified,
        fields=fields,
        complete=complete,
    )


def _state(row: _JobOrder) -> JobState:
    if row.is_open is None:
        return JobState.DRAFT
    return JobState.OPEN if flag_of(row.is_open) else JobState.CLOSED


def _place(address: Mapping[str, Any]) -> str | None:
    country = text_of(address.get("countryName"))
    parts = (text_of(address.get("city")), text_of(address.get("state")), country)
    return ", ".join(dict.fromkeys(part for part in parts if part)) or None


def _fields(raw: Mapping[str, Any]) -> dict[str, str]:
    """Every plain field as text, and of what it refers to the name; long texts are left out."""
    found: dict[str, str] = {}
    for key, value in raw.items():
        if key in _LONG_TEXTS or key.startswith("_"):
            continue
        if isinstance(value, bool):
            text: str | None = str(value).lower()
        else:
            text = text_of(value) or text_of(mapping_of(value).get("name")) or _names(value)
        if text is not None:
            found[key] = text
    return found


def _names(value: object) -> str | None:
    """The names in a list of referred things: a plain list, or ``{"total", "data": [first 5]}``."""
    rows = mapping_of(value).get("data") if isinstance(value, Mapping) else value
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        return None
    return ", ".join(filter(None, (text_of(mapping_of(row).get("name")) for row in rows))) or None


def application_of(
    raw: object, settings: BullhornSettings, *, deleted: bool = False
) -> Application | None:
    """Given a submission as answered, return the application, or None.

    None for a row without its ids, and for a deleted one; with ``deleted`` that is somebody who
    withdrew, so that a list of changes tells that they are out.
    """
    row = read_row(_Submission, raw)
    person = read_row(_Candidate, row.candidate) if row else None
    job_id = text_of(row.job.get("id")) if row else None
    if row is None or person is None or job_id is None or (row.is_deleted and not deleted):
        return None
    status = row.status or ""
    opted_out = person.mass_mail_opt_out and settings.mass_mail_opt_out == "respect"
    return Application(
        id=row.id,
        job_id=job_id,
        candidate_id=person.id,
        stage=status,
        name=" ".join(part for part in (person.first_name, person.last_name) if part)
        or person.name
        or "",
        email=person.email,
        phone=person.mobile or person.phone,
        applied_at=_applied(row),
        updated_at=row.date_modified,
        rejected=is_one_of(status, settings.rejected_statuses),
        withdrawn=row.is_deleted,
        hired=is_one_of(status, settings.hired_statuses),
        anonymised=person.is_deleted or person.is_anonymized,
        do_not_contact=opted_out
        or is_one_of(person.status or "", settings.do_not_contact_statuses),
    )


def _applied(row: _Submission) -> float | None:
    """When the person applied: a web response that becomes a submission is dated anew."""
    told = [moment for moment in (row.date_added, row.date_web_response) if moment is not None]
    return min(told, default=None)


def is_one_of(status: str, patterns: Sequence[str]) -> bool:
    """Whether a status matches one of the patterns, in any case of letters."""
    text = status.strip().casefold()
    return any(fnmatchcase(text, pattern.strip().casefold()) for pattern in patterns)


def statuses_of(value: object) -> tuple[str, ...]:
    """The statuses in a setting: a list of texts, or one text with commas or line breaks."""
    if isinstance(value, str):
        value = value.replace("\n", ",").split(",")
    if not isinstance(value, Sequence):
        return ()
    texts = (
        text_of(mapping_of(one).get("value") if isinstance(one, Mapping) else one) for one in value
    )
    return tuple(dict.fromkeys(text for text in texts if text))


def stages_of(statuses: Sequence[str]) -> tuple[Stage, ...]:
    """The statuses as stages, before them the one of web responses, which no list need name."""
    names = list(statuses)
    if not is_one_of(NEW_LEAD, names):
        names.insert(0, NEW_LEAD)
    return tuple(Stage(id=name, name=name) for name in names)


def notes_of(rows: Sequence[object]) -> tuple[Note, ...]:
    """The notes that are not deleted; a row may hold the note one level down."""
    read = (read_row(_Note, mapping_of(raw).get("note") or raw) for raw in rows)
    return tuple(
        Note(id=row.id, text=row.comments)
        for row in read
        if row and row.comments and not row.is_deleted
    )
