"""How the sandbox's Workable behaves where syncd's promises depend on it."""

from datetime import UTC, datetime

import httpx
import pytest

from syncd.sandbox import WORKABLE_URL, SandboxClock, World

BASE = "/spi/v3"


@pytest.fixture
def job(world: World) -> str:
    return world.recruiters.add_job("Backend Engineer", department="Engineering").shortcode


async def read_all(
    client: httpx.AsyncClient, clock: SandboxClock, url: str, key: str = "candidates"
) -> tuple[list[str], list[str]]:
    """Ids over all pages, and the next links followed."""
    found: list[str] = []
    links: list[str] = []
    while True:
        clock.advance(1)
        page = (await client.get(url)).json()
        found += [row["id"] for row in page[key]]
        if "paging" not in page:
            return found, links
        url = page["paging"]["next"]
        links.append(url)


async def test_pages_begin_with_the_row_their_link_names(
    workable: httpx.AsyncClient, world: World, job: str, clock: SandboxClock
) -> None:
    made = [world.recruiters.apply(job, f"P {n}", f"p{n}@example.com") for n in range(25)]
    found, links = await read_all(workable, clock, f"{BASE}/candidates?limit=10")
    assert found == made
    assert links[0] == f"{WORKABLE_URL}{BASE}/candidates?limit=10&since_id={made[10]}"
    again = (await workable.get(f"{BASE}/candidates", params={"since_id": made[-1]})).json()
    assert [row["id"] for row in again["candidates"]] == [made[-1]]


async def test_a_list_by_job_goes_on_at_the_job(
    workable: httpx.AsyncClient, world: World, job: str, clock: SandboxClock
) -> None:
    other = world.recruiters.add_job("Other").shortcode
    made = [
        world.recruiters.apply((job, other)[n % 2], "P", f"p{n}@example.com") for n in range(12)
    ]
    found, links = await read_all(workable, clock, f"{BASE}/candidates?shortcode={job}&limit=5")
    assert found == made[::2]
    assert links[0].startswith(f"{WORKABLE_URL}{BASE}/jobs/{job}/candidates?limit=5&since_id=")


async def test_filters(
    workable: httpx.AsyncClient, world: World, job: str, clock: SandboxClock
) -> None:
    ids = [world.recruiters.apply(job, "P", f"p{n}@example.com") for n in range(3)]
    start = clock.now()
    clock.advance(60)
    world.recruiters.move(ids[0], "phone-screen")

    async def ask(**params: str) -> list[str]:
        answer = await workable.get(f"{BASE}/candidates", params=params)
        return [row["id"] for row in answer.json()["candidates"]]

    since = datetime.fromtimestamp(start, UTC).isoformat()
    assert await ask(updated_after=since) == ids[:1]
    assert await ask(created_after=since) == []
    assert await ask(stage="phone-screen") == ids[:1]
    assert await ask(email="P1@example.com") == ids[1:2]
    for name, value in (("limit", "101"), ("since_id", "zz"), ("updated_after", "soon")):
        answer = await workable.get(f"{BASE}/candidates", params={name: value})
        assert answer.status_code == 422
    assert (await workable.get(f"{BASE}/candidates?shortcode=NONE")).status_code == 404


async def test_jobs_by_state(
    workable: httpx.AsyncClient, world: World, job: str, clock: SandboxClock
) -> None:
    draft = world.recruiters.add_job("Draft", state="draft").shortcode

    async def states(**params: str) -> dict[str, str]:
        jobs = (await workable.get(f"{BASE}/jobs", params=params)).json()["jobs"]
        return {row["shortcode"]: row["state"] for row in jobs}

    assert await states() == {job: "published", draft: "draft"}
    world.recruiters.close_job(job)
    assert await states(state="published") == {}
    assert await states(state="closed") == {job: "closed"}
    world.recruiters.reopen_job(job)
    clock.advance(10)
    assert (await workable.get(f"{BASE}/jobs/{job}")).json()["state"] == "published"
    row = (await workable.get(f"{BASE}/jobs")).json()["jobs"][0]
    assert row["created_at"].endswith("T00:00:00Z")
    assert "description" not in row
    more = (await workable.get(f"{BASE}/jobs?include_fields=description")).json()["jobs"][0]
    assert more["description"].startswith("<p>")
    world.recruiters.remove_job(job)
    assert (await workable.get(f"{BASE}/jobs/{job}")).status_code == 404


async def test_writes_are_empty_answers_in_the_ledger_and_the_stream(
    workable: httpx.AsyncClient, world: World, job: str, clock: SandboxClock
) -> None:
    who = world.recruiters.apply(job, "Alpha Sample", "alpha@example.com")
    path, member = f"{BASE}/candidates/{who}", world.workable.member.id
    clock.advance(100)
    moved = await workable.post(
        f"{path}/move", json={"member_id": member, "target_stage": "phone-screen"}
    )
    assert (moved.status_code, moved.content) == (200, b"")
    assert moved.headers["content-type"].startswith("text/plain")
    said = await workable.post(
        f"{path}/comments", json={"member_id": member, "comment": {"body": "A note"}}
    )
    stream = (await workable.get(f"{path}/activities")).json()["activities"]
    assert [row["action"] for row in stream] == ["applied", "phone-screen", "comment"]
    assert (stream[2]["id"], stream[2]["body"]) == (said.json()["id"], "A note")
    assert stream[1]["target_stage"]["slug"] == "phone-screen"
    reason = world.workable.account.reasons[0]
    refused = {"member_id": member, "disqualify_reason_id": reason.id}
    assert (await workable.post(f"{path}/disqualify", json=refused)).content == b""
    view = (await workable.get(path)).json()["candidate"]
    assert (view["disqualified"], view["disqualification_reason"]) == (True, reason.text)
    assert (await workable.post(f"{path}/revert", json={"member_id": member})).status_code == 200
    view = (await workable.get(path)).json()["candidate"]
    assert (view["disqualified"], view["stage"]) == (False, "Phone Screen")
    kinds = [act.kind for act in world.workable.account.ledger]
    assert kinds == ["move", "comment", "disqualify", "revert"]
    assert world.workable.account.done("move")[0].before == "applied"


async def test_tags_replace(workable: httpx.AsyncClient, world: World, job: str) -> None:
    who = world.recruiters.apply(job, "P", "p@example.com")
    world.recruiters.set_tags(who, "by hand")
    path = f"{BASE}/candidates/{who}"
    answer = await workable.put(f"{path}/tags", json={"tags": ["one", "two"]})
    assert answer.json() == {"tags": ["one", "two"]}
    assert (await workable.get(path)).json()["candidate"]["tags"] == ["one", "two"]
    assert world.workable.account.done("tags")[0].before == ["by hand"]


async def test_custom_attributes(workable: httpx.AsyncClient, world: World, job: str) -> None:
    who = world.recruiters.apply(job, "P", "p@example.com")
    path = f"{BASE}/candidates/{who}/update_custom_attribute_value"
    body = {"custom_attribute_key": "score", "value": "78.5"}
    unknown = await workable.patch(path, json=body)
    assert (unknown.status_code, unknown.json()) == (404, {"error": "Not found"})
    world.recruiters.add_attribute("score")
    assert (await workable.patch(path, json=body)).status_code == 200
    assert world.recruiters.candidate(who).attributes == {"score": "78.5"}
    assert (await workable.patch(path, json={"custom_attribute_key": "score"})).status_code == 422


async def test_only_active_members_act(workable: httpx.AsyncClient, world: World, job: str) -> None:
    who = world.recruiters.apply(job, "P", "p@example.com")
    active = (await workable.get(f"{BASE}/members")).json()["members"]
    everybody = (await workable.get(f"{BASE}/members?status=all")).json()["members"]
    gone = next(row["id"] for row in everybody if not row["active"])
    assert gone not in [row["id"] for row in active]
    for member in (gone, "ffffff", None):
        body = {"member_id": member, "target_stage": "offer"}
        assert (await workable.post(f"{BASE}/candidates/{who}/move", json=body)).status_code == 422
    body = {"member_id": active[0]["id"], "target_stage": "nowhere"}
    assert (await workable.post(f"{BASE}/candidates/{who}/move", json=body)).status_code == 422
    assert world.workable.account.ledger == []


async def test_the_rate_limit_tells_itself(
    workable: httpx.AsyncClient, clock: SandboxClock
) -> None:
    clock.advance(10 - clock.now() % 10 + 2)
    answers = [await workable.get(f"{BASE}/stages") for _ in range(11)]
    assert [a.status_code for a in answers] == [200] * 10 + [429]
    last = answers[-1].headers
    assert (last["x-rate-limit-limit"], last["x-rate-limit-remaining"]) == ("10", "0")
    assert "retry-after" not in last
    clock.advance(int(last["x-rate-limit-reset"]) - clock.now())
    assert (await workable.get(f"{BASE}/stages")).status_code == 200


async def test_credentials_and_scopes(workable: httpx.AsyncClient, world: World, job: str) -> None:
    world.workable.account.scopes.discard("w_candidates")
    who = world.recruiters.apply(job, "P", "p@example.com")
    body = {"member_id": world.workable.member.id, "comment": {"body": "x"}}
    path = f"{BASE}/candidates/{who}/comments"
    assert (await workable.post(path, json=body)).status_code == 403
    world.workable.account.scopes.add("w_comments")
    assert (await workable.post(path, json=body)).status_code == 200
    assert (
        await workable.put(f"{BASE}/candidates/{who}/tags", json={"tags": []})
    ).status_code == 403
    workable.headers["Authorization"] = "Bearer wrong"
    refused = await workable.get(f"{BASE}/jobs")
    assert (refused.status_code, refused.json()) == (401, {"error": "Not authorized"})


async def test_recruiters_change_people(
    workable: httpx.AsyncClient, world: World, job: str, clock: SandboxClock
) -> None:
    other = world.recruiters.add_job("Other").shortcode
    who = world.recruiters.apply(job, "Alpha Sample", "a@example.com")
    clock.advance(60)
    world.recruiters.edit(who, email="new@example.com")
    world.recruiters.hire(who)

    async def get(id_: str) -> dict[str, object]:
        clock.advance(2)
        return dict((await workable.get(f"{BASE}/candidates/{id_}")).json()["candidate"])

    view = await get(who)
    assert (view["email"], view["stage_kind"]) == ("new@example.com", "hired")
    assert view["hired_at"] is not None
    moved = world.recruiters.relocate(who, other)
    assert (await workable.get(f"{BASE}/candidates/{who}")).status_code == 404
    view = await get(moved)
    assert view["job"] == {"shortcode": other, "title": "Other"}
    assert view["created_at"] != view["updated_at"]
    copied = world.recruiters.copy(moved, job)
    assert (await get(copied))["originating_candidate_id"] == moved
    world.recruiters.withdraw(copied)
    assert (await get(copied))["withdrew"] is True
    world.recruiters.anonymise(copied)
    view = await get(copied)
    assert (view["anonymized"], view["email"]) == (True, None)
    world.recruiters.delete(copied)
    assert (await workable.get(f"{BASE}/candidates/{copied}")).status_code == 404


async def test_lists_lag_single_reads_do_not(
    workable: httpx.AsyncClient, world: World, job: str, clock: SandboxClock
) -> None:
    world.workable.behaviour.lag = 30
    start = datetime.fromtimestamp(clock.now() - 5, UTC).isoformat()
    who = world.recruiters.apply(job, "P", "p@example.com")

    async def listed(**params: str) -> list[str]:
        answer = await workable.get(f"{BASE}/candidates", params=params)
        return [row["id"] for row in answer.json()["candidates"]]

    assert await listed() == []
    assert (await workable.get(f"{BASE}/candidates/{who}")).status_code == 200
    clock.advance(31)
    assert await listed() == [who]
    world.recruiters.move(who, "offer")
    assert await listed(updated_after=start) == []
    clock.advance(31)
    assert await listed(updated_after=start) == [who]


async def test_a_job_may_have_its_own_stages(workable: httpx.AsyncClient, world: World) -> None:
    stages = world.workable.account.stages
    job = world.recruiters.add_job("Short", stages=(stages[1], stages[6])).shortcode
    rows = (await workable.get(f"{BASE}/jobs/{job}/stages")).json()["stages"]
    assert [row["slug"] for row in rows] == ["applied", "hired"]
    assert len((await workable.get(f"{BASE}/stages")).json()["stages"]) == 7
