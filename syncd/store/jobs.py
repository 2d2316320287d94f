"""Jobs as the state knows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from syncd.model.ats import Stage
from syncd.store import Tx
from syncd.store.tables import job
from syncd.store.upsert import upsert


@dataclass(frozen=True, slots=True)
class JobRow:
    """One row; see the table for what each column means."""

    connection: str
    job_id: str
    title: str
    state: str
    first_seen_at: float
    seen_open: bool
    created_at: float | None = None
    updated_at: float | None = None
    detail_of: float | None = None
    description_hash: str | None = None
    stages: list[list[str]] | None = None
    employment_type: str | None = None
    template_code: str | None = None
    selected_at: float | None = None
    cutoff_at: float | None = None
    unlimited: bool = False
    closed_at: float | None = None
    remakes: int = 0
    asked: dict[str, list[str]] | None = None

    @property
    def pipeline(self) -> tuple[Stage, ...]:
        """The stages as last read; empty when they were never read."""
        return tuple(Stage(*pair) for pair in self.stages or ())

    @property
    def selected(self) -> bool:
        return self.template_code is not None and self.state == "open"


def all_jobs(tx: Tx, connection: str) -> dict[str, JobRow]:
    """Every job of a connection, by id."""
    found = tx.execute(select(job).where(job.c.connection == connection))
    return {row.job_id: JobRow(**row._mapping) for row in found}


def save_jobs(tx: Tx, rows: Sequence[JobRow]) -> None:
    """Insert or replace whole rows."""
    upsert(tx, job, [{c.name: getattr(row, c.name) for c in job.c} for row in rows])


def change_job(tx: Tx, connection: str, job_id: str, values: Mapping[str, Any]) -> None:
    """Set some columns of one job."""
    tx.execute(
        update(job).where(job.c.connection == connection, job.c.job_id == job_id).values(**values)
    )
