"""What a person has let through of the groups that a guard refused.

A refused group is shown with a hash over its items. Whoever gives that hash approves the items
that were shown, and no others: those that joined since are refused, and once an item shown has
left the group, or changed and so become another item, the hash stands for nothing any more. An
approval holds for each item until it is done, that is, until it has left the group.

Groups that are shown one after the other grow: whatever shrinks voids the hashes that showed more.
So the hashes that still stand form a chain, and one number at each item, that of the first hash
that showed it, says which of them hold it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

APPROVED = 0


@dataclass(frozen=True, slots=True)
class Book:
    """What was shown and approved of one group.

    ``items``: by item, the number of the first offer that showed it, or APPROVED. ``offers``: by
    hash, its number, 1 or more; it holds the items not yet approved with a number up to its own.
    """

    items: Mapping[str, int] = field(default_factory=dict)
    offers: Mapping[str, int] = field(default_factory=dict)

    def approved(self) -> frozenset[str]:
        """The items that need no further word."""
        return frozenset(item for item, number in self.items.items() if number == APPROVED)


def prune(book: Book, present: Collection[str]) -> Book:
    """The book without items that are not in the group any more, and without voided offers."""
    there = set(present)
    left = [number for item, number in book.items.items() if item not in there]
    void_from = min((number for number in left if number != APPROVED), default=None)
    return Book(
        {item: number for item, number in book.items.items() if item in there},
        {
            shown: number
            for shown, number in book.offers.items()
            if void_from is None or number < void_from
        },
    )


def grant(book: Book, held: Collection[str], held_hash: str, given: Collection[str]) -> Book:
    """The book after a person gave these hashes.

    ``held``: the items that are refused now, with their hash: a hash may be known from a plan,
    which stores nothing.
    """
    items = dict(book.items)
    for shown in given:
        if shown == held_hash:
            items.update(dict.fromkeys(held, APPROVED))
        elif (until := book.offers.get(shown)) is not None:
            items.update({item: APPROVED for item, number in book.items.items() if number <= until})
    return Book(items, book.offers)


def note_offer(book: Book, held: Collection[str], held_hash: str) -> Book:
    """The book after the items that are refused now were shown under their hash."""
    if held_hash in book.offers:
        return book
    number = 1 + max((*book.items.values(), *book.offers.values()), default=0)
    return Book({**dict.fromkeys(held, number), **book.items}, {**book.offers, held_hash: number})
