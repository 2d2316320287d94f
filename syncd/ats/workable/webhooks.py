"""Workable's webhooks: signed over the raw body, two events of a candidate.

https://workable.readme.io/docs/webhooks names the header and the key; how the digest is written is
not said, so hex and Base64 are both taken.
"""

import json
from collections.abc import Mapping
from typing import Any

from syncd.ats.hints import Hint, digest, require_signature
from syncd.ats.workable.settings import WorkableSettings
from syncd.settings.schema import AtsSettings

_HEADER = "x-workable-signature"


def read_hint(settings: AtsSettings, headers: Mapping[str, str], body: bytes, now: float) -> Hint:
    """Given a delivery, return what to look at again; raises Refused unless the key signed it.

    The key is ``webhook_secret`` or else the token, with which Workable signs what an account
    token subscribed to. Workable signs no time, so an old delivery cannot be told from a new one;
    it does no harm, because what it says is never taken for true.
    """
    if not isinstance(settings, WorkableSettings):
        raise TypeError("these are not the settings of a Workable account")
    secret = settings.webhook_secret
    key = secret.get_secret_value() if secret else settings.api_token.get_secret_value()
    require_signature(headers.get(_HEADER, ""), digest(key, body), base64=True)
    return Hint(job_id=_job_of(body))


def _job_of(body: bytes) -> str:
    try:
        told: Any = json.loads(body)
        job = told["data"]["job"]["shortcode"]
    except (ValueError, LookupError, TypeError):
        return ""
    return job if isinstance(job, str) and job.isalnum() and len(job) <= 40 else ""
