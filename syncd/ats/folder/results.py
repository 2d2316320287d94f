"""What syncd tells: ``results/TIME.csv``, one row per application, never changed once it is there.

A cell that a spreadsheet would take for a formula, because it begins with ``=``, ``+``, ``-``,
``@``, a tab or a line break, begins with an apostrophe instead; whoever imports the file takes that
away, or leaves it.
"""

import csv
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from syncd.ats.folder.staging import Stage, read_lines, result_path, sync_folder
from syncd.ats.folder.trouble import unreachable, why
from syncd.clock import Clock
from syncd.model.ats import Application, Note, Told
from syncd.model.marks import note_marks

COLUMNS = (
    "application_id",
    "job_id",
    "status",
    "score",
    "stage",
    "tag",
    "note",
    "written_at",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_JOINED = {"tag": "; ", "note": "\n\n"}


class Results:
    """The folder ``results``."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder = folder
        self._clock = clock
        self._stage = Stage(folder, clock)
        self._marks: dict[str, list[str]] | None = None

    def tell(self, application: Application, about: Told, **cells: str | float) -> None:
        """Put one write on the disk; see :meth:`Stage.add` for what is raised."""
        entry: dict[str, Any] = {
            "application_id": application.id,
            "job_id": application.job_id,
            **cells,
            "written_at": self._clock.now(),
        }
        if about.status:
            entry["status"] = about.status
        self._stage.add(entry)
        if self._marks is not None:
            _collect(self._marks, entry)

    def finish(self, *, others: bool) -> None:
        """Make the file of this pass, and with ``others`` those of passes that died.

        Where the disk fails, the lines stay for the next pass. Raises Uncertain then.
        """
        self._stage.close()
        staged = self._stage.left_behind() if others else []
        if self._stage.path is not None:
            staged.append(self._stage.path)
        for path in staged:
            try:
                self._make(path)
            except FileNotFoundError:
                continue  # the next pass was faster
            except OSError as error:
                raise unreachable(f"the folder {self.folder.name}", why(error)) from None

    def _make(self, staged: Path) -> None:
        final = result_path(staged)
        if not final.exists():
            rows = _merge(read_lines(staged))
            if rows:
                _write(final, rows)
        staged.unlink()
        sync_folder(self.folder)

    def notes(self, application: Application) -> tuple[Note, ...]:
        """The notes that stand in the files, as far as their marks; the files are read once.

        A file that was taken away tells nothing any more.
        """
        if self._marks is None:
            self._marks = {}
            for path in self._told():
                for entry in _read(path):
                    _collect(self._marks, entry)
        key = f"{application.id}\n{application.job_id}"
        return tuple(Note(mark, f"(syncd {mark})") for mark in self._marks.get(key, ()))

    def _told(self) -> list[Path]:
        try:
            told = sorted(path for path in self.folder.iterdir() if path.suffix == ".csv")
        except FileNotFoundError:
            return []
        except OSError as error:
            raise unreachable(f"the folder {self.folder.name}", why(error)) from None
        staged = [*self._stage.left_behind(), *([self._stage.path] if self._stage.path else [])]
        return [path for path in told if not path.name.startswith(".")] + staged


def _read(path: Path) -> Iterator[Mapping[str, Any]]:
    try:
        if path.suffix == ".jsonl":
            yield from read_lines(path)
            return
        with path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
            yield from csv.DictReader(file)
    except FileNotFoundError:
        return
    except (OSError, csv.Error) as error:
        reason = why(error) if isinstance(error, OSError) else "it is no CSV any more"
        raise unreachable(f"{path.parent.name}/{path.name}", reason) from None


def _collect(marks: dict[str, list[str]], entry: Mapping[str, Any]) -> None:
    """Remember the marks of a row's notes, and nothing else of them."""
    if found := note_marks(str(entry.get("note") or "")):
        key = f"{entry.get('application_id')}\n{entry.get('job_id')}"
        marks.setdefault(key, []).extend(found)


def _merge(entries: Iterator[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One row per application: of what was told twice the last, of tags and notes all."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for entry in entries:
        row = rows.setdefault((str(entry["application_id"]), str(entry["job_id"])), {})
        for column, value in entry.items():
            joiner = _JOINED.get(column)
            if joiner and row.get(column) and value not in row[column].split(joiner):
                row[column] = f"{row[column]}{joiner}{value}"
            elif not (joiner and row.get(column)):
                row[column] = value
    return list(rows.values())


def _write(final: Path, rows: list[dict[str, Any]]) -> None:
    beside = final.with_name(f".{final.name}.part")
    with beside.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows([_cell(column, row.get(column)) for column in COLUMNS] for row in rows)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(final)
    sync_folder(final.parent)


def _cell(column: str, value: object) -> str:
    if value is None:
        return ""
    if column == "written_at" and isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if column == "score" and isinstance(value, int | float):
        return f"{round(value, 2):g}"
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
