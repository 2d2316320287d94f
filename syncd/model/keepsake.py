"""The line that is kept of somebody who was forgotten.

A tombstone is the one thing that the marks on the remote sides cannot rebuild. So it is told as a
line of text, to be kept apart from the state: ids, and the keyed hash of the address. ::

    syncd-forgotten 2026-11-24T09:30:00Z acme application=3fa9c1 candidate=3fa9c1 email=6f1c…
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, unquote

_FIRST = "syncd-forgotten"
_WHAT = ("application", "candidate", "email")
_HASH = re.compile(r"[0-9a-f]{32}")
_FORM = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Keepsake:
    """What a line says. ``emails`` are keyed hashes; ``forgotten_at`` is epoch seconds."""

    connection: str
    forgotten_at: float
    applications: frozenset[str] = frozenset()
    candidates: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()

    def to_line(self) -> str:
        """The line; spaces and the like inside of ids are escaped as in a URL."""
        when = datetime.fromtimestamp(int(self.forgotten_at), UTC).strftime(_FORM)
        parts = [_FIRST, when, quote(self.connection, safe="")]
        for what, values in zip(
            _WHAT, (self.applications, self.candidates, self.emails), strict=True
        ):
            parts += [f"{what}={quote(value, safe='')}" for value in sorted(values)]
        return " ".join(parts)


def read_line(line: str) -> Keepsake:
    """Read a line back. Raises ValueError for what is none; its text says nothing of the line."""
    parts = line.split()
    if len(parts) < 4 or parts[0] != _FIRST:
        raise ValueError("not a line of `syncd forget`")
    _, when, connection, *rest = parts
    try:
        moment = datetime.strptime(when, _FORM).replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise ValueError("its time cannot be read") from None
    found: dict[str, set[str]] = {what: set() for what in _WHAT}
    for part in rest:
        what, _, value = part.partition("=")
        if what not in found or not value:
            raise ValueError("it has a part that is no id")
        found[what].add(unquote(value))
    if not all(_HASH.fullmatch(value) for value in found["email"]):
        raise ValueError("its keyed address is not whole")
    return Keepsake(
        unquote(connection),
        moment,
        *(frozenset(found[what]) for what in _WHAT),
    )


def read_lines(lines: Iterable[str]) -> list[Keepsake]:
    """Read every line that is not blank. Raises ValueError naming the number of a wrong one."""
    kept: list[Keepsake] = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                kept.append(read_line(line))
            except ValueError as error:
                raise ValueError(f"line {number}: {error}") from None
    return kept
