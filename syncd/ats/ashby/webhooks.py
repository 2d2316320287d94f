"""Ashby's webhooks: ``Ashby-Signature: sha256=<hex>`` over the raw body.

https://developers.ashbyhq.com/docs/authenticating-webhooks; no time is signed.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from syncd.ats.ashby.settings import AshbySettings
from syncd.ats.hints import Hint, Refused, digest, require_signature
from syncd.ats.wire import mapping_of
from syncd.settings.schema import AtsSettings

_HEADER = "ashby-signature"
_SCHEME = "sha256="
_ID = re.compile(r"[A-Za-z0-9-]{1,64}")


def read_hint(settings: AtsSettings, headers: Mapping[str, str], body: bytes, now: float) -> Hint:
    """Given a delivery, return what to look at again; raises Refused unless the secret signed it.

    Ashby signs no time, so an old delivery cannot be told from a new one; it does no harm, because
    what it says is never taken for true.
    """
    if not isinstance(settings, AshbySettings):
        raise TypeError("these are not the settings of an Ashby account")
    if settings.webhook_secret is None:
        raise Refused("there is no webhook_secret to check it with")
    given = headers.get(_HEADER, "").strip()
    if not given.startswith(_SCHEME):
        raise Refused("its signature is missing or wrong")
    wanted = digest(settings.webhook_secret.get_secret_value(), body)
    require_signature(given.removeprefix(_SCHEME), wanted)
    return _hint(body)


def _hint(body: bytes) -> Hint:
    try:
        told = mapping_of(json.loads(body))
    except (ValueError, RecursionError):
        return Hint()
    action, data = told.get("action"), mapping_of(told.get("data"))
    if isinstance(action, str) and action.startswith("job"):
        job = mapping_of(data.get("job"))
        posting = mapping_of(data.get("jobPosting"))
        return Hint("postings", job_id=_id(job.get("id")) or _id(posting.get("jobId")))
    application = mapping_of(data.get("application"))
    return Hint(
        job_id=_id(mapping_of(application.get("job")).get("id")),
        application_id=_id(application.get("id")),
    )


def _id(value: Any) -> str:
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""
