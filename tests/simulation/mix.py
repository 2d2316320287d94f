"""What a seed decides before anything happens: how the sides behave, and how much goes wrong.

Every seed leaves some of it out (swarm testing): what never meets in a mix of everything meets in
one of few things.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

from syncd.sandbox import FaultKind, HeyMiloBehaviour, WorkableBehaviour
from syncd.sandbox.faults import USUAL

SETTLE = 300.0
HOUR, DAY = 3600.0, 86_400.0
CODE = "ENG-SCREEN"
SCORE_KEY = "score_key"

#: How often each deed is done in a mix of everything.
DEEDS: dict[str, int] = {
    "apply": 30,
    "apply_oddly": 5,
    "apply_again": 6,
    "move": 7,
    "move_back": 3,
    "hire": 1,
    "disqualify": 3,
    "revert": 1,
    "withdraw": 1,
    "anonymise": 2,
    "delete": 2,
    "relocate": 2,
    "copy": 1,
    "edit_address": 3,
    "edit_phone": 1,
    "new_job": 5,
    "close_job": 3,
    "reopen_job": 3,
    "rename_job": 4,
    "describe_job": 2,
    "reassign_job": 1,
    "edit_posting": 5,
    "annotate_posting": 1,
    "archive_posting": 1,
    "unarchive_posting": 1,
    "remove_posting": 1,
    "clone_posting": 1,
    "occupy_title": 1,
    "claim_job": 1,
    "invite_by_hand": 2,
    "advance": 12,
    "finish": 24,
    "retake": 10,
    "rescore": 3,
    "shortlist": 4,
    "dismiss": 3,
    "knock_out": 2,
    "erase": 1,
    "black_out": 1,
}


@dataclass(frozen=True, slots=True)
class Mix:
    """The make-up of one run; times in seconds, chances from 0 to 1."""

    seed: int
    share: float
    kinds: dict[FaultKind, int]
    writes: float  # how much more often writes go wrong than readings
    late: float
    lag: float
    heymilo: HeyMiloBehaviour
    workable: WorkableBehaviour
    page: int
    cut: float
    cut_writes: float  # the share of cuts that fall around a write
    stall: float
    twins: float
    jumps: float
    lose: float
    restore: float
    stale_look: bool
    stale_answers: float
    offset: float
    passes: int
    gaps: tuple[float, float]
    deeds: dict[str, int]
    deeds_per_pass: float
    old_people: int
    explicit: datetime | None
    move_to: str
    rules: list[dict[str, Any]]
    batch: int
    most: int
    archive_after: float
    min_postings: int
    deadline_days: int
    settings: dict[str, Any] = field(default_factory=dict)

    def told(self, status: str, score: float | None) -> bool:
        """Whether a result asks for a note, by the rules in use."""
        if not self.rules:
            return True
        good = ("completed", "shortlisted")
        return score is not None and (score < 70 or status in good)


RULES: list[dict[str, Any]] = [
    {
        "status": ["completed", "shortlisted"],
        "min_score": 70,
        "note": True,
        "score": True,
        "tag": "HeyMilo: passed",
        "move_to_stage": "Interview",
    },
    {"max_score": 70, "note": True, "score": True},
]


def draw_mix(seed: int, start: float) -> Mix:
    """The mix of ``seed``; ``start`` is when the run begins, epoch seconds."""
    random = Random(f"mix {seed}")
    share = random.choice((0.0, 0.05, 0.1, 0.2, 0.35, 0.5))
    kinds = {k: w for k, w in USUAL.items() if random.random() < 0.7}
    if random.random() < 0.1:
        kinds[FaultKind.UNAUTHORISED] = 4
    if random.random() < 0.15:
        kinds[FaultKind.SHRUNK] = 3
    lag = random.choice((0.0, 0.0, 20.0, 120.0))
    ats_lag = random.choice((0.0, 0.0, 20.0, 120.0))
    skew = random.choice((0.0, 0.0, 0.0, 7.0, -30.0, 3600.0, -7200.0))
    ats_skew = random.choice((0.0, 0.0, 0.0, -7.0, 40.0, -3600.0))
    lossy = random.random() < 0.25
    stale_look = not lossy and random.random() < 0.4
    deeds = {}
    for deed, weight in DEEDS.items():
        deeds[deed] = weight * random.choice((0, 1, 1, 1, 3))
    deeds["apply"] = max(deeds["apply"], DEEDS["apply"])
    if random.random() < 0.8:
        deeds["black_out"] = 0
    deeds["black_out"] *= 4
    if stale_look:
        # A look that shows less than there is may be wrong once, not together with these.
        deeds["invite_by_hand"] = 0
    allowed = random.choice((300, 300, 300, 40, 12))
    scarce = allowed < 40  # less than a pass asks in a minute, and only a 429 tells of it
    heymilo = HeyMiloBehaviour(
        created_status=random.choice(("active", "active", "draft")),
        newest_first=random.random() < 0.7,
        lag=lag,
        skew=skew,
        requests_per_minute=allowed,
        limit_headers=random.choice(("none", "x-ratelimit", "ratelimit")[: 1 if scarce else 3]),
        retry_after=random.choice(("seconds", "date", "none")[: 2 if scarce else 3]),
        error_shape=random.choice(("fastapi", "api_error")),
        names_rows=random.random() < 0.6,
        bulk=random.choice(("whole", "whole", "partial")),
        bulk_limit=random.choice((None, None, None, 3)),
        bulk_order=random.choice(("kept", "reversed")),
        forgets_marks=random.random() < 0.15,
        refusal=random.choice((409, 400)),
        duplicates=random.choice(("same", "same", "conflict")),
        normalises=random.random() < 0.7,
        counts=random.random() < 0.7,
    )
    workable = WorkableBehaviour(lag=ats_lag, skew=ats_skew, comment_touches=random.random() < 0.7)
    explicit = None
    if random.random() < 0.45:
        explicit = datetime.fromtimestamp(int(start) - 30 * DAY, UTC)
    gaps = random.choice(((60.0, 240.0), (120.0, 1800.0), (600.0, 6 * HOUR), (HOUR, 12 * HOUR)))
    return Mix(
        seed=seed,
        share=share,
        kinds=kinds,
        writes=random.choice((1.0, 2.0, 4.0)),
        late=random.choice((20.0, 60.0, 120.0)),
        lag=lag,
        heymilo=heymilo,
        workable=workable,
        page=random.choice((100, 7, 3, 2)),
        cut=random.choice((0.0, 0.3, 0.6, 0.9)),
        cut_writes=random.choice((0.2, 0.5)),
        stall=random.choice((0.0, 0.0, 0.2)),
        twins=random.choice((0.0, 0.0, 0.3)),
        jumps=random.choice((0.0, 0.0, 0.2)),
        lose=0.12 if lossy and random.random() < 0.6 else 0.0,
        restore=0.15 if lossy else 0.0,
        stale_look=stale_look,
        stale_answers=random.choice((0.0, 0.0, 0.6)),
        offset=random.choice((0.0, 0.0, 25.0, -40.0, 5400.0, -DAY)),
        passes=random.randint(4, 8),
        gaps=gaps,
        deeds=deeds,
        deeds_per_pass=random.uniform(1.0, 7.0),
        old_people=random.choice((0, 2, 5, 12)),
        explicit=explicit,
        move_to=random.choice(("", "", "Phone Screen")),
        rules=random.choice(([], RULES)),
        batch=random.choice((1, 2, 3, 50, 50)),
        most=random.choice((2, 5, 500, 500)),
        archive_after=random.choice((0.0, 1.0, 24.0)),
        min_postings=random.choice((1, 3, 10)),
        deadline_days=random.choice((30, 30, 3)),
    )
