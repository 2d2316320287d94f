"""Reading jobs: Ashby names department and location by id, and keeps the text on postings."""

import logging
from collections.abc import AsyncIterator, Mapping
from typing import Any

from syncd.ats.ashby.calls import SIDE, ask, one_in, read_list, read_pages
from syncd.ats.ashby.plans import Plans
from syncd.ats.ashby.rows import JOB_STATES, Place, Posting, job_of, list_of
from syncd.ats.listing import log_left_out, no_proof
from syncd.ats.port import JobPage
from syncd.ats.wire import mapping_of, read_row, text_of
from syncd.errors import NotFound, Rejected
from syncd.http.session import Session
from syncd.model.ats import Job

_log = logging.getLogger(__name__)

# A job has one text for all its postings, or a few that differ by place.
_POSTINGS_MOST = 3


class Jobs:
    """The jobs of an account; names of departments and locations are asked for once."""

    def __init__(self, session: Session, plans: Plans) -> None:
        self._session = session
        self._plans = plans
        self._names: Mapping[str, str] | None = None
        self._posted: Mapping[str, float] | None = None

    async def all(self) -> AsyncIterator[JobPage]:
        """Every job in whatever state, without its text."""
        self._posted = None
        async for page in read_pages(self._session, "job.list", status=list(JOB_STATES)):
            if page.rows:
                await self._know_names()
                await self._know_postings()
            jobs = [self._job(raw) for raw in page.rows]
            log_left_out(SIDE, "jobs without an id", page.rows, jobs)
            yield JobPage([job for job in jobs if job], page.as_of)

    async def one(self, job_id: str) -> Job | None:
        """One job with its text; None if there is none."""
        try:
            answer = await ask(self._session, "job.info", id=job_id)
        except NotFound:
            return None
        raw = one_in(answer, "job.info")
        await self._know_names()
        posting = await self._posting(raw)
        job = self._job(raw, posting, complete=True)
        if job is None:
            raise no_proof(SIDE, "POST /job.info", "no job")
        return job

    def _job(
        self, raw: object, posting: Posting | None = None, *, complete: bool = False
    ) -> Job | None:
        told = mapping_of(raw)
        job_id = text_of(told.get("id")) or ""
        self._plans.note_job(job_id, told)
        if self._posted is not None:
            posted_at = self._posted.get(job_id)
        else:
            posted_at = posting.updated_at if posting else None
        return job_of(
            raw, names=self._names, posted_at=posted_at, posting=posting, complete=complete
        )

    async def _posting(self, raw: Mapping[str, Any]) -> Posting | None:
        """The first of a job's postings that has a text."""
        for posting_id in list(map(text_of, list_of(raw.get("jobPostingIds"))))[:_POSTINGS_MOST]:
            if posting_id is None:
                continue
            try:
                answer = await ask(self._session, "jobPosting.info", jobPostingId=posting_id)
            except NotFound:
                continue
            posting = read_row(Posting, one_in(answer, "jobPosting.info"))
            if posting and (posting.description_html or posting.description_plain):
                return posting
        return None

    async def _know_names(self) -> None:
        """Raises CredentialsRefused where the key may not read them: rules by department would
        silently select other jobs."""
        if self._names is None:
            names: dict[str, str] = {}
            for call in ("department.list", "location.list"):
                for raw in await self._side_list(call, includeArchived=True):
                    place = read_row(Place, raw)
                    if place and place.name:
                        names[place.id] = place.name
            self._names = names

    async def _know_postings(self) -> None:
        """When the text of each job changed last: that does not always touch the job itself."""
        if self._posted is None:
            posted: dict[str, float] = {}
            for raw in await self._side_list("jobPosting.list"):
                posting = read_row(Posting, raw)
                if posting and posting.job_id and posting.updated_at is not None:
                    latest = max(posted.get(posting.job_id, 0.0), posting.updated_at)
                    posted[posting.job_id] = latest
            self._posted = posted

    async def _side_list(self, call: str, **body: Any) -> list[object]:
        """A list that adds to what a job says; without it the job is told as it is."""
        try:
            return await read_list(self._session, call, **body)
        except Rejected as error:
            _log.warning("%s gives no %s (%s).", SIDE, call, error.code or error.status)
            return []
