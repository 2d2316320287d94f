"""What can be read of the account: jobs, stages, candidates, activities, people, settings."""

from collections.abc import Callable
from typing import Any

from syncd.sandbox.wire import Answer, Request, say
from syncd.sandbox.workable.candidate_views import (
    view_activity,
    view_candidate,
    view_candidate_row,
)
from syncd.sandbox.workable.errors import not_found, refuse
from syncd.sandbox.workable.job_views import view_job, view_job_row
from syncd.sandbox.workable.pages import answer_page, read_moment
from syncd.sandbox.workable.state import Account, Behaviour, Candidate, Job
from syncd.sandbox.workable.views import (
    view_account,
    view_attribute,
    view_member,
    view_reason,
    view_stage,
)

_STATES = ("draft", "published", "archived", "closed")
_FIELDS = ("description", "full_description", "requirements", "benefits")


class Reads:
    """Every GET under ``/spi/v3``."""

    def __init__(self, account: Account, behaviour: Behaviour, now: Callable[[], float]) -> None:
        self.account = account
        self.behaviour = behaviour
        self.now = now

    def accounts(self, request: Request) -> Answer:
        return say(200, {"accounts": [view_account(self.account)]})

    def get_account(self, request: Request, subdomain: str) -> Answer:
        if subdomain != self.account.subdomain:
            raise not_found()
        return say(200, view_account(self.account))

    def jobs(self, request: Request) -> Answer:
        state = request.params.get("state")
        if state is not None and state not in _STATES:
            raise refuse(422, "state is invalid")
        created = read_moment(request, "created_after")
        updated = read_moment(request, "updated_after")
        more = [f for f in request.params.get("include_fields", "").split(",") if f in _FIELDS]
        found = {
            job.id: job
            for job in self.account.jobs.values()
            if (state is None or job.state == state)
            and (created is None or job.created_at > created)
            and (updated is None or job.updated_at > updated)
        }

        def view(id_: int) -> dict[str, Any]:
            whole = view_job(found[id_], self.account) if more else {}
            return {**view_job_row(found[id_], self.account), **{k: whole[k] for k in more}}

        return answer_page(request, "jobs", sorted(found), view)

    def find_job(self, shortcode: str) -> Job:
        job = self.account.jobs.get(shortcode)
        if job is None:
            raise not_found()
        return job

    def get_job(self, request: Request, shortcode: str) -> Answer:
        return say(200, view_job(self.find_job(shortcode), self.account))

    def stages(self, request: Request) -> Answer:
        return say(200, {"stages": [view_stage(stage) for stage in self.account.stages]})

    def job_stages(self, request: Request, shortcode: str) -> Answer:
        stages = self.find_job(shortcode).stages
        return say(200, {"stages": [view_stage(stage) for stage in stages]})

    def candidates(self, request: Request) -> Answer:
        """The list over all jobs; filtered by job, its next link leads to that job's list."""
        shortcode = request.params.get("shortcode")
        if shortcode is None:
            return self._list_candidates(request, None, None)
        self.find_job(shortcode)
        return self._list_candidates(
            request, shortcode, f"/spi/v3/jobs/{shortcode}/candidates", frozenset({"shortcode"})
        )

    def job_candidates(self, request: Request, shortcode: str) -> Answer:
        self.find_job(shortcode)
        return self._list_candidates(request, shortcode, None)

    def _list_candidates(
        self,
        request: Request,
        shortcode: str | None,
        next_path: str | None,
        drop: frozenset[str] = frozenset(),
    ) -> Answer:
        created = read_moment(request, "created_after")
        updated = read_moment(request, "updated_after")
        stage, email = request.params.get("stage"), request.params.get("email")
        horizon = self.now() - self.behaviour.lag

        def listed(one: Candidate) -> bool:
            if self.behaviour.lag > 0 and (
                one.shown_at > horizon or (updated is not None and one.updated_at > horizon)
            ):
                return False
            return (
                (shortcode is None or one.job == shortcode)
                and (stage is None or one.stage == stage)
                and (email is None or (one.email or "").casefold() == email.casefold())
                and (created is None or one.created_at > created)
                and (updated is None or one.updated_at > updated)
            )

        everybody = self.account.candidates
        ids = [id_ for id_ in sorted(everybody) if listed(everybody[id_])]
        return answer_page(
            request,
            "candidates",
            ids,
            lambda id_: view_candidate_row(everybody[id_], self.account),
            next_path=next_path,
            drop=drop,
        )

    def find_candidate(self, candidate_id: str) -> Candidate:
        try:
            return self.account.candidates[int(candidate_id, 16)]
        except (ValueError, KeyError):
            raise not_found() from None

    def get_candidate(self, request: Request, candidate_id: str) -> Answer:
        candidate = self.find_candidate(candidate_id)
        return say(200, {"candidate": view_candidate(candidate, self.account)})

    def activities(self, request: Request, candidate_id: str) -> Answer:
        candidate = self.find_candidate(candidate_id)
        horizon = self.now() - self.behaviour.lag
        shown = {
            activity.id: activity
            for activity in self.account.activities.get(candidate.id, ())
            if self.behaviour.lag <= 0 or activity.shown_at <= horizon
        }
        return answer_page(
            request,
            "activities",
            sorted(shown),
            lambda id_: view_activity(shown[id_], candidate, self.account),
        )

    def members(self, request: Request) -> Answer:
        status = request.params.get("status", "active")
        role = request.params.get("role")
        if status not in ("active", "inactive", "all"):
            raise refuse(422, "status is invalid")
        found = {
            int(member.id, 16): member
            for member in self.account.members.values()
            if (status == "all" or member.active == (status == "active"))
            and role in (None, member.role)
        }
        return answer_page(request, "members", sorted(found), lambda id_: view_member(found[id_]))

    def reasons(self, request: Request) -> Answer:
        """A bare list, unlike every other answer."""
        return say(200, [view_reason(reason) for reason in self.account.reasons])

    def attributes(self, request: Request) -> Answer:
        found = [view_attribute(one) for one in self.account.attributes.values()]
        return say(200, {"custom_attributes": found})

    def job_attributes(self, request: Request, shortcode: str) -> Answer:
        self.find_job(shortcode)
        return self.attributes(request)
