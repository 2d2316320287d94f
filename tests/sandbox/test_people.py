"""Candidates and recruiters in HeyMilo, steered and by habit."""

from collections.abc import Callable

import httpx
import pytest

from syncd.sandbox import (
    HEYMILO_URL,
    Habits,
    SandboxClock,
    SandboxTransport,
    World,
)

BASE = "/api/v2/postings"


async def shown(client: httpx.AsyncClient, posting: str) -> dict[str, object]:
    rows = (await client.get(f"{BASE}/{posting}/candidates")).json()["data"]
    return dict(rows[0]) if rows else {}


@pytest.fixture
async def interview(heymilo: httpx.AsyncClient, posting: str) -> str:
    person = {"name": "P", "email": "p@example.com", "metadata": {"external_id": "w:1"}}
    answer = await heymilo.post(f"{BASE}/{posting}/candidates", json=person)
    return str(answer.json()["data"]["interview_id"])


async def test_an_interview_from_invitation_to_result(
    heymilo: httpx.AsyncClient, world: World, posting: str, interview: str, clock: SandboxClock
) -> None:
    people = world.people
    seen = []
    acts: tuple[Callable[[], None], ...] = (
        lambda: None,
        lambda: people.start(interview),
        lambda: people.complete_step(interview, 0, 40),
        lambda: people.evaluate(interview),
        lambda: people.finish(interview, 78.5),
        lambda: people.shortlist(interview),
        lambda: people.dismiss(interview),
    )
    for act in acts:
        clock.advance(60)
        act()
        row = await shown(heymilo, posting)
        seen.append((row["status"], row["score"]))
    assert seen == [
        ("pending", None),
        ("in_progress", None),
        ("in_progress", 40),
        ("evaluating", 40),
        ("completed", 78.5),
        ("shortlisted", 78.5),
        ("dismissed", 78.5),
    ]
    data = (await heymilo.get(f"/api/v2/interviews/{interview}/data")).json()["data"]
    assert data["score"] == 78.5


async def test_a_retake_keeps_the_id_and_changes_the_score(
    heymilo: httpx.AsyncClient, world: World, posting: str, interview: str, clock: SandboxClock
) -> None:
    world.people.finish(interview, 30)
    before = await shown(heymilo, posting)
    clock.advance(3600)
    world.people.retake(interview)
    during = await shown(heymilo, posting)
    assert (during["interview_id"], during["status"], during["score"]) == (
        interview,
        "in_progress",
        None,
    )
    path = f"/api/v2/interviews/{interview}/data"
    assert (await heymilo.get(path)).json()["data"]["status"] == "not_ready"
    world.people.finish(interview, 90)
    after = await shown(heymilo, posting)
    assert (after["status"], after["score"]) == ("completed", 90)
    workflows = [row["workflow"] for row in (before, after)]
    assert workflows[0]["last_activity_at"] < workflows[1]["last_activity_at"]  # type: ignore[index]


async def test_knocked_out_and_erased(
    heymilo: httpx.AsyncClient, world: World, posting: str, interview: str
) -> None:
    world.people.knock_out(interview, 0)
    row = await shown(heymilo, posting)
    assert (row["status"], row["score"]) == ("knocked_out", 0)
    world.people.erase(interview)
    assert await shown(heymilo, posting) == {}
    assert (await heymilo.get(f"/api/v2/interviews/{interview}/data")).status_code == 404


async def test_recruiters_edit_postings_and_add_people(
    heymilo: httpx.AsyncClient, world: World, posting: str, clock: SandboxClock
) -> None:
    before = (await heymilo.get(f"{BASE}/{posting}")).json()["data"]["updated_at"]
    clock.advance(5)
    world.people.edit_posting(posting, title="By hand", instructions="Be kind")
    view = (await heymilo.get(f"{BASE}/{posting}")).json()["data"]
    assert (view["title"], view["instructions"]) == ("By hand", "Be kind")
    assert view["updated_at"] > before
    world.people.add_by_hand(posting, "Q", "q@example.com")
    assert (await shown(heymilo, posting))["metadata"] is None
    made = world.people.make_posting("Made by hand")
    assert (await heymilo.get(f"{BASE}/{made.id}")).json()["data"]["status"] == "active"


async def test_webhooks_leave_hints(
    heymilo: httpx.AsyncClient, world: World, posting: str, interview: str
) -> None:
    hook = {"posting_id": posting, "url": "https://example.com/hook",
            "event_type": "interview_completed"}  # fmt: skip
    await heymilo.post("/api/v2/webhooks", json=hook)
    world.people.finish(interview, 50)
    assert [(h.event_type, h.interview_id) for h in world.people.hints] == [
        ("interview_completed", interview)
    ]


async def live(seed: int) -> list[tuple[str, float | None, float | None]]:
    """What became of 60 people after four days of their own habits."""
    clock = SandboxClock()
    world = World(seed, clock, habits=Habits())
    template = world.heymilo.resources.add_template("T").id
    async with httpx.AsyncClient(
        transport=SandboxTransport(world, clock),
        base_url=HEYMILO_URL,
        headers={"X-API-KEY": world.heymilo.api_key},
    ) as client:
        wish = {"title": "New", "interview_template_id": template}
        posting = (await client.post(BASE, json=wish)).json()["data"]["id"]
        rows = [{"name": "P", "email": f"p{n}@example.com"} for n in range(60)]
        await client.post(f"{BASE}/{posting}/candidates/bulk", json={"data": rows})
        for _ in range(4 * 24):
            clock.advance(3600)
            world.settle()
        found = (await client.get(f"{BASE}/{posting}/candidates?limit=100")).json()["data"]
    return [(row["status"], row["score"], row["interviewed_at"]) for row in found]


async def test_by_habit_everything_happens_and_the_seed_decides_what() -> None:
    first, again, other = await live(3), await live(3), await live(4)
    assert first == again
    assert first != other
    assert {status for status, _, _ in first} == {
        "pending",
        "in_progress",
        "completed",
        "shortlisted",
        "dismissed",
        "knocked_out",
    }
    assert all(score is not None for status, score, _ in first if status == "completed")
