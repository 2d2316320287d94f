"""What an interview's status and score mean: final or not, newer or older."""

from dataclasses import dataclass, replace

from syncd.model.statuses import FINAL as FINAL
from syncd.model.statuses import UNFINISHED as UNFINISHED


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What HeyMilo said of an interview at one moment.

    ``activity_at``: the last interaction of the candidate, HeyMilo's clock; ``complete``: every
    step is done, None where the answer does not tell; ``finished_at``: when the interview ended.
    """

    status: str
    score: float | None
    shortlisted: bool = False
    dismissed: bool = False
    complete: bool | None = None
    activity_at: float | None = None
    finished_at: float | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A snapshot as syncd uses it; ``score`` is None for "none", 0 is a score."""

    status: str
    score: float | None
    final: bool
    activity_at: float | None

    @property
    def score_text(self) -> str:
        """The score as written: 78 or 78.5, "none" without one."""
        return format_score(self.score)


SCORE_LAGS = 3600.0  # seconds for which a completed interview's score may still be computed


def read_result(snapshot: Snapshot, now: float) -> Result:
    """Given a snapshot, return what counts.

    A recruiter's dismissal outranks a shortlisting, both outrank ``completed``. Somebody who is
    decided upon before finishing has no score, whatever partial number is shown. A ``completed``
    interview without a score waits an hour for it (``now`` is HeyMilo's clock): analysis takes
    minutes, and a workflow may have nothing that is scored.
    """
    status = snapshot.status.strip().lower()
    if status in FINAL:
        if snapshot.dismissed:
            status = "dismissed"
        elif snapshot.shortlisted and status == "completed":
            status = "shortlisted"
    finished = _is_finished(snapshot)
    score = clean_score(snapshot.score) if status in FINAL and finished else None
    last = snapshot.activity_at if snapshot.activity_at is not None else snapshot.finished_at
    waits = status == "completed" and score is None and (last is None or now - last < SCORE_LAGS)
    return Result(status, score, status in FINAL and not waits, last)


def hold_back(result: Result, told: float | None, now: float) -> Result:
    """Given what a list says, and the score that counts so far, return what may count.

    A dismissal hides that a score is still being computed, and until it is a list shows a partial
    one. So another score than ``told`` of somebody dismissed waits for an hour after the last
    activity (``now`` is HeyMilo's clock). The interview's own data needs no such wait: it is not
    given before the score is computed.
    """
    fresh = result.activity_at is not None and now - result.activity_at < SCORE_LAGS
    if result.status == "dismissed" and fresh and result.score not in (None, told):
        return replace(result, score=None, final=False)
    return result


def _is_finished(snapshot: Snapshot) -> bool:
    if snapshot.status.strip().lower() == "completed" and snapshot.complete is None:
        return True
    if snapshot.complete is not None:
        return snapshot.complete
    return snapshot.finished_at is not None


def clean_score(score: float | None) -> float | None:
    """A score within 0 to 100, or None for what is none."""
    if score is None or score != score or not 0 <= score <= 100:
        return None
    return float(score)


def format_score(score: float | None) -> str:
    """78 for 78.0, 78.5 as it is, at most two decimals."""
    if score is None:
        return "none"
    return f"{score:.2f}".rstrip("0").rstrip(".")


def is_older(new: float | None, known: float | None) -> bool:
    """Whether a snapshot of activity ``new`` is older than one of activity ``known``."""
    return new is not None and known is not None and new < known
