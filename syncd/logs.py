"""What every log line of a piece of work says beside its own words: connection, pass, phase."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_about: ContextVar[Mapping[str, object]] = ContextVar("about", default={})  # noqa: B039


@contextmanager
def about(**what: object) -> Iterator[None]:
    """Log lines in the body, and in tasks that begin there, say this; None says nothing."""
    token = _about.set({**_about.get(), **{k: v for k, v in what.items() if v is not None}})
    try:
        yield
    finally:
        _about.reset(token)


def current() -> Mapping[str, object]:
    """What is said now."""
    return _about.get()
