"""Reading jobs: their names for departments and offices, their public text, their stages."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence

from syncd.ats.greenhouse.errors import SIDE
from syncd.ats.greenhouse.pages import read_by_ids, read_list, read_pages
from syncd.ats.greenhouse.rows import JobRow, NamedRow, PostRow, job_of, stages_of
from syncd.ats.listing import log_left_out
from syncd.ats.port import JobPage
from syncd.ats.wire import read_row
from syncd.errors import CredentialsRefused, NotFound, Rejected
from syncd.http.renewed import RenewedSession
from syncd.model.ats import Job, Stage

# Names and stages are read once for all jobs of a pass.
_NAMES_LAST = 600.0  # seconds
_STAGES_LAST = 60.0


class Jobs:
    """The jobs of an account."""

    def __init__(self, session: RenewedSession) -> None:
        self._session = session
        self._departments = _Names(session, "departments")
        self._offices = _Names(session, "offices")
        self._stages: dict[str, tuple[float, tuple[Stage, ...]]] = {}

    async def all(self) -> AsyncIterator[JobPage]:
        """Every job in every state; the open ones with their public text."""
        async for page in read_pages(self._session, "jobs"):
            read = [read_row(JobRow, raw) for raw in page.rows]
            log_left_out(SIDE, "jobs without an id", page.rows, read)
            yield JobPage(await self._whole([row for row in read if row]), page.as_of)

    async def one(self, job_id: str) -> Job | None:
        """One job, complete; None if there is none."""
        async for page in read_by_ids(self._session, "jobs", [job_id]):
            read = [row for raw in page.rows if (row := read_row(JobRow, raw))]
            rows = [row for row in read if row.id == job_id]
            if rows:
                return (await self._whole(rows, every=True))[0]
        return None

    async def _whole(self, rows: Sequence[JobRow], *, every: bool = False) -> list[Job]:
        """Jobs with all that is told elsewhere; ``every``: with the text of those not open, too."""
        departments = offices = _NO_NAMES
        if any(row.department_id for row in rows):
            departments = await self._departments.known()
        if any(row.office_ids for row in rows):
            offices = await self._offices.known()
        wanted = {row.id for row in rows if every or row.status == "open"}
        posts = await self._posts(wanted)
        return [
            job_of(row, departments, offices, posts.get(row.id, ()) if row.id in wanted else None)
            for row in rows
        ]

    async def _posts(self, job_ids: Collection[str]) -> dict[str, list[PostRow]]:
        """The posts of jobs by job; all there are, if they may not be asked for by their jobs."""
        pages = read_by_ids(self._session, "job_posts", job_ids, name="job_ids")
        try:
            rows = [row async for page in pages for row in page.rows]
        except NotFound:
            raise
        except Rejected:
            rows = await read_list(self._session, "job_posts")
        found: dict[str, list[PostRow]] = {}
        for row in (read_row(PostRow, raw) for raw in rows):
            if row is not None:
                found.setdefault(row.job_id, []).append(row)
        return found

    async def stages(self, job_id: str) -> tuple[Stage, ...]:
        """The stages of a job that are in use, in order."""
        read_at, known = self._stages.get(job_id, (float("-inf"), ()))
        if not 0 <= self._session.remote_now() - read_at < _STAGES_LAST:
            rows: list[object] = []
            async for page in read_by_ids(
                self._session, "job_interview_stages", [job_id], name="job_ids"
            ):
                rows += page.rows
            known = stages_of(rows, job_id)
            self._stages[job_id] = (self._session.remote_now(), known)
        return known


_NO_NAMES: Mapping[str, str] = {}


class _Names:
    """A short list of names by id; empty where these credentials may not read it."""

    def __init__(self, session: RenewedSession, what: str) -> None:
        self._session = session
        self._what = what
        self._known = _NO_NAMES
        self._read_at = float("-inf")  # Greenhouse's clock

    async def known(self) -> Mapping[str, str]:
        if not 0 <= self._session.remote_now() - self._read_at < _NAMES_LAST:
            self._known = await self._read()
            self._read_at = self._session.remote_now()
        return self._known

    async def _read(self) -> Mapping[str, str]:
        try:
            rows = await read_list(self._session, self._what)
        except CredentialsRefused as error:
            if error.status != 403:
                raise
            return _NO_NAMES
        except Rejected:
            return _NO_NAMES
        read = (read_row(NamedRow, raw) for raw in rows)
        return {row.id: row.name for row in read if row and row.name}
