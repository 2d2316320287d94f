"""The settings of a Lever account."""

from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from syncd.ats.access import place_of
from syncd.settings.schema import ASKED, ApiKey, AtsSettings
from syncd.settings.units import Rate

# Steady requests per key; bursts to twice that are not guaranteed (vendor's documentation).
PUBLISHED_LIMIT = Rate(10, 1.0)

_ADDRESS = "https://api.lever.co"


class LeverSettings(AtsSettings):
    """One account; a key opens exactly one."""

    type: Literal["lever"] = Field("lever", description="Which ATS this is.")
    api_key: ApiKey = Field(
        description="An API key (Settings, Integrations and API, API credentials) that may read "
        "postings, opportunities, stages, archive reasons, notes and users, and write "
        "opportunities and notes.",
    )
    perform_as: str = Field(
        "",
        pattern=r"^[A-Za-z0-9-]*$",
        json_schema_extra=ASKED,
        description="The id of the user in whose name syncd writes; default: the API key itself.",
    )

    @field_validator("base_url")
    @classmethod
    def _no_version(cls, value: str | None) -> str | None:
        if value is not None and urlsplit(value).path.endswith("/v1"):
            raise ValueError("is the address without /v1")
        return value

    @property
    def address(self) -> str:
        """Where the API is, without ``/v1``."""
        return self.base_url or _ADDRESS

    @property
    def account_id(self) -> str:
        """What names the account: no answer tells an id of it."""
        return place_of(self.address)

    @property
    def rate(self) -> Rate:
        """The budget: what is set, or else what Lever publishes."""
        return self.requests or PUBLISHED_LIMIT
