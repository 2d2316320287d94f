"""Lever's webhooks: the signature stands in the body and covers a token and a time, not the data.

Each webhook has a signature token of its own, so ``webhook_secret`` may hold several.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from syncd.ats.hints import Hint, Refused, digest, require_recent, require_signature
from syncd.ats.lever.settings import LeverSettings
from syncd.ats.wire import mapping_of, millis_of
from syncd.settings.schema import AtsSettings

_ID = re.compile(r"[A-Za-z0-9-]{1,64}")


def read_hint(settings: AtsSettings, headers: Mapping[str, str], body: bytes, now: float) -> Hint:
    """Given a delivery, return what to look at again.

    Raises Refused unless one of the signature tokens signed it within the last five minutes. What
    it says of an opportunity is not signed, so it tells no more than what to read.
    """
    if not isinstance(settings, LeverSettings):
        raise TypeError("these are not the settings of a Lever account")
    if settings.webhook_secret is None:
        raise Refused("there is no webhook_secret to check it with")
    told = _object(body)
    token, at, signature = (told.get(key) for key in ("token", "triggeredAt", "signature"))
    if not isinstance(token, str) or not isinstance(signature, str) or not _is_moment(at):
        raise Refused("its signature is missing or wrong")
    signed = f"{token}{at}".encode("utf-8", "replace")
    _require_any(settings.webhook_secret.get_secret_value(), signature, signed)
    require_recent(millis_of(at) or 0.0, now)
    opportunity = mapping_of(told.get("data")).get("opportunityId")
    known = isinstance(opportunity, str) and _ID.fullmatch(opportunity)
    return Hint(application_id=str(opportunity) if known else "", signed=signed)


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        return mapping_of(json.loads(body))
    except (ValueError, RecursionError):
        raise Refused("it is not JSON") from None


def _is_moment(value: object) -> bool:
    """Whether it is a time that was signed as it stands here: whole milliseconds."""
    if isinstance(value, str):
        return value.isascii() and value.isdecimal() and len(value) <= 20
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**20


def _require_any(secrets: str, signature: str, signed: bytes) -> None:
    """Raise Refused unless one of the secrets signed; all are tried, whichever it is."""
    believed = False
    for secret in re.split(r"[\s,]+", secrets):
        try:
            require_signature(signature, digest(secret, signed))
            believed = bool(secret) or believed
        except Refused:
            continue
    if not believed:
        raise Refused("its signature is missing or wrong")
