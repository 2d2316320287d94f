"""What several checks ask of the ledgers."""

import re
from collections.abc import Sequence

from syncd.sandbox import World
from tests.simulation.history import OWNER, History, Truth

SLOWEST = 200.0  # seconds a pass may take between looking and writing, with everything slow

_SCORE = re.compile(r"score ([0-9.]+) of 100")


def jobs_of_postings(world: World) -> dict[str, str]:
    """Postings that ever bore our mark, by what the ledger and the postings say."""
    jobs = {
        event.posting_id: event.external_id.removeprefix("workable:")
        for event in world.heymilo.ledger.postings
        if event.external_id
    }
    for posting in world.heymilo.state.postings.values():
        marks = posting.metadata or {}
        if marks.get("syncd") == OWNER and "external_id" in marks:
            jobs[posting.id] = marks["external_id"].removeprefix("workable:")
    return jobs


def first_sight(history: History, world: World, posting: str) -> float:
    """When a whole pass first saw a posting whose creation had no answer; long ago for others."""
    made = next(
        (e.at for e in world.heymilo.ledger.postings if e.posting_id == posting), float("-inf")
    )
    rows = [r for r in world.log if r.method == "POST" and r.path.endswith("/postings")]
    answered = any(abs(r.at - made) < 0.001 and r.fault is None for r in rows)
    cut = any(p.cut and p.started <= made <= p.ended + 1 for p in history.passes)
    if answered and not cut:
        return float("-inf")
    looks = [p for p in history.passes if p.whole and "postings" in p.phases and p.started > made]
    return looks[0].ended if looks else float("inf")


def address_of(world: World, interview_id: str) -> str:
    return world.heymilo.state.interviews[interview_id].email.strip().casefold()


def told_score(text: object) -> str:
    found = _SCORE.search(str(text))
    return found.group(1).rstrip(".") if found else "none"


def shown(score: float | None) -> str:
    return "none" if score is None else f"{score:.2f}".rstrip("0").rstrip(".")


def place_of(truths: Sequence[Truth], told: str, at: float) -> int | None:
    places = [n for n, t in enumerate(truths) if t.final and t.at <= at and shown(t.score) == told]
    return places[-1] if places else None
