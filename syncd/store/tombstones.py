"""What must not come back of people who were forgotten."""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass

from sqlalchemy import bindparam, select, update

from syncd.store.state import Tx
from syncd.store.tables import tombstone
from syncd.store.upsert import SOME, chunked, select_in, upsert


@dataclass(frozen=True, slots=True)
class Tombstone:
    """One trace of a person: an application, a candidate, or a keyed address.

    ``person`` ties together what was forgotten at once. ``allowed_at``: since when later
    applications of this person may come in again; the application itself never does.
    """

    connection: str
    what: str
    value: str
    person: str
    forgotten_at: float
    allowed_at: float | None = None


_HERE = tombstone.c.connection == bindparam("of")
_ANY = select(tombstone.c.what).where(_HERE).limit(1)
_AMONG = select(tombstone.c.value).where(
    _HERE, tombstone.c.what == bindparam("kind"), tombstone.c.value.in_(SOME)
)
_STILL = _AMONG.where(tombstone.c.allowed_at.is_(None))
_WHOLE = select(tombstone).where(_HERE, tombstone.c.person.in_(SOME))
_PERSONS = select(tombstone.c.person).where(_HERE, tombstone.c.value.in_(SOME))


def save(tx: Tx, rows: Collection[Tombstone]) -> None:
    """Put up tombstones; one that is there is put up anew."""
    upsert(tx, tombstone, [asdict(row) for row in rows])


def exist(tx: Tx, connection: str) -> bool:
    """Whether anybody was ever forgotten here."""
    return tx.execute(_ANY, {"of": connection}).first() is not None


def among(
    tx: Tx, connection: str, what: str, values: Iterable[str], *, still: bool = False
) -> set[str]:
    """Which of these applications, candidates or keyed addresses have a tombstone.

    ``still``: leave out people whom somebody let in again.
    """
    found = select_in(tx, _STILL if still else _AMONG, values, of=connection, kind=what)
    return {row.value for row in found}


def related(tx: Tx, connection: str, values: Iterable[str]) -> list[Tombstone]:
    """Every tombstone of the people of whom one of these values (of whatever kind) is known."""
    persons = {row.person for row in select_in(tx, _PERSONS, values, of=connection)}
    found = select_in(tx, _WHOLE, sorted(persons), of=connection)
    return [Tombstone(**row._mapping) for row in found]


def find(tx: Tx, connection: str, value: str) -> list[Tombstone]:
    """The tombstones of an application or candidate of this id."""
    found = tx.execute(
        select(tombstone).where(
            tombstone.c.connection == connection,
            tombstone.c.what.in_(("application", "candidate")),
            tombstone.c.value == value,
        )
    )
    return [Tombstone(**row._mapping) for row in found]


def allow(tx: Tx, connection: str, values: Collection[str], now: float) -> None:
    """Let the people in again of whom one of these values (of whatever kind) is known."""
    persons = [row.person for row in select_in(tx, _PERSONS, values, of=connection)]
    for chunk in chunked(dict.fromkeys(persons)):
        tx.execute(
            update(tombstone)
            .where(tombstone.c.connection == connection, tombstone.c.person.in_(chunk))
            .values(allowed_at=now)
        )
