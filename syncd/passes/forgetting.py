"""Removing a person from the state for good."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from syncd.journal.machine import State
from syncd.model.keepsake import Keepsake
from syncd.model.keyed import Keyed
from syncd.plan import Kind
from syncd.settings.schema import Settings
from syncd.store import Store, Tx, people, tombstones
from syncd.store import journal as journal_rows
from syncd.store.hold import Hold, holding
from syncd.store.people import Person
from syncd.store.tombstones import Tombstone

WAIT = 60.0  # seconds to wait for a pass under way


@dataclass(slots=True)
class Farewell:
    """What became of a person on one connection.

    ``rows``: how many went, by table; ``known``: whether the state knew the person here;
    ``under_way``: an invitation had no certain outcome, so HeyMilo may show one more interview.
    """

    connection: str
    person: Person
    rows: dict[str, int] = field(default_factory=dict)
    known: bool = False
    under_way: bool = False
    line: str = ""


def of_application(application_id: str) -> Person:
    """Somebody of whom an application is known."""
    return Person(applications={application_id})


def of_candidate(candidate_id: str) -> Person:
    """Somebody whom the ATS knows under this id."""
    return Person(candidates={candidate_id})


def of_email(keyed: Keyed, address: str) -> Person:
    """Somebody of whom the address is known."""
    return Person(emails={keyed.email(address)})


async def forget(settings: Settings, state: Store, given: Person) -> list[Farewell]:
    """Remove a person on every connection, under its hold, and leave tombstones.

    Ids belong to the connections that know them, and to all if none does; an address belongs to
    every one. Raises HeldByAnother; whatever was removed before that stays removed.
    """
    names = sorted(settings.connections)
    with state.read() as tx:
        known = [name for name in names if _is_met(tx, name, given)]
        emails = set[str]().union(*(people.find_person(tx, name, given).emails for name in names))
    farewells: list[Farewell] = []
    for name in names:
        start = Person(emails=set(emails))
        if name in known or not known:
            start.applications |= given.applications
            start.candidates |= given.candidates
        if start.size:
            farewells.append(await _forget_on(state, name, start, state.clock.now()))
    state.scrub()
    return farewells


async def restore(state: Store, kept: Sequence[Keepsake]) -> list[Farewell]:
    """Put tombstones up again from the lines that were kept, and remove who came back meanwhile."""
    farewells = []
    for keepsake in kept:
        person = Person(set(keepsake.applications), set(keepsake.candidates), set(keepsake.emails))
        farewells.append(
            await _forget_on(state, keepsake.connection, person, keepsake.forgotten_at)
        )
    state.scrub()
    return farewells


def _is_met(tx: Tx, name: str, given: Person) -> bool:
    values = {*given.applications, *given.candidates, *given.emails}
    return people.is_known(tx, name, given) or bool(tombstones.related(tx, name, values))


async def _forget_on(state: Store, name: str, start: Person, when: float) -> Farewell:
    async with holding(state, name, state.clock, WAIT) as hold:
        return _erase(state, hold, name, start, when)


def _erase(state: Store, hold: Hold, name: str, start: Person, when: float) -> Farewell:
    with state.write(hold) as tx:
        known = _is_met(tx, name, start)
        person = people.find_person(tx, name, _with_earlier(tx, name, start))
        person = people.find_person(tx, name, _with_earlier(tx, name, person))
        farewell = Farewell(name, person, known=known, under_way=_is_under_way(tx, name, person))
        farewell.rows = people.erase(tx, name, person)
        tombstones.save(tx, _tombstones(name, person, when))
    farewell.line = Keepsake(
        name,
        when,
        frozenset(person.applications),
        frozenset(person.candidates),
        frozenset(person.emails),
    ).to_line()
    return farewell


def _with_earlier(tx: Tx, name: str, person: Person) -> Person:
    """The person together with what was forgotten of them before."""
    values = {*person.applications, *person.candidates, *person.emails}
    together = Person(
        set(person.applications),
        set(person.candidates),
        set(person.emails),
        dict(person.interviews),
    )
    places = {
        "application": together.applications,
        "candidate": together.candidates,
        "email": together.emails,
    }
    for row in tombstones.related(tx, name, values):
        places[row.what].add(row.value)
    return together


def _tombstones(name: str, person: Person, when: float) -> list[Tombstone]:
    who = secrets.token_hex(16)
    groups: tuple[tuple[str, Collection[str]], ...] = (
        ("application", person.applications),
        ("candidate", person.candidates),
        ("email", person.emails),
    )
    return [
        Tombstone(name, what, value, who, when)
        for what, values in groups
        for value in sorted(values)
    ]


def _is_under_way(tx: Tx, name: str, person: Person) -> bool:
    rows = journal_rows.in_state(tx, name, [State.SENT, State.NEEDS_PERSON], [Kind.INGEST])
    return any(row.application_id in person.applications for row in rows)
