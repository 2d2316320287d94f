"""What ``syncd check`` says about a Workable account, and the settings it starts from."""

from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from syncd.ats.port import Finding
from syncd.ats.workable import WorkableSettings
from syncd.settings.units import Rate
from tests.ats.workable_stand_in import ADMIN, TOKEN, StandIn


def about(findings: list[Finding], word: str) -> Finding:
    (found,) = [finding for finding in findings if word in finding.what]
    return found


async def test_a_good_account_has_nothing_wrong(account: StandIn) -> None:
    account.attributes = [{"id": "4d7", "type": "short_text", "label": "HeyMilo score"}]
    found = await account.connect(score_field="4d7").check(["applied", "Phone Screen"])
    assert [finding for finding in found if finding.ok is False] == []
    assert about(found, "acting member").detail.startswith(ADMIN)
    assert about(found, "Phone Screen").ok
    assert about(found, "score field").ok
    assert about(found, "writing").ok is None
    assert account.writes() == []


async def test_a_refused_token_is_asked_about_once(account: StandIn) -> None:
    account.faults = [
        ("GET .*", lambda asked: httpx.Response(401, json={"error": "Not authorized"}))
    ]
    (only,) = await account.connect().check(["Applied"])
    assert only.ok is False
    assert "api_token" in only.todo
    assert len(account.asked) == 1


async def test_each_missing_permission_is_named(account: StandIn) -> None:
    def forbid(asked: Any) -> httpx.Response:
        return httpx.Response(403, json={"error": "Forbidden"})

    account.faults = [("GET .*/candidates", forbid), ("GET .*/members", forbid)]
    found = await account.connect().check([])
    assert about(found, "reading jobs").ok
    assert "r_candidates" in about(found, "reading candidates").todo
    assert about(found, "reading members").ok is False


async def test_a_wrong_address_is_named(account: StandIn) -> None:
    account.faults = [("GET .*", lambda asked: httpx.Response(404, text="<html>"))]
    (only,) = await account.connect().check([])
    assert only.ok is False
    assert "base_url" in only.todo


async def test_an_unknown_stage_is_named_with_those_there_are(account: StandIn) -> None:
    found = await account.connect().check(["Apllied", "Applied", "Applied"])
    assert about(found, "Apllied").ok is False
    assert "Phone Screen" in about(found, "Apllied").detail
    assert about(found, '"Applied"').ok


@pytest.mark.parametrize(
    ("attributes", "word"),
    [
        ([], "no custom attribute"),
        ([{"id": "4d7", "label": "Score", "type": "short_text"}], 'score_field = "4d7"'),
        ([{"id": "score", "label": "x", "type": "dropdown"}], "cannot hold"),
    ],
)
async def test_a_wrong_score_field_is_named(
    account: StandIn, attributes: list[dict[str, Any]], word: str
) -> None:
    account.attributes = attributes
    found = about(await account.connect(score_field="score").check([]), "score field")
    assert found.ok is False
    assert word in found.detail + found.todo


@pytest.mark.parametrize(
    ("members", "setting", "ok"),
    [
        ([{"id": "a1", "role": "admin", "active": True}], "a1", True),
        ([{"id": "a1", "role": "simple", "active": True}], "a1", None),
        ([{"id": "a1", "role": "admin", "active": False}], "a1", False),
        ([{"id": "a1", "role": "admin", "active": True}], "b2", False),
        ([{"id": "a1", "role": "simple", "active": True}], "", False),
    ],
)
async def test_the_acting_member_is_judged(
    account: StandIn, members: list[dict[str, Any]], setting: str, ok: bool | None
) -> None:
    account.members = members
    found = await account.connect(member_id=setting).check([])
    assert about(found, "acting member").ok is ok


async def test_no_line_shows_a_name_or_an_address_of_a_person(account: StandIn) -> None:
    account.members[0].update(name="Secret Person", email="secret@example.com")
    found = await account.connect().check(["Applied"])
    assert "Secret" not in repr(found)
    assert "secret@" not in repr(found)


def settings(**more: Any) -> WorkableSettings:
    return WorkableSettings.model_validate({"type": "workable", "api_token": TOKEN, **more})


def test_the_address_comes_from_the_subdomain_or_is_given() -> None:
    assert settings(subdomain="Acme").address == "https://acme.workable.com"
    given = settings(subdomain="acme", base_url="http://127.0.0.1:8711/")
    assert given.address == "http://127.0.0.1:8711"
    assert given.account_id == "acme"
    assert settings(base_url="http://127.0.0.1:8711").account_id == "127.0.0.1"
    assert settings(base_url="http://127.0.0.1:8712").account_id == "127.0.0.1"
    assert settings(base_url="https://acme.workable.com").account_id == "acme"


def test_identifiers_may_be_numbers_and_the_published_limit_is_the_default() -> None:
    held = settings(subdomain=42, member_id=1007)
    assert (held.subdomain, held.member_id) == ("42", "1007")
    assert held.rate == Rate(10, 10.0)
    assert settings(subdomain="a", requests="50/10s").rate == Rate(50, 10.0)


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({}, "subdomain"),
        ({"subdomain": "acme.workable.com"}, "subdomain"),
        ({"base_url": "https://acme.workable.com/spi/v3"}, "without /spi/v3"),
        ({"subdomain": "acme", "api_token": ""}, "api_token"),
        ({"subdomain": "acme", "member_id": "../x"}, "member_id"),
        ({"subdomain": "acme", "tokn": "x"}, "tokn"),
        ({"subdomain": "acme", "type": "lever"}, "type"),
    ],
)
def test_wrong_settings_are_named_without_the_token(wrong: dict[str, Any], word: str) -> None:
    with pytest.raises(ValidationError) as caught:
        settings(**wrong)
    assert word in str(caught.value)
    assert TOKEN not in str(caught.value)
