"""One table as it stood when it was last seen whole: read through once, found in it at once.

What is kept in memory is a number per row, not the rows: where each id stands.
"""

import hashlib
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO

from syncd.ats.folder.disk import Disk, Look, read_slice
from syncd.ats.folder.records import Layout, Record, read_layout, read_records
from syncd.ats.folder.rows import application_of, is_identified, is_local, job_of, where
from syncd.ats.folder.settings import FolderSettings
from syncd.ats.folder.text import Encoding, Guess
from syncd.ats.folder.trouble import wrong
from syncd.clock import Clock

_log = logging.getLogger("syncd.ats")

_BREATH = 1000  # rows after which others may run
_SMALL = 1 << 13  # bytes to read for one row


@dataclass(slots=True)
class Snapshot:
    """A table that was read through.

    ``digest`` is a hash of all its bytes. ``places``: by the hash of an id, where its row stands.
    ``stages``: by job, the stages that its applications stand in, in the order of the file.
    ``left_out``: how many rows had no id or job; ``local``: whether a time said no zone.
    """

    look: Look
    digest: str
    layout: Layout
    places: dict[int, int] = field(default_factory=dict, repr=False)
    stages: dict[str, dict[str, None]] = field(default_factory=dict)
    left_out: int = 0
    local: bool = False

    @property
    def count(self) -> int:
        """How many rows can be used."""
        return len(self.places)


class Tables:
    """The tables of a folder; each is read through once for every state of its file."""

    def __init__(self, disk: Disk, clock: Clock, settings: FolderSettings) -> None:
        self.disk = disk
        self._clock = clock
        self._settings = settings
        self._known: dict[str, Snapshot] = {}

    async def take(self, table: str) -> Snapshot:
        """The table as it stands now. Raises Uncertain while it is being written, and Rejected
        for what a person must put right."""
        path = self.disk.find(table)
        known = self._known.get(table)
        if known is not None and known.look == self.disk.look(path):
            return known
        await self.disk.settle(path)
        with self.disk.reading(path) as (file, look):
            digest, encoding = await self._digest(file, path.name)
            labels = self._settings.labels(table)
            layout = read_layout(file, path.name, table, labels, encoding)
            snapshot = Snapshot(look, digest, layout)
            await self._inspect(file, snapshot)
        if snapshot.left_out:
            _log.warning(
                "%s: left out %d rows without an id or a job", layout.file, snapshot.left_out
            )
        self._known[table] = snapshot
        return snapshot

    async def _digest(self, file: BinaryIO, name: str) -> tuple[str, Encoding]:
        seen, guess = hashlib.blake2b(digest_size=16), Guess()
        while piece := read_slice(file, name):
            seen.update(piece)
            guess.see(piece)
            await self._clock.sleep(0)
        return seen.hexdigest(), guess.end()

    async def _inspect(self, file: BinaryIO, snapshot: Snapshot) -> None:
        """Every row is looked at before one of them is given away: a file is taken as a whole or
        not at all."""
        layout = snapshot.layout
        is_jobs = layout.table == "jobs"
        for number, record in enumerate(read_records(file, layout)):
            if number % _BREATH == 0:
                await self._clock.sleep(0)
            if not is_identified(layout.table, record):
                snapshot.left_out += 1
                continue
            if is_jobs:
                name = job_of(record, layout, self._settings).id
            else:
                row = application_of(record, layout)
                name = row.id
                snapshot.stages.setdefault(row.job_id, {}).setdefault(row.stage)
            snapshot.local = snapshot.local or any(
                is_local(record.cells.get(column)) for column in ("applied_at", "updated_at")
            )
            first = snapshot.places.setdefault(hash(name), record.place)
            if first != record.place:
                self._compare(snapshot, first, record)

    def _compare(self, snapshot: Snapshot, first: int, again: Record) -> None:
        """A row that is there twice is one; two that differ under one id are nobody's to choose
        from."""
        layout = snapshot.layout
        with self.disk.reading(self.disk.folder / layout.file) as (file, _):
            other = self._at(file, layout, first)
        if other is not None and other.cells == again.cells:
            return
        raise wrong(
            f"{where(layout, again)}: the id is there for the second time, with something else; "
            "export one row for each.",
            file=layout.file,
            code="id_twice",
        )

    @contextmanager
    def _open(self, snapshot: Snapshot) -> Iterator[BinaryIO]:
        with self.disk.reading(self.disk.folder / snapshot.layout.file) as (file, _):
            yield file

    async def rows(self, snapshot: Snapshot, skip: int = 0) -> AsyncIterator[Record]:
        """The usable rows, each once, after ``skip`` of them.

        Raises Uncertain when the file was changed meanwhile.
        """
        with self._open(snapshot) as file:
            usable = 0
            for number, record in enumerate(read_records(file, snapshot.layout)):
                if number % _BREATH == 0:
                    await self._clock.sleep(0)
                if not is_identified(snapshot.layout.table, record):
                    continue
                name = record.cells.get("id")
                if snapshot.places.get(hash(name)) != record.place:
                    continue
                usable += 1
                if usable > skip:
                    yield record

    def find(self, snapshot: Snapshot, id_: str) -> Record | None:
        """The row of an id, or None."""
        place = snapshot.places.get(hash(id_))
        if place is None:
            return None
        with self._open(snapshot) as file:
            found = self._at(file, snapshot.layout, place)
        return found if found and found.cells.get("id") == id_ else None

    def _at(self, file: BinaryIO, layout: Layout, place: int) -> Record | None:
        if not layout.is_json:
            return next(read_records(file, layout, place, _SMALL), None)
        return next((r for r in read_records(file, layout) if r.place == place), None)
