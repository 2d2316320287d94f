"""Guards over groups of changes: what is refused, and what a person let through."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from syncd.phases.context import Context
from syncd.plan import Change, Refusal
from syncd.policy.approval import grant, note_offer, prune
from syncd.store import approvals
from syncd.store.approvals import Whose

#: Given the changes of a group that nobody approved yet, tells whether they are too many.
Guard = Callable[[Sequence[Change]], Refusal | None]


@dataclass(frozen=True, slots=True)
class Screened:
    """What may be done of a group: everything, or only what was approved."""

    refused: bool
    approved: frozenset[str]

    def allows(self, change: Change) -> bool:
        """Whether this one may be made."""
        return not self.refused or change.item in self.approved


def screen(ctx: Context, group: str, changes: Sequence[Change], guard: Guard) -> Screened:
    """Put a group before its guard; a refusal goes into the report, and is kept as shown.

    Approved changes are not counted again. Given the hash of a group that was refused, those that
    were shown go through and those that joined since are refused.
    """
    present = {change.item: change for change in changes}
    with ctx.read() as tx:
        before = approvals.load(tx, ctx.name, group)
    book = prune(before, present)
    held = _held(changes, book.approved())
    refusal = guard(held)
    if refusal is not None:
        book = grant(book, [c.item for c in held], refusal.hash, ctx.approved)
        still = _held(changes, book.approved())
        if len(still) < len(held):
            refusal = _joined(group, len(held) - len(still), still) if still else None
    if refusal is not None:
        book = note_offer(book, [c.item for c in refusal.changes], refusal.hash)
        ctx.report.refusals.append(replace(refusal, connection=ctx.name))
    if book != before:
        whose = {item: Whose(c.job_id, c.application_id) for item, c in present.items()}
        with ctx.commit() as tx:
            approvals.save(tx, ctx.name, group, before, book, whose, ctx.clock.now())
    return Screened(refusal is not None, book.approved())


def _held(changes: Sequence[Change], approved: frozenset[str]) -> list[Change]:
    return [change for change in changes if change.item not in approved]


def _joined(group: str, approved: int, still: Sequence[Change]) -> Refusal:
    more = "change has" if len(still) == 1 else "changes have"
    return Refusal(
        group,
        f"{len(still)} more {more} joined since the approved group was shown",
        {"approved": approved, "joined": len(still)},
        tuple(still),
    )
