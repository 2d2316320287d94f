"""Where HeyMilo's documents leave something open, a switch for each way it may be."""

from dataclasses import dataclass
from typing import Literal


@dataclass(slots=True)
class Behaviour:
    """How this HeyMilo behaves; every value may be changed while it runs.

    ``created_status``: what a posting made from an ordinary template is at once.
    ``newest_first``: the order of lists. ``lag``: seconds until reads show what was written.
    ``skew``: seconds this side's clock is ahead. ``requests_per_minute`` and
    ``limit_headers``: the rate limit and how answers tell it. ``error_shape``: which of the two
    published shapes a 422 has; ``names_rows``: whether it says which rows are wrong.
    ``bulk``: whether wrong rows fail the whole batch or are left out of it;
    ``bulk_limit``: more rows are answered 413; ``bulk_order``: the order of its answer.
    ``forgets_marks``: the answer of a bulk ingest leaves ``metadata`` out.
    ``checks_addresses``: broken e-mail addresses and phone numbers are a 422.
    ``refusal``: the status of what a posting's state forbids. ``expired_for_good``: a later
    deadline does not revive an expired posting. ``duplicates``: what a second ingestion of an
    address into one posting is answered. ``normalises``: texts are tidied when stored.
    ``attach_failures``: so many activations do not attach the native ATS mapping.
    ``counts``: whether lists tell ``total_count``.
    """

    created_status: Literal["active", "draft"] = "active"
    newest_first: bool = True
    lag: float = 0.0
    skew: float = 0.0
    requests_per_minute: int = 300
    limit_headers: Literal["none", "x-ratelimit", "ratelimit"] = "x-ratelimit"
    retry_after: Literal["seconds", "date", "none"] = "seconds"
    error_shape: Literal["fastapi", "api_error"] = "fastapi"
    names_rows: bool = True
    bulk: Literal["whole", "partial"] = "whole"
    bulk_limit: int | None = None
    bulk_order: Literal["kept", "reversed"] = "kept"
    forgets_marks: bool = False
    checks_addresses: bool = True
    refusal: int = 409
    expired_for_good: bool = False
    duplicates: Literal["same", "conflict"] = "same"
    normalises: bool = True
    attach_failures: int = 0
    counts: bool = True
