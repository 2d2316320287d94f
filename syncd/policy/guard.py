"""What a pass refuses to do without a person's word."""

from collections.abc import Sequence
from dataclasses import dataclass

from syncd.plan import Change, Refusal
from syncd.settings.schema import GuardSettings

ARCHIVE, UPDATE, INGEST = "archive", "update", "ingest"


@dataclass(frozen=True, slots=True)
class Fleet:
    """How many postings are managed, and how their jobs fared in this pass's reading.

    ``missing``: jobs of managed postings that were neither listed nor answered by id;
    ``listed``: how many jobs the ATS listed at all.
    """

    managed: int
    missing: int
    listed: int


def guard_archivals(
    archivals: Sequence[Change],
    vanished: Sequence[Change],
    fleet: Fleet,
    settings: GuardSettings,
) -> Refusal | None:
    """Whether archivals, and the disappearance of jobs, are too many to be believed.

    ``vanished``: the archivals that missing jobs would lead to; they belong to the refused group,
    so that approving it means that the jobs are gone indeed.
    """
    changes = (*archivals, *vanished)
    numbers = {
        "archivals": len(archivals),
        "managed": fleet.managed,
        "missing": fleet.missing,
        "listed": fleet.listed,
        "max_archive_share": settings.max_archive_share,
        "min_postings": settings.min_postings,
    }
    if fleet.listed == 0 and fleet.missing:
        reason = (
            f"The ATS listed no job at all while {fleet.missing} of {fleet.managed} "
            "postings belong to jobs it knew before"
        )
        return Refusal(ARCHIVE, reason, numbers, tuple(changes))
    if fleet.managed < max(1, settings.min_postings):
        return None
    allowed = settings.max_archive_share * fleet.managed
    if fleet.missing > allowed:
        reason = (
            f"{fleet.missing} of {fleet.managed} managed jobs are missing in the ATS, "
            f"more than max_archive_share = {settings.max_archive_share:g} allows"
        )
        return Refusal(ARCHIVE, reason, numbers, tuple(changes))
    if len(archivals) > allowed:
        reason = (
            f"{len(archivals)} of {fleet.managed} postings would be archived, "
            f"more than max_archive_share = {settings.max_archive_share:g} allows"
        )
        return Refusal(ARCHIVE, reason, numbers, tuple(changes))
    return None


def guard_updates(
    changes: Sequence[Change], fleet: Fleet, settings: GuardSettings
) -> Refusal | None:
    """Whether so many postings would be updated that something else must be wrong."""
    if fleet.managed < max(1, settings.min_postings):
        return None
    if len(changes) <= settings.max_update_share * fleet.managed:
        return None
    numbers = {
        "updates": len(changes),
        "managed": fleet.managed,
        "max_update_share": settings.max_update_share,
        "min_postings": settings.min_postings,
    }
    reason = (
        f"{len(changes)} of {fleet.managed} postings would be updated, "
        f"more than max_update_share = {settings.max_update_share:g} allows"
    )
    return Refusal(UPDATE, reason, numbers, tuple(changes))


def guard_invitations(waiting: int, max_per_run: int, changes: Sequence[Change]) -> Refusal | None:
    """Whether far more people wait than a pass may invite."""
    if waiting <= 3 * max_per_run:
        return None
    numbers = {"waiting": waiting, "max_per_run": max_per_run, "limit": 3 * max_per_run}
    reason = (
        f"{waiting} people wait to be invited, more than three times max_per_run = {max_per_run}"
    )
    return Refusal(INGEST, reason, numbers, tuple(changes))
