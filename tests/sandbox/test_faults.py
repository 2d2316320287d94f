"""Faults: what is applied, what the client sees, and that chance is reproducible."""

from email.utils import parsedate_to_datetime
from random import Random

import httpx
import pytest

from syncd.sandbox import (
    ChanceFaults,
    Fault,
    FaultKind,
    PlannedFaults,
    Request,
    SandboxClock,
    Side,
    World,
)
from syncd.sandbox.faults import USUAL

BULK = "/candidates/bulk"


async def ingest(client: httpx.AsyncClient, posting: str, *numbers: int) -> httpx.Response:
    rows = [{"name": "P", "email": f"p{n}@example.com"} for n in numbers]
    return await client.post(f"/api/v2/postings/{posting}{BULK}", json={"data": rows})


@pytest.mark.parametrize(
    ("kind", "error", "applied"),
    [
        (FaultKind.REFUSED, httpx.ConnectError, 0),
        (FaultKind.RESET_BEFORE, httpx.ReadError, 0),
        (FaultKind.RESET_AFTER, httpx.ReadError, 2),
        (FaultKind.TIMEOUT_BEFORE, httpx.ReadTimeout, 0),
        (FaultKind.TIMEOUT_AFTER, httpx.ReadTimeout, 2),
        (FaultKind.CUT_OFF, httpx.RemoteProtocolError, 2),
    ],
)
async def test_broken_connections(
    heymilo: httpx.AsyncClient,
    world: World,
    faults: PlannedFaults,
    posting: str,
    kind: FaultKind,
    error: type[Exception],
    applied: int,
) -> None:
    faults.plan(Fault(kind), path=BULK)
    with pytest.raises(error):
        await ingest(heymilo, posting, 1, 2)
    assert len(world.heymilo.ledger.invitations) == applied
    assert world.log.rows[-1].fault is kind
    assert faults.left == []
    assert (await ingest(heymilo, posting, 3)).status_code == 201


@pytest.mark.parametrize("body", ["json", "html", "empty"])
@pytest.mark.parametrize(
    ("kind", "applied"), [(FaultKind.ERROR_BEFORE, 0), (FaultKind.ERROR_AFTER, 2)]
)
async def test_errors_before_and_after(
    heymilo: httpx.AsyncClient,
    world: World,
    faults: PlannedFaults,
    posting: str,
    kind: FaultKind,
    applied: int,
    body: str,
) -> None:
    faults.plan(Fault(kind, status=502, body=body), path=BULK)  # type: ignore[arg-type]
    answer = await ingest(heymilo, posting, 1, 2)
    assert answer.status_code == 502
    assert len(world.heymilo.ledger.invitations) == applied
    kinds = {"json": "application/json", "html": "text/html", "empty": ""}
    assert answer.headers.get("content-type", "").startswith(kinds[body])


async def test_a_batch_may_die_half_way(
    heymilo: httpx.AsyncClient, world: World, faults: PlannedFaults, posting: str
) -> None:
    faults.plan(Fault(FaultKind.PARTLY, rows=2), path=BULK)
    assert (await ingest(heymilo, posting, 1, 2, 3)).status_code == 503
    assert [i.email for i in world.heymilo.ledger.invitations] == [
        "p1@example.com",
        "p2@example.com",
    ]


async def test_a_write_may_be_applied_long_after_the_client_gave_up(
    heymilo: httpx.AsyncClient,
    world: World,
    faults: PlannedFaults,
    posting: str,
    clock: SandboxClock,
) -> None:
    faults.plan(Fault(FaultKind.TIMEOUT_LATE, seconds=60), path=BULK)
    start = clock.now()
    with pytest.raises(httpx.ReadTimeout):
        await ingest(heymilo, posting, 1)
    assert clock.now() == start + 5  # the client's own patience
    path = f"/api/v2/postings/{posting}/candidates"
    assert (await heymilo.get(path)).json()["data"] == []
    clock.advance(100)
    row = (await heymilo.get(path)).json()["data"][0]
    assert row["created_at"] == start + 60
    assert world.heymilo.ledger.invitations[0].at == start + 60


async def test_garbled_bodies(
    heymilo: httpx.AsyncClient, world: World, faults: PlannedFaults, posting: str
) -> None:
    for kind in (FaultKind.TRUNCATED, FaultKind.HTML):
        faults.plan(Fault(kind), path=BULK)
        answer = await ingest(heymilo, posting, len(world.heymilo.ledger.invitations))
        assert answer.status_code in (200, 201)
        with pytest.raises(ValueError):
            answer.json()
    assert len(world.heymilo.ledger.invitations) == 2


async def test_throttling_tells_when_in_every_way(
    heymilo: httpx.AsyncClient, faults: PlannedFaults, posting: str, clock: SandboxClock
) -> None:
    path = f"/api/v2/postings/{posting}"
    for way in ("seconds", "date", "none"):
        faults.plan(Fault(FaultKind.THROTTLED, retry_after=way, seconds=17))
        answer = await heymilo.get(path)
        assert answer.status_code == 429
        told = answer.headers.get("retry-after")
        if way == "seconds":
            assert told == "17"
        elif way == "date":
            assert parsedate_to_datetime(told).timestamp() == int(clock.now() + 17)
        else:
            assert told is None


async def test_a_slow_answer_takes_the_clock_along_or_times_out(
    heymilo: httpx.AsyncClient, faults: PlannedFaults, posting: str, clock: SandboxClock
) -> None:
    path, start = f"/api/v2/postings/{posting}", clock.now()
    faults.plan(Fault(FaultKind.SLOW, seconds=3))
    assert (await heymilo.get(path)).status_code == 200
    assert clock.now() == start + 3
    faults.plan(Fault(FaultKind.SLOW, seconds=20))
    with pytest.raises(httpx.ReadTimeout):
        await heymilo.get(path)


async def test_credentials_may_be_refused_out_of_the_blue(
    heymilo: httpx.AsyncClient, workable: httpx.AsyncClient, faults: PlannedFaults
) -> None:
    faults.plan(Fault(FaultKind.UNAUTHORISED), times=2)
    assert (await heymilo.get("/api/v2/workspaces")).status_code == 401
    answer = await workable.get("/spi/v3/jobs")
    assert (answer.status_code, answer.json()) == (401, {"error": "Not authorized"})


async def test_cursors_die_and_rows_move(
    heymilo: httpx.AsyncClient,
    workable: httpx.AsyncClient,
    world: World,
    faults: PlannedFaults,
    posting: str,
) -> None:
    await ingest(heymilo, posting, *range(6))
    path = f"/api/v2/postings/{posting}/candidates"
    first = (await heymilo.get(path, params={"limit": 3})).json()["data"]
    after = {"limit": "3", "starting_after": first[-1]["interview_id"]}
    faults.plan(Fault(FaultKind.DEAD_CURSOR), path="/candidates")
    assert (await heymilo.get(path)).status_code == 200, "only a request with a cursor"
    assert (await heymilo.get(path, params=after)).status_code == 400
    faults.plan(Fault(FaultKind.MOVED, rows=-1), path="/candidates")
    shifted = (await heymilo.get(path, params=after)).json()["data"]
    assert shifted[0]["interview_id"] == first[-1]["interview_id"]
    job = world.recruiters.add_job("Job").shortcode
    who = [world.recruiters.apply(job, "P", f"p{n}@example.com") for n in range(3)]
    faults.plan(Fault(FaultKind.MOVED, rows=-1), side=Side.WORKABLE)
    page = (await workable.get("/spi/v3/candidates", params={"since_id": who[1]})).json()
    assert [row["id"] for row in page["candidates"]] == who
    faults.plan(Fault(FaultKind.DEAD_CURSOR), side=Side.WORKABLE)
    dead = await workable.get("/spi/v3/candidates", params={"since_id": who[1]})
    assert dead.status_code == 404


async def test_a_list_of_jobs_may_shrink(
    workable: httpx.AsyncClient, world: World, faults: PlannedFaults
) -> None:
    for number in range(5):
        world.recruiters.add_job(f"Job {number}")
    faults.plan(Fault(FaultKind.SHRUNK, rows=0))
    assert (await workable.get("/spi/v3/jobs?limit=2")).json() == {"jobs": []}


def test_chance_is_reproducible_and_reaches_every_kind() -> None:
    request = Request(
        Side.HEYMILO, "POST", "/api/v2/postings/X/candidates/bulk", (("starting_after", "x"),)
    )
    listing = Request(
        Side.HEYMILO, "GET", "/api/v2/postings/X/candidates", (("starting_after", "x"),)
    )

    def draw(seed: int) -> list[Fault | None]:
        chance = ChanceFaults(Random(seed), share=0.5)
        return [chance.decide(one) for _ in range(400) for one in (request, listing)]

    assert draw(1) == draw(1)
    assert draw(1) != draw(2)
    assert {fault.kind for fault in draw(1) if fault} == set(USUAL)
    quiet = ChanceFaults(Random(1), share=1.0, active=False)
    assert quiet.decide(request) is None


async def test_the_log_holds_no_body_and_no_secret(
    heymilo: httpx.AsyncClient, world: World, posting: str
) -> None:
    await ingest(heymilo, posting, 1)
    row = world.log.rows[-1]
    assert (row.method, row.status, row.side) == ("POST", 201, Side.HEYMILO)
    assert "x-api-key" in row.header_names
    text = repr(world.log.rows)
    assert world.heymilo.api_key not in text
    assert "example.com" not in text.replace("heymilo.example.com", "")


async def test_another_host_does_not_exist(heymilo: httpx.AsyncClient) -> None:
    for url in ("https://elsewhere.example.com/", "https://heymilo.example.com.evil.example/"):
        with pytest.raises(httpx.ConnectError):
            await heymilo.get(url)
