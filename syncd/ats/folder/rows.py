"""Records as values of the domain."""

from collections.abc import Mapping
from typing import Any

from syncd.ats.folder.records import Layout, Record
from syncd.ats.folder.settings import FolderSettings
from syncd.ats.folder.trouble import wrong
from syncd.ats.wire import moment_of, text_of
from syncd.model.ats import Application, Job, JobState

_NO = frozenset(("", "0", "false", "no", "n", "nein", "non", "null", "none", "-"))


def is_identified(table: str, record: Record) -> bool:
    """Whether a row can be used at all: it has an id, and an application a job."""
    needed = ("id",) if table == "jobs" else ("id", "job_id")
    return all(text_of(record.cells.get(column)) for column in needed)


def job_of(record: Record, layout: Layout, settings: FolderSettings) -> Job:
    """The job of a row that has an id. Raises Rejected for a time that is none."""
    cell = record.cells.get
    return Job(
        id=_id(record, layout, "id"),
        title=text_of(cell("title")) or "",
        state=_state(text_of(cell("status")) or "", settings),
        description=text_of(cell("description")),
        department=text_of(cell("department")),
        location=text_of(cell("location")),
        employment_type=text_of(cell("employment_type")),
        updated_at=_moment(record, layout, "updated_at"),
        fields=_plain(record.cells),
        complete=True,
    )


def application_of(record: Record, layout: Layout) -> Application:
    """The application of a row with an id and a job. Raises Rejected for a time that is none.

    Without a ``candidate_id`` the application's own id stands for the person; who applies twice
    is then known by the address alone.
    """
    cell = record.cells.get
    parts = (text_of(cell("first_name")), text_of(cell("last_name")))
    return Application(
        id=_id(record, layout, "id"),
        job_id=_id(record, layout, "job_id"),
        candidate_id=_id(record, layout, "candidate_id") or _id(record, layout, "id"),
        stage=text_of(cell("stage")) or "",
        name=text_of(cell("name")) or " ".join(part for part in parts if part),
        email=text_of(cell("email")),
        phone=text_of(cell("phone")),
        applied_at=_moment(record, layout, "applied_at"),
        updated_at=_moment(record, layout, "updated_at"),
        rejected=_is_yes(cell("rejected")),
    )


def _state(status: str, settings: FolderSettings) -> JobState:
    """A word that the settings do not name opens and closes nothing: it counts as a draft."""
    word = status.casefold()
    if word in {known.strip().casefold() for known in settings.open_statuses}:
        return JobState.OPEN
    if word in {known.strip().casefold() for known in settings.closed_statuses}:
        return JobState.CLOSED
    return JobState.DRAFT


def _is_yes(value: object) -> bool:
    if isinstance(value, bool):
        return value
    return (text_of(value) or "").casefold() not in _NO


def _id(record: Record, layout: Layout, column: str) -> str:
    """An id as text. The state and logs hold ids, so an address must not serve as one."""
    text = text_of(record.cells.get(column)) or ""
    if "@" in text or len(text) > 200:
        raise wrong(
            f"{where(layout, record)}: {column} holds an address or is far too long; it must be "
            "an id that tells nothing of a person.",
            file=layout.file,
            code="no_id",
        )
    return text


def _moment(record: Record, layout: Layout, column: str) -> float | None:
    """A time, or None where there is none. What cannot be read is no "none": nobody who applied
    then would ever be invited, and nobody would be told."""
    text = text_of(record.cells.get(column))
    if text is None:
        return None
    moment = moment_of(text)
    if moment is None:
        raise wrong(
            f"{where(layout, record)}: {column} is no time in ISO 8601, like "
            "2026-11-23T14:00:00+01:00; export it so.",
            file=layout.file,
            code="no_time",
        )
    return moment


def is_local(text: object) -> bool:
    """Whether a time says no zone, so that UTC is meant."""
    told = (text_of(text) or "").upper()
    return bool(told) and not told.endswith("Z") and "+" not in told and told.count("-") < 3


def where(layout: Layout, record: Record) -> str:
    """The place of a row as people look it up."""
    return f"{layout.file}, {'entry' if layout.is_json else 'line'} {record.line}"


def _plain(cells: Mapping[str, Any]) -> dict[str, str]:
    found = ((name, text_of(value)) for name, value in cells.items() if name != "description")
    return {name: text for name, text in found if text is not None}
