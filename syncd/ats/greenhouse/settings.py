"""The settings of a Greenhouse account."""

import hashlib
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, field_validator

from syncd.ats.access import place_of
from syncd.http.places import Places
from syncd.settings.schema import ASKED, AtsSettings, Url
from syncd.settings.units import Rate

# The documentation shows this limit as an example; each answer tells the one that holds.
PUBLISHED_LIMIT = Rate(75, 30.0)

# Asking for tokens has a limit of its own, counted by the minute. How high it is, is not published:
# answers tell when it is lower than this, which a handful of commands in a row must not reach.
TOKEN_LIMIT = Rate(30, 60.0)

_ADDRESS = "https://harvest.greenhouse.io"
_AUTH_ADDRESS = "https://auth.greenhouse.io"
_DOMAINS = ("greenhouse.io",)


def _require_text(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().strip():
        raise ValueError("is empty")
    return value


class GreenhouseSettings(AtsSettings):
    """One account, by the credentials of its own for Harvest v3."""

    type: Literal["greenhouse"] = Field("greenhouse", description="Which ATS this is.")
    client_id: str = Field(
        min_length=1,
        pattern=r"^[^\s:]+$",
        description='The client id of credentials of the type "Harvest V3 (OAuth)" '
        "(Configure, Dev Center, API Credential Management).",
    )
    client_secret: Annotated[SecretStr, AfterValidator(_require_text)] = Field(
        description="The client secret that belongs to it."
    )
    user_id: str = Field(
        "",
        pattern=r"^[0-9]*$",
        json_schema_extra=ASKED,
        description="The id of the Site Admin in whose name syncd reads and writes; default: the "
        "service user of the credentials.",
    )
    auth_url: Url = Field(
        _AUTH_ADDRESS, description="Where tokens are asked for, without /token at the end."
    )
    note_visibility: Literal["public", "private", "admin_only"] = Field(
        "public",
        description="Who sees syncd's notes: everybody who may see the candidate, those who may "
        "see private notes, or admins alone.",
    )
    private_candidates: Literal["leave", "invite"] = Field(
        "leave",
        description='"leave" invites nobody whom Greenhouse marks as private; "invite" treats them '
        "like everybody else.",
    )

    @field_validator("base_url")
    @classmethod
    def _no_version(cls, value: str | None) -> str | None:
        if value is not None and urlsplit(value).path.rpartition("/")[2] in ("v1", "v2", "v3"):
            raise ValueError("is the address without /v3")
        return value

    @field_validator("auth_url")
    @classmethod
    def _no_token(cls, value: str) -> str:
        if urlsplit(value).path.endswith("/token"):
            raise ValueError("is the address without /token")
        return value

    @property
    def address(self) -> str:
        """Where the API is, without ``/v3``."""
        return self.base_url or _ADDRESS

    @property
    def token_address(self) -> str:
        """The whole address at which a token is asked for."""
        return f"{self.auth_url}/token"

    @property
    def account_id(self) -> str:
        """What names the account: no answer tells an id of it."""
        return place_of(self.address)

    @property
    def credential(self) -> str:
        """A name for the use of these credentials, which holds nothing secret."""
        return _name_of(self.address, self.client_id)

    @property
    def token_scope(self) -> str:
        """A name for a token of these credentials and this user, to keep it by between passes.

        A hash of a secret with so much chance in it tells nothing about the secret.
        """
        secret = self.client_secret.get_secret_value()
        return _name_of(self.address, self.auth_url, self.client_id, secret, self.user_id)

    @property
    def places(self) -> Places:
        """The hosts that may be told the credentials: Greenhouse's own, and those set here."""
        return Places(domains=_DOMAINS, urls=[self.address, self.auth_url])

    @property
    def rate(self) -> Rate:
        """The budget: what is set, or else what the documentation shows."""
        return self.requests or PUBLISHED_LIMIT


def _name_of(*parts: str) -> str:
    named = " ".join(parts).encode()
    return f"greenhouse:{hashlib.blake2b(named, digest_size=8).hexdigest()}"
