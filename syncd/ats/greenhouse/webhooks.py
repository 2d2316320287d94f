"""Greenhouse's webhooks: ``Signature: sha256 <hex>`` over the raw body.

https://developers.greenhouse.io/webhooks.html. No time is signed, and ``Greenhouse-Event-ID`` is
not signed either, so an old delivery cannot be told from a new one.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from syncd.ats.greenhouse.settings import GreenhouseSettings
from syncd.ats.hints import Hint, Refused, digest, require_signature
from syncd.ats.wire import mapping_of, text_of
from syncd.settings.schema import AtsSettings

_HEADER = "signature"
_SIGNED = re.compile(r"sha256\s+([0-9A-Fa-f]{64})")
_ID = re.compile(r"[0-9]{1,18}")

# What changes a posting; everything else is about people.
_JOB_ACTIONS = ("job_", "department_", "office_")


def read_hint(settings: AtsSettings, headers: Mapping[str, str], body: bytes, now: float) -> Hint:
    """Given a delivery, return what to look at again; raises Refused unless the secret signed it.

    An old delivery that comes again does no harm: what it says is never taken for true, it only
    makes syncd look.
    """
    if not isinstance(settings, GreenhouseSettings):
        raise TypeError("these are not the settings of a Greenhouse account")
    if settings.webhook_secret is None:
        raise Refused("there is no webhook_secret to check it with")
    given = _SIGNED.fullmatch(headers.get(_HEADER, "").strip())
    if given is None:
        raise Refused("its signature is missing or wrong")
    require_signature(given[1], digest(settings.webhook_secret.get_secret_value(), body))
    return _hint(body)


def _hint(body: bytes) -> Hint:
    try:
        told = mapping_of(json.loads(body))
    except (ValueError, RecursionError):
        return Hint()
    action, payload = told.get("action"), mapping_of(told.get("payload"))
    if isinstance(action, str) and action.startswith(_JOB_ACTIONS):
        job = mapping_of(payload.get("job")).get("id")
        stage = mapping_of(payload.get("job_interview_stage")).get("job_id")
        return Hint("postings", job_id=_id(job) or _id(stage) or _id(payload.get("job_id")))
    application = mapping_of(payload.get("application"))
    return Hint(
        job_id=_id(application.get("job_id")) or _id(mapping_of(application.get("job")).get("id")),
        application_id=_id(application.get("id")),
    )


def _id(value: Any) -> str:
    text = text_of(value) or ""
    return text if _ID.fullmatch(text) else ""
