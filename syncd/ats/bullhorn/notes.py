"""Notes on a person: written as HTML, found again from the person.

They are read from the candidate they stand on. Where that is refused, whatever else finds them is
tried, in the order of how sure it is to show every note: the search index lags behind and cannot be
asked for notes in some accounts, so it comes last.
"""

from collections.abc import AsyncIterator
from html import escape

from syncd.ats.bullhorn.errors import SIDE, require_denied
from syncd.ats.bullhorn.pages import SEARCHED_BY_ID, Page, path_of, read_pages, read_query
from syncd.ats.bullhorn.rows import notes_of
from syncd.errors import CredentialsRefused, Rejected, RemoteError, Uncertain
from syncd.http.renewed import RenewedSession
from syncd.model.ats import Note

_FIELDS = "id,comments,isDeleted"


class Notes:
    """The notes of an account, read in the first way that is not refused."""

    def __init__(self, session: RenewedSession) -> None:
        self._session = session
        self._ways = [
            self._of_candidate,
            self._associated,
            self._queried,
            self._tied,
            self._searched,
        ]

    async def read(self, candidate_id: str) -> tuple[Note, ...]:
        """Every note on a person; raises rather than telling less than all."""
        if not candidate_id.isdecimal():
            raise Rejected(f"{SIDE} has no candidate with such an id.", side=SIDE)
        refusal: RemoteError | None = None
        for way in tuple(self._ways):
            found: list[Note] = []
            try:
                async for page in way(candidate_id):
                    found += notes_of(page.rows)
            except (Rejected, CredentialsRefused) as error:
                require_denied(error)
                refusal = refusal or error
                continue
            # What worked is asked first from now on.
            self._ways.remove(way)
            self._ways.insert(0, way)
            return tuple(found)
        raise refusal or Rejected(f"{SIDE} tells no notes.", side=SIDE)

    def _of_candidate(self, candidate_id: str) -> AsyncIterator[Page]:
        path = path_of("entity", "Candidate", candidate_id, "notes")
        return read_pages(self._session, path, {"fields": _FIELDS})

    def _associated(self, candidate_id: str) -> AsyncIterator[Page]:
        path = path_of("association", "Candidate", candidate_id, "notes")
        return read_pages(self._session, path, {"fields": _FIELDS})

    def _tied(self, candidate_id: str) -> AsyncIterator[Page]:
        # "User" stands for candidates as well (the vendor's reference of NoteEntity).
        condition = f"targetEntityID={candidate_id} AND targetEntityName='User'"
        return read_query(self._session, "NoteEntity", condition, f"id,note({_FIELDS})")

    def _queried(self, candidate_id: str) -> AsyncIterator[Page]:
        condition = f"personReference.id={candidate_id}"
        return read_query(self._session, "Note", condition, _FIELDS)

    async def _searched(self, candidate_id: str) -> AsyncIterator[Page]:
        params = {"query": f"personReference.id:{candidate_id}", "fields": _FIELDS}
        path = path_of("search", "Note")
        try:
            async for page in read_pages(self._session, path, params, order=SEARCHED_BY_ID):
                yield page
        except Uncertain as error:
            if error.status is None or error.status < 500:
                raise
            # An account whose notes cannot be searched at all would never tell more than this.
            raise Rejected(f"{SIDE} cannot search notes.", side=SIDE) from error


def to_html(text: str) -> str:
    """Plain text as Bullhorn's notes hold it."""
    return escape(text, quote=False).replace("\n", "<br>")
