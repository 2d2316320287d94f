"""From bytes to lines, whatever wrote them.

UTF-8 with or without a byte order mark, UTF-16 with one, and where neither is meant Windows-1252,
which is what spreadsheets of western countries write without being asked.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from syncd.ats.folder.disk import SLICE, read_slice

UTF8, WINDOWS = "utf-8", "cp1252"

_MARKS = (
    (codecs.BOM_UTF8, UTF8),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a file writes letters. ``start`` is where its text begins, after the mark, in bytes."""

    name: str
    start: int = 0

    @property
    def width(self) -> int:
        """How many bytes a line break takes."""
        return len("\n".encode(self.name))

    @property
    def label(self) -> str:
        """As people call it."""
        known = {UTF8: "UTF-8", WINDOWS: "Windows-1252"}
        return known.get(self.name, "UTF-16") + (" with a mark" if self.start else "")


class Guess:
    """Finds the encoding while the bytes of a file pass by."""

    def __init__(self) -> None:
        self._marked: Encoding | None = None
        self._begun = False
        self._utf8 = codecs.getincrementaldecoder(UTF8)()
        self._is_utf8 = True

    def see(self, piece: bytes) -> None:
        """The next bytes; the first piece must hold the mark whole, if there is one."""
        if not self._begun:
            self._begun = True
            for mark, name in _MARKS:
                if piece.startswith(mark):
                    self._marked = Encoding(name, len(mark))
        if self._is_utf8:
            try:
                self._utf8.decode(piece)
            except UnicodeDecodeError:
                self._is_utf8 = False

    def end(self) -> Encoding:
        """What it is."""
        if self._is_utf8:
            try:
                self._utf8.decode(b"", final=True)
            except UnicodeDecodeError:
                self._is_utf8 = False
        if self._marked and (self._marked.name != UTF8 or self._is_utf8):
            return self._marked
        return Encoding(UTF8 if self._is_utf8 else WINDOWS)


def read_text(
    file: BinaryIO, name: str, encoding: Encoding, start: int, slice_size: int = SLICE
) -> Iterator[str]:
    """The text from a place on, in bytes, piece by piece.

    Bytes that mean nothing in the encoding become a replacement sign, since one of them must not
    hide everybody else.
    """
    file.seek(start)
    decoder = codecs.getincrementaldecoder(encoding.name)(errors="replace")
    while piece := read_slice(file, name, slice_size):
        yield decoder.decode(piece)
    yield decoder.decode(b"", final=True)


def read_lines(
    file: BinaryIO, name: str, encoding: Encoding, start: int, slice_size: int = SLICE
) -> Iterator[tuple[int, str]]:
    """Every line with its end, and where it begins in the file, in bytes; from ``start`` on."""
    place, kept, width = start, "", encoding.width
    for piece in read_text(file, name, encoding, start, slice_size):
        lines = (kept + piece).split("\n")
        kept = lines.pop()
        for line in lines:
            yield place, line + "\n"
            place += len(line.encode(encoding.name, "replace")) + width
    if kept:
        yield place, kept
