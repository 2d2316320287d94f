"""Postings that carry our mark, as the state knows them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, select, update

from syncd.store import Tx
from syncd.store.tables import posting
from syncd.store.upsert import upsert


@dataclass(frozen=True, slots=True)
class PostingRow:
    """One row; see the table for what each column means."""

    connection: str
    posting_id: str
    job_id: str
    role: str
    status: str
    native: bool
    observed_at: float
    template_id: str | None = None
    template_code: str | None = None
    agreed: dict[str, list[str]] = field(default_factory=dict)
    deadline: float | None = None
    created_at: float | None = None
    ended_at: float | None = None
    roster_until: float | None = None
    swept_at: float | None = None
    looked_at: float | None = None

    @property
    def live(self) -> bool:
        return self.status == "active"


_ALL = select(posting).where(posting.c.connection == bindparam("connection"))


def all_postings(tx: Tx, connection: str) -> dict[str, PostingRow]:
    """Every posting of a connection, by id, clones included."""
    found = tx.execute(_ALL, {"connection": connection})
    return {row.posting_id: PostingRow(**row._mapping) for row in found}


def find_posting(tx: Tx, connection: str, posting_id: str) -> PostingRow | None:
    """One posting, or None if the state does not know it."""
    found = tx.execute(
        select(posting).where(
            posting.c.connection == connection, posting.c.posting_id == posting_id
        )
    ).one_or_none()
    return PostingRow(**found._mapping) if found else None


def save_posting(tx: Tx, row: PostingRow) -> None:
    """Insert or replace a whole row."""
    upsert(tx, posting, [{c.name: getattr(row, c.name) for c in posting.c}])


def change_posting(tx: Tx, connection: str, posting_id: str, values: Mapping[str, Any]) -> None:
    """Set some columns of one posting."""
    tx.execute(
        update(posting)
        .where(posting.c.connection == connection, posting.c.posting_id == posting_id)
        .values(**values)
    )
