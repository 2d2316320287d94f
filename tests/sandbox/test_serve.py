"""The sandbox over real sockets on loopback."""

import httpx
import pytest

from syncd.clock import SystemClock
from syncd.sandbox import Fault, FaultKind, PlannedFaults, World
from syncd.sandbox.serve import serving

pytestmark = pytest.mark.sockets


async def test_both_sides_over_sockets() -> None:
    faults = PlannedFaults()
    world = World(1, SystemClock(), faults=faults)
    job = world.recruiters.add_job("Backend Engineer").shortcode
    who = [world.recruiters.apply(job, "P", f"p{n}@example.com") for n in range(3)]
    async with serving(world) as served, httpx.AsyncClient() as client:
        assert served.port > 0
        key = {"X-API-KEY": world.heymilo.api_key}
        token = {"Authorization": f"Bearer {world.workable.token}"}
        spaces = await client.get(f"{served.heymilo_url}/api/v2/workspaces", headers=key)
        assert len(spaces.json()["data"]) == 1
        page = await client.get(
            f"{served.workable_url}/spi/v3/candidates?limit=2&updated_after="
            "2020-01-01T00:00:00%2B00:00",
            headers=token,
        )
        rest = await client.get(page.json()["paging"]["next"], headers=token)
        assert [row["id"] for row in rest.json()["candidates"]] == who[2:]
        move = {"member_id": world.workable.member.id, "target_stage": "offer"}
        moved = await client.post(
            f"{served.workable_url}/spi/v3/candidates/{who[0]}/move", headers=token, json=move
        )
        assert (moved.status_code, moved.content) == (200, b"")
        assert "date" in moved.headers
        assert (await client.get(f"http://127.0.0.1:{served.port}/")).status_code == 404
        for kind in (FaultKind.RESET_AFTER, FaultKind.CUT_OFF):
            faults.plan(Fault(kind))
            with pytest.raises(httpx.RemoteProtocolError):
                await client.get(f"{served.workable_url}/spi/v3/jobs", headers=token)
        faults.plan(Fault(FaultKind.TIMEOUT_BEFORE))
        with pytest.raises(httpx.ReadTimeout):
            await client.get(f"{served.workable_url}/spi/v3/jobs", headers=token, timeout=0.2)
    assert world.workable.account.done("move")[0].value == "offer"


async def test_a_taken_port_is_an_error() -> None:
    world = World(1, SystemClock())
    async with serving(world) as served:
        with pytest.raises(OSError, match="in use"):
            async with serving(world, port=served.port):
                pass
