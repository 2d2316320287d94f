"""The settings of an Ashby account."""

from typing import Literal

from pydantic import Field

from syncd.ats.access import place_of
from syncd.settings.schema import ApiKey, AtsSettings
from syncd.settings.units import Rate

# Ashby publishes no general limit; this is far below the lowest that anybody reports.
CAUTIOUS_LIMIT = Rate(5, 1.0)

_ADDRESS = "https://api.ashbyhq.com"


class AshbySettings(AtsSettings):
    """One account; a key opens exactly one."""

    type: Literal["ashby"] = Field("ashby", description="Which ATS this is.")
    api_key: ApiKey = Field(
        description="An API key (Admin, Integrations, API keys) with the permissions jobsRead, "
        "candidatesRead, candidatesWrite, interviewsRead, organizationRead and "
        "hiringProcessMetadataRead; for new tags hiringProcessMetadataWrite as well.",
    )

    @property
    def address(self) -> str:
        """Where the API is."""
        return self.base_url or _ADDRESS

    @property
    def account_id(self) -> str:
        """What names the account: no answer tells an id of it."""
        return place_of(self.address)

    @property
    def rate(self) -> Rate:
        """The budget: what is set, or else a cautious one."""
        return self.requests or CAUTIOUS_LIMIT
