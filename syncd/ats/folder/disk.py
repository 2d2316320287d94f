"""Files on the disk: found, seen to be whole, opened.

A file is whole when two looks two seconds apart agree in size and time. Reading blocks for a slice
at a time; whoever reads yields to others in between (:data:`SLICE`).
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import BinaryIO

from syncd.ats.folder.trouble import unreachable, unsettled, vanished, why, wrong
from syncd.clock import Clock
from syncd.errors import Rejected

KINDS = ("csv", "json")
APART = 2.0  # seconds between two looks
SLICE = 1 << 18
_FILES = frozenset(f"{table}.{kind}" for table in ("jobs", "applications") for kind in KINDS)


@dataclass(frozen=True, slots=True)
class Look:
    """What the system tells of a file without reading it.

    ``changed`` is when the file itself or its name was changed last, which nobody can set, unlike
    ``modified``.
    """

    size: int
    modified: int
    changed: int
    inode: int

    def token(self) -> list[int]:
        """As it stands in a cursor."""
        return list(astuple(self))


class Disk:
    """The files of one folder, by table: ``jobs`` and ``applications``."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder = folder
        self._clock = clock
        self._whole: dict[Path, Look] = {}

    def find(self, table: str) -> Path:
        """The table's file. Raises Rejected if there are two, Uncertain if there is none."""
        try:
            present = {path.name for path in self.folder.iterdir()}
        except FileNotFoundError:
            raise vanished(str(self.folder)) from None
        except OSError as error:
            raise unreachable(str(self.folder), why(error)) from None
        found = [name for name in (f"{table}.{kind}" for kind in KINDS) if name in present]
        if not found:
            raise vanished(f"{table}.csv (or {table}.json)")
        if len(found) > 1:
            raise wrong(
                f"There are both {found[0]} and {found[1]} in the folder; take one of them away.",
                file=found[0],
                code="two_files",
            )
        return self.folder / found[0]

    def look(self, path: Path) -> Look:
        """Look at a file, through symbolic links. Raises Rejected for what is no file."""
        try:
            told = path.stat()
        except FileNotFoundError:
            raise vanished(path.name) from None
        except OSError as error:
            raise unreachable(path.name, why(error)) from None
        return _look(told, path)

    async def settle(self, path: Path) -> None:
        """Make sure that a file is whole; one wait serves all files of the folder.

        Raises Uncertain while it is being written.
        """
        if self._whole.get(path) == self.look(path):
            return
        first = {one: self.look(one) for one in {path, *self._tables()}}
        await self._clock.sleep(APART)
        for one, look in first.items():
            if one == path or one.exists():
                if self.look(one) == look:
                    self._whole[one] = look
                elif one == path:
                    raise unsettled(path.name)

    def _tables(self) -> list[Path]:
        return [one for one in self.folder.iterdir() if one.name in _FILES and one.is_file()]

    @contextmanager
    def reading(self, path: Path) -> Iterator[tuple[BinaryIO, Look]]:
        """A file that :meth:`settle` saw whole, open at its beginning.

        Raises Uncertain when it is not as it was, now or at the end.
        """
        whole = self._whole.get(path)
        try:
            file = path.open("rb", buffering=0)
        except FileNotFoundError:
            raise vanished(path.name) from None
        except OSError as error:
            raise unreachable(path.name, why(error)) from None
        with file:
            if whole is None or _look(os.fstat(file.fileno()), path) != whole:
                raise unsettled(path.name)
            try:
                yield file, whole
            except Rejected:
                _require_same(file, whole, path)  # what is wrong with it may be that it changed
                raise
            _require_same(file, whole, path)


def _require_same(file: BinaryIO, whole: Look, path: Path) -> None:
    now = _look(os.fstat(file.fileno()), path)
    if (now.size, now.modified) != (whole.size, whole.modified):
        raise unsettled(path.name)


def _look(told: os.stat_result, path: Path) -> Look:
    if not stat.S_ISREG(told.st_mode):
        raise wrong(
            f"{path.name} is no file; put the export in its place.", file=path.name, code="no_file"
        )
    return Look(told.st_size, told.st_mtime_ns, told.st_ctime_ns, told.st_ino)


def read_slice(file: BinaryIO, name: str, size: int = SLICE) -> bytes:
    """The next slice, empty at the end. Raises Uncertain where the system fails."""
    try:
        return file.read(size)
    except OSError as error:
        raise unreachable(name, why(error)) from None
