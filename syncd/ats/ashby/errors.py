"""What Ashby's answers mean: failures come with the status 200 and ``"success": false``.

https://developers.ashbyhq.com/reference/responses: what would be a 4xx answer elsewhere is one of
these, so a write answered so was not applied. The code stands in ``errorInfo.code``, or in
``errors`` as a text or an object, depending on the age of the operation.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from syncd.http.session import Complaint

#: The codes that mean: drop the sync token and the cursor, and read everything.
READ_IN_FULL: Final = frozenset(
    (
        "sync_token_expired",
        "sync_token_invalid",
        "incremental_sync_too_large",
        "next_cursor_expired",
        "invalid_next_cursor",
        "cursor_invalid",
    )
)

_WORD = re.compile(r"[a-z][a-z0-9_]{0,59}")

# What the words of a code mean as a status, the first that is found.
_STATUSES: Final = (
    (re.compile(r"rate_limit|too_many_requests|throttle"), 429),
    (re.compile(r"internal|server_error|timeout|timed_out|unavailable|try_again"), 500),
    (re.compile(r"permission|forbidden|not_allowed"), 403),
    (re.compile(r"unauthori[sz]ed|unauthenticated|api_key"), 401),
    (re.compile(r"_not_found$|^not_found$"), 404),
)


def judge(status: int, body: bytes) -> int:
    """Given an answer's status and body, return the status that it means.

    Only a failure that comes with a 2xx status is translated; whether it is a success at all is
    for the reader of the body to say.
    """
    if not 200 <= status < 300:
        return status
    told = _object(body)
    if told.get("success") is not False:
        return status
    code = code_in(told)
    if code in READ_IN_FULL:
        return 400
    return next((meant for words, meant in _STATUSES if words.search(code)), 400)


def complaint(_status: int, body: bytes) -> Complaint:
    """Given the body of an error, return its code; the message may echo what was sent."""
    return Complaint(code_in(_object(body)))


def code_in(told: Mapping[str, Any]) -> str:
    """The code of a failure, or nothing if there is none that is one word."""
    info, errors = told.get("errorInfo"), told.get("errors")
    found = [info] if isinstance(info, Mapping) else []
    found += errors if isinstance(errors, list) else []
    for one in found:
        code = one.get("code") or one.get("message") if isinstance(one, Mapping) else one
        if isinstance(code, str) and _WORD.fullmatch(code.strip().lower()):
            return code.strip().lower()
    return ""


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, Mapping) else {}
