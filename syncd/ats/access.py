"""Credentials as connectors use them: in a header, and named without being told."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from pydantic import SecretStr


def basic_headers(key: SecretStr, accept: str) -> Callable[[], Mapping[str, str]]:
    """What carries an API key as the user of Basic authentication, with an empty password."""

    def headers() -> Mapping[str, str]:
        pair = base64.b64encode(f"{key.get_secret_value()}:".encode()).decode()
        return {"Authorization": f"Basic {pair}", "Accept": accept}

    return headers


def name_credential(ats_type: str, address: str, key: SecretStr) -> str:
    """The name under which the use of a credential is counted.

    A hash of a key with so much chance in it tells nothing about the key.
    """
    named = f"{address} {key.get_secret_value()}".encode()
    return f"{ats_type}:{hashlib.blake2b(named, digest_size=8).hexdigest()}"


def place_of(address: str) -> str:
    """What names an account where no answer tells an id of it: host and path of the API's address.

    An id taken from what a key may see would change with the key. A port is left out: a stand-in
    on this machine may have another tomorrow.
    """
    parts = urlsplit(address)
    return (parts.hostname or "").lower() + parts.path
