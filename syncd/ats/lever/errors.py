"""What Lever's error bodies say: ``{"code": "ResourceNotFound", "message": "…"}``."""

import json
from collections.abc import Mapping

from syncd.http.session import Complaint


def complaint(_status: int, body: bytes) -> Complaint:
    """Given the body of an error, return its code; the message may echo what was sent."""
    try:
        told = json.loads(body)
    except ValueError:
        return Complaint()
    code = told.get("code") if isinstance(told, Mapping) else None
    return Complaint(code if isinstance(code, str) else "")
