"""Candidates: invitations, one by one or in bulk, and lists of those invited."""

import json
import re
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from syncd.sandbox.heymilo.behaviour import Behaviour
from syncd.sandbox.heymilo.errors import Wrong, invalid, not_found, read_body, refuse, wrongs_of
from syncd.sandbox.heymilo.pages import answer_page, read_bound
from syncd.sandbox.heymilo.postings import Postings
from syncd.sandbox.heymilo.requests import BulkIngest, IngestCandidate, SetMetadata
from syncd.sandbox.heymilo.state import Interview, Invitation, Posting, State, StepState
from syncd.sandbox.heymilo.views import interview_url, view_candidate, view_interview_data
from syncd.sandbox.timeline import Timeline
from syncd.sandbox.wire import Answer, Request, say, say_html

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_PHONE = re.compile(r"\+[1-9]\d{6,14}")


class Candidates:
    """The operations on a posting's candidates and on interviews.

    ``invited`` is called with every new interview, so that people can start to live.
    """

    def __init__(
        self,
        state: State,
        behaviour: Behaviour,
        timeline: Timeline,
        postings: Postings,
        invited: Callable[[Interview], None],
    ) -> None:
        self.state = state
        self.behaviour = behaviour
        self.timeline = timeline
        self.postings = postings
        self.invited = invited

    def list_candidates(self, request: Request, posting_id: str) -> Answer:
        self.postings.get_posting(posting_id)
        after = read_bound(request, "created_after")
        before = read_bound(request, "created_before")
        horizon = self.postings.now() - self.behaviour.lag

        def row(id_: str) -> dict[str, Any] | None:
            one = self.state.interviews[id_]
            hidden = one.erased or (self.behaviour.lag > 0 and one.created_at > horizon)
            outside = (after is not None and one.created_at < after) or (
                before is not None and one.created_at > before
            )
            return None if hidden or outside else view_candidate(one)

        ids = self.state.by_posting[posting_id]
        total = len(ids) if after is None and before is None else None
        return answer_page(request, self.behaviour, ids, row, total=total)

    def ingest(self, request: Request, posting_id: str) -> Answer:
        posting = self._open_posting(posting_id)
        wish = read_body(IngestCandidate, request, self.behaviour)
        if wrongs := self._check(wish, ("body",)):
            raise invalid(wrongs, self.behaviour)
        interview = self.invite(posting, wish)
        data = {
            "object": "candidate",
            "interview_id": interview.id,
            "interview_url": interview_url(interview),
            "posting_id": posting.id,
            "candidate": view_candidate(interview),
        }
        return say(201, {"data": data, "meta": None})

    def ingest_bulk(self, request: Request, posting_id: str) -> Answer:
        posting = self._open_posting(posting_id)
        batch = read_body(BulkIngest, request, self.behaviour).data
        if self.behaviour.bulk_limit is not None and len(batch) > self.behaviour.bulk_limit:
            return say_html(413, "413 Request Entity Too Large")
        wishes, wrongs = self._read_rows(batch)
        if wrongs and self.behaviour.bulk == "whole":
            raise invalid(wrongs, self.behaviour)
        made = [self.invite(posting, wish) for wish in wishes[: request.rows]]
        rows = [
            {
                "object": "candidate",
                "interview_id": interview.id,
                "interview_url": interview_url(interview),
                "metadata": None if self.behaviour.forgets_marks else wish.metadata,
            }
            for interview, wish in zip(made, wishes, strict=False)
        ]
        if self.behaviour.bulk_order == "reversed":
            rows.reverse()
        return say(201, {"data": rows, "meta": None})

    def _read_rows(self, batch: list[dict[str, Any]]) -> tuple[list[IngestCandidate], list[Wrong]]:
        wishes: list[IngestCandidate] = []
        wrongs: list[Wrong] = []
        for place, row in enumerate(batch):
            where = ("body", "data", place)
            try:
                # By way of JSON, so that a number is no text here either.
                wish = IngestCandidate.model_validate_json(json.dumps(row))
            except ValidationError as error:
                found = wrongs_of(error, "body")
                wrongs += [Wrong((*where, *w.where[1:]), w.code, w.text, w.given) for w in found]
                continue
            if complaints := self._check(wish, where):
                wrongs += complaints
            else:
                wishes.append(wish)
        return wishes, wrongs

    def _check(self, wish: IngestCandidate, where: tuple[str | int, ...]) -> list[Wrong]:
        if not self.behaviour.checks_addresses:
            return []
        wrongs = []
        if not _ADDRESS.fullmatch(wish.email.strip()):
            text = "value is not a valid email address"
            wrongs.append(Wrong((*where, "email"), "value_error", text, wish.email))
        if wish.phone_number is not None and not _PHONE.fullmatch(wish.phone_number):
            text = "phone_number must be in E.164 format"
            wrongs.append(Wrong((*where, "phone_number"), "value_error", text, wish.phone_number))
        return wrongs

    def _open_posting(self, posting_id: str) -> Posting:
        posting = self.postings.get_posting(posting_id)
        status = posting.status(self.postings.now())
        if status != "active":
            text = f"The posting is {status} and takes no candidates"
            raise refuse(self.behaviour.refusal, "invalid_request_error", "posting_state", text)
        return posting

    def invite(self, posting: Posting, wish: IngestCandidate) -> Interview:
        """Invite a person; the ledger has it even if the interview exists already."""
        address = wish.email.strip().casefold()
        known = self.state.by_address.get((posting.id, address))
        if known is not None and self.behaviour.duplicates == "conflict":
            raise refuse(409, "invalid_request_error", "duplicate", "The candidate exists already")
        marks = wish.metadata or {}
        interview = self.state.interviews[known] if known else self._add(posting, wish, address)
        self.state.ledger.invitations.append(
            Invitation(
                at=self.timeline.now(),
                posting_id=posting.id,
                interview_id=interview.id,
                email=address,
                external_id=marks.get("external_id"),
                owner=marks.get("syncd"),
                repeated=known is not None,
            )
        )
        if known is None:
            self.invited(interview)
        return interview

    def _add(self, posting: Posting, wish: IngestCandidate, address: str) -> Interview:
        candidate_id = self.state.candidates.setdefault(
            address, f"cand_{self.timeline.hexadecimal(8).lower()}"
        )
        interview = Interview(
            id=self.timeline.hexadecimal(16),
            candidate_id=candidate_id,
            posting_id=posting.id,
            name=wish.name,
            email=wish.email,
            phone=wish.phone_number,
            metadata=wish.metadata,
            data=wish.data,
            created_at=self.postings.now(),
            steps=[StepState(str(step["id"]), str(step["type"])) for step in posting.steps],
        )
        self.state.interviews[interview.id] = interview
        self.state.by_posting[posting.id].append(interview.id)
        self.state.by_address[posting.id, address] = interview.id
        return interview

    def _get(self, interview_id: str) -> Interview:
        interview = self.state.interviews.get(interview_id)
        if interview is None or interview.erased:
            raise not_found("Interview")
        return interview

    def interview_data(self, request: Request, interview_id: str) -> Answer:
        return say(200, {"data": view_interview_data(self._get(interview_id)), "meta": None})

    def get_metadata(self, request: Request, interview_id: str) -> Answer:
        return _say_metadata(self._get(interview_id))

    def set_metadata(self, request: Request, interview_id: str) -> Answer:
        interview = self._get(interview_id)
        interview.metadata = dict(read_body(SetMetadata, request, self.behaviour).metadata)
        return _say_metadata(interview)

    def delete_metadata(self, request: Request, interview_id: str) -> Answer:
        interview = self._get(interview_id)
        interview.metadata = None
        return _say_metadata(interview)


def _say_metadata(interview: Interview) -> Answer:
    data = {"object": "interview_metadata", "metadata": interview.metadata or {}}
    return say(200, {"data": data, "meta": None})
