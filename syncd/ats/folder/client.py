"""The port filled for a folder."""

import json
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import ClassVar

from syncd.ats.folder.checks import findings
from syncd.ats.folder.disk import Disk
from syncd.ats.folder.results import Results
from syncd.ats.folder.rows import application_of, job_of
from syncd.ats.folder.settings import FolderSettings
from syncd.ats.folder.snapshot import Tables
from syncd.ats.folder.trouble import SIDE
from syncd.ats.port import ApplicationPage, Capabilities, Finding, JobPage
from syncd.errors import CursorExpired, HoldError, NotSent, Rejected
from syncd.http.session import Network, Slot
from syncd.model.ats import NOTHING, Account, Application, Job, Note, Stage, Told
from syncd.settings.schema import AtsSettings

_ROWS = 500


class Folder:
    """An ATS that exports files, and whose people import the results by whatever means."""

    type: ClassVar[str] = "folder"
    label: ClassVar[str] = SIDE
    capabilities: ClassVar[Capabilities] = Capabilities(
        score_field=True,
        notes_listed=True,
        tags=True,
    )

    def __init__(self, settings: FolderSettings, network: Network) -> None:
        folder = Path(settings.path)
        self._settings = settings
        self._clock = network.clock
        self._gate: Callable[[], None] | None = network.gate
        self._drain = network.drain
        self._tables = Tables(Disk(folder, network.clock), network.clock, settings)
        self._results = Results(folder / "results", network.clock)
        self._begun = False

    async def account(self) -> Account:
        """The folder itself; raises Uncertain where there is none."""
        self._tables.disk.find("jobs")
        return Account(self._settings.account_id)

    async def jobs(self) -> AsyncIterator[JobPage]:
        """Every job of the file, complete; none for a file with nothing in it."""
        self._begin()
        as_of = self._clock.now()
        snapshot = await self._tables.take("jobs")
        rows: list[Job] = []
        async for record in self._tables.rows(snapshot):
            rows.append(job_of(record, snapshot.layout, self._settings))
            if len(rows) == _ROWS:
                yield JobPage(rows, as_of)
                rows = []
        yield JobPage(rows, as_of)

    async def job(self, job_id: str) -> Job | None:
        """One job; None if the file does not hold it."""
        snapshot = await self._tables.take("jobs")
        record = self._tables.find(snapshot, job_id)
        return job_of(record, snapshot.layout, self._settings) if record else None

    async def stages(self, job_id: str) -> tuple[Stage, ...]:
        """Those of the settings, and then those that the job's applications stand in."""
        snapshot = await self._tables.take("applications")
        names = [*self._settings.stages, *snapshot.stages.get(job_id, ())]
        known = {name.strip().casefold(): name.strip() for name in reversed(names) if name.strip()}
        return tuple(Stage(name, name) for name in reversed(known.values()))

    async def changed_applications(
        self, cursor: str | None, resume: str | None = None
    ) -> AsyncIterator[ApplicationPage]:
        """Every application, if the file is another than the one of ``cursor``; else nobody.

        A file tells no changes, so all of it is given whenever it changed. As long as it looks the
        same on the disk it is not even opened. Raises CursorExpired when ``resume`` is of another
        file.
        """
        self._begin()
        as_of = self._clock.now()
        then, at = _Point.read(cursor), _Point.read(resume)
        disk = self._tables.disk
        known = then.look if then and resume is None and self._same(then) else None
        if known and disk.look(disk.find("applications")).token() == known:
            yield ApplicationPage([], as_of, cursor=cursor)
            return
        snapshot = await self._tables.take("applications")
        point = _Point(snapshot.look.token(), snapshot.digest, self._manner)
        if resume is not None and (at is None or at.digest != point.digest or not self._same(at)):
            raise CursorExpired(
                "applications has changed since a part of it was read; it is read once more.",
                side=SIDE,
                request="read applications",
            )
        if then and at is None and then.digest == point.digest and self._same(then):
            yield ApplicationPage([], as_of, cursor=point.token())
            return
        begun = at.rows if at else 0
        rows: list[Application] = []
        async for record in self._tables.rows(snapshot, begun):
            if len(rows) == _ROWS:
                begun += len(rows)
                yield ApplicationPage(rows, as_of, resume=point.token(begun))
                rows = []
            rows.append(application_of(record, snapshot.layout))
        yield ApplicationPage(rows, as_of, cursor=point.token())

    async def applications(
        self, job_id: str, ids: Collection[str]
    ) -> AsyncIterator[ApplicationPage]:
        """Those of the file as it stands now, wherever they are."""
        as_of = self._clock.now()
        found = [await self.application(one) for one in sorted(set(ids))]
        yield ApplicationPage([row for row in found if row is not None], as_of)

    async def application(self, application_id: str) -> Application | None:
        """One application; None if the file does not hold it. Its tags are what was told of it,
        which nobody can ask a file for, so there are none."""
        snapshot = await self._tables.take("applications")
        record = self._tables.find(snapshot, application_id)
        return application_of(record, snapshot.layout) if record else None

    async def notes(self, application: Application) -> tuple[Note, ...]:
        """The notes in the files of results, as far as syncd's own marks."""
        return self._results.notes(application)

    def remote_now(self) -> float:
        """This machine's clock: a file has none."""
        return self._clock.now()

    async def prepare(self, *, tags: Sequence[str] = (), reject_reason: str = "") -> None:
        """Tags need nothing; nobody is rejected by a file."""
        if reject_reason:
            raise self._no("reject somebody")

    async def reserve(self) -> Slot:
        """Nothing limits writing; raises HoldLost when this run may write no more."""
        self._drain.require_open()
        self._begin()
        return Slot()

    async def move(
        self, application: Application, stage: Stage, slot: Slot, *, about: Told = NOTHING
    ) -> None:
        """Advise whoever imports the results to move somebody."""
        self._tell(application, slot, about, stage=stage.name)

    async def add_note(
        self, application: Application, text: str, slot: Slot, *, about: Told = NOTHING
    ) -> str | None:
        """Tell a note; it has no id."""
        self._tell(application, slot, about, note=text)
        return None

    async def edit_note(
        self, application: Application, note: Note, text: str, slot: Slot, *, about: Told = NOTHING
    ) -> None:
        """What was told stays told, so this always raises Rejected."""
        raise self._no("edit a note")

    async def add_tags(
        self, application: Application, tags: Sequence[str], slot: Slot, *, about: Told = NOTHING
    ) -> None:
        """Tell tags, several of them with a semicolon in between."""
        self._tell(application, slot, about, tag="; ".join(tags))

    async def set_score(
        self, application: Application, score: float, slot: Slot, *, about: Told = NOTHING
    ) -> None:
        """Tell the score, 0 to 100."""
        self._tell(application, slot, about, score=score)

    async def reject(
        self, application: Application, reason: str, slot: Slot, *, about: Told = NOTHING
    ) -> None:
        """The files of results have no place for it, so this always raises Rejected."""
        raise self._no("reject somebody")

    async def check(self, stages: Collection[str]) -> list[Finding]:
        """How the files are written, whether stages are known, whether results can be written."""
        return await findings(self._tables, self._results.folder, self._settings, stages)

    async def aclose(self) -> None:
        """Make the file of results of what was told; where that fails the next pass does."""
        try:
            if self._gate is not None:
                self._gate()
        except HoldError:
            return  # the run that took over finishes what is staged
        self._results.finish(others=False)

    def _begin(self) -> None:
        """Finish what a pass that died has left, once, and only in a run that may write."""
        if self._gate is None:
            return
        self._gate()
        if not self._begun:
            self._begun = True
            self._results.finish(others=True)

    def _tell(
        self, application: Application, slot: Slot, about: Told, **cells: str | float
    ) -> None:
        late = slot.start_by is not None and self._clock.monotonic() > slot.start_by
        if slot.used or late:
            raise NotSent(
                "A result was not written: its time had passed; it will be tried again.", side=SIDE
            )
        slot.used = True
        if self._gate is not None:
            self._gate()
        with self._drain.writing():
            self._results.tell(application, about, **cells)

    @property
    def _manner(self) -> str:
        """How rows are read: with other settings the same file says something else."""
        told = self._settings.model_dump_json(include={"columns"})
        return blake2b(told.encode(), digest_size=6).hexdigest()

    def _same(self, point: "_Point") -> bool:
        return point.manner == self._manner

    def _no(self, what: str) -> Rejected:
        return Rejected(
            f"{SIDE} cannot {what}; take that out of the rules, or do it by hand.",
            side=SIDE,
            code="not_able",
        )


class _Point:
    """A file as it was read, and how many of its rows."""

    def __init__(self, look: Sequence[int], digest: str, manner: str, rows: int = 0) -> None:
        self.look, self.digest, self.manner, self.rows = list(look), digest, manner, rows

    def token(self, rows: int = 0) -> str:
        return json.dumps([self.look, self.digest, self.manner, rows])

    @classmethod
    def read(cls, token: str | None) -> "_Point | None":
        """None for a token that is none."""
        try:
            look, digest, manner, rows = json.loads(token or "")
            return cls(list(look), str(digest), str(manner), int(rows))
        except (ValueError, TypeError):
            return None


def open_folder(settings: AtsSettings, network: Network) -> Folder:
    """Make the port from ``[connections.*.ats]``; raises TypeError for another type's settings."""
    if not isinstance(settings, FolderSettings):
        raise TypeError("these are not the settings of a folder")
    return Folder(settings, network)
