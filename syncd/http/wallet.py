"""Sessions of vendors that outlive a pass, so that a daemon does not log in for each.

They are kept in memory alone, and given back when the process ends. Whoever takes one has it alone.
What makes a further login cheaper is remembered beside them.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

M = TypeVar("M")


@dataclass(frozen=True, slots=True, eq=False)
class Credential:
    """What a login gave, in memory only.

    ``headers`` carry it. ``base_url`` is where the API is, None for where the session is already.
    ``lasts`` is for how many seconds it may be used, None if only a refusal tells.
    """

    headers: Mapping[str, str] = field(repr=False)
    base_url: str | None = None
    lasts: float | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A credential that nobody uses now; ``until`` is on the monotonic clock."""

    credential: Credential
    until: float
    give_back: Callable[[], Awaitable[None]] = field(repr=False)


class Wallet:
    """What is kept, by the names of credentials, which must not hold them."""

    def __init__(self) -> None:
        self._kept: dict[str, Kept] = {}
        self._memories: dict[str, Any] = {}

    def recall(self, scope: str, make: Callable[[], M]) -> M:
        """What logins of that name remember from pass to pass; made when first asked for."""
        memory: M = self._memories.setdefault(scope, make())
        return memory

    def take(self, scope: str) -> Kept | None:
        """The credential of that name, which is not in the wallet any more then."""
        return self._kept.pop(scope, None)

    def keep(self, scope: str, kept: Kept) -> bool:
        """Keep a credential; False if there is one of that name already."""
        return self._kept.setdefault(scope, kept) is kept

    async def aclose(self) -> None:
        """Give everything back."""
        while self._kept:
            _, kept = self._kept.popitem()
            await kept.give_back()
