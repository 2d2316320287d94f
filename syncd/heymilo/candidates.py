"""Candidates: who is there, who is sent, what became of them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from syncd.errors import Uncertain
from syncd.heymilo.api import Api, data_of, quoted, read, unusable
from syncd.heymilo.wire import Candidate, Ingested, InterviewData, InterviewMetadata
from syncd.http.session import Slot


class Candidates(Api):
    """The people of a posting and their interviews."""

    def candidates(
        self, posting_id: str, created_after: float | None = None
    ) -> AsyncIterator[list[Candidate]]:
        """The candidates of a posting, or those invited at or after ``created_after``.

        ``created_after`` is epoch seconds on HeyMilo's clock, sent rounded down. It looks at the
        invitation only: who changed since cannot be asked for. The cursor is the interview's id.
        """
        return self._pages(
            f"/postings/{quoted(posting_id)}/candidates",
            Candidate,
            key="interview_id",
            params=None if created_after is None else {"created_after": int(created_after // 1)},
            remembered=2_000,  # a posting may have a hundred thousand; storing one twice is no harm
        )

    async def ingest(self, posting_id: str, person: Mapping[str, Any], slot: Slot) -> Ingested:
        """Send one person, who may be contacted at once and for good."""
        path = f"/postings/{quoted(posting_id)}/candidates"
        answer = await self._send("POST", path, slot, person)
        return read(answer, Ingested, data_of(answer))

    async def ingest_bulk(
        self, posting_id: str, people: Sequence[Mapping[str, Any]], slot: Slot
    ) -> list[Ingested]:
        """Send several people and return who the answer names, in its order.

        These may be fewer or more than were sent, and an item that cannot be read is left out:
        match them by their metadata, and take nobody who is not named as sent or as not sent.
        """
        path = f"/postings/{quoted(posting_id)}/candidates/bulk"
        answer = await self._send("POST", path, slot, {"data": list(people)})
        items = data_of(answer)
        if not isinstance(items, list):
            raise unusable(answer, "its data is no list")
        named = []
        for item in items:
            try:
                named.append(read(answer, Ingested, item))
            except Uncertain:
                continue
        if items and not named:
            raise unusable(answer, "no item of it names an interview")
        return named

    async def interview(self, interview_id: str) -> InterviewData | None:
        """One interview; None if there is none. Its status may be ``not_ready``."""
        return await self._get(f"/interviews/{quoted(interview_id)}/data", InterviewData)

    async def interview_metadata(self, interview_id: str) -> dict[str, str] | None:
        """The metadata of an interview; None if there is no such interview."""
        held = await self._get(f"/interviews/{quoted(interview_id)}/metadata", InterviewMetadata)
        return None if held is None else dict(held.metadata)

    async def set_interview_metadata(
        self, interview_id: str, metadata: Mapping[str, str], slot: Slot
    ) -> dict[str, str]:
        """Write the metadata of an interview and return what it is now.

        Whether HeyMilo merges or replaces is not documented: give the whole of it.
        """
        path = f"/interviews/{quoted(interview_id)}/metadata"
        answer = await self._send("POST", path, slot, {"metadata": dict(metadata)})
        return dict(read(answer, InterviewMetadata, data_of(answer)).metadata)
