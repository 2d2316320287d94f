"""A settings file that is right, and ways to hold it wrong."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from syncd.settings.load import load
from syncd.settings.schema import ApiKey, AtsSettings, Settings

API_KEY = "hm-key-0123456789"
API_TOKEN = "ats-token-9876543210"

RIGHT = f"""
installation = "0123456789ab"
secret = "a-long-secret"

[connections.acme]
mode = "plan"

[connections.acme.heymilo]
api_key = "{API_KEY}"

[connections.acme.ats]
type = "example"
subdomain = "acme"
api_token = "{API_TOKEN}"
"""


class ExampleSettings(AtsSettings):
    """An account of an ATS made up for these tests."""

    subdomain: str = Field(description="The account's subdomain.")
    api_token: ApiKey = Field(description="A token.")
    member_id: str = Field("", description="Who acts.")


MODELS: Mapping[str, type[AtsSettings]] = {"example": ExampleSettings}


def read(folder: Path, text: str = RIGHT, environ: Mapping[str, str] | None = None) -> Settings:
    """Write ``text`` as ``folder``'s settings file and load it."""
    path = folder / "settings.toml"
    path.write_text(text, "utf-8")
    return load(path, MODELS, environ or {})


def change(old: str, new: str) -> str:
    """The right file with ``old`` replaced, which must be in it."""
    assert old in RIGHT
    return RIGHT.replace(old, new)
