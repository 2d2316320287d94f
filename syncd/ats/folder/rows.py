"""Records as values of the domain."""

from collections.abc import Mapping

from syncd.ats.folder.records import Layout, Record
from syncd.ats.folder.settings import FolderSettings
from syncd.ats.folder.trouble import wrong
from syncd.ats.wire import moment_of
from syncd.model.ats import Application, Job, JobState

_NO = frozenset(("", "0", "false", "no", "n", "nein", "non", "null", "none", "-"))


def is_identified(table: str, record: Record) -> bool:
    """Whether a row can be used at all: it has an id, and an application a job."""
    needed = ("id",) if table == "jobs" else ("id", "job_id")
    return all(record.cells.get(column) for column in needed)


def job_of(record: Record, layout: Layout, settings: FolderSettings) -> Job:
    """The job of a row that has an id. Raises Rejected for a time that is none."""
    cell = record.cells.get
    return Job(
        id=_id(record, layout, "id"),
        title=cell("title") or "",
        state=_state(cell("status") or "", settings),
        description=cell("description"),
        department=cell("department"),
        location=cell("location"),
        employment_type=cell("employment_type"),
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
    parts = (cell("first_name"), cell("last_name"))
    return Application(
        id=_id(record, layout, "id"),
        job_id=_id(record, layout, "job_id"),
        candidate_id=_id(record, layout, "candidate_id") or _id(record, layout, "id"),
        stage=cell("stage") or "",
        name=cell("name") or " ".join(part for part in parts if part),
        email=cell("email"),
        phone=cell("phone"),
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


def _is_yes(text: str | None) -> bool:
    return text is not None and text.casefold() not in _NO


def _id(record: Record, layout: Layout, column: str) -> str:
    """An id as text. The state and logs hold ids, so an address must not serve as one."""
    text = record.cells.get(column) or ""
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
    text = record.cells.get(column)
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


def is_local(text: str | None) -> bool:
    """Whether a time says no zone, so that UTC is meant."""
    if text is None or text[-1] in "Zz" or "+" in text:
        return False
    return text.count("-") < 3


def where(layout: Layout, record: Record) -> str:
    """The place of a row as people look it up."""
    return f"{layout.file}, {'entry' if layout.is_json else 'line'} {record.line}"


def _plain(cells: Mapping[str, str | None]) -> dict[str, str]:
    return {name: text for name, text in cells.items() if text and name != "description"}
