"""Small tables: kept values, feeds, runs, budgets, bulk statements."""

import pytest
from sqlalchemy import bindparam, select

from syncd.model.budget import BudgetUse
from syncd.store import Store, feeds, keep, runs
from syncd.store.budget_ledger import BudgetLedger
from syncd.store.feeds import Feed
from syncd.store.tables import keep as keep_table
from syncd.store.tables import lease
from syncd.store.upsert import SOME, chunked, select_in, upsert


def test_a_kept_value_is_replaced_by_put_and_left_by_put_once(store: Store) -> None:
    with store.write() as tx:
        assert keep.get(tx, "secret") is None
        assert keep.put_once(tx, "secret", "one") == "one"
        assert keep.put_once(tx, "secret", "two") == "one"
        keep.put(tx, "secret", "three")
    with store.read() as tx:
        assert keep.get(tx, "secret") == "three"


def test_a_feed_goes_on_where_it_stood_until_it_is_cleared(store: Store) -> None:
    stood = Feed("acme", "applications", "cursor", "page-2", 1000.5, 900.25)
    with store.write() as tx:
        feeds.save(tx, Feed("acme", "applications"))
        feeds.save(tx, stood)
        feeds.save(tx, Feed("other", "applications", "theirs"))
    with store.write() as tx:
        assert feeds.get(tx, "acme", "applications") == stood
        feeds.clear(tx, "acme", "applications")
        assert feeds.get(tx, "acme", "applications") == Feed("acme", "applications")
        assert feeds.get(tx, "other", "applications").cursor == "theirs"


def test_a_phase_keeps_its_last_success_through_a_failed_and_a_killed_run(store: Store) -> None:
    with store.write() as tx:
        runs.begin(tx, "acme", "results", 10.0)
        runs.end(tx, "acme", "results", 20.0, "done", {"read": 3}, succeeded=True)
        runs.begin(tx, "acme", "results", 30.0)
        runs.end(tx, "acme", "results", 40.0, "failed", {"read": 1}, succeeded=False)
    with store.read() as tx:
        (failed,) = runs.last(tx, "acme")
    assert (failed.succeeded_at, failed.ended_at, failed.outcome) == (20.0, 40.0, "failed")
    assert failed.counts == {"read": 1}
    with store.write() as tx:
        runs.begin(tx, "acme", "results", 50.0)
        runs.begin(tx, "beta", "results", 51.0)
    with store.read() as tx:
        killed, other = runs.last(tx)
    assert (killed.began_at, killed.ended_at, killed.succeeded_at) == (50.0, None, 20.0)
    assert killed.outcome == runs.RUNNING
    assert (other.connection, other.succeeded_at, other.counts) == ("beta", None, {})


def test_a_budget_is_told_to_the_next_process(store: Store) -> None:
    ledger = BudgetLedger(store)
    assert ledger.load("a1") is None
    ledger.save("a1", BudgetUse((1.25, 2.5), None))
    ledger.save("a1", BudgetUse((2.5, 3.0), 99.5))
    ledger.save("b2", BudgetUse())
    assert ledger.load("a1") == BudgetUse((2.5, 3.0), 99.5)
    assert ledger.load("b2") == BudgetUse()


def test_upsert_updates_only_what_it_is_told_to(store: Store) -> None:
    free = {"holder": "", "host": "", "pid": 0, "pid_started": "", "acquired_at": 0.0}
    first = {"connection": "acme", "fence": 1, "expires_at": 1.0, **free}
    with store.write() as tx:
        upsert(tx, lease, [])
        upsert(tx, lease, [first])
        upsert(tx, lease, [first | {"fence": 2, "expires_at": 2.0}], update=["fence"])
        upsert(tx, lease, [first | {"fence": 3}], update=())
        row = tx.execute(select(lease)).one()
    assert (row.fence, row.expires_at) == (2, 1.0)


def test_upsert_refuses_rows_of_different_columns(store: Store) -> None:
    with store.write() as tx, pytest.raises(ValueError, match="same columns"):
        upsert(tx, keep_table, [{"key": "a", "value": "1"}, {"key": "b"}])


def test_many_values_are_asked_for_in_parts(store: Store) -> None:
    rows = [{"key": f"k{number}", "value": str(number)} for number in range(1203)]
    wanted = [row["key"] for row in rows[1:]]
    with store.write() as tx:
        upsert(tx, keep_table, rows)
        statement = select(keep_table).where(keep_table.c.key.in_(SOME))
        found = list(select_in(tx, statement, wanted + wanted))
        assert list(select_in(tx, statement, [])) == []
        other = statement.where(keep_table.c.value == bindparam("value"))
        assert [row.key for row in select_in(tx, other, wanted, value="7")] == ["k7"]
    assert sorted(row.key for row in found) == sorted(wanted)
    assert [len(chunk) for chunk in chunked(range(7), 3)] == [3, 3, 1]
