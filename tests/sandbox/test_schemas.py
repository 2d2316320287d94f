"""Every HeyMilo operation of the sandbox, each answer against the published schemas."""

import httpx
import pytest

from syncd.sandbox import HEYMILO_URL, WORKABLE_URL, SandboxTransport, World
from syncd.sandbox.clock import SandboxClock
from tests.schemas import SchemaTransport, published


@pytest.fixture
def checked(world: World, clock: SandboxClock) -> SchemaTransport:
    inner = SandboxTransport(world, clock)
    return SchemaTransport(inner, heymilo=HEYMILO_URL, workable=WORKABLE_URL)


@pytest.fixture
def client(checked: SchemaTransport, world: World) -> httpx.AsyncClient:
    headers = {"X-API-KEY": world.heymilo.api_key}
    return httpx.AsyncClient(transport=checked, base_url=HEYMILO_URL, headers=headers)


async def test_every_operation_answers_as_published(
    client: httpx.AsyncClient, checked: SchemaTransport, world: World, template: str
) -> None:
    resources = world.heymilo.resources
    ids = {name: resources.add_resource(name) for name in world.heymilo.state.resources}
    native = resources.add_template(
        "NATIVE", ats={"source": "job_sync", "ats_name": "workable", "ats_job_id": "WK-1"}
    )
    world.heymilo.state.connections.append(
        {"integration_id": "int_1", "ats_provider": "workable", "source": "native"}
    )
    base = "/api/v2"
    assert (await client.get("/health")).status_code == 200
    for name, id_ in ids.items():
        assert (await client.get(f"{base}/{name}")).json()["data"][0]["id"] == id_
        assert (await client.get(f"{base}/{name}/{id_}")).status_code == 200
        assert (await client.get(f"{base}/{name}/none")).status_code == 404
    for path in ("workspaces", "ats/connections", "interview-templates"):
        assert (await client.get(f"{base}/{path}")).status_code == 200
    assert (await client.get(f"{base}/interview-templates/{template}")).status_code == 200

    made = await client.post(
        f"{base}/postings",
        json={
            "title": "Backend Engineer",
            "description": "<p>Build things</p>",
            "interview_template_id": template,
            "deadline": "2026-12-01T00:00:00Z",
            "metadata": {"external_id": "workable:1"},
        },
    )
    assert made.status_code == 201
    posting = f"{base}/postings/{made.json()['data']['id']}"
    wish = {"title": "Plain", "workflow": [{"type": "web_interview"}]}
    assert (await client.post(f"{base}/postings", json=wish)).status_code == 201
    wish = {"title": "Native", "interview_template_id": native.id}
    assert (await client.post(f"{base}/postings", json=wish)).status_code == 201
    for path in (f"{base}/postings", f"{base}/postings/list", posting, f"{posting}/stats"):
        assert (await client.get(path)).status_code == 200
    assert (await client.patch(posting, json={"title": "Senior Engineer"})).status_code == 200
    assert (await client.post(f"{posting}/activate")).status_code == 200
    assert (await client.post(f"{posting}/clone")).status_code == 201

    person = {"name": "Alpha Sample", "email": "alpha@example.com", "phone_number": "+12025550100"}
    one = await client.post(f"{posting}/candidates", json=person)
    rows = [
        {"name": f"P {n}", "email": f"p{n}@example.com", "metadata": {"external_id": f"w:{n}"}}
        for n in range(4)
    ]
    bulk = await client.post(f"{posting}/candidates/bulk", json={"data": rows})
    assert (one.status_code, bulk.status_code) == (201, 201)
    steered = [row["interview_id"] for row in bulk.json()["data"]]
    world.people.start(steered[0])
    world.people.knock_out(steered[1], 12)
    world.people.finish(steered[2], 0)
    world.people.evaluate(steered[3])
    assert (await client.get(f"{posting}/candidates")).status_code == 200
    assert (await client.get(f"{posting}/stats")).json()["data"]["completed_interviews"] == 2
    for id_ in steered:
        assert (await client.get(f"{base}/interviews/{id_}/data")).status_code == 200
    meta = f"{base}/interviews/{steered[0]}/metadata"
    assert (await client.post(meta, json={"metadata": {"a": "b"}})).status_code == 200
    assert (await client.get(meta)).json()["data"]["metadata"] == {"a": "b"}
    assert (await client.delete(meta)).json()["data"]["metadata"] == {}

    hook = {"posting_id": made.json()["data"]["id"], "url": "https://example.com/h",
            "event_type": "interview_completed"}  # fmt: skip
    added = (await client.post(f"{base}/webhooks", json=hook)).json()["data"]["webhook_id"]
    assert len((await client.get(f"{base}/webhooks")).json()["data"]) == 1
    assert (await client.get(f"{base}/webhooks/{added}")).status_code == 200
    assert (await client.delete(f"{base}/webhooks/{added}")).status_code == 200
    assert (await client.get(f"{base}/webhooks")).json()["data"] == []
    assert (await client.post(f"{posting}/archive")).json()["data"]["status"] == "archived"

    assert checked.problems == []
    seen = {
        (row.method, operation.path)
        for row in world.log
        if (operation := checked.api.find(row.method, row.path))
    }
    served = {
        (method, operation.path)
        for method, pattern, _ in world.heymilo.routes._routes
        for operation in checked.api.operations
        if operation.method == method and pattern.match(operation.path)
    }
    assert served <= seen, "an operation of the sandbox was not tried here"


@pytest.mark.parametrize("shape", ["fastapi", "api_error"])
async def test_refusals_are_shaped_as_published(
    client: httpx.AsyncClient, world: World, posting: str, shape: str
) -> None:
    world.heymilo.behaviour.error_shape = shape  # type: ignore[assignment]
    path = f"/api/v2/postings/{posting}"
    world.people.archive_posting(posting)
    person = {"name": "A", "email": "a@example.com"}
    assert (await client.post(f"{path}/candidates", json=person)).status_code == 409
    assert (await client.get(f"{path}/candidates?created_after=never")).status_code == 400
    assert (await client.get(f"{path}/candidates?starting_after=X")).status_code == 404
    world.people.archive_posting(posting, False)
    wrong = await client.post(
        f"{path}/candidates/bulk", json={"data": [person, {"name": "B", "email": "nonsense"}]}
    )
    assert wrong.status_code == 422
    if shape == "fastapi":
        assert wrong.json()["detail"][0]["loc"] == ["body", "data", 1, "email"]
    else:
        assert wrong.json()["error"]["errors"][0]["param"] == "data.1.email"
    client.headers["X-API-KEY"] = "wrong"
    assert (await client.get(path)).status_code == 401


async def test_requests_beyond_what_is_published_are_caught(
    client: httpx.AsyncClient, checked: SchemaTransport, posting: str
) -> None:
    path = f"/api/v2/postings/{posting}"
    person = {"name": "A", "email": "a@example.com"}
    for call in (
        client.get(path, params={"expand": "all"}),
        client.get(f"{path}/candidates", params={"limit": 101}),
        client.patch(path, json={"title": "ok title", "status": "active"}),
        client.patch(path, json={"title": "no"}),
        client.patch(path, json={"description": "short"}),
        client.post(f"{path}/candidates", json={**person, "resume": "x"}),
        client.post(f"{path}/candidates/bulk", json={"data": [{**person, "phone": "1"}]}),
        client.post(f"{path}/candidates/bulk", json={"data": []}),
        client.post(f"{path}/candidates", json={**person, "metadata": {"n": 1}}),
        client.post(f"{path}/archive", json={}),
        client.post(f"{path}/unarchive"),
    ):
        with pytest.raises(AssertionError):
            await call
    assert len(checked.problems) == 11
    assert not any("a@example.com" in problem for problem in checked.problems)


async def test_requests_to_workable_are_checked_too(checked: SchemaTransport, world: World) -> None:
    headers = {"Authorization": f"Bearer {world.workable.token}"}
    async with httpx.AsyncClient(
        transport=checked, base_url=f"{WORKABLE_URL}/spi/v3", headers=headers
    ) as client:
        assert (await client.get("/jobs", params={"limit": 100})).status_code == 200
        for call in (
            client.get("/jobs", params={"page": 2}),
            client.post("/candidates/ab/move", json={"member_id": "1", "stage": "x"}),
            client.delete("/candidates/ab"),
        ):
            with pytest.raises(AssertionError):
                await call


def test_a_wrong_answer_is_caught() -> None:
    api = published()
    schema = {"$ref": "#/components/schemas/SingleResponse_PostingResponse_"}
    problems = api.problems(schema, {"data": {"id": "1"}})
    assert any("required" in problem for problem in problems)
