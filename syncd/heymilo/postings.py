"""Postings, and the templates they are made from."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from syncd.heymilo.api import ROOT, Api, data_of, quoted, read
from syncd.heymilo.wire import (
    CreatedPosting,
    InterviewTemplate,
    Posting,
    PostingStats,
    PostingSummary,
)
from syncd.http.session import Slot


class Postings(Api):
    """HeyMilo's interviewers."""

    def templates(self) -> AsyncIterator[list[InterviewTemplate]]:
        """Every interview template; the API's own search looks at names, not at codes."""
        return self._pages("/interview-templates", InterviewTemplate)

    def postings(self) -> AsyncIterator[list[Posting]]:
        """Every posting of the workspace, in any state; there is no filter by state or mark."""
        return self._pages("/postings", Posting)

    def posting_summaries(self, search: str = "") -> AsyncIterator[list[PostingSummary]]:
        """Ids and titles only; ``search`` is looked for in titles, in any case of letters."""
        return self._pages(
            "/postings/list", PostingSummary, params={"search": search} if search else None
        )

    async def posting(self, posting_id: str) -> Posting | None:
        """One posting; None if there is none."""
        return await self._get(f"/postings/{quoted(posting_id)}", Posting)

    async def posting_stats(self, posting_id: str) -> PostingStats:
        """Counts that show whether a look at the candidates is worth it. May raise NotFound."""
        answer = await self._session.read(f"{ROOT}/postings/{quoted(posting_id)}/stats")
        return read(answer, PostingStats, data_of(answer))

    async def create_posting(self, fields: Mapping[str, Any], slot: Slot) -> CreatedPosting:
        """Create a posting; it may be live at once, see its ``status``."""
        answer = await self._send("POST", "/postings", slot, fields)
        return read(answer, CreatedPosting, data_of(answer))

    async def update_posting(
        self, posting_id: str, fields: Mapping[str, Any], slot: Slot
    ) -> Posting:
        """Change the given fields; ``metadata`` is replaced as a whole."""
        answer = await self._send("PATCH", f"/postings/{quoted(posting_id)}", slot, fields)
        return read(answer, Posting, data_of(answer))

    async def activate_posting(self, posting_id: str, slot: Slot) -> Posting:
        """Let a draft go live; may be repeated."""
        answer = await self._send("POST", f"/postings/{quoted(posting_id)}/activate", slot)
        return read(answer, Posting, data_of(answer))

    async def archive_posting(self, posting_id: str, slot: Slot) -> Posting:
        """End a posting for good: the API cannot undo it."""
        answer = await self._send("POST", f"/postings/{quoted(posting_id)}/archive", slot)
        return read(answer, Posting, data_of(answer))
