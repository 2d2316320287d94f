"""How the sandbox's HeyMilo behaves where syncd's promises depend on it."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
import pytest

from syncd.sandbox import SandboxClock, World

BASE = "/api/v2/postings"


def people(*numbers: int) -> list[dict[str, object]]:
    return [
        {"name": f"P {n}", "email": f"p{n}@example.com", "metadata": {"external_id": f"w:{n}"}}
        for n in numbers
    ]


async def invite(client: httpx.AsyncClient, posting: str, *numbers: int) -> list[str]:
    answer = await client.post(f"{BASE}/{posting}/candidates/bulk", json={"data": people(*numbers)})
    assert answer.status_code == 201
    return [row["interview_id"] for row in answer.json()["data"]]


async def read_all(
    client: httpx.AsyncClient, path: str, key: str = "interview_id", **params: str | int
) -> list[str]:
    found: list[str] = []
    while True:
        page = (await client.get(path, params=params)).json()
        found += [row[key] for row in page["data"]]
        if not page["pagination"]["has_more"]:
            return found
        params["starting_after"] = found[-1]


async def test_a_second_ingestion_is_the_same_interview_and_a_second_invitation(
    heymilo: httpx.AsyncClient, world: World, posting: str
) -> None:
    first = await invite(heymilo, posting, 1)
    again = await heymilo.post(
        f"{BASE}/{posting}/candidates", json={"name": "P", "email": " P1@EXAMPLE.com"}
    )
    assert again.json()["data"]["interview_id"] == first[0]
    ledger = world.heymilo.ledger
    assert [i.repeated for i in ledger.invitations] == [False, True]
    assert len(ledger.repeated()) == 1
    assert len((await heymilo.get(f"{BASE}/{posting}/candidates")).json()["data"]) == 1


@pytest.mark.parametrize("newest_first", [True, False])
async def test_paging_shows_everybody_once_in_either_order(
    heymilo: httpx.AsyncClient, world: World, posting: str, newest_first: bool
) -> None:
    world.heymilo.behaviour.newest_first = newest_first
    made = await invite(heymilo, posting, *range(25))
    found = await read_all(heymilo, f"{BASE}/{posting}/candidates", limit=10)
    assert found == (made[::-1] if newest_first else made)


async def test_bounds_of_time_are_inclusive_in_both_notations(
    heymilo: httpx.AsyncClient, posting: str, clock: SandboxClock
) -> None:
    first = await invite(heymilo, posting, 1)
    clock.advance(100)
    second = await invite(heymilo, posting, 2)
    path, now = f"{BASE}/{posting}/candidates", clock.now()
    iso = datetime.fromtimestamp(now, UTC)
    for bound in (str(now), iso.isoformat(), iso.replace(tzinfo=None).isoformat()):
        assert await read_all(heymilo, path, created_after=bound) == second
    assert await read_all(heymilo, path, created_before=str(now - 1)) == first


async def test_reads_lag_behind_writes(
    heymilo: httpx.AsyncClient, world: World, posting: str, clock: SandboxClock, template: str
) -> None:
    world.heymilo.behaviour.lag = 30
    made = await heymilo.post(BASE, json={"title": "New", "interview_template_id": template})
    new = made.json()["data"]["id"]
    await invite(heymilo, posting, 1)
    await heymilo.patch(f"{BASE}/{posting}", json={"title": "Renamed"})
    assert (await heymilo.get(f"{BASE}/{new}")).status_code == 404
    assert new not in await read_all(heymilo, BASE, "id")
    assert await read_all(heymilo, f"{BASE}/{posting}/candidates") == []
    clock.advance(31)
    await heymilo.patch(f"{BASE}/{posting}", json={"title": "Renamed again"})
    assert (await heymilo.get(f"{BASE}/{new}")).status_code == 200
    assert len(await read_all(heymilo, f"{BASE}/{posting}/candidates")) == 1
    assert (await heymilo.get(f"{BASE}/{posting}")).json()["data"]["title"] == "Renamed"
    clock.advance(31)
    assert (await heymilo.get(f"{BASE}/{posting}")).json()["data"]["title"] == "Renamed again"


@pytest.mark.parametrize(
    ("made_on", "until"),
    [((2027, 1, 31), (2027, 2, 28)), ((2027, 3, 31), (2027, 4, 30)), ((2026, 12, 5), (2027, 1, 5))],
)
async def test_a_posting_lives_one_calendar_month_unless_told(
    heymilo: httpx.AsyncClient,
    template: str,
    world: World,
    clock: SandboxClock,
    made_on: tuple[int, int, int],
    until: tuple[int, int, int],
) -> None:
    clock.advance(datetime(*made_on, 12, tzinfo=UTC).timestamp() - clock.now())
    made = await heymilo.post(BASE, json={"title": "New", "interview_template_id": template})
    view = made.json()["data"]["posting"]
    assert view["deadline"] == datetime(*until, 12, tzinfo=UTC).timestamp()
    path = f"{BASE}/{view['id']}"
    clock.advance(view["deadline"] - clock.now())
    assert (await heymilo.get(path)).json()["data"]["status"] == "expired"
    assert (await heymilo.post(f"{path}/candidates", json=people(1)[0])).status_code == 409
    later = {"deadline": "2027-06-01T00:00:00Z"}
    world.heymilo.behaviour.expired_for_good = True
    assert (await heymilo.patch(path, json=later)).json()["data"]["status"] == "expired"


async def test_a_later_deadline_revives(
    heymilo: httpx.AsyncClient, posting: str, clock: SandboxClock
) -> None:
    clock.advance(40 * 86_400)
    assert (await heymilo.get(f"{BASE}/{posting}")).json()["data"]["status"] == "expired"
    until = datetime.fromtimestamp(clock.now() + 86_400, UTC).isoformat()
    answer = await heymilo.patch(f"{BASE}/{posting}", json={"deadline": until})
    assert answer.json()["data"]["status"] == "active"


async def test_drafts_and_archived_postings_take_nobody(
    heymilo: httpx.AsyncClient, world: World, template: str
) -> None:
    world.heymilo.behaviour.created_status = "draft"
    made = await heymilo.post(BASE, json={"title": "New", "interview_template_id": template})
    assert made.json()["data"]["status"] == "draft"
    path = f"{BASE}/{made.json()['data']['id']}"
    assert (await heymilo.post(f"{path}/candidates", json=people(1)[0])).status_code == 409
    assert (await heymilo.post(f"{path}/activate")).json()["data"]["status"] == "active"
    assert (await heymilo.post(f"{path}/candidates", json=people(1)[0])).status_code == 201
    assert (await heymilo.post(f"{path}/archive")).json()["data"]["status"] == "archived"
    assert (await heymilo.post(f"{path}/candidates", json=people(2)[0])).status_code == 409
    assert (await heymilo.post(f"{path}/activate")).status_code == 409
    assert (await heymilo.patch(path, json={"title": "Again"})).status_code == 409
    assert len(world.heymilo.ledger.invitations) == 1


async def test_a_native_mapping_waits_for_activation_which_may_fail_quietly(
    heymilo: httpx.AsyncClient, world: World
) -> None:
    world.heymilo.behaviour.attach_failures = 1
    native = world.heymilo.resources.add_template("NATIVE", ats={"ats_name": "workable"})
    made = await heymilo.post(BASE, json={"title": "New", "interview_template_id": native.id})
    data = made.json()["data"]
    assert data["status"] == "draft"
    assert data["posting"]["ats_metadata"]["pending_activation"] is True
    path = f"{BASE}/{data['id']}/activate"
    first, second = [(await heymilo.post(path)).json()["data"] for _ in range(2)]
    assert first["ats_metadata"]["pending_activation"] is True
    assert second["ats_metadata"]["pending_activation"] is False
    assert datetime.fromisoformat(second["ats_metadata"]["mapping_activated_at"]).tzinfo is None
    assert native.ats == {"ats_name": "workable"}


async def test_metadata_is_replaced_and_limited(heymilo: httpx.AsyncClient, posting: str) -> None:
    path = f"{BASE}/{posting}"
    for metadata in ({"a": "1", "b": "2"}, {"c": "3"}):
        answer = await heymilo.patch(path, json={"metadata": metadata})
        assert answer.json()["data"]["metadata"] == metadata
    for metadata in ({"k" * 41: "v"}, {"k": "v" * 501}, {f"k{n}": "v" for n in range(51)}):
        assert (await heymilo.patch(path, json={"metadata": metadata})).status_code == 422
    assert (await heymilo.get(path)).json()["data"]["metadata"] == {"c": "3"}


async def test_create_takes_a_template_or_a_workflow(
    heymilo: httpx.AsyncClient, template: str
) -> None:
    neither = {"title": "New"}
    both = {**neither, "interview_template_id": template, "workflow": [{"type": "resume"}]}
    unknown = {**neither, "interview_template_id": "IT_none"}
    statuses = [(await heymilo.post(BASE, json=wish)).status_code for wish in
                (neither, both, unknown)]  # fmt: skip
    assert statuses == [422, 422, 404]


async def test_a_clone_carries_the_marks(
    heymilo: httpx.AsyncClient, world: World, posting: str
) -> None:
    await heymilo.patch(f"{BASE}/{posting}", json={"metadata": {"external_id": "workable:1"}})
    copy = (await heymilo.post(f"{BASE}/{posting}/clone")).json()["data"]
    assert copy["posting"]["metadata"] == {"external_id": "workable:1"}
    assert copy["id"] != posting
    assert [e.kind for e in world.heymilo.ledger.created_for("workable:1")] == ["cloned"]


async def test_bulk_is_whole_or_partial(
    heymilo: httpx.AsyncClient, world: World, posting: str
) -> None:
    path = f"{BASE}/{posting}/candidates/bulk"
    rows = [*people(1), {"name": "B", "email": "broken"}, *people(2)]
    assert (await heymilo.post(path, json={"data": rows})).status_code == 422
    assert world.heymilo.ledger.invitations == []
    world.heymilo.behaviour.bulk = "partial"
    world.heymilo.behaviour.bulk_order = "reversed"
    answer = await heymilo.post(path, json={"data": rows})
    assert [row["metadata"]["external_id"] for row in answer.json()["data"]] == ["w:2", "w:1"]
    world.heymilo.behaviour.bulk_limit = 2
    assert (await heymilo.post(path, json={"data": people(3, 4, 5)})).status_code == 413
    assert len(world.heymilo.ledger.invitations) == 2


async def test_a_refusal_may_name_no_row(
    heymilo: httpx.AsyncClient, world: World, posting: str
) -> None:
    world.heymilo.behaviour.names_rows = False
    rows = [{"name": "B", "email": "broken"}]
    answer = await heymilo.post(f"{BASE}/{posting}/candidates/bulk", json={"data": rows})
    assert answer.status_code == 422
    assert [one["loc"] for one in answer.json()["detail"]] == [["body"]]


async def test_the_rate_limit_holds_for_any_minute(
    heymilo: httpx.AsyncClient, world: World, clock: SandboxClock
) -> None:
    world.heymilo.behaviour.requests_per_minute = 3
    statuses = []
    for _ in range(4):
        statuses.append((await heymilo.get("/api/v2/workspaces")).status_code)
        clock.advance(10)
    assert statuses == [200, 200, 200, 429]
    refused = await heymilo.get("/api/v2/workspaces")
    assert refused.status_code == 429
    wait = int(refused.headers["retry-after"])
    assert 19 <= wait <= 22
    world.heymilo.behaviour.retry_after = "date"
    until = parsedate_to_datetime((await heymilo.get("/api/v2/workspaces")).headers["retry-after"])
    assert 19 <= until.timestamp() - clock.now() <= 22
    world.heymilo.behaviour.retry_after = "none"
    assert "retry-after" not in (await heymilo.get("/api/v2/workspaces")).headers
    clock.advance(wait)
    assert (await heymilo.get("/api/v2/workspaces")).status_code == 200


async def test_limit_headers_have_several_styles(heymilo: httpx.AsyncClient, world: World) -> None:
    names = {"x-ratelimit": "x-ratelimit-remaining", "ratelimit": "ratelimit-remaining"}
    for style, name in names.items():
        world.heymilo.behaviour.limit_headers = style  # type: ignore[assignment]
        assert int((await heymilo.get("/api/v2/workspaces")).headers[name]) < 300
    world.heymilo.behaviour.limit_headers = "none"
    headers = (await heymilo.get("/api/v2/workspaces")).headers
    assert not any("ratelimit" in header for header in headers)


async def test_answers_are_dated_by_the_remote_clock(
    heymilo: httpx.AsyncClient, world: World, clock: SandboxClock
) -> None:
    world.heymilo.behaviour.skew = 120
    date = (await heymilo.get("/api/v2/workspaces")).headers["date"]
    assert parsedate_to_datetime(date).timestamp() == int(clock.now() + 120)


async def test_texts_are_tidied(heymilo: httpx.AsyncClient, world: World, posting: str) -> None:
    wish = {"title": " Engineer ", "description": "One line  \n\n\n\nAnother line\n"}
    view = (await heymilo.patch(f"{BASE}/{posting}", json=wish)).json()["data"]
    assert (view["title"], view["description"]) == ("Engineer", "One line\n\nAnother line")
    world.heymilo.behaviour.normalises = False
    view = (await heymilo.patch(f"{BASE}/{posting}", json=wish)).json()["data"]
    assert view["description"] == wish["description"]


async def test_search_and_summaries(heymilo: httpx.AsyncClient, posting: str) -> None:
    found = (await heymilo.get(f"{BASE}/list", params={"search": "backEND"})).json()["data"]
    assert [row["id"] for row in found] == [posting]
    assert set(found[0]) == {"object", "id", "title", "name"}


async def test_unknown_paths_and_methods(heymilo: httpx.AsyncClient, posting: str) -> None:
    assert (await heymilo.get("/api/v2/nothing")).status_code == 404
    assert (await heymilo.delete(f"{BASE}/{posting}")).status_code == 405
    assert (await heymilo.get(f"{BASE}/00000000")).status_code == 404
