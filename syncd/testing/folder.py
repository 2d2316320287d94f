"""The fake of an ATS that is known by its files: somebody exports them, and imports the results."""

import csv
import io
import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from syncd.ats.folder import connector
from syncd.ats.folder.settings import APPLICATION_COLUMNS, JOB_COLUMNS
from syncd.ats.port import Connector
from syncd.clock import Clock
from syncd.model.ats import JobState
from syncd.testing.fake import Deed, Fake
from syncd.testing.people import Person


class FolderFake(Fake):
    """A folder whose files are written anew after every deed, as a scheduled export would.

    ``suffix`` is csv or json; the CSV is one of a German spreadsheet: a byte order mark,
    semicolons, line breaks within cells.
    """

    connector: ClassVar[Connector] = connector
    deeds = frozenset(
        {
            Deed.DRAFT_JOB,
            Deed.DELETE_JOB,
            Deed.ODD_JOB,
            Deed.REJECT,
            Deed.DELETE,
            Deed.ODD_ROWS,
        }
    )
    stages = ("Applied", "Phone Screen", "Interview")
    reads_own_writes = False
    tells_time = False
    suffix: ClassVar[str] = "csv"
    separator: ClassVar[str] = ";"
    encoding: ClassVar[str] = "utf-8-sig"

    def __init__(
        self, clock: Clock, *, page_size: int = 100, skew: float = 0.0, lag: float = 0.0
    ) -> None:
        super().__init__(clock, page_size=page_size, skew=skew, lag=lag)
        self.folder = Path(tempfile.mkdtemp(prefix="syncd-folder-"))
        self._jobs: dict[str, dict[str, Any]] = {}
        self._applications: dict[str, dict[str, Any]] = {}
        self._moved_at: dict[str, float] = {}
        self._odd: list[dict[str, Any]] = []
        self._count = 0
        self.export()

    def settings(self) -> dict[str, Any]:
        return {"type": "folder", "path": str(self.folder), "stages": list(self.stages)}

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def export(self) -> None:
        """Write both files anew, each at once."""
        self._write("jobs", JOB_COLUMNS, [*self._jobs.values()])
        self._write("applications", APPLICATION_COLUMNS, [*self._odd, *self._applications.values()])

    def _write(self, table: str, columns: Sequence[str], rows: list[dict[str, Any]]) -> None:
        if self.suffix == "json":
            text = json.dumps(rows)
        else:
            told = io.StringIO()
            writer = csv.DictWriter(told, columns, delimiter=self.separator, restval="")
            writer.writeheader()
            writer.writerows(rows)
            text = told.getvalue()
        beside = self.folder / f".{table}.part"
        beside.write_bytes(text.encode(self.encoding))
        beside.replace(self.folder / f"{table}.{self.suffix}")

    def _stamp(self, epoch: float | None = None) -> str:
        return datetime.fromtimestamp(self.now() if epoch is None else epoch, UTC).isoformat()

    def _change(self, row: dict[str, Any], **cells: Any) -> None:
        row |= {name: value for name, value in cells.items() if value is not None}
        row["updated_at"] = self._stamp()
        self.export()

    # Deeds

    def add_job(
        self,
        title: str,
        *,
        state: JobState = JobState.OPEN,
        department: str = "Engineering",
        description: str = "<p>A job of a test, described in a sentence or two.</p>",
    ) -> str:
        self._count += 1
        id_ = f"REQ-{self._count:04}"
        self._jobs[id_] = {"id": id_}
        self._change(
            self._jobs[id_],
            title=title,
            status=str(state),
            department=department,
            description=description.replace(". ", ".\n"),
        )
        return id_

    def edit_job(
        self, job_id: str, *, title: str | None = None, description: str | None = None
    ) -> None:
        self._change(self._jobs[job_id], title=title, description=description)

    def set_job_state(self, job_id: str, state: JobState) -> None:
        self._change(self._jobs[job_id], status=str(state))

    def make_job_odd(self, job_id: str) -> None:
        self._change(self._jobs[job_id], status="on hold")

    def delete_job(self, job_id: str) -> None:
        del self._jobs[job_id]
        self._applications = {
            id_: row for id_, row in self._applications.items() if row["job_id"] != job_id
        }
        self.export()

    def apply(self, job_id: str, person: Person, *, applied_at: float | None = None) -> str:
        self._count += 1
        id_ = f"{self._count:06}"
        self._applications[id_] = {"id": id_}
        self._change(
            self._applications[id_],
            job_id=job_id,
            candidate_id=f"P{self._count}",
            name=person.name,
            email=person.email,
            phone=person.phone,
            stage=self.applied_stage,
            applied_at=self._stamp(applied_at),
        )
        return id_

    def edit_person(
        self,
        application_id: str,
        *,
        name: str | None = None,
        email: str | None = None,
        phone: str | None = None,
    ) -> None:
        self._change(self._applications[application_id], name=name, email=email, phone=phone)

    def move(self, application_id: str, stage: str) -> None:
        self._moved_at[application_id] = self.clock.now()
        self._change(self._applications[application_id], stage=stage)

    def reject(self, application_id: str) -> None:
        self._change(self._applications[application_id], rejected="yes")

    def delete(self, application_id: str) -> None:
        del self._applications[application_id]
        self.export()

    def add_odd_rows(self, job_id: str) -> None:
        self._odd = [{"email": "nobody@example.com"}, {"id": "X1"}, {"job_id": job_id}, {}]
        self.export()

    # What stands there, the results taken over

    def told(self) -> Iterator[dict[str, str]]:
        """Every row of every file of results, oldest file first."""
        for path in sorted((self.folder / "results").glob("*.csv")):
            with path.open(encoding="utf-8-sig", newline="") as file:
                yield from csv.DictReader(file)

    def _told(self, application_id: str, column: str) -> list[str]:
        rows = [row for row in self.told() if row["application_id"] == application_id]
        return [row[column] for row in rows if row[column]]

    def stage_of(self, application_id: str) -> str:
        stage = str(self._applications[application_id]["stage"])
        moved_at = self._moved_at.get(application_id, 0.0)
        for row in self.told():
            if row["application_id"] == application_id and row["stage"]:
                written_at = datetime.fromisoformat(row["written_at"]).timestamp()
                stage = row["stage"] if written_at >= int(moved_at) else stage
        return stage

    def notes_of(self, application_id: str) -> Sequence[str]:
        return self._told(application_id, "note")

    def tags_of(self, application_id: str) -> Sequence[str]:
        return [tag for cell in self._told(application_id, "tag") for tag in cell.split("; ")]

    def score_of(self, application_id: str) -> float | None:
        told = self._told(application_id, "score")
        return float(told[-1]) if told else None


class JsonFolderFake(FolderFake):
    """The same with JSON files."""

    suffix = "json"
    encoding = "utf-8"
