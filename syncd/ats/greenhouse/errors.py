"""What Greenhouse's error bodies say.

The API answers ``{"message": "…", "errors": [{"message": "…", "field": "…"}]}``, the address for
tokens ``{"error": "invalid_client"}`` as OAuth has it (RFC 6749, 5.2). Messages may echo what was
sent, so fields and codes alone are kept.
"""

import json
from collections.abc import Mapping

from syncd.ats.wire import mapping_of
from syncd.errors import Fault
from syncd.http.session import Complaint

SIDE = "Greenhouse"


def complaint(_status: int, body: bytes) -> Complaint:
    """Given the body of an error, return its code and the fields it names."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return Complaint()
    if not isinstance(told, Mapping):
        return Complaint()
    code, rows = told.get("error"), told.get("errors")
    fields = [mapping_of(row).get("field") for row in rows] if isinstance(rows, list) else []
    return Complaint(
        code if isinstance(code, str) else "",
        tuple(Fault((field,), "invalid") for field in fields if isinstance(field, str)),
    )
