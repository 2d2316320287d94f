"""From when on the applicants of a job are invited.

A first run invites nobody: the default cut-off is the moment at which a job was first selected.
Only a job that came into being under syncd's eyes has none.
"""

from dataclasses import dataclass

from syncd.model.ats import DAY


@dataclass(frozen=True, slots=True)
class Cutoff:
    """``at``: only those who applied then or later; None stands for everybody."""

    at: float | None

    def admits(self, applied_at: float | None, moved_from_seen_at: float | None) -> bool:
        """Whether a person counts as new.

        ``applied_at`` is the ATS's time of application; ``moved_from_seen_at`` when syncd last
        knew the person in another stage or on another job (None: never moved before syncd's eyes).
        An application without a time counts as old, since inviting cannot be taken back.
        """
        if self.at is None:
            return True
        return any(t is not None and t >= self.at for t in (applied_at, moved_from_seen_at))


@dataclass(frozen=True, slots=True)
class Sighting:
    """What is known of a job at the moment it is selected. All times are the ATS's own.

    ``first_seen_at``: when a pass first listed it, None if the state was lost and that says
    nothing; ``seen_open_before``: an earlier pass saw it open; ``first_sync_at``: when the
    connection's first pass in mode ``sync`` began, None if this is that pass.
    """

    now: float
    created_at: float | None
    first_seen_at: float | None
    seen_open_before: bool
    first_sync_at: float | None


def default_cutoff(sighting: Sighting) -> Cutoff:
    """The cut-off of a job that is selected now and has no explicit one."""
    first = sighting.first_sync_at
    if first is None or sighting.seen_open_before:
        return Cutoff(sighting.now)
    seen = sighting.first_seen_at
    known_as_draft = seen is not None and seen < sighting.now
    if known_as_draft or _born_after(sighting, first):
        return Cutoff(None)
    return Cutoff(sighting.now)


def _born_after(sighting: Sighting, first: float) -> bool:
    born, seen = sighting.created_at, sighting.first_seen_at
    if seen is None:
        return born is not None and born >= first
    if born is None:
        return seen >= first
    # An ATS that tells only the day of creation (a bare midnight) may mean any moment of it.
    latest = born + DAY if born % DAY == 0 else born
    return latest >= first and seen >= first
