"""Ending between two requests: a write that is under way still gets its answer."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Drain:
    """What every session of a program asks before it begins a request.

    A write that is cut off is not lost, since its row is in the journal, but the next run has to
    find out what became of it, and may have to wait for that.
    """

    def __init__(self) -> None:
        self._asked = False
        self._writes = 0

    def ask(self) -> bool:
        """Let no further request begin; return whether a write is still under way."""
        self._asked = True
        return self._writes > 0

    def require_open(self) -> None:
        """Raise CancelledError, as at any other wait, once the end was asked for."""
        if self._asked:
            raise asyncio.CancelledError

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A write is under way for as long as the body runs."""
        self._writes += 1
        try:
            yield
        finally:
            self._writes -= 1
