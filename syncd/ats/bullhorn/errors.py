"""What Bullhorn's error bodies say.

The REST API answers ``{"errorMessage", "errorMessageKey", "errorCode", "errors": [...]}``, OAuth
``{"error", "error_description"}``; both recorded. Only keys are repeated, never messages.
"""

import json
import re
from collections.abc import Mapping

from syncd.ats.wire import mapping_of
from syncd.errors import Fault, Rejected, RemoteError, Uncertain
from syncd.http.session import Complaint

SIDE = "Bullhorn"

_KEY = re.compile(r"errors(\.[A-Za-z]+)+")
_OAUTH = frozenset(("invalid_grant", "invalid_client", "invalid_request", "unauthorized_client"))
_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9]{0,39}")


def complaint(status: int, body: bytes) -> Complaint:
    """Given the status and body of an error, return its code and the fields it names."""
    try:
        told = json.loads(body)
    except ValueError:
        return Complaint()
    if not isinstance(told, Mapping):
        return Complaint()
    key, oauth = told.get("errorMessageKey"), told.get("error")
    code = key if isinstance(key, str) and _KEY.fullmatch(key) else ""
    if not code and isinstance(oauth, str) and oauth in _OAUTH:
        code = oauth
    rows = told.get("errors")
    names = [mapping_of(row).get("propertyName") for row in rows] if isinstance(rows, list) else []
    return Complaint(
        code,
        tuple(
            Fault((name,), "invalid")
            for name in names
            if isinstance(name, str) and _FIELD.fullmatch(name)
        ),
    )


def is_dead(error: RemoteError) -> bool:
    """Whether the session has ended: 401 for a token that timed out, 412 for none at all."""
    return error.status in (401, 412)


def require_denied(error: RemoteError) -> None:
    """Raise ``error`` again unless it says that this user cannot be told just this.

    That is any refusal of the request, and a 403; a refused login is told as a 401.
    """
    if not isinstance(error, Rejected) and error.status != 403:
        raise error


def unreadable(path: str, found: str) -> Uncertain:
    """The error for an answer that does not hold what it must: it is no proof of anything."""
    return Uncertain(
        f"{SIDE} answered GET /{path} with {found}; it will be read again.",
        side=SIDE,
        request=f"GET /{path}",
        status=200,
    )
