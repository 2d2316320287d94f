"""The sandbox's Workable has the very keys that the real one was recorded with."""

import json
from typing import Any

import httpx
import pytest

from syncd.sandbox import World
from tests.schemas import RECORDINGS

BASE = "/spi/v3"


def recorded(name: str) -> Any:
    """The first recorded answer of a file; skips where the recordings are not at hand."""
    path = RECORDINGS / f"{name}.json"
    if not path.is_file():
        pytest.skip("the recorded Workable answers are not beside the repository")
    return json.loads(path.read_text())["interactions"][0]["response"]


def keys(value: Any) -> Any:
    """The shape of an answer: keys of objects, the first item of lists."""
    if isinstance(value, dict):
        return {key: keys(item) for key, item in value.items()}
    if isinstance(value, list):
        return [keys(value[0])] if value else []
    return None


def same(ours: Any, theirs: Any, place: str = "") -> list[str]:
    """Where two shapes differ; what is null or empty on either side says nothing below it."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        odd = [f"{place}/{key}" for key in set(ours) ^ set(theirs)]
        for key in set(ours) & set(theirs):
            odd += same(ours[key], theirs[key], f"{place}/{key}")
        return odd
    if isinstance(ours, list) and isinstance(theirs, list) and ours and theirs:
        return same(ours[0], theirs[0], place)
    return []


@pytest.fixture
def people(world: World) -> dict[str, str]:
    job = world.recruiters.add_job("Account Executive").shortcode
    who = world.recruiters.apply(job, "Alpha Sample", "alpha@example.com")
    sourced = world.recruiters.apply(job, "Bravo Sample", None, sourced=True, stage="sourced")
    world.recruiters.move(sourced, "interview")
    for number in range(60):
        world.recruiters.apply(job, "Charlie Sample", f"c{number}@example.com")
    return {"job": job, "who": who, "sourced": sourced}


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("list-jobs", "/jobs"),
        ("get-job", "/jobs/{job}"),
        ("list-stages", "/stages"),
        ("list-job-stages", "/jobs/{job}/stages"),
        ("list-job-candidates", "/candidates?shortcode={job}"),
        ("get-candidate", "/candidates/{sourced}"),
        ("list-candidate-activities", "/candidates/{sourced}/activities"),
        ("list-members", "/members"),
        ("list-accounts", "/accounts"),
        ("get-account", "/accounts/sandbox"),
        ("list-disqualification-reasons", "/disqualification_reasons"),
        ("list-custom-attributes", "/custom_attributes"),
    ],
)
async def test_reads_have_the_recorded_keys(
    workable: httpx.AsyncClient, people: dict[str, str], name: str, path: str
) -> None:
    answer = await workable.get(f"{BASE}{path.format(**people)}")
    assert answer.status_code == 200
    assert same(keys(answer.json()), keys(recorded(name))) == []


async def test_rows_without_a_resume_lack_only_its_metadata(
    workable: httpx.AsyncClient, people: dict[str, str]
) -> None:
    theirs = {frozenset(row) for row in recorded("list-job-candidates")["candidates"]}
    rows = (await workable.get(f"{BASE}/candidates")).json()["candidates"]
    assert {frozenset(row) for row in rows} == theirs
    assert len(theirs) == 2


async def test_the_whole_stream_has_recorded_keys(
    workable: httpx.AsyncClient, people: dict[str, str]
) -> None:
    theirs = {frozenset(row) for row in recorded("list-candidate-activities")["activities"]}
    path = f"{BASE}/candidates/{people['sourced']}/activities"
    rows = (await workable.get(path)).json()["activities"]
    assert {frozenset(row) for row in rows} == theirs


@pytest.mark.parametrize(
    ("name", "method", "path"),
    [
        ("move-candidate", "POST", "/candidates/{who}/move"),
        ("create-comment", "POST", "/candidates/{who}/comments"),
        ("revert-candidate-disqualification", "POST", "/candidates/{who}/revert"),
        ("rate-candidate", "POST", "/candidates/{who}/ratings"),
        ("update-candidate-rating", "PUT", "/candidates/{who}/ratings"),
        ("update-candidate-tags", "PUT", "/candidates/{who}/tags"),
        (
            "update-candidate-custom-attribute",
            "PATCH",
            "/candidates/{who}/update_custom_attribute_value",
        ),
        ("relocate-candidate", "POST", "/candidates/{who}/relocate"),
        ("disqualify-candidate", "POST", "/candidates/{who}/disqualify"),
    ],
)
async def test_recorded_writes_are_answered_as_recorded(
    workable: httpx.AsyncClient,
    world: World,
    people: dict[str, str],
    name: str,
    method: str,
    path: str,
) -> None:
    recorded(name)
    one = json.loads((RECORDINGS / f"{name}.json").read_text())["interactions"][0]
    body = dict(one["body"])
    ours = {
        "member_id": world.workable.member.id,
        "target_job_shortcode": people["job"],
        "disqualify_reason_id": world.workable.account.reasons[0].id,
    }
    body |= {key: value for key, value in ours.items() if key in body}
    answer = await workable.request(method, f"{BASE}{path.format(**people)}", json=body)
    assert answer.status_code == one["status"]
    if one["response"] == "":
        assert answer.content == b""
        assert answer.headers["content-type"].startswith("text/plain")
    else:
        assert same(keys(answer.json()), keys(one["response"])) == []
