"""Rows of the journal; their states are the journal's own matter."""

from dataclasses import replace

import pytest

from syncd.errors import HoldLost
from syncd.store import Store
from syncd.store import journal as rows
from syncd.store.journal import JournalRow


def row(key: str, state: str = "intended", kind: str = "note.add", **more: object) -> JournalRow:
    given = JournalRow(
        connection="acme",
        key=key,
        kind=kind,
        payload_hash="ab" * 16,
        reason="the default rule",
        state=state,
        intended_at=100.0,
        fence=3,
    )
    return replace(given, **more)  # type: ignore[arg-type]


def test_an_intent_is_written_once(store: Store) -> None:
    with store.write() as tx:
        rows.insert(tx, [row("a", "sent", sent_at=7.0)])
        rows.insert(tx, [row("a"), row("b")])
        found = rows.fetch(tx, "acme", ["a", "b", "c"])
    assert found == {"a": row("a", "sent", sent_at=7.0), "b": row("b")}


def test_whole_rows_are_kept_as_they_are(store: Store) -> None:
    full = row(
        "a",
        "confirmed",
        job_id="J1",
        posting_id="P1",
        application_id="A1",
        interview_id="I1",
        attempts=2,
        looks=1,
        looked_at=1.25,
        sent_at=2.5,
        ended_at=1_800_000_000.123456,
        remote_id="R1",
        evidence={"status": 503, "code": None, "path": "data.3.email"},
    )
    with store.write() as tx:
        rows.put(tx, [])
        rows.put(tx, [row("a"), row("b")])
        rows.put(tx, [full, row("c")])
        assert rows.fetch(tx, "acme", ["a", "b", "c"]) == {
            "a": full,
            "b": row("b"),
            "c": row("c"),
        }
        assert rows.fetch(tx, "beta", ["a"]) == {}


def test_what_a_later_run_wrote_is_not_overwritten(store: Store) -> None:
    with store.write() as tx:
        rows.put(tx, [row("a", "confirmed", fence=5), row("b")])
    with pytest.raises(HoldLost), store.write() as tx:
        rows.put(tx, [row("b", "sent", fence=4), row("a", "intended", fence=4)])
    with store.write() as tx:
        assert {r.state for r in rows.fetch(tx, "acme", ["a", "b"]).values()} == {
            "confirmed",
            "intended",
        }
        rows.put(tx, [row("a", "absent", fence=5), row("b", "sent", fence=6)])


def test_rows_are_found_by_state_and_kind_the_oldest_first(store: Store) -> None:
    with store.write() as tx:
        rows.put(
            tx,
            [
                row("late", "sent", intended_at=300.0),
                row("early", "sent", intended_at=100.0),
                row("tag", "sent", "tag.add", intended_at=200.0),
                row("done", "confirmed"),
                row("theirs", "sent", connection="beta"),
            ],
        )
    with store.read() as tx:
        sent = rows.in_state(tx, "acme", ["sent", "absent"])
        notes = rows.in_state(tx, "acme", ["sent"], ["note.add"])
        none = rows.in_state(tx, "acme", ["sent"], [])
        tally = rows.tally(tx, "acme")
    assert [r.key for r in sent] == ["early", "tag", "late"]
    assert [r.key for r in notes] == ["early", "late"]
    assert none == []
    assert tally == {("note.add", "sent"): 2, ("tag.add", "sent"): 1, ("note.add", "confirmed"): 1}


def test_the_history_of_one_thing(store: Store) -> None:
    with store.write() as tx:
        rows.put(
            tx,
            [
                row("1", job_id="J1", posting_id="P1", intended_at=3.0),
                row("2", job_id="J1", application_id="A1", intended_at=2.0),
                row("3", job_id="J2", application_id="A1", interview_id="I1", intended_at=1.0),
                row("4", job_id="J1", connection="beta", intended_at=4.0),
            ],
        )
    with store.read() as tx:

        def keys(**ids: str) -> str:
            return "".join(r.key for r in rows.history(tx, **ids))

        assert keys(job_id="J1") == "214"
        assert keys(connection="acme", job_id="J1") == "21"
        assert keys(application_id="A1") == "32"
        assert keys(application_id="A1", job_id="J1") == "2"
        assert keys(posting_id="P1") == "1"
        assert keys(interview_id="I1") == "3"
        assert keys(interview_id="none") == ""
