"""Promise 8: nothing personal and no secret, at rest or told."""

from collections.abc import Iterable

from tests.simulation.history import History


def check_content(history: History, content: bytes) -> None:
    """The bytes of the state hold nothing of anybody."""
    for fragment in sorted(history.fragments):
        if fragment.encode() in content:
            history.complain("8 at rest", f"the state holds {fragment!r}")


def check_texts(history: History, what: str, texts: Iterable[str]) -> None:
    """Logs, errors and reports hold nothing of anybody."""
    every = "\n".join(texts)
    for fragment in sorted(history.fragments):
        if fragment in every:
            history.complain("8 at rest", f"{what} holds {fragment!r}")
