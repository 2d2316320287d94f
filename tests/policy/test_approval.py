"""What a hash lets through: those that were shown, until they are done, and nobody else."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from syncd.policy.approval import APPROVED, Book, grant, note_offer, prune


def held_in(book: Book, present: set[str]) -> list[str]:
    return sorted(present - book.approved())


def hash_of(items: list[str]) -> str:
    return "+".join(items)


def show(book: Book, present: set[str]) -> tuple[Book, str]:
    """A pass that refuses everything not approved; returns the hash that it showed."""
    book = prune(book, present)
    held = held_in(book, present)
    return note_offer(book, held, hash_of(held)), hash_of(held)


def approve(book: Book, present: set[str], *given: str) -> Book:
    book = prune(book, present)
    held = held_in(book, present)
    return grant(book, held, hash_of(held), given)


def test_the_items_shown_go_through_and_those_that_joined_do_not() -> None:
    book, shown = show(Book(), {"a", "b"})
    book, later = show(book, {"a", "b", "c"})
    assert (shown, later) == ("a+b", "a+b+c")
    assert approve(book, {"a", "b", "c", "d"}, shown).approved() == {"a", "b"}
    assert approve(book, {"a", "b", "c", "d"}, later).approved() == {"a", "b", "c"}


def test_a_hash_whose_item_left_stands_for_nothing() -> None:
    book, shown = show(Book(), {"a", "b"})
    assert approve(book, {"a"}, shown).approved() == frozenset()
    assert approve(book, {"a", "b changed"}, shown).approved() == frozenset()


def test_an_item_that_came_back_does_not_wake_its_hash() -> None:
    book, shown = show(Book(), {"a", "b"})
    book, _ = show(book, {"a"})
    book = prune(book, {"a", "b", "c"})
    assert grant(book, ["a", "b", "c"], "a+b+c", [shown]).approved() == frozenset()


def test_earlier_hashes_stand_when_only_newcomers_leave() -> None:
    book, shown = show(Book(), {"a", "b"})
    book, later = show(book, {"a", "b", "c"})
    book = prune(book, {"a", "b"})
    assert approve(book, {"a", "b"}, later).approved() == frozenset()
    assert approve(book, {"a", "b"}, shown).approved() == {"a", "b"}


def test_a_hash_known_from_a_plan_needs_no_earlier_pass() -> None:
    assert approve(Book(), {"a", "b"}, "a+b").approved() == {"a", "b"}
    assert approve(Book(), {"a", "b"}, "a", "nonsense").approved() == frozenset()


def test_an_approval_lasts_until_it_is_done_and_no_longer() -> None:
    book = approve(Book(), {"a", "b", "c"}, "a+b+c")
    book = prune(book, {"b", "c", "d"})  # "a" is done
    assert book.approved() == {"b", "c"}
    book, shown = show(book, {"b", "c", "d"})
    assert shown == "d"
    assert prune(book, {"a", "d"}).approved() == frozenset()


def test_showing_the_same_group_again_writes_nothing_new() -> None:
    book, _ = show(Book(), {"a", "b"})
    assert show(book, {"a", "b"})[0] == book


@dataclass
class Naive:
    """The same in the plainest way: every offer with all its items."""

    offers: dict[str, set[str]] = field(default_factory=dict)
    approved: set[str] = field(default_factory=set)

    def look(self, present: set[str]) -> None:
        self.approved &= present
        self.offers = {
            shown: items for shown, items in self.offers.items() if items - self.approved <= present
        }

    def give(self, held: set[str], shown: str) -> None:
        if shown == hash_of(sorted(held)):
            self.approved |= held
        elif shown in self.offers:
            self.approved |= self.offers[shown]
        # What was approved is no part of an offer any more.
        self.offers = {s: items - self.approved for s, items in self.offers.items()}

    def show(self, held: set[str]) -> str:
        self.offers.setdefault(hash_of(sorted(held)), held)
        return hash_of(sorted(held))


@given(
    st.lists(
        st.tuples(st.sets(st.sampled_from("abcdef")), st.one_of(st.none(), st.integers(0, 9))),
        max_size=12,
    )
)
def test_it_is_what_remembering_every_offer_would_be(
    steps: list[tuple[set[str], int | None]],
) -> None:
    book, naive, shown = Book(), Naive(), [""]
    for present, choice in steps:
        naive.look(present)
        book = prune(book, present)
        assert book.approved() == naive.approved
        held = present - naive.approved
        if choice is not None:
            hash_ = shown[choice % len(shown)]
            book = grant(book, sorted(held), hash_of(sorted(held)), [hash_])
            naive.give(held, hash_)
            assert book.approved() == naive.approved
            held = present - naive.approved
        if held:
            book = note_offer(book, sorted(held), hash_of(sorted(held)))
            shown.append(naive.show(held))
        assert all(number >= APPROVED for number in book.items.values())
