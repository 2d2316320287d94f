"""Writes of a pass, kept safe until they become one file of results.

Every write is a line of ``results/.staged-TIME.jsonl``, on the disk before the write counts as
done. At the end of the pass the lines become ``results/TIME.csv`` at once, or not at all; a pass
that died leaves its lines to the next. The names tell which file came of which lines, so that a
pass that dies between the two makes no second file.
"""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from syncd.ats.folder.trouble import half_written, unwritten, why
from syncd.clock import Clock

_STAGED = ".staged-"


class Stage:
    """The lines of this pass, in ``folder``, which is made when the first of them is written."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder = folder
        self._clock = clock
        self._path: Path | None = None
        self._file: int | None = None

    @property
    def path(self) -> Path | None:
        """Where the lines of this pass are, None before the first."""
        return self._path

    def add(self, entry: dict[str, Any]) -> None:
        """Put a write on the disk.

        Raises NotSent if it certainly is not there, Uncertain if nobody can tell.
        """
        line = (json.dumps(entry, ensure_ascii=False) + "\n").encode()
        try:
            file = self._open()
            size = os.fstat(file).st_size
        except OSError as error:
            raise unwritten(why(error)) from None
        try:
            written = os.write(file, line)
            if written != len(line):
                raise OSError(0, "no space is left")
            os.fsync(file)
        except OSError as error:
            try:
                os.ftruncate(file, size)
                os.fsync(file)
            except OSError:
                raise half_written(why(error)) from None
            raise unwritten(why(error)) from None

    def close(self) -> None:
        """Let go of the file; its lines stay."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def left_behind(self) -> list[Path]:
        """The lines of passes that died, oldest first."""
        with suppress(OSError):
            return sorted(
                path
                for path in self.folder.glob(f"{_STAGED}*.jsonl")
                if path != self._path and path.is_file()
            )
        return []

    def _open(self) -> int:
        if self._file is None:
            self.folder.mkdir(exist_ok=True)
            if self._path is None:
                self._path = self._free_name()
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
            self._file = os.open(self._path, flags, 0o600)
            sync_folder(self.folder)
            sync_folder(self.folder.parent)
        return self._file

    def _free_name(self) -> Path:
        moment = datetime.fromtimestamp(self._clock.now(), UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
        number, name = 1, moment
        while (self.folder / f"{name}.csv").exists() or staged_path(self.folder, name).exists():
            number += 1
            name = f"{moment}-{number}"
        return staged_path(self.folder, name)


def staged_path(folder: Path, name: str) -> Path:
    """Where the lines are of which ``name``.csv will be made."""
    return folder / f"{_STAGED}{name}.jsonl"


def result_path(staged: Path) -> Path:
    """The file that is made of these lines."""
    return staged.with_name(staged.name.removeprefix(_STAGED).removesuffix(".jsonl") + ".csv")


def read_lines(staged: Path) -> Iterator[dict[str, Any]]:
    """The writes, oldest first; a last line that a crash cut short was never counted as done."""
    with staged.open("rb") as file:
        for line in file:
            if not line.endswith(b"\n"):
                return
            with suppress(ValueError):
                entry = json.loads(line)
                if isinstance(entry, dict):
                    yield entry


def sync_folder(folder: Path) -> None:
    """Make sure that a name given in this folder outlasts a power cut."""
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)
