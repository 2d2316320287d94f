"""What needs a person: opens, closes by itself, stays dismissed until the matter changes."""

from dataclasses import replace

from syncd.model.attention import Matter
from syncd.store import Store, attention

BROKEN = Matter("applicant.email", "A1", "the address is broken", "correct it", application_id="A1")
CLONE = Matter("posting.clone", "P1", "a second posting", "archive it", "J1", posting_id="P1")
ID = BROKEN.item_id("acme")


def report(store: Store, *matters: Matter, now: float, connection: str = "acme") -> list[str]:
    with store.write() as tx:
        return attention.report(tx, connection, matters, now)


def settle(store: Store, *kept: str, now: float) -> list[str]:
    with store.write() as tx:
        return attention.settle(tx, "acme", [BROKEN.kind], set(kept), now)


def dismiss(store: Store, *ids: str, now: float) -> list[str]:
    with store.write() as tx:
        return attention.dismiss(tx, ids, now)


def opened(store: Store, connection: str | None = None) -> list[attention.Item]:
    with store.read() as tx:
        return attention.open_items(tx, connection)


def test_an_id_names_a_matter_of_a_connection() -> None:
    assert len(ID) == 8
    assert int(ID, 16) >= 0
    assert replace(BROKEN, reason="other words", todo="").item_id("acme") == ID
    others = {
        BROKEN.item_id("beta"),
        replace(BROKEN, subject="A2").item_id("acme"),
        replace(BROKEN, kind="applicant.name").item_id("acme"),
        Matter("applicant", "email|A1", "", "").item_id("acme"),
        ID,
    }
    assert len(others) == 5


def test_a_fingerprint_is_of_what_the_matter_consists_of() -> None:
    one = replace(BROKEN, fingerprint_of=("a", "bc"))
    assert one.fingerprint() == replace(one, reason="after 3 hours").fingerprint()
    assert one.fingerprint() != replace(one, fingerprint_of=("ab", "c")).fingerprint()
    assert BROKEN.fingerprint() != replace(BROKEN, reason="other words").fingerprint()


def test_a_matter_told_again_stays_one_item_with_the_newest_words(store: Store) -> None:
    assert report(store, BROKEN, CLONE, now=10.0) == [ID, CLONE.item_id("acme")]
    assert report(store, replace(BROKEN, reason="still broken"), CLONE, now=20.0) == []
    items = {item.item_id: item for item in opened(store)}
    assert len(items) == 2
    assert (items[ID].opened_at, items[ID].reason) == (10.0, "still broken")
    assert items[ID].application_id == "A1"
    assert items[CLONE.item_id("acme")].job_id == "J1"


def test_what_a_pass_does_not_find_any_more_closes(store: Store) -> None:
    other = replace(BROKEN, subject="A2")
    report(store, BROKEN, other, CLONE, now=10.0)
    report(store, BROKEN, now=10.0, connection="beta")
    assert settle(store, other.item_id("acme"), now=20.0) == [ID]
    assert settle(store, other.item_id("acme"), now=30.0) == []
    assert {item.subject for item in opened(store, "acme")} == {"A2", "P1"}
    assert len(opened(store, "beta")) == 1
    with store.read() as tx:
        (closed,) = attention.find(tx, ID)
    assert (closed.closed_at, closed.dismissed) == (20.0, False)


def test_what_comes_back_opens_again(store: Store) -> None:
    report(store, BROKEN, now=10.0)
    settle(store, now=20.0)
    assert report(store, BROKEN, now=30.0) == [ID]
    (item,) = opened(store)
    assert (item.opened_at, item.closed_at) == (30.0, None)


def test_a_dismissed_item_stays_closed_until_its_matter_changes(store: Store) -> None:
    report(store, BROKEN, now=10.0)
    assert dismiss(store, ID, "ffffffff", now=15.0) == [ID]
    assert dismiss(store, ID, now=16.0) == []
    assert report(store, BROKEN, now=20.0) == []
    settle(store, now=25.0)
    assert report(store, BROKEN, now=30.0) == []
    assert opened(store) == []
    assert report(store, replace(BROKEN, fingerprint_of=("new content",)), now=40.0) == [ID]
    (item,) = opened(store)
    assert (item.opened_at, item.dismissed) == (40.0, False)
    settle(store, now=50.0)
    assert report(store, replace(BROKEN, fingerprint_of=("new content",)), now=60.0) == [ID]


def test_items_are_found_by_the_beginning_of_their_id(store: Store) -> None:
    report(store, BROKEN, CLONE, now=10.0)
    with store.read() as tx:
        assert [item.item_id for item in attention.find(tx, f" {ID[:5].upper()}")] == [ID]
        assert len(attention.find(tx, "")) == 2
        assert attention.find(tx, "%") == []


def test_many_items_at_once(store: Store) -> None:
    many = [replace(BROKEN, subject=f"A{number}") for number in range(1300)]
    assert len(report(store, *many, now=10.0)) == 1300
    assert len(settle(store, many[7].item_id("acme"), now=20.0)) == 1299
    assert [item.subject for item in opened(store)] == ["A7"]
