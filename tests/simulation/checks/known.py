"""What several checks ask of the ledgers."""

import re
from collections.abc import Sequence

from tests.simulation.history import OWNER, History, Truth
from tests.simulation.life import DimWorld

SLOWEST = 200.0  # seconds a pass may take between looking and writing, with everything slow

_SCORE = re.compile(r"score ([0-9.]+) of 100")


def jobs_of_postings(world: DimWorld) -> dict[str, str]:
    """Postings that ever bore our mark, by what the ledger and the postings say."""
    jobs = {
        event.posting_id: world.account.of_mark(event.external_id)
        for event in world.heymilo.ledger.postings
        if event.external_id
    }
    for posting in world.heymilo.state.postings.values():
        marks = posting.metadata or {}
        if marks.get("syncd") == OWNER and "external_id" in marks:
            jobs[posting.id] = world.account.of_mark(marks["external_id"])
    return jobs


def first_sight(history: History, world: DimWorld, posting: str) -> float:
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


def address_of(world: DimWorld, interview_id: str) -> str:
    """Whom an interview was made for; the ledger remembers those who were erased."""
    sent = (i for i in world.heymilo.ledger.invitations if i.interview_id == interview_id)
    first = next(sent, None) or world.heymilo.state.interviews[interview_id]
    return first.email.strip().casefold()


def told_score(text: object) -> str:
    found = _SCORE.search(str(text))
    return found.group(1).rstrip(".") if found else "none"


def shown(score: float | None) -> str:
    return "none" if score is None else f"{score:.2f}".rstrip("0").rstrip(".")


def place_of(truths: Sequence[Truth], told: str, at: float, step: float = 0.0) -> int | None:
    """Which of the final truths until ``at`` a score tells: the last that fits, within ``step``."""
    final = [(n, t.score) for n, t in enumerate(truths) if t.final and t.at <= at]
    places = [n for n, score in final if shown(score) == told or _is_near(score, told, step)]
    return places[-1] if places else None


def _is_near(score: float | None, told: str, step: float) -> bool:
    return bool(step) and score is not None and told != "none" and abs(score - float(told)) <= step
