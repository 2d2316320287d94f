"""Made-up applicants, whose details can be looked for where they must not be."""

from dataclasses import dataclass, field
from random import Random

from syncd.sandbox.names import make_person


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who applies; nothing about them is real."""

    name: str = field(repr=False)
    email: str | None = field(repr=False)
    phone: str | None = field(default=None, repr=False)

    @property
    def fragments(self) -> tuple[str, ...]:
        """Texts that no error, log line or ``repr`` may hold."""
        return tuple(text for text in (self.name, self.email, self.phone) if text)


def person(number: int) -> Person:
    """Given a number, return the person of that number: always the same, unlike any other."""
    name, email, phone = make_person(Random(number), number)  # noqa: S311 - guards nothing
    return Person(f"{name} {number}", email, phone)
