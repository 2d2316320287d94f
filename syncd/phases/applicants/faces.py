"""Names and addresses of those about to be invited: in memory, and not too many of them."""

from collections import OrderedDict

from syncd.model.ats import Application
from syncd.policy.people import Person, make_person
from syncd.store.applications import Key


class Faces:
    """A bounded memory of people; whoever falls out is read again from the ATS."""

    def __init__(self, region: str, limit: int = 25_000) -> None:
        self._region = region
        self._limit = limit
        self._held: OrderedDict[Key, tuple[str, str, str | None]] = OrderedDict()

    def put(self, application: Application) -> None:
        """Remember an applicant whose name and address are in order."""
        key = (application.id, application.job_id)
        self._held[key] = (application.name, application.email or "", application.phone)
        self._held.move_to_end(key)
        if len(self._held) > self._limit:
            self._held.popitem(last=False)

    def drop(self, key: Key) -> None:
        """Forget somebody who was invited or cannot be."""
        self._held.pop(key, None)

    def __contains__(self, key: Key) -> bool:
        return key in self._held

    def get(self, key: Key) -> Person | None:
        """The person as HeyMilo is told, or None if not remembered."""
        held = self._held.get(key)
        return make_person(held[0], held[1], held[2], self._region) if held else None
