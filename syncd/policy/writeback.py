"""Which result writes what into the ATS, and in which words."""

from collections.abc import Sequence
from dataclasses import dataclass

from syncd.model.ats import DAY
from syncd.policy.results import FINAL, UNFINISHED, format_score
from syncd.settings.schema import WritebackRule

_LABELS = {
    "completed": "Interview completed",
    "shortlisted": "Shortlisted",
    "dismissed": "Dismissed",
    "knocked_out": "Knocked out",
    "pending": "Invited, not started",
    "in_progress": "Started, not finished",
}


@dataclass(frozen=True, slots=True)
class Writes:
    """What the rules ask for one result; ``rules`` are the numbers of those that matched."""

    rules: tuple[int, ...] = ()
    note: bool = False
    score: bool = False
    tags: tuple[str, ...] = ()
    move_to_stage: str = ""
    reject: bool = False
    reject_reason: str = ""

    @property
    def reason(self) -> str:
        if not self.rules:
            return "no rule is written, so a note and the score"
        return "write-back rule " + ", ".join(map(str, self.rules))


def decide_writes(
    rules: Sequence[WritebackRule], status: str, score: float | None, idle_for: float | None = None
) -> Writes:
    """Given the rules and a result, return what is to be written (empty when nothing matches).

    ``idle_for``: seconds since the person last went on, for people who have not finished.
    """
    if not rules:
        return Writes(note=True, score=score is not None) if status in FINAL else Writes()
    hits = [
        (number, rule)
        for number, rule in enumerate(rules, start=1)
        if rule_matches(rule, status, score, idle_for)
    ]
    mover = next((rule for _, rule in hits if rule.move_to_stage), None)
    rejecter = next((rule for _, rule in hits if rule.reject), None)
    return Writes(
        rules=tuple(number for number, _ in hits),
        note=any(rule.note for _, rule in hits),
        score=score is not None and any(rule.score for _, rule in hits),
        tags=tuple(dict.fromkeys(rule.tag for _, rule in hits if rule.tag)),
        move_to_stage=mover.move_to_stage if mover else "",
        reject=rejecter is not None,
        reject_reason=rejecter.reject_reason if rejecter else "",
    )


def rule_matches(
    rule: WritebackRule, status: str, score: float | None, idle_for: float | None
) -> bool:
    """Whether one rule applies; a rule with score limits never applies without a score."""
    if rule.idle_days is not None:
        wanted = rule.status or sorted(UNFINISHED)
        return status in wanted and idle_for is not None and idle_for >= rule.idle_days * DAY
    if status not in FINAL or (rule.status and status not in rule.status):
        return False
    if rule.min_score is None and rule.max_score is None:
        return True
    if score is None:
        return False
    low = rule.min_score if rule.min_score is not None else 0.0
    return score >= low and (rule.max_score is None or score < rule.max_score)


def note_text(
    status: str,
    score: float | None,
    day: str | None,
    earlier: str | None = None,
    link: str | None = None,
) -> str:
    """The note's words, without its mark.

    ``day``: when the person was last active; ``earlier``: the score an earlier note told;
    ``link``: where recruiters see the posting.
    """
    label = _LABELS.get(status, status)
    told = f"score {format_score(score)} of 100" if score is not None else "no score"
    parts = [f"HeyMilo AI interview: {label}, {told}."]
    if earlier is not None:
        parts.append(f"This replaces the earlier score {earlier}.")
    if day:
        parts.append(f"Last activity {day}.")
    if link:
        parts.append(f"Review: {link}")
    return " ".join(parts)
