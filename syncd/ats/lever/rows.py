"""What Lever's answers say, as values of the domain.

The shapes are those of answers recorded in July 2026 and of the samples in the vendor's
documentation; where they differ, both are read. Nothing here raises on odd data.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pydantic import Field

from syncd.ats.wire import CamelRow, Flag, Id, Nested, Text, Time, mapping_of, read_row, text_of
from syncd.model.ats import Application, Job, JobState, Note, Stage

# "internal" is open to colleagues alone, and to whoever a recruiter adds. A state Lever adds one
# day is treated like a draft: nothing is opened, invited to or archived because of it.
_STATES: Final[Mapping[str, JobState]] = {
    "published": JobState.OPEN,
    "internal": JobState.OPEN,
    "closed": JobState.CLOSED,
    "draft": JobState.DRAFT,
    "pending": JobState.DRAFT,
    "rejected": JobState.DRAFT,
}


class _Posting(CamelRow):
    id: Id
    text: Text = None
    state: Text = None
    categories: Nested = Field(default_factory=dict)
    content: Nested = Field(default_factory=dict)
    created_at: Time = None
    updated_at: Time = None


class _Opportunity(CamelRow):
    """One person's way through one job; the person is the ``contact``.

    ``stage``, ``contact`` and ``applications`` are ids or, where they were expanded, objects.
    ``archivedAt`` and ``archiveReason`` are an older way to write ``archived``.
    """

    id: Id
    name: Text = None
    contact: Any = None
    stage: Any = None
    emails: Any = None
    phones: Any = None
    applications: Any = None
    archived: Nested = Field(default_factory=dict)
    archived_at: Any = None
    archive_reason: Any = None
    tags: Any = None
    is_anonymized: Flag = False
    data_protection: Nested = Field(default_factory=dict)
    created_at: Time = None
    updated_at: Time = None


class _Applied(CamelRow):
    """An application inside an opportunity."""

    id: Id
    posting: Any = None
    name: Text = None
    email: Text = None
    phone: Any = None
    created_at: Time = None


class Reason(CamelRow):
    """A reason to archive somebody, which may be that they were hired."""

    id: Id
    text: Text = None
    status: Text = None
    type: Text = None

    @property
    def rejects(self) -> bool:
        """Whether somebody can be turned down with it today."""
        return self.type == "non-hired" and self.status in (None, "active")


class User(CamelRow):
    """A user of the account, as far as acting in their name goes."""

    id: Id
    access_role: Text = None
    deactivated_at: Time = None


class _Named(CamelRow):
    id: Id
    text: Text = None


class _Note(CamelRow):
    id: Text = None
    fields: Any = None
    value: Text = None


def job_of(raw: object) -> Job | None:
    """Given a posting as answered, return it, or None without an id.

    Lists answer postings whole, so a job is always complete.
    """
    row = read_row(_Posting, raw)
    if row is None:
        return None
    of = {key: text_of(value) for key, value in row.categories.items()}
    return Job(
        id=row.id,
        title=row.text or "",
        state=_STATES.get(row.state or "", JobState.DRAFT),
        description=_description(row.content),
        department=of.get("department") or of.get("team"),
        location=of.get("location"),
        employment_type=of.get("commitment"),
        created_at=row.created_at,
        updated_at=row.updated_at,
        fields=_fields(mapping_of(raw), of),
        complete=True,
    )


def _description(content: Mapping[str, Any]) -> str | None:
    """The whole text as HTML, in the order in which Lever shows it: text, lists, closing."""
    parts = [text_of(content.get("descriptionHtml")) or text_of(content.get("description"))]
    for item in _list(content.get("lists")):
        told = mapping_of(item)
        heading, points = text_of(told.get("text")), text_of(told.get("content"))
        parts += [
            f"<h3>{heading}</h3>" if heading else None,
            f"<ul>{points}</ul>" if points else "",
        ]
    parts.append(text_of(content.get("closingHtml")) or text_of(content.get("closing")))
    return "\n".join(part for part in parts if part) or None


def _fields(raw: Mapping[str, Any], categories: Mapping[str, str | None]) -> dict[str, str]:
    """Every plain field and category as text, for ``template_field``."""
    plain = {key: text_of(value) for key, value in raw.items() if not isinstance(value, bool)}
    return {key: text for key, text in {**categories, **plain}.items() if text is not None}


def unexpanded(raw: object) -> tuple[str, Sequence[str]] | None:
    """The id of an opportunity that names its applications by id only or not at all, and those
    ids; None for any other.

    Which posting it belongs to must then be asked for.
    """
    row = read_row(_Opportunity, raw)
    if row is None or (isinstance(row.applications, list) and not row.applications):
        return None
    named = _list(row.applications)
    if any(isinstance(one, Mapping) for one in named):
        return None
    return row.id, [name for name in map(text_of, named) if name]


def application_of(
    raw: object, hired: Iterable[str] = (), now: float = 0.0, applied: object = None
) -> Application | None:
    """Given an opportunity as answered, return its application, or None if it is for no posting.

    An opportunity is one way through one job, and its stage, notes and tags are its own, so the
    application's id is the opportunity's. Of several applications the newest says which posting.
    ``hired`` are the ids of the archive reasons that mean so; ``now`` is Lever's clock, by which
    consent runs out; ``applied`` are its applications where the answer has them by id only.
    """
    row = read_row(_Opportunity, raw)
    if row is None:
        return None
    newest = _newest(row.applications if applied is None else applied)
    if newest is None:
        return None
    posting, form = newest
    contact = mapping_of(row.contact)
    archived, reason = _archived(row)
    consents = [row.data_protection, mapping_of(contact.get("dataProtection"))]
    return Application(
        id=row.id,
        job_id=posting,
        candidate_id=_id_of(row.contact) or row.id,
        stage=_id_of(row.stage) or "",
        name=row.name or text_of(contact.get("name")) or form.name or "",
        email=_first(row.emails) or _first(contact.get("emails")) or form.email,
        phone=_first(row.phones) or _first(contact.get("phones")) or _first([form.phone]),
        applied_at=form.created_at if form.created_at is not None else row.created_at,
        updated_at=row.updated_at,
        rejected=archived and reason not in set(hired),
        hired=archived and reason in set(hired),
        anonymised=row.is_anonymized or contact.get("isAnonymized") is True,
        do_not_contact=any(_forbids(told, now) for told in consents),
        tags=tuple(tag for tag in map(text_of, _list(row.tags)) if tag),
    )


def is_archived(raw: object) -> bool:
    """Whether an opportunity is out, so that its reason must be known."""
    row = read_row(_Opportunity, raw)
    return row is not None and _archived(row)[0]


def _archived(row: _Opportunity) -> tuple[bool, str | None]:
    """Whether it is archived, and the id of the reason."""
    reason = _id_of(row.archived.get("reason")) or _id_of(row.archive_reason)
    at = row.archived.get("archivedAt") or row.archived_at
    return bool(reason or at), reason


def _newest(applications: object) -> tuple[str, _Applied] | None:
    """The posting and form of the newest application that is for a posting."""
    read = [row for raw in _list(applications) if (row := read_row(_Applied, raw))]
    known = [(posting, row) for row in read if (posting := _id_of(row.posting))]
    return max(known, key=lambda one: (one[1].created_at or 0.0, one[1].id), default=None)


def _forbids(consent: Mapping[str, Any], now: float) -> bool:
    """Whether consent to keep somebody's data, or to write to them, was refused or has run out.

    Silence is no refusal: most accounts ask for no consent.
    """
    for kind in ("store", "contact"):
        told = mapping_of(consent.get(kind))
        expires = told.get("expiresAt")
        over = isinstance(expires, int | float) and 0 < expires / 1000 <= now
        if told.get("allowed") is False or over:
            return True
    return False


def stages_of(rows: Sequence[object]) -> tuple[Stage, ...]:
    """The stages in the order of the pipeline; not every id is a UUID."""
    read = (read_row(_Named, raw) for raw in rows)
    return tuple(Stage(id=row.id, name=row.text or row.id) for row in read if row)


def notes_of(rows: Sequence[object]) -> tuple[Note, ...]:
    """The notes with everything said in them.

    One that was deleted is still one that was written.
    """
    found = []
    for row in (read_row(_Note, raw) for raw in rows):
        said = [mapping_of(part).get("value") for part in _list(row.fields)] if row else []
        text = "\n".join(one for one in [row.value if row else None, *map(text_of, said)] if one)
        if row and text:
            found.append(Note(id=row.id or "", text=text))
    return tuple(found)


def _id_of(value: object) -> str | None:
    """An id, given as such or inside an object."""
    return text_of(value.get("id")) if isinstance(value, Mapping) else text_of(value)


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def _first(values: object) -> str | None:
    """The first address of several, told as texts or as objects."""
    read = (text_of(v.get("value") if isinstance(v, Mapping) else v) for v in _list(values))
    return next((text for text in read if text), None)
