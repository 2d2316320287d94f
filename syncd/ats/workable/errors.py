"""What Workable's error bodies say: ``{"error": "..."}``, and per field for a 422."""

import json
import re
from collections.abc import Mapping
from typing import Final

from syncd.errors import Fault
from syncd.http.session import Complaint

# Only words known beforehand are repeated: the rest of a message may echo what was sent.
_CODES: Final[Mapping[str, str]] = {
    "not authorized": "not_authorized",
    "not-authorized": "not_authorized",
    "not found": "not_found",
    "not-found": "not_found",
    "validation failed": "validation_failed",
    "forbidden": "forbidden",
}
_FIELD = re.compile(r"[a-z][a-z_]{0,39}")


def complaint(status: int, body: bytes) -> Complaint:
    """Given the status and body of an error, return its code and the fields it names."""
    try:
        told = json.loads(body)
    except ValueError:
        return Complaint("", ())
    if not isinstance(told, Mapping):
        return Complaint("", ())
    error = told.get("error")
    code = _CODES.get(error.strip().lower(), "") if isinstance(error, str) else ""
    fields = told.get("validation_errors") or told.get("errors")
    names = (
        [name for name in fields if isinstance(name, str)] if isinstance(fields, Mapping) else []
    )
    faults = tuple(Fault((name,), "invalid") for name in names if _FIELD.fullmatch(name))
    return Complaint(code, faults)
