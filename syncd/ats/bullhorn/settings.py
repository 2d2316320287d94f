"""The settings of a Bullhorn account."""

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, field_validator, model_validator

from syncd.http.places import Places
from syncd.settings.schema import ASKED, AtsSettings, Url
from syncd.settings.units import Rate

# 1,500 requests a minute for all of an account's API users (kb.bullhorn.com, API Usage Limits).
PUBLISHED_LIMIT = Rate(1500, 60.0)

_DOMAINS = ("bullhornstaffing.com", "bullhorn.com")
_LOGIN_PATH = "/rest-services/loginInfo"


def _require_text(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().strip():
        raise ValueError("is empty")
    return value


Secret = Annotated[SecretStr, AfterValidator(_require_text)]
"""A secret that is sent in a form or a query, so that it may hold any sign."""


class BullhornSettings(AtsSettings):
    """An API user, and the client that Bullhorn Support made for it."""

    type: Literal["bullhorn"] = Field("bullhorn", description="Which ATS this is.")
    username: str = Field(
        min_length=1, description="The API user's name, as Bullhorn Support gave it."
    )
    password: Secret = Field(description="The API user's password.")
    client_id: str = Field(min_length=1, description="The client id for the REST API.")
    client_secret: Secret = Field(description="The client secret for the REST API.")
    login_url: Url = Field(
        f"https://rest.bullhornstaffing.com{_LOGIN_PATH}",
        json_schema_extra=ASKED,
        description="Where the account's data centre is asked for: the whole address of loginInfo.",
    )
    rejected_statuses: list[str] = Field(
        default_factory=lambda: ["*reject*", "*declin*", "*withdr*", "*not interested*"],
        description="Patterns of the statuses of submissions that say no (* and ?), in any case "
        "of letters: nobody in one is invited or moved.",
    )
    hired_statuses: list[str] = Field(
        default_factory=lambda: ["placed", "hired", "offer accepted"],
        description="Patterns of the statuses of submissions that say yes.",
    )
    do_not_contact_statuses: list[str] = Field(
        default_factory=lambda: ["do not *", "dnc*", "dnu*", "blacklist*"],
        description="Patterns of the statuses of candidates who must not be contacted.",
    )
    mass_mail_opt_out: Literal["respect", "ignore"] = Field(
        "respect",
        description='"respect" invites nobody who opted out of mass mail; "ignore" counts an '
        "invitation to an interview as no mass mail.",
    )
    department_field: str = Field(
        "publishedCategory",
        pattern=r"^[A-Za-z0-9]*$",
        description="The job field that rules see as department, since Bullhorn has none.",
    )
    note_action: str = Field(
        "",
        max_length=30,
        description="The action type of notes; default: Note if the account has it, else the "
        "first it has.",
    )

    @model_validator(mode="before")
    @classmethod
    def _login_below_base(cls, given: Any) -> Any:
        """With ``base_url`` alone, loginInfo is asked there."""
        if isinstance(given, dict) and given.get("base_url") and not given.get("login_url"):
            base = given["base_url"]
            if isinstance(base, str):
                return {**given, "login_url": base.rstrip("/") + _LOGIN_PATH}
        return given

    @field_validator("base_url")
    @classmethod
    def _no_path(cls, value: str | None) -> str | None:
        if value is not None and "/rest-services" in urlsplit(value).path:
            raise ValueError("is the address without /rest-services")
        return value

    @property
    def places(self) -> Places:
        """The hosts that may be told the credentials: Bullhorn's own, and those set here."""
        urls = [self.login_url, *([self.base_url] if self.base_url else [])]
        return Places(domains=_DOMAINS, urls=urls)

    @property
    def rate(self) -> Rate:
        """The budget: what is set, or else what Bullhorn publishes."""
        return self.requests or PUBLISHED_LIMIT
