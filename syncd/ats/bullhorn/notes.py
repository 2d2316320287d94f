"""Notes on a person: written as HTML, found again from the person.

The search index lags behind and cannot be asked for notes in some accounts, so they are read from
the candidate they stand on, or from what ties notes to people where that is refused.
"""

from html import escape

from syncd.ats.bullhorn.errors import SIDE
from syncd.ats.bullhorn.pages import path_of, read_pages, read_query
from syncd.ats.bullhorn.rows import notes_of
from syncd.errors import Rejected
from syncd.http.renewed import RenewedSession
from syncd.model.ats import Note

_FIELDS = "id,comments,isDeleted"


async def read_notes(session: RenewedSession, candidate_id: str) -> tuple[Note, ...]:
    """Every note on a person; raises rather than telling less than all."""
    if not candidate_id.isdecimal():
        raise Rejected(f"{SIDE} has no candidate with such an id.", side=SIDE)
    found: list[Note] = []
    try:
        path = path_of("entity", "Candidate", candidate_id, "notes")
        async for page in read_pages(session, path, {"fields": _FIELDS}):
            found += notes_of(page.rows)
        return tuple(found)
    except Rejected:
        found.clear()
    # "User" stands for candidates as well (the vendor's reference of NoteEntity).
    condition = f"targetEntityID={candidate_id} AND targetEntityName='User'"
    async for page in read_query(session, "NoteEntity", condition, f"id,note({_FIELDS})"):
        found += notes_of(page.rows)
    return tuple(found)


def to_html(text: str) -> str:
    """Plain text as Bullhorn's notes hold it."""
    return escape(text, quote=False).replace("\n", "<br>")
