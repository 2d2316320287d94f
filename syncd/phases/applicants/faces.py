"""Names and addresses of those about to be invited: in memory, and not too many of them."""

from syncd.model.ats import Application
from syncd.policy.people import Person, make_person
from syncd.store.applications import Key

LIMIT = 22_000  # people

_APART = "\x1f"  # a control character, between the parts of a face


class Faces:
    """A bounded memory of people; whoever is not in it is read again from the ATS.

    When it is full the first ones stay, since the ATS lists the oldest first and they are invited
    first. ``limit`` (:data:`LIMIT` by default) times about 400 bytes is what it takes.
    """

    def __init__(self, region: str, limit: int | None = None) -> None:
        self._region = region
        self._limit = LIMIT if limit is None else limit
        self._held: dict[Key, bytes] = {}

    def put(self, application: Application, *, wanted: bool = False) -> None:
        """Remember an applicant whose name and address are in order.

        Somebody who is ``wanted`` is about to be sent, and remembered in any case.
        """
        key = (application.id, application.job_id)
        if len(self._held) >= self._limit and key not in self._held and not wanted:
            return
        parts = (application.name, application.email or "", application.phone or "")
        # One piece of bytes instead of four objects: it counts for so many.
        self._held[key] = _APART.join(part.replace(_APART, " ") for part in parts).encode(
            "utf-8", "surrogatepass"
        )

    def drop(self, key: Key) -> None:
        """Forget somebody who was invited or cannot be."""
        self._held.pop(key, None)

    def __contains__(self, key: Key) -> bool:
        return key in self._held

    def get(self, key: Key) -> Person | None:
        """The person as HeyMilo is told, or None if not remembered."""
        held = self._held.get(key)
        if held is None:
            return None
        name, email, phone = held.decode("utf-8", "surrogatepass").split(_APART)
        return make_person(name, email, phone or None, self._region)
