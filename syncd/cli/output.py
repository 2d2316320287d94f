"""Standard output as programs read it, and texts made safe to show."""

import json
import os
import sys
import unicodedata
from typing import Any

# Categories of characters that move the cursor, hide or reorder text.
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

_written = False


def print_document(document: Any) -> None:
    """Write the one JSON document of a run with ``--json``."""
    global _written
    text = json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
    _written = True


def has_document() -> bool:
    """Whether :func:`print_document` was called in this process."""
    return _written


def plain(text: object) -> str:
    """``text`` on one line, with characters that could steer a terminal replaced by ``�``.

    What is shown may come from a remote side: job titles, stage names, ids.
    """
    return "".join(
        " " if character in "\t\n\r" else "�" if _is_unsafe(character) else character
        for character in str(text)
    )


def _is_unsafe(character: str) -> bool:
    # The joiner of emoji is harmless and common.
    return unicodedata.category(character) in _UNSAFE and character != "\u200d"


def close_quietly() -> None:
    """Standard output's reader has gone: let nothing more be written, and no error be raised."""
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, sys.stdout.fileno())
    os.close(sink)
