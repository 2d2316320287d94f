"""What of a request may be shown in errors and logs."""

import logging
import re
from urllib.parse import unquote, urlsplit

_SECRET_LIKE = re.compile(r"[A-Za-z0-9_\-.~+=]{65,}")
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.\-]{0,59}")
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_\-]{0,39}")

HIDDEN = "…"


def silence_libraries() -> None:
    """Stop the HTTP libraries from logging whole addresses and headers, at whatever log level."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)


def public_path(path: str) -> str:
    """Given a path or a whole URL, return its path without query, fragment, addresses and tokens.

    A segment that holds an e-mail address, or is so long that it could be a token, is hidden.
    """
    try:
        parts = urlsplit(path)
    except ValueError:
        return HIDDEN
    return "/".join(HIDDEN if _is_private(part) else part for part in parts.path.split("/"))


def public_code(code: object) -> str:
    """A remote side's machine-readable code, or nothing if it is not one word."""
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


def public_place(path: tuple[object, ...]) -> tuple[str | int, ...]:
    """Where in a body a complaint points, with every part hidden that is not a plain key."""
    return tuple(
        part
        if isinstance(part, int) or (isinstance(part, str) and _KEY.fullmatch(part))
        else HIDDEN
        for part in path
    )


def _is_private(segment: str) -> bool:
    text = unquote(segment)
    return (
        "@" in text
        or not text.isprintable()
        or any(map(str.isspace, text))
        or _SECRET_LIKE.search(text) is not None
    )
