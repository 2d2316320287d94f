"""Webhooks of Lever, which signs a time, and of Ashby, which signs the body."""

import hashlib
import hmac
import json
from typing import Any

import pytest

from syncd.ats.ashby import AshbySettings
from syncd.ats.ashby.webhooks import read_hint as read_ashby
from syncd.ats.hints import Hint, Refused
from syncd.ats.lever import LeverSettings
from syncd.ats.lever.webhooks import read_hint as read_lever

SECRET = "synthetic-signature-token"
NOW = 1_800_000_000.0


def sign(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


# Computed once with openssl: printf '%s' t0ken1431458021951 | openssl dgst -sha256 -hmac SECRET
VECTOR = "399e79d8a9232bb1e4865c43c81850f50e03f005ffd8ac5175cbfb6704bea712"


def lever(secret: str | None = SECRET) -> LeverSettings:
    given = {"type": "lever", "api_key": "k", **({"webhook_secret": secret} if secret else {})}
    return LeverSettings.model_validate(given)


def delivery(at: Any = None, secret: str = SECRET, **more: Any) -> bytes:
    """A delivery as Lever's documentation has it, signed."""
    at = int(NOW * 1000) if at is None else at
    told = {
        "triggeredAt": at,
        "event": "candidateStageChange",
        "data": {"opportunityId": "o-1", "toStageId": "s"},
        "token": "t0ken",
        "signature": sign(secret, f"t0ken{at}"),
    }
    return json.dumps({**told, **more}).encode()


def test_a_vector_of_lever() -> None:
    body = delivery(1431458021951, signature=VECTOR)
    assert read_lever(lever(), {}, body, 1431458021.951).application_id == "o-1"


# What Lever signed: it tells a repetition, whatever stands beside it.
SIGNED = f"t0ken{int(NOW * 1000)}".encode()


def test_lever_tells_which_opportunity() -> None:
    told = Hint(application_id="o-1", signed=SIGNED)
    assert read_lever(lever(), {}, delivery(), NOW) == told
    upper = delivery(signature=sign(SECRET, f"t0ken{int(NOW * 1000)}").upper())
    assert read_lever(lever(), {}, upper, NOW + 299) == told
    text = delivery(triggeredAt=str(int(NOW * 1000)))
    assert read_lever(lever(), {}, text, NOW) == told


def test_each_webhook_of_lever_has_a_token_of_its_own() -> None:
    several = lever(f"first, {SECRET}\nthird")
    assert read_lever(several, {}, delivery(), NOW).application_id == "o-1"
    assert read_lever(several, {}, delivery(secret="third"), NOW).application_id == "o-1"
    for wrong in ("fourth", "", f"first, {SECRET}"):
        with pytest.raises(Refused):
            read_lever(several, {}, delivery(secret=wrong), NOW)


@pytest.mark.parametrize(
    "data", [None, [], "x", {}, {"opportunityId": "../x"}, {"opportunityId": 7}]
)
def test_whatever_lever_says_beside_the_signature(data: Any) -> None:
    assert read_lever(lever(), {}, delivery(data=data), NOW) == Hint(signed=SIGNED)


@pytest.mark.parametrize("ago", [301, -301, 86_400])
def test_an_old_delivery_of_lever_is_refused(ago: float) -> None:
    with pytest.raises(Refused, match="too long ago"):
        read_lever(lever(), {}, delivery(int((NOW - ago) * 1000)), NOW)


@pytest.mark.parametrize(
    "more",
    [
        {"signature": None},
        {"signature": ""},
        {"signature": "00" * 32},
        {"token": "another"},
        {"token": None},
        {"token": ["t0ken"]},
        {"triggeredAt": int(NOW * 1000) + 1},
        {"triggeredAt": None},
        {"triggeredAt": True},
        {"triggeredAt": NOW * 1000},
        {"triggeredAt": "soon"},
        {"triggeredAt": -5},
        {"triggeredAt": 10**400},
    ],
)
def test_what_lever_did_not_sign_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        read_lever(lever(), {}, delivery(**more), NOW)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_delivery_of_lever_is_refused(body: bytes) -> None:
    with pytest.raises(Refused):
        read_lever(lever(), {}, body, NOW)


def test_without_a_secret_nothing_is_believed() -> None:
    with pytest.raises(Refused, match="webhook_secret"):
        read_lever(lever(None), {}, delivery(), NOW)
    with pytest.raises(Refused, match="webhook_secret"):
        read_ashby(ashby(None), {"ashby-signature": "sha256=" + sign("", "{}")}, b"{}", NOW)
    with pytest.raises(TypeError):
        read_ashby(lever(), {}, b"", NOW)
    with pytest.raises(TypeError):
        read_lever(ashby(), {}, b"", NOW)


def ashby(secret: str | None = SECRET) -> AshbySettings:
    given = {"type": "ashby", "api_key": "k", **({"webhook_secret": secret} if secret else {})}
    return AshbySettings.model_validate(given)


def read_signed(told: Any) -> Hint:
    body = told if isinstance(told, str) else json.dumps(told)
    headers = {"ashby-signature": f"sha256={sign(SECRET, body)}"}
    return read_ashby(ashby(), headers, body.encode(), NOW)


def test_a_vector_of_ashby() -> None:
    # RFC 4231, test case 2
    digest = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    body = b"what do ya want for nothing?"
    headers = {"ashby-signature": f"sha256={digest}"}
    assert read_ashby(ashby("Jefe"), headers, body, NOW) == Hint()


def test_ashby_tells_which_application() -> None:
    application = {"id": "a-1", "job": {"id": "j-1"}, "candidate": {"id": "c-1"}}
    told = {"action": "candidateStageChange", "data": {"application": application}}
    assert read_signed(told) == Hint("applicants", "j-1", "a-1")


@pytest.mark.parametrize(
    "data", [{"job": {"id": "j-1"}}, {"jobPosting": {"id": "p-1", "jobId": "j-1"}}]
)
def test_ashby_tells_which_job(data: Any) -> None:
    assert read_signed({"action": "jobPostingUpdate", "data": data}) == Hint("postings", "j-1")


@pytest.mark.parametrize(
    "told",
    [
        "",
        "[]",
        "[" * 100_000,
        {"action": 5, "data": []},
        {"data": {"application": {"id": "../x", "job": 7}}},
        {"action": "ping"},
    ],
)
def test_whatever_a_signed_body_of_ashby_holds(told: Any) -> None:
    assert read_signed(told) == Hint()


def test_what_ashby_did_not_sign_is_refused() -> None:
    body = b'{"action": "ping"}'
    right = sign(SECRET, body.decode())
    for given in (None, "", right, f"sha1={right}", f"sha256={right[:-1]}", "sha256=", "sha256=é"):
        headers = {} if given is None else {"ashby-signature": given}
        with pytest.raises(Refused):
            read_ashby(ashby(), headers, body, NOW)
    with pytest.raises(Refused):  # one byte was changed on the way
        read_ashby(ashby(), {"ashby-signature": f"sha256={right}"}, body + b" ", NOW)
