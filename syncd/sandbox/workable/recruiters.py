"""Recruiters who work in Workable, and applicants who apply there: each act by a method."""

import itertools
from typing import Any, Literal

from syncd.sandbox.workable.deeds import Deeds
from syncd.sandbox.workable.state import (
    Account,
    Attribute,
    Candidate,
    Job,
    Member,
    Reason,
    Stage,
)
from syncd.sandbox.workable.views import show_id

JobStateName = Literal["draft", "published", "closed", "archived"]


class Recruiters:
    """Steers the account. Candidates are named by their shown (hexadecimal) id."""

    def __init__(self, account: Account, deeds: Deeds) -> None:
        self.account = account
        self.deeds = deeds
        self._job_ids = itertools.count(0x5B5CE9)
        self._job_numbers = itertools.count(5_986_327)
        self._member_ids = itertools.count(0x1F395D)
        self._reason_ids = itertools.count(0xB29C63)

    def add_member(self, name: str, *, active: bool = True, role: str = "admin") -> Member:
        id_ = show_id(next(self._member_ids))
        member = Member(id_, name, f"member-{id_}@example.com", role, active)
        self.account.members[id_] = member
        return member

    def add_reason(self, text: str, *, withdrew: bool = False) -> Reason:
        position = len(self.account.reasons) + 1
        reason = Reason(show_id(next(self._reason_ids)), text, withdrew, position)
        self.account.reasons.append(reason)
        return reason

    def add_attribute(self, key: str, label: str = "") -> None:
        """A custom attribute that takes a value."""
        self.account.attributes[key] = Attribute(key, label or key)

    def add_job(
        self,
        title: str,
        *,
        state: JobStateName = "published",
        department: str | None = None,
        description: str = "<p>A job in the sandbox, described in a sentence or two.</p>",
        code: str | None = None,
        stages: tuple[Stage, ...] | None = None,
        **fields: Any,
    ) -> Job:
        """Make a job; further ``fields`` are those of :class:`Job`. Return it."""
        now = self.deeds.now()
        job = Job(
            id=next(self._job_ids),
            number=next(self._job_numbers),
            shortcode=self.deeds.timeline.hexadecimal(10),
            title=title,
            code=code,
            state=state,
            created_at=fields.pop("created_at", now),
            updated_at=now,
            description=description,
            department=department,
            stages=stages or self.account.stages,
            **fields,
        )
        self.account.jobs[job.shortcode] = job
        return job

    def edit_job(self, shortcode: str, **fields: Any) -> None:
        """Change fields of a job, e.g. ``title``, ``description``, ``department``."""
        job = self.account.jobs[shortcode]
        for name, value in fields.items():
            setattr(job, name, value)
        job.updated_at = self.deeds.now()

    def rename_job(self, shortcode: str, title: str) -> None:
        self.edit_job(shortcode, title=title)

    def publish_job(self, shortcode: str) -> None:
        """Publish a draft, or reopen what was closed."""
        self.edit_job(shortcode, state="published")

    reopen_job = publish_job

    def close_job(self, shortcode: str) -> None:
        self.edit_job(shortcode, state="closed")

    def archive_job(self, shortcode: str) -> None:
        self.edit_job(shortcode, state="archived")

    def remove_job(self, shortcode: str) -> Job:
        """Delete a job with its candidates; return it, so that it can come back."""
        job = self.account.jobs.pop(shortcode)
        for id_ in [i for i, c in self.account.candidates.items() if c.job == shortcode]:
            del self.account.candidates[id_]
        return job

    def apply(
        self,
        job: str,
        name: str,
        email: str | None,
        phone: str | None = None,
        *,
        stage: str = "applied",
        sourced: bool = False,
        created_at: float | None = None,
    ) -> str:
        """Somebody applies to the job of that shortcode; return the candidate's id.

        ``created_at`` dates the application back, e.g. for one from before syncd was set up.
        """
        first, _, last = name.partition(" ")
        candidate = self.deeds.add(
            job,
            stage,
            firstname=first,
            lastname=last,
            email=email,
            phone=phone,
            sourced=sourced,
            resume=not sourced,
            created_at=self.deeds.now() if created_at is None else created_at,
        )
        if created_at is not None:
            candidate.updated_at = candidate.shown_at = created_at
        return show_id(candidate.id)

    def candidate(self, candidate_id: str) -> Candidate:
        """The candidate; KeyError if it is gone."""
        return self.account.candidates[int(candidate_id, 16)]

    def move(self, candidate_id: str, stage: str) -> None:
        self.deeds.move(self.candidate(candidate_id), stage, self._somebody(), "person")

    def hire(self, candidate_id: str) -> None:
        self.move(candidate_id, "hired")

    def disqualify(self, candidate_id: str, reason: str | None = None) -> None:
        one = self.candidate(candidate_id)
        self.deeds.disqualify(one, reason, False, self._somebody(), "person")

    def withdraw(self, candidate_id: str) -> None:
        """The candidate steps back."""
        self.deeds.disqualify(self.candidate(candidate_id), None, True, None, "person")

    def revert(self, candidate_id: str) -> None:
        """Take a disqualification back."""
        self.deeds.revert(self.candidate(candidate_id), self._somebody(), "person")

    def comment(self, candidate_id: str, text: str) -> None:
        self.deeds.comment(self.candidate(candidate_id), text, self._somebody(), "person")

    def set_tags(self, candidate_id: str, *tags: str) -> None:
        self.deeds.set_tags(self.candidate(candidate_id), list(tags), "person")

    def edit(self, candidate_id: str, **fields: Any) -> None:
        """Change ``email``, ``phone``, ``firstname`` or ``lastname``."""
        one = self.candidate(candidate_id)
        for name, value in fields.items():
            setattr(one, name, value)
        self.deeds.touch(one)

    def anonymise(self, candidate_id: str) -> None:
        """The person's data are gone, the candidate stays."""
        self.edit(
            candidate_id,
            firstname="Anonymized", lastname="", email=None, phone=None, anonymized=True,
        )  # fmt: skip

    def delete(self, candidate_id: str) -> None:
        """The candidate is gone."""
        del self.account.candidates[self.candidate(candidate_id).id]

    def relocate(self, candidate_id: str, job: str, stage: str = "applied") -> str:
        """Move to another job; return the new id."""
        one = self.candidate(candidate_id)
        return show_id(self.deeds.relocate(one, job, stage, self._somebody(), "person").id)

    def copy(self, candidate_id: str, job: str, stage: str = "sourced") -> str:
        """Put the person on another job too; return the new id."""
        one = self.candidate(candidate_id)
        return show_id(self.deeds.copy(one, job, stage, self._somebody(), "person").id)

    def _somebody(self) -> str | None:
        return next((m.id for m in self.account.members.values() if m.active), None)
