"""Who waits, asked for in pages."""

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from syncd.store import Store, Tx, applications
from syncd.store.applications import ApplicationRow
from syncd.store.interviews import InterviewRow, save_interviews
from syncd.store.waiting import (
    Waiting,
    anybody_waits,
    count_waiting,
    oldest_times,
    residents,
    waiting_page,
    waiting_rows,
)

DOOR = Waiting("J1", ["applied"], None, None)


def person(number: int, at: float | None = 1.0, **values: Any) -> ApplicationRow:
    known: dict[str, Any] = {
        "connection": "acme",
        "application_id": f"A{number:03d}",
        "job_id": "J1",
        "candidate_id": f"C{number}",
        "content_hash": "c",
        "stage": "Applied",
        "first_seen_at": 0.0,
        "email_hash": f"e{number}",
        "applied_at": at,
    }
    return ApplicationRow(**{**known, **values})


def interview(name: str, email_hash: str, job_id: str = "J1") -> InterviewRow:
    return InterviewRow("acme", name, "P1", job_id, email_hash, "pending", 1.0, created_at=1.0)


def save(store: Store, rows: Sequence[ApplicationRow]) -> None:
    with store.write() as tx:
        applications.save_applications(tx, rows)


def ids(rows: Sequence[ApplicationRow]) -> list[str]:
    return [row.application_id for row in rows]


def in_pages(tx: Tx, size: int) -> list[str]:
    found: list[ApplicationRow] = []
    while page := waiting_page(tx, "acme", DOOR, found[-1] if found else None, size):
        assert len(page) <= size
        found += page
    return ids(found)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_pages_give_everybody_once_oldest_first(store: Store, size: int) -> None:
    chance = random.Random(5)
    rows = [person(n, chance.choice([None, 1.0, 2.0, 2.0, 3.5])) for n in range(40)]
    chance.shuffle(rows)
    save(store, rows)
    ordered = sorted(rows, key=lambda row: (row.applied_at or 0.0, row.application_id))
    with store.read() as tx:
        assert in_pages(tx, size) == ids(ordered)


def test_a_page_goes_on_behind_people_who_stopped_waiting(store: Store) -> None:
    rows = [person(n, float(n)) for n in range(6)]
    save(store, rows)
    with store.read() as tx:
        first = waiting_page(tx, "acme", DOOR, None, 2)
    save(store, [replace(row, interview_id="I") for row in first])
    with store.read() as tx:
        assert ids(waiting_page(tx, "acme", DOOR, first[-1], 2)) == ["A002", "A003"]


def test_only_those_who_can_be_sent_wait(store: Store) -> None:
    kept = [person(1), person(2, stage="APPLIED"), person(3, moved_from_seen_at=9.0, at=None)]
    others = [
        person(10, stage="Sourced"),
        person(11, out=True),
        person(12, barred=True),
        person(13, gone=True),
        person(14, interview_id="I"),
        person(15, problem="no_email"),
        person(16, job_id="J2"),
        person(17, connection="other"),
    ]
    save(store, kept + others)
    with store.read() as tx:
        assert ids(waiting_page(tx, "acme", DOOR, None, 100)) == ["A003", "A001", "A002"]
        assert sorted(ids(list(waiting_rows(tx, "acme", DOOR)))) == ["A001", "A002", "A003"]
        assert ids(list(waiting_rows(tx, "acme", DOOR, problems=True))) == ["A015"]
        assert count_waiting(tx, "acme", DOOR) == 3
        assert anybody_waits(tx, "acme", DOOR)
        assert not anybody_waits(tx, "acme", replace(DOOR, job_id="J3"))
        late = replace(DOOR, cutoff=5.0)
        assert ids(waiting_page(tx, "acme", late, None, 100)) == ["A003"]
        assert count_waiting(tx, "acme", replace(DOOR, stuck=["e1", "e3"])) == 1


def test_those_held_back_by_this_very_setting_do_not_wait(store: Store) -> None:
    save(store, [person(1, held_for="this"), person(2, held_for="other"), person(3)])
    with store.read() as tx:
        assert count_waiting(tx, "acme", replace(DOOR, held_for="this")) == 2
        assert count_waiting(tx, "acme", DOOR) == 3


def test_the_oldest_times_come_first_and_unknown_ones_count_as_the_oldest(store: Store) -> None:
    save(store, [person(n, at) for n, at in enumerate([5.0, None, 2.0, 9.0])])
    with store.read() as tx:
        assert list(oldest_times(tx, "acme", DOOR, 3)) == [0.0, 2.0, 5.0]


def test_residents_are_known_by_address_or_by_another_application(store: Store) -> None:
    save(
        store,
        [
            person(1),  # an interview for this address
            person(2, candidate_id="C9"),  # another application of the same candidate
            person(3, email_hash="e8"),  # another application with the same address
            person(4),  # invited for another job only
            person(5),  # new
            person(8, email_hash="e8", interview_id="I8"),
            person(9, candidate_id="C9", interview_id="I9"),
            person(40, candidate_id="C4", email_hash="e4", job_id="J2", interview_id="I4"),
        ],
    )
    with store.write() as tx:
        save_interviews(tx, [interview("I1", "e1"), interview("I4", "e4", "J2")])
    with store.read() as tx:
        assert sorted(ids(residents(tx, "acme", DOOR, 10))) == ["A001", "A002", "A003"]
        assert len(residents(tx, "acme", DOOR, 2)) == 2
