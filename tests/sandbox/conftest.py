"""A world, its clock, and clients of both sides."""

from collections.abc import AsyncIterator

import httpx
import pytest

from syncd.sandbox import (
    HEYMILO_URL,
    WORKABLE_URL,
    PlannedFaults,
    SandboxClock,
    SandboxTransport,
    World,
)


@pytest.fixture
def clock() -> SandboxClock:
    return SandboxClock()


@pytest.fixture
def faults() -> PlannedFaults:
    return PlannedFaults()


@pytest.fixture
def world(clock: SandboxClock, faults: PlannedFaults) -> World:
    return World(7, clock, faults=faults)


@pytest.fixture
async def heymilo(world: World, clock: SandboxClock) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        transport=SandboxTransport(world, clock),
        base_url=HEYMILO_URL,
        headers={"X-API-KEY": world.heymilo.api_key},
    ) as client:
        yield client


@pytest.fixture
async def workable(world: World, clock: SandboxClock) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        transport=SandboxTransport(world, clock),
        base_url=WORKABLE_URL,
        headers={"Authorization": f"Bearer {world.workable.token}"},
    ) as client:
        yield client


@pytest.fixture
def template(world: World) -> str:
    return world.heymilo.resources.add_template("ENG-SCREEN").id


@pytest.fixture
async def posting(heymilo: httpx.AsyncClient, template: str) -> str:
    answer = await heymilo.post(
        "/api/v2/postings", json={"title": "Backend Engineer", "interview_template_id": template}
    )
    return str(answer.json()["data"]["id"])
