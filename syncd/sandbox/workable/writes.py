"""The API's writes; most answer 200 with nothing, as recorded."""

from typing import Any

from syncd.sandbox.wire import Answer, Request, say, say_nothing
from syncd.sandbox.workable.candidate_views import view_candidate
from syncd.sandbox.workable.deeds import Deeds
from syncd.sandbox.workable.errors import read_member, read_object, refuse
from syncd.sandbox.workable.reads import Reads
from syncd.sandbox.workable.state import Account, Job
from syncd.sandbox.workable.views import show_id


class Writes:
    """Every other method under ``/spi/v3``."""

    def __init__(self, account: Account, reads: Reads, deeds: Deeds) -> None:
        self.account = account
        self.reads = reads
        self.deeds = deeds

    def move(self, request: Request, candidate_id: str) -> Answer:
        candidate = self.reads.find_candidate(candidate_id)
        body = read_object(request)
        member = read_member(body, self.account)
        stage = self._stage(self.account.jobs[candidate.job], body)
        self.deeds.move(candidate, stage, member.id, "api")
        return say_nothing()

    def _stage(self, job: Job, body: dict[str, Any]) -> str:
        slug = body.get("target_stage")
        if not any(stage.slug == slug for stage in job.stages):
            raise refuse(422, "target_stage is invalid")
        return str(slug)

    def comment(self, request: Request, candidate_id: str) -> Answer:
        candidate = self.reads.find_candidate(candidate_id)
        body = read_object(request)
        member = read_member(body, self.account)
        comment = body.get("comment")
        text = comment.get("body") if isinstance(comment, dict) else comment
        if not isinstance(text, str) or not text.strip():
            raise refuse(422, "comment body can't be blank")
        activity = self.deeds.comment(candidate, text, member.id, "api")
        return say(200, {"id": show_id(activity.id)})

    def disqualify(self, request: Request, candidate_id: str) -> Answer:
        candidate = self.reads.find_candidate(candidate_id)
        body = read_object(request)
        member = read_member(body, self.account)
        reason_id = body.get("disqualify_reason_id")
        reason = next((r for r in self.account.reasons if r.id == reason_id), None)
        if reason_id is not None and reason is None:
            raise refuse(422, "disqualify_reason_id is invalid")
        text = reason.text if reason else body.get("disqualification_reason")
        self.deeds.disqualify(candidate, text, bool(body.get("withdrew")), member.id, "api")
        return say_nothing()

    def revert(self, request: Request, candidate_id: str) -> Answer:
        candidate = self.reads.find_candidate(candidate_id)
        member = read_member(read_object(request), self.account)
        self.deeds.revert(candidate, member.id, "api")
        return say_nothing()

    def tags(self, request: Request, candidate_id: str) -> Answer:
        candidate = self.reads.find_candidate(candidate_id)
        tags = read_object(request).get("tags")
        if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
            raise refuse(422, "tags must be a list of texts")
        self.deeds.set_tags(candidate, tags, "api")
        return say(200, {"tags": list(candidate.tags)})

    def attribute(self, request: Request, candidate_id: str) -> Answer:
        candidate = self.reads.find_candidate(candidate_id)
        body = read_object(request)
        key = body.get("custom_attribute_key")
        if key not in self.account.attributes:
            raise refuse(404, "Not found")
        given = [body[name] for name in ("value", "checked", "date", "choices") if name in body]
        if len(given) != 1:
            raise refuse(422, "exactly one value must be given")
        self.deeds.set_attribute(candidate, str(key), given[0], "api")
        return say(200, {"candidate": view_candidate(candidate, self.account)})

    def rate(self, request: Request, candidate_id: str) -> Answer:
        candidate = self.reads.find_candidate(candidate_id)
        body = read_object(request)
        member = read_member(body, self.account)
        scales = {"thumbs": range(3), "stars": range(6), "numbers": range(101)}
        scale, grade = body.get("scale"), body.get("grade")
        if scale not in scales or grade not in scales[scale]:
            raise refuse(422, "grade is invalid")
        if request.method == "POST" and any(r["member"] == member.id for r in candidate.ratings):
            raise refuse(422, "the member has rated already")
        candidate.ratings = [r for r in candidate.ratings if r["member"] != member.id]
        candidate.ratings.append({"member": member.id, "scale": scale, "grade": grade})
        self.deeds.tell(candidate, "rating", member=member.id, body=body.get("comment"))
        self.deeds.touch(candidate)
        self.deeds.note(candidate, "rating", "api", (scale, grade))
        return say_nothing()

    def relocate(self, request: Request, candidate_id: str) -> Answer:
        return self._transfer(request, candidate_id, relocate=True)

    def copy(self, request: Request, candidate_id: str) -> Answer:
        return self._transfer(request, candidate_id, relocate=False)

    def _transfer(self, request: Request, candidate_id: str, *, relocate: bool) -> Answer:
        candidate = self.reads.find_candidate(candidate_id)
        body = read_object(request)
        member = read_member(body, self.account)
        job = self.reads.find_job(str(body.get("target_job_shortcode")))
        transfer = self.deeds.relocate if relocate else self.deeds.copy
        made = transfer(candidate, job.shortcode, self._stage(job, body), member.id, "api")
        url = f"{request.origin}/spi/v3/candidates/{show_id(made.id)}"
        return say(200, {"candidate": {"id": show_id(made.id), "url": url}})
