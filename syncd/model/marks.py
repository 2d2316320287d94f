"""The marks syncd leaves on the remote side, from which lost state is rebuilt.

A posting and a candidate carry ``external_id`` and ``syncd`` in their metadata; a note ends in a
short keyed hash. Metadata holds at most 50 keys of 40 and values of 500 characters
(HeyMilo schema of ``metadata``).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

EXTERNAL_ID = "external_id"
OWNER = "syncd"

_NOTE_MARK = re.compile(r"\(syncd ([0-9a-f]{8})\)")


class Ownership(StrEnum):
    """Whose a remote thing is, judged by its marks."""

    OURS = "ours"
    FOREIGN = "foreign"
    UNMARKED = "unmarked"


@dataclass(frozen=True, slots=True)
class Marker:
    """Makes and reads the marks of one connection.

    ``owner`` is ``<installation>/<connection>``, ``ats_type`` e.g. ``workable``.
    """

    owner: str
    ats_type: str

    def external_id(self, remote_id: str) -> str:
        """The mark of a job or an application, e.g. ``workable:9CD658E13E``."""
        return f"{self.ats_type}:{remote_id}"

    def id_of(self, external_id: str | None) -> str | None:
        """The ATS id inside a mark, or None if the mark is not of this ATS type."""
        prefix = f"{self.ats_type}:"
        if external_id is None or not external_id.startswith(prefix):
            return None
        return external_id[len(prefix) :] or None

    def metadata(self, remote_id: str) -> dict[str, str]:
        """The metadata that marks something as this connection's."""
        return {EXTERNAL_ID: self.external_id(remote_id), OWNER: self.owner}

    def ownership(self, metadata: Mapping[str, str] | None) -> Ownership:
        """Whose this is: a thing marked with an ATS id but no owner counts as ours to take."""
        held = metadata or {}
        if self.id_of(held.get(EXTERNAL_ID)) is None:
            return Ownership.UNMARKED
        return Ownership.OURS if held.get(OWNER, self.owner) == self.owner else Ownership.FOREIGN

    def merged(self, metadata: Mapping[str, str] | None, remote_id: str) -> dict[str, str]:
        """``metadata`` with the marks put in and every other key kept as it is."""
        return {**(metadata or {}), **self.metadata(remote_id)}


def sign_note(text: str, mark: str) -> str:
    """``text`` ending in the mark, e.g. ``… (syncd 1a2b3c4d)``."""
    return f"{text.rstrip()} (syncd {mark})"


def note_marks(text: str) -> list[str]:
    """Every note mark found in ``text`` (an ATS may wrap notes in HTML)."""
    return _NOTE_MARK.findall(text)
