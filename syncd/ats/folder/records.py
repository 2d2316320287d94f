"""The rows of a file, whichever kind it is of, as cells by our columns' names."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import BinaryIO

from syncd.ats.folder.disk import SLICE
from syncd.ats.folder.settings import NEEDED, fold
from syncd.ats.folder.text import Encoding, read_lines, read_text
from syncd.ats.folder.trouble import wrong
from syncd.ats.wire import text_of

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
# Letters in one cell; a quotation mark that is never closed swallows whatever follows.
_MOST = 2 << 20


@dataclass(frozen=True, slots=True)
class Record:
    """One row. ``line`` is where it begins (for JSON: the how manieth it is), ``place`` the same
    in bytes. ``cells`` are trimmed texts; what is empty is None."""

    line: int
    place: int
    cells: Mapping[str, str | None] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Layout:
    """How a table is written.

    ``columns`` are ours in the order of the file's, None for further ones; a file with nothing in
    it has none. ``start`` is where its rows begin, in bytes; ``line`` the lines before them.
    ``separator`` is empty for JSON. ``names`` gives our columns by the folded names of the file's.
    """

    file: str
    table: str
    encoding: Encoding
    names: Mapping[str, str] = field(repr=False)
    separator: str = ""
    columns: tuple[str | None, ...] = ()
    start: int = 0
    line: int = 0

    @property
    def is_json(self) -> bool:
        return self.file.endswith(".json")


def read_layout(
    file: BinaryIO, name: str, table: str, labels: Mapping[str, str], encoding: Encoding
) -> Layout:
    """Given an open file, its name, its table and what it should call each of our columns, find
    out how it is written.

    Raises Rejected when a column that is needed is not there, or is there twice.
    """
    names = {fold(label): column for column, label in labels.items()}
    if name.endswith(".json"):
        return Layout(name, table, encoding, names, start=encoding.start)
    skipped, start, told = 0, encoding.start, ""
    for _, line in read_lines(file, name, encoding, start):
        if line.lower().startswith("sep=") and len(line.rstrip("\r\n")) == 5 and not skipped:
            told = line[4]  # a line that a spreadsheet writes for itself
        elif line.strip():
            break
        skipped += 1
        start += len(line.encode(encoding.name, "replace"))
    else:
        return Layout(name, table, encoding, names, ",")
    best: tuple[int, Layout, list[str]] | None = None
    for separator in (told,) if told else SEPARATORS:
        layout = Layout(name, table, encoding, names, separator, (), start, skipped)
        header, first, before = _read_header(file, layout)
        columns = tuple(names.get(fold(cell)) for cell in header)
        found = replace(layout, columns=columns, start=first, line=before)
        known = sum(column is not None for column in columns)
        if best is None or known > best[0]:
            best = known, found, header
    if best is None:
        raise AssertionError("there is a separator to try")
    _require_columns(best[1], best[2], labels)
    return best[1]


@dataclass(slots=True)
class _Lines:
    """Hands lines to the reader one by one, and knows where they stand."""

    source: Iterator[tuple[int, str]]
    line: int
    began: int = -1  # where the first line stands that was handed out for this row

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        place, text = next(self.source)
        if self.began < 0:
            self.began = place
        self.line += 1
        return text


def _read_header(file: BinaryIO, layout: Layout) -> tuple[list[str], int, int]:
    """The cells of the header with this separator; where the first row begins, in bytes; and how
    many lines there are before it."""
    lines = _Lines(read_lines(file, layout.file, layout.encoding, layout.start), layout.line)
    try:
        header = next(csv.reader(lines, delimiter=layout.separator, strict=True), [])
    except csv.Error:
        return [], layout.start, layout.line
    after = next(lines.source, None)
    return header, after[0] if after else file.seek(0, 2), lines.line


def _require_columns(layout: Layout, header: Sequence[str], labels: Mapping[str, str]) -> None:
    present = [column for column in layout.columns if column is not None]
    for column in present:
        if present.count(column) > 1:
            raise wrong(
                f'{layout.file}, line {layout.line}: the column "{labels[column]}" is there '
                "twice; take one away.",
                file=layout.file,
                code="column_twice",
            )
    needed = NEEDED[layout.table]
    missing = [column for column in labels if column in needed and column not in present]
    if not missing:
        return
    # A file without a header has somebody's data where the names should be: they are not shown.
    is_header = any(column in needed for column in present)
    named = []
    for column in missing:
        further = {
            fold(cell): " ".join(cell.split())
            for cell, known in zip(header, layout.columns, strict=True)
            if not known
        }
        near = get_close_matches(fold(labels[column]), further, n=1)
        hint = (
            f' (nearest: "{further[near[0]]}")' if near and is_header and "@" not in near[0] else ""
        )
        named.append(f'"{labels[column]}"{hint}')
    raise wrong(
        f"{layout.file}, line {layout.line}: there is no column {', '.join(named)}; put it into "
        "the export, or say in columns what it is called.",
        file=layout.file,
        code="no_column",
    )


def read_records(
    file: BinaryIO, layout: Layout, at: int | None = None, slice_size: int = SLICE
) -> Iterator[Record]:
    """Every row from the first, or for CSV from the place ``at``; blank lines are left out.

    Raises Rejected for a row that is cut short, has cells too many, or cannot be read.
    """
    if layout.is_json:
        yield from _read_json(file, layout)
        return
    if not layout.columns:
        return
    place = layout.start if at is None else at
    lines = _Lines(
        read_lines(file, layout.file, layout.encoding, place, slice_size),
        layout.line if at is None else 0,
    )
    csv.field_size_limit(_MOST)
    reader = csv.reader(lines, delimiter=layout.separator, strict=True)
    least = max(
        place
        for place, column in enumerate(layout.columns, start=1)
        if column in NEEDED[layout.table]
    )
    while True:
        before, lines.began = lines.line, -1
        try:
            cells = next(reader, None)
        except csv.Error:
            raise wrong(
                f"{layout.file}, line {before + 1}: the row cannot be read; look for a quotation "
                "mark too many or too few there.",
                file=layout.file,
                code="broken_row",
            ) from None
        if cells is None:
            return
        texts = [cell.strip() or None for cell in cells]
        if not any(texts):
            continue
        if len(texts) < least or any(texts[len(layout.columns) :]):
            raise wrong(
                f"{layout.file}, line {before + 1}: the row has {len(cells)} cells where the "
                f"header has {len(layout.columns)}; export it again, with texts in quotation "
                "marks.",
                file=layout.file,
                code="uneven_row",
            )
        named = zip(layout.columns, texts, strict=False)
        yield Record(before + 1, lines.began, {c: text for c, text in named if c})


def _read_json(file: BinaryIO, layout: Layout) -> Iterator[Record]:
    """The objects of a list, or of the list that an object holds under the table's name."""
    decoder = json.JSONDecoder()
    pieces = read_text(file, layout.file, layout.encoding, layout.start)
    text, number, opened = "", 0, False
    for piece in pieces:
        text += piece
        if not opened:
            head = text.lstrip()
            if head.startswith("{"):
                _, found, rest = head.partition("[")
                if not found:
                    continue
                head = "[" + rest
            if not head:
                continue
            if not head.startswith("["):
                raise _broken(layout, 0)
            text, opened = head[1:], True
        place = 0
        while True:
            place = _skip(text, place)
            if place >= len(text) or text[place] == "]":
                break
            try:
                value, place = decoder.raw_decode(text, place)
            except ValueError:
                if len(text) - place > _MOST:
                    raise _broken(layout, number + 1) from None
                break  # the rest of it stands in the next piece
            number += 1
            if not isinstance(value, dict):
                raise _broken(layout, number)
            named = ((layout.names.get(fold(key)), item) for key, item in value.items())
            yield Record(number, number, {column: _text(item) for column, item in named if column})
        text = text[place:]
        if text.startswith("]"):
            return
    if opened or text.strip():
        raise _broken(layout, number + 1)


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else None
    return text_of(value)


def _skip(text: str, place: int) -> int:
    while place < len(text) and text[place] in " \t\r\n,":
        place += 1
    return place


def _broken(layout: Layout, number: int) -> Exception:
    return wrong(
        f"{layout.file}, entry {number}: the file is no whole list of objects; export it again.",
        file=layout.file,
        code="broken_json",
    )
