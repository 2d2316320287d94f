"""The settings of a Workable account."""

from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from syncd.settings.schema import ASKED, ApiKey, AtsSettings
from syncd.settings.units import Rate

# Account tokens: 10 requests in 10 seconds (workable.readme.io/docs/rate-limits).
PUBLISHED_LIMIT = Rate(10, 10.0)

_HOST = ".workable.com"


class WorkableSettings(AtsSettings):
    """``subdomain`` or ``base_url`` says which account; both may be given, the address wins."""

    type: Literal["workable"] = Field("workable", description="Which ATS this is.")
    subdomain: str = Field(
        "",
        pattern=r"^[A-Za-z0-9-]*$",
        json_schema_extra=ASKED,
        description="The account's name in its address: acme of https://acme.workable.com.",
    )
    api_token: ApiKey = Field(
        description="An account token (Settings, Integrations, API access tokens) with the scopes "
        "r_jobs, r_candidates and w_candidates.",
    )
    member_id: str = Field(
        "",
        pattern=r"^[A-Za-z0-9]*$",
        description="The member in whose name syncd writes; default: the first active admin.",
    )

    @field_validator("base_url")
    @classmethod
    def _no_version(cls, value: str | None) -> str | None:
        if value is not None and "/spi" in urlsplit(value).path:
            raise ValueError("is the address without /spi/v3")
        return value

    @model_validator(mode="after")
    def _one_address(self) -> "WorkableSettings":
        if not self.subdomain and self.base_url is None:
            raise ValueError("needs subdomain (or base_url): the acme of https://acme.workable.com")
        return self

    @property
    def address(self) -> str:
        """Where the account's API is, without ``/spi/v3``."""
        return self.base_url or f"https://{self.subdomain.lower()}{_HOST}"

    @property
    def account_id(self) -> str:
        """What names the account: its subdomain, or else the host (and path) of its address.

        Taken from the settings alone, so that it never depends on what a token may see. A port is
        left out: a stand-in on this machine may have another one tomorrow.
        """
        if self.subdomain:
            return self.subdomain.lower()
        parts = urlsplit(self.address)
        host = (parts.hostname or "").lower()
        return host.removesuffix(_HOST) + parts.path

    @property
    def rate(self) -> Rate:
        """The budget: what is set, or else what Workable publishes for account tokens."""
        return self.requests or PUBLISHED_LIMIT
