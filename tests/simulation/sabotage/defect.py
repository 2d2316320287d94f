"""What a deliberate defect is, and the list of all of them."""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

Apply = Callable[[], AbstractContextManager[Any]]


@dataclass(frozen=True, slots=True)
class Defect:
    """One deliberate defect.

    ``promise`` is what it breaks, by its number in the design or by its name; ``breaks`` says in
    one sentence what the program does wrong. Only complaints that begin with one of ``seen_as``
    count as noticing it: a crash, or a complaint of something else, proves nothing. ``apply``
    gives the context in which the program has the defect.
    """

    name: str
    promise: str
    breaks: str
    seen_as: tuple[str, ...]
    apply: Apply

    def explains(self, violation: str) -> bool:
        """Whether the violation is one that this defect must lead to."""
        return violation.startswith(self.seen_as)


#: Every defect, by name, in the order in which they were written down.
DEFECTS: dict[str, Defect] = {}


def defect(promise: str, breaks: str, *seen_as: str) -> Callable[[Apply], Apply]:
    """Enter the decorated function as a defect of its own name."""

    def enter(apply: Apply) -> Apply:
        name = apply.__name__.replace("_", " ")
        if name in DEFECTS:
            raise ValueError(f"there are two defects called {name}")
        DEFECTS[name] = Defect(name, promise, breaks, seen_as, apply)
        return apply

    return enter


def together(*patches: AbstractContextManager[Any]) -> AbstractContextManager[Any]:
    """Several patches as one."""
    with ExitStack() as stack:
        for one in patches:
            stack.enter_context(one)
        return stack.pop_all()
    raise AssertionError("an exit stack swallows nothing")


def replaced(owner: Any, name: str, by: Any) -> AbstractContextManager[Any]:
    """``owner.name`` stands for ``by`` as long as the context lasts."""
    return patch.object(owner, name, by)
