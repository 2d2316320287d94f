"""Webhooks are believed by their signature alone."""

import hashlib
import hmac
import json
from base64 import b64encode

import pytest

from syncd.ats.hints import Hint, Refused, digest, require_recent, require_signature
from syncd.ats.workable import WorkableSettings, connector

TOKEN = "a-synthetic-token"
BODY = json.dumps({"event_type": "candidate_created", "data": {"job": {"shortcode": "A1B2"}}})


def settings(**given: str) -> WorkableSettings:
    return WorkableSettings.model_validate(
        {"type": "workable", "subdomain": "acme", "api_token": TOKEN, **given}
    )


def sign(key: str, body: str) -> bytes:
    return hmac.new(key.encode(), body.encode(), hashlib.sha256).digest()


def read(body: str, signature: str | None, **given: str) -> Hint:
    assert connector.hint is not None
    headers = {} if signature is None else {"x-workable-signature": signature}
    return connector.hint(settings(**given), headers, body.encode(), 0.0)


@pytest.mark.parametrize("key", ["secret", TOKEN])
def test_a_signed_delivery_says_where_to_look(key: str) -> None:
    given = {"webhook_secret": key} if key != TOKEN else {}
    raw = sign(key, BODY)
    for written in (raw.hex(), raw.hex().upper(), b64encode(raw).decode(), f" {raw.hex()}\n"):
        assert read(BODY, written, **given) == Hint("applicants", "A1B2")


@pytest.mark.parametrize("body", ["", "[]", "null", '{"data": 3}', '{"data": {"job": {}}}', "\x00"])
def test_whatever_a_signed_body_holds(body: str) -> None:
    assert read(body, sign(TOKEN, body).hex()) == Hint("applicants")


def test_an_id_that_is_none_is_left_out() -> None:
    body = json.dumps({"data": {"job": {"shortcode": "../../etc"}}})
    assert read(body, sign(TOKEN, body).hex()) == Hint("applicants")


def test_what_is_not_signed_by_the_key_is_refused() -> None:
    for signature in (
        None,
        "",
        "00" * 32,
        sign("another", BODY).hex(),
        "é",
        sign(TOKEN, BODY).hex()[:-1],
    ):
        with pytest.raises(Refused):
            read(BODY, signature)
    with pytest.raises(Refused):  # one byte was changed on the way
        read(BODY + " ", sign(TOKEN, BODY).hex())
    with pytest.raises(Refused):  # with a secret of its own the token proves nothing
        read(BODY, sign(TOKEN, BODY).hex(), webhook_secret="secret")


def test_base64_only_where_a_vendor_leaves_it_open() -> None:
    wanted = digest("key", b"one", b"two")
    assert wanted == sign("key", "onetwo")
    require_signature(wanted.hex(), wanted)
    with pytest.raises(Refused):
        require_signature(b64encode(wanted).decode(), wanted)


@pytest.mark.parametrize(
    ("at", "fine"),
    [(700.0, True), (1300.0, True), (699.0, False), (1301.0, False), (float("nan"), False)],
)
def test_old_ones_and_those_of_the_future(at: float, fine: bool) -> None:
    if fine:
        require_recent(at, 1000.0)
    else:
        with pytest.raises(Refused):
            require_recent(at, 1000.0)
