"""Refused groups as they were shown, and what a person approved of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select

from syncd.policy.approval import APPROVED, Book
from syncd.store.state import Tx
from syncd.store.tables import guarded, offer
from syncd.store.upsert import chunked, upsert


@dataclass(frozen=True, slots=True)
class Whose:
    """What an item of a refused group is about."""

    job_id: str | None
    application_id: str | None


@dataclass(frozen=True, slots=True)
class Guarded:
    """One item that a guard held back, and every hash under which it was shown."""

    guard: str
    hashes: tuple[str, ...]
    approved_at: float | None


def load(tx: Tx, connection: str, guard: str) -> Book:
    """What was shown and approved of one group."""
    items = tx.execute(
        select(guarded.c.item, guarded.c.number).where(
            guarded.c.connection == connection, guarded.c.guard == guard
        )
    )
    offers = tx.execute(
        select(offer.c.hash, offer.c.number).where(
            offer.c.connection == connection, offer.c.guard == guard
        )
    )
    return Book({r.item: r.number for r in items}, {r.hash: r.number for r in offers})


def save(
    tx: Tx,
    connection: str,
    guard: str,
    before: Book,
    after: Book,
    whose: Mapping[str, Whose],
    now: float,
) -> None:
    """Write down how a book changed; ``whose`` tells what the new items are about."""
    for table, column, gone in (
        (guarded, guarded.c.item, before.items.keys() - after.items.keys()),
        (offer, offer.c.hash, before.offers.keys() - after.offers.keys()),
    ):
        for chunk in chunked(sorted(gone)):
            tx.execute(
                delete(table).where(
                    table.c.connection == connection, table.c.guard == guard, column.in_(chunk)
                )
            )
    upsert(
        tx,
        guarded,
        [
            {
                "connection": connection,
                "guard": guard,
                "item": item,
                "number": number,
                "job_id": whose[item].job_id,
                "application_id": whose[item].application_id,
                "approved_at": now if number == APPROVED else None,
            }
            for item, number in after.items.items()
            if before.items.get(item) != number
        ],
    )
    upsert(
        tx,
        offer,
        [
            {
                "connection": connection,
                "guard": guard,
                "hash": shown,
                "number": number,
                "shown_at": now,
            }
            for shown, number in after.offers.items()
            if shown not in before.offers
        ],
    )


def holds(tx: Tx, connection: str, guard: str) -> bool:
    """Whether anything of a group was shown or approved and is not done."""
    wanted = select(guarded.c.item).where(
        guarded.c.connection == connection, guarded.c.guard == guard
    )
    return tx.execute(wanted.limit(1)).first() is not None


def about(
    tx: Tx, connection: str, *, job_id: str | None = None, application_id: str | None = None
) -> list[Guarded]:
    """The items about an application, or about a job as such, and under which hashes they stand."""
    wanted = select(guarded).where(guarded.c.connection == connection)
    if application_id is not None:
        wanted = wanted.where(guarded.c.application_id == application_id)
    else:
        wanted = wanted.where(guarded.c.job_id == job_id, guarded.c.application_id.is_(None))
    found: list[Guarded] = []
    for row in tx.execute(wanted.order_by(guarded.c.guard, guarded.c.item)):
        shown = tx.scalars(
            select(offer.c.hash)
            .where(
                offer.c.connection == connection,
                offer.c.guard == row.guard,
                offer.c.number >= row.number,
            )
            .order_by(offer.c.number.desc())
        )
        hashes = () if row.number == APPROVED else tuple(shown)
        found.append(Guarded(row.guard, hashes, row.approved_at))
    return found
