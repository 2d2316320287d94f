"""What can be done to jobs and candidates, whoever does it: the API or a person."""

import itertools
from collections.abc import Callable
from typing import Any

from syncd.sandbox.timeline import Timeline
from syncd.sandbox.workable.state import Account, Act, Activity, Behaviour, Candidate
from syncd.sandbox.workable.views import show_id

_UNSET: Any = object()


class Deeds:
    """Changes of candidates; each dates the candidate, and is in its stream and the ledger."""

    def __init__(self, account: Account, behaviour: Behaviour, timeline: Timeline) -> None:
        self.account = account
        self.behaviour = behaviour
        self.timeline = timeline
        self._candidate_ids = self._ids(0x27270275)
        self._activity_ids = self._ids(0x907468C6)
        self._numbers = itertools.count(656_866_723)

    def _ids(self, start: int) -> Callable[[], int]:
        last = start

        def take() -> int:
            nonlocal last
            last += self.timeline.random.randint(1, 40)
            return last

        return take

    def now(self) -> float:
        """This side's own clock."""
        return self.timeline.now() + self.behaviour.skew

    def add(self, job: str, stage: str, **person: Any) -> Candidate:
        """Somebody new on a job."""
        now = self.now()
        candidate = Candidate(
            id=self._candidate_ids(),
            number=next(self._numbers),
            job=job,
            stage=stage,
            created_at=person.pop("created_at", now),
            updated_at=now,
            shown_at=now,
            **person,
        )
        self.account.candidates[candidate.id] = candidate
        self.account.activities[candidate.id] = []
        self.tell(candidate, "uploaded" if candidate.sourced else "applied")
        return candidate

    def tell(
        self,
        candidate: Candidate,
        action: str,
        *,
        stage: str | None = _UNSET,
        target: str | None = None,
        member: str | None = None,
        body: str | None = None,
    ) -> Activity:
        """Put an entry into a candidate's stream."""
        activity = Activity(
            id=self._activity_ids(),
            candidate=candidate.id,
            action=action,
            at=self.now(),
            stage=candidate.stage if stage is _UNSET else stage,
            target=target,
            member=member,
            body=body,
            shown_at=self.now(),
        )
        self.account.activities[candidate.id].append(activity)
        return activity

    def note(
        self, candidate: Candidate, kind: str, by: str, value: Any = None, before: Any = None
    ) -> None:
        """Put an act into the ledger."""
        self.account.ledger.append(
            Act(self.timeline.now(), by, kind, show_id(candidate.id), candidate.job, value, before)
        )

    def touch(self, candidate: Candidate) -> None:
        candidate.updated_at = self.now()

    def move(self, candidate: Candidate, stage: str, member: str | None, by: str) -> None:
        """Into another stage of the same job; ``offer`` and ``hired`` leave a date."""
        left = candidate.stage
        self.tell(candidate, stage, target=stage, member=member)
        candidate.stage = stage
        kind = self.account.stage_of(candidate).kind
        candidate.hired_at = self.now() if kind == "hired" else None
        if kind == "offer":
            candidate.moved_to_offer_at = self.now()
        self.touch(candidate)
        self.note(candidate, "move", by, stage, left)

    def disqualify(
        self, candidate: Candidate, reason: str | None, withdrew: bool, member: str | None, by: str
    ) -> None:
        candidate.disqualified_at = self.now()
        candidate.disqualification_reason = reason
        candidate.withdrew = withdrew
        self.tell(candidate, "disqualified", member=member)
        self.touch(candidate)
        self.note(candidate, "disqualify", by, reason)

    def revert(self, candidate: Candidate, member: str | None, by: str) -> None:
        candidate.disqualified_at = candidate.disqualification_reason = None
        candidate.withdrew = False
        self.tell(candidate, "reverted", member=member)
        self.touch(candidate)
        self.note(candidate, "revert", by)

    def comment(self, candidate: Candidate, text: str, member: str | None, by: str) -> Activity:
        activity = self.tell(candidate, "comment", member=member, body=text)
        if self.behaviour.comment_touches:
            self.touch(candidate)
        self.note(candidate, "comment", by, text)
        return activity

    def set_tags(self, candidate: Candidate, tags: list[str], by: str) -> None:
        before = list(candidate.tags)
        candidate.tags = list(dict.fromkeys(tags))
        self.touch(candidate)
        self.note(candidate, "tags", by, list(candidate.tags), before)

    def set_attribute(self, candidate: Candidate, key: str, value: Any, by: str) -> None:
        before = candidate.attributes.get(key)
        candidate.attributes[key] = value
        self.touch(candidate)
        self.note(candidate, "attribute", by, (key, value), before)

    def relocate(
        self, candidate: Candidate, job: str, stage: str, member: str | None, by: str
    ) -> Candidate:
        """To another job: as recorded, a new id with the old dates; the old id is gone."""
        moved = self.copy(candidate, job, stage, member, by, originating=False)
        del self.account.candidates[candidate.id]
        return moved

    def copy(
        self,
        candidate: Candidate,
        job: str,
        stage: str,
        member: str | None,
        by: str,
        *,
        originating: bool = True,
    ) -> Candidate:
        """The same person on another job, as another candidate."""
        made = self.add(
            job,
            stage,
            firstname=candidate.firstname,
            lastname=candidate.lastname,
            email=candidate.email,
            phone=candidate.phone,
            sourced=candidate.sourced,
            headline=candidate.headline,
            resume=candidate.resume,
            tags=list(candidate.tags),
            originating=candidate.id if originating else candidate.originating,
            created_at=self.now() if originating else candidate.created_at,
        )
        self.note(made, "copy" if originating else "relocate", by, show_id(candidate.id))
        return made
