"""The account's tags, and adding them to somebody.

A tag is on the candidate, so all applications of somebody share it.
"""

from collections.abc import Sequence

from syncd.ats.greenhouse.lookups import unasked
from syncd.ats.greenhouse.pages import path_of, read_by_ids, read_list
from syncd.ats.greenhouse.rows import NamedRow
from syncd.ats.wire import folded, mapping_of, read_row, text_of
from syncd.errors import Rejected, RemoteError
from syncd.http.renewed import RenewedSession
from syncd.http.session import Slot
from syncd.model.ats import Application

_APPLIED = "applied_candidate_tags"


class Tags:
    """The account's dictionary of tags; one that is missing is made."""

    def __init__(self, session: RenewedSession) -> None:
        self._session = session
        self._ids: dict[str, str] | None = None

    async def know(self, names: Sequence[str]) -> None:
        """Look tags up, for :meth:`id_of`, and make those that are missing.

        Making one twice does no harm: names are unique, so the second is refused, and found.
        Raises Rejected where these credentials may not make tags.
        """
        for name in names:
            if self._find(name) is None:
                await self._read()
            if self._find(name) is None:
                await self._make(name)

    async def _make(self, name: str) -> None:
        try:
            answer = await self._session.write(
                "POST",
                path_of("candidate_tags"),
                slot=await self._session.reserve(),
                json={"name": name},
            )
        except Rejected:
            await self._read()  # somebody else may have been faster
            if self._find(name) is None:
                raise
            return
        made = text_of(mapping_of(answer.json()).get("id"))
        if self._ids is not None and made is not None:
            self._ids[name] = made

    async def _read(self) -> None:
        rows = await read_list(self._session, "candidate_tags")
        read = [row for raw in rows if (row := read_row(NamedRow, raw))]
        self._ids = {row.name: row.id for row in read if row.name}

    def _find(self, name: str) -> str | None:
        """The id of the tag of that very name, or else of one that people would take for it."""
        known = self._ids or {}
        alike = (i for other, i in known.items() if folded(other) == folded(name))
        return known.get(name) or next(alike, None)

    async def add(self, application: Application, names: Sequence[str], slot: Slot) -> None:
        """Add the tags that the candidate does not have, after :meth:`know`.

        Greenhouse takes one at a time: each further tag is a request of its own, which may start no
        later than the first. One that somebody else added since the candidate was read is refused,
        and counts as added.
        """
        held = {tag.casefold() for tag in application.tags or ()}
        new = {name.casefold(): name for name in names if name.casefold() not in held}
        ids = [self.id_of(name) for name in new.values()]
        for number, tag_id in enumerate(ids):
            if number:
                start_by = slot.start_by
                slot = await self._session.reserve()
                slot.start_by = start_by
            body = {"candidate_id": int(application.candidate_id), "candidate_tag_id": int(tag_id)}
            try:
                answer = await self._session.write("POST", path_of(_APPLIED), slot=slot, json=body)
            except Rejected as error:
                self.forget()
                if error.status != 422 or not await self._is_on(application.candidate_id, tag_id):
                    raise
            else:
                if answer.body.strip():
                    answer.json()  # what is neither empty nor JSON proves nothing

    async def _is_on(self, candidate_id: str, tag_id: str) -> bool:
        """Whether the candidate has the tag; not, where these credentials may not ask."""
        pages = read_by_ids(self._session, _APPLIED, [candidate_id], name="candidate_ids")
        wanted = (candidate_id, tag_id)
        try:
            rows = [mapping_of(raw) async for page in pages for raw in page.rows]
        except RemoteError:
            return False
        return any(
            (text_of(row.get("candidate_id")), text_of(row.get("candidate_tag_id"))) == wanted
            for row in rows
        )

    def id_of(self, name: str) -> str:
        """The id of a tag that was looked up; raises NotSent if it was not."""
        found = self._find(name)
        if found is None:
            raise unasked("tags")
        return found

    def forget(self) -> None:
        """Look them up anew before the next use."""
        self._ids = None
