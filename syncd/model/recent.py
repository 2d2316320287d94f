"""A memory of names that does not grow with the list that is read."""


class Recent:
    """Remembers the last ``most`` names or more, up to twice as many, and forgets older ones.

    Lists are ordered by a cursor, so a row that comes twice, because others moved while the list
    was read, comes again soon.
    """

    def __init__(self, most: int = 2_000) -> None:
        self._most = most
        self._new: set[str] = set()
        self._old: set[str] = set()

    def add(self, name: str) -> bool:
        """Remember ``name``; return whether it was not known before."""
        known = name in self._new or name in self._old
        self._new.add(name)
        if len(self._new) >= self._most:
            self._old, self._new = self._new, set()
        return not known
