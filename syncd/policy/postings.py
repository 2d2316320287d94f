"""What a posting should be, whose it is, and what of it has to change."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from syncd.model.ats import DAY, Job
from syncd.model.marks import Ownership
from syncd.model.text import fit_title, html_to_text

TITLE_MIN, TITLE_MAX = 3, 200  # HeyMilo: CreatePostingRequest.title
DESCRIPTION_MIN, DESCRIPTION_MAX = 10, 50_000  # UpdatePostingRequest.description
_SENT_MOST = 8  # values sent one after another, none of them with a certain outcome


@dataclass(frozen=True, slots=True)
class Observed:
    """A posting as HeyMilo shows it. ``fields`` holds its texts for the moment of comparing.

    ``native``: HeyMilo's own ATS integration feeds it; ``mapped``: that mapping is at work.
    Times are epoch seconds on HeyMilo's clock.
    """

    id: str
    title: str
    status: str
    ownership: Ownership
    owner: str = ""
    job_id: str | None = None
    created_at: float | None = None
    deadline: float | None = None
    archived: bool = False
    test: bool = False
    native: bool = False
    mapped: bool = False
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    metadata: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def live(self) -> bool:
        return not self.archived and self.status != "archived"


def desired_title(job: Job, pattern: str) -> str:
    """The title a posting of this job is given, at most 200 characters, cut at a word."""
    values = {
        "title": job.title,
        "department": job.department or "",
        "location": job.location or "",
        "id": job.id,
    }
    text = pattern
    for key, value in values.items():
        text = text.replace("{" + key + "}", value)
    return fit_title(text, TITLE_MAX)


def desired_description(job: Job) -> str | None:
    """Plain text for HeyMilo, or None where the job has too little to say."""
    text = html_to_text(job.description or "", DESCRIPTION_MAX)
    return text if len(text) >= DESCRIPTION_MIN else None


def choose_ours(postings: Iterable[Observed]) -> tuple[Observed | None, list[Observed]]:
    """Of the postings with one job's mark return ours and the live clones.

    Ours is the oldest that is not archived; an archived one only if there is no other.
    """
    ordered = sorted(
        postings, key=lambda p: (not p.live, p.created_at if p.created_at is not None else 0, p.id)
    )
    if not ordered:
        return None, []
    return ordered[0], [other for other in ordered[1:] if other.live]


class Drift(StrEnum):
    """What three values of one field come to: agreed, desired, observed."""

    NONE = "none"
    PUSH = "push"  # the ATS changed it: write
    MET = "met"  # both sides came to agree by themselves: remember
    EDITED = "edited"  # a person changed it in HeyMilo: report, keep


def compare(desired: str, observed: str, agreed: Sequence[str] | None) -> Drift:
    """Given hashes of the desired and observed value, and what was agreed, say what to do.

    ``agreed`` is (desired then, read back then), because the server may normalise what it is
    given, and after these two whatever was sent since without a certain outcome: should that stand
    there, nobody edited it. Without ``agreed`` (the state is new to this posting) what stands
    there is taken as agreed.
    """
    if desired == observed:
        same = agreed is not None and list(agreed) == [desired, observed]
        return Drift.NONE if same else Drift.MET
    if agreed is None:
        return Drift.MET
    wanted_then, stood_then, *sent = agreed
    if observed == stood_then:
        return Drift.NONE if desired == wanted_then else Drift.PUSH
    return Drift.PUSH if observed in sent else Drift.EDITED


def with_sent(agreed: Sequence[str], desired: str) -> list[str]:
    """Given what is agreed of a field, return it with a value that is about to be sent."""
    return [*agreed[:2], *with_asked(agreed[2:], desired)]


def with_asked(asked: Sequence[str], desired: str) -> list[str]:
    """Given values sent without a certain outcome, return them with one that is about to be."""
    return [*(value for value in asked if value != desired), desired][-_SENT_MOST:]


def deadline_is_due(status: str, deadline: float | None, now: float, days: float) -> bool:
    """Whether an open job's posting needs its deadline moved ahead.

    That is when less than half of ``days`` is left; a later date is kept. A posting that has
    expired although its deadline lies well ahead was revived without success: not again.
    """
    if deadline is None:
        return status == "expired"
    return deadline - now < days * DAY / 2
