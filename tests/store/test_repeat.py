"""One statement for many rows, without SQLAlchemy in between."""

from typing import Any

import pytest
from sqlalchemy import bindparam, insert, select, update

from syncd.store import Store
from syncd.store.repeat import repeat
from syncd.store.tables import job

INSERT = insert(job)
CLOSE = (
    update(job)
    .where(job.c.job_id == bindparam("the_job"), job.c.remakes < bindparam("most"))
    .values(state="closed", seen_open=True, stages=bindparam("the_stages"), closed_at=None)
)


def row(number: int, **values: Any) -> dict[str, Any]:
    return {
        "connection": "acme",
        "job_id": f"J{number}",
        "title": f"“Job” {number} %(x)s ?",
        "state": "open",
        "first_seen_at": 1.5,
        "seen_open": False,
        "stages": [["a", "Ä"]],
        "unlimited": number % 2 == 0,
        "remakes": number,
        "closed_at": 7.0,
        **values,
    }


def test_rows_arrive_as_sqlalchemy_itself_would_write_them(store: Store) -> None:
    rows = [row(number) for number in range(3)]
    with store.write() as tx:
        assert repeat(tx, INSERT, rows) == 3
        mine = tx.execute(select(job).order_by(job.c.job_id)).mappings().all()
        tx.execute(job.delete())
        tx.execute(INSERT, rows)
        assert mine == tx.execute(select(job).order_by(job.c.job_id)).mappings().all()
    assert mine[0]["stages"] == [["a", "Ä"]]
    assert [one["unlimited"] for one in mine] == [True, False, True]


def test_constants_lists_and_conditions_of_an_update(store: Store) -> None:
    with store.write() as tx:
        repeat(tx, INSERT, [row(number) for number in range(4)])
        changes = [
            {"the_job": f"J{number}", "most": 2, "the_stages": [[str(number), "new"]]}
            for number in range(4)
        ]
        assert repeat(tx, CLOSE, changes) == 2
        found = {one.job_id: one for one in tx.execute(select(job))}
    assert {i: one.state for i, one in found.items()} == {
        "J0": "closed",
        "J1": "closed",
        "J2": "open",
        "J3": "open",
    }
    assert found["J1"].stages == [["1", "new"]]
    assert found["J1"].seen_open is True
    assert found["J1"].closed_at is None
    assert found["J2"].closed_at == 7.0


def test_nothing_is_asked_for_no_rows(store: Store) -> None:
    with store.write() as tx:
        assert repeat(tx, INSERT, []) == 0


def test_a_row_that_lacks_a_name_is_refused(store: Store) -> None:
    lacking = row(2)
    del lacking["stages"]
    with store.write() as tx, pytest.raises(KeyError):
        repeat(tx, INSERT, [row(1), lacking])


def test_other_names_make_another_statement(store: Store) -> None:
    short = {key: value for key, value in row(2).items() if key not in ("stages", "closed_at")}
    with store.write() as tx:
        repeat(tx, INSERT, [row(1)])
        repeat(tx, INSERT, [short])
        found = {one.job_id: one for one in tx.execute(select(job))}
    assert found["J2"].stages is None
    assert found["J2"].closed_at is None
