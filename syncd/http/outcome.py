"""What an error status means for the request it answers."""

from syncd.errors import (
    CredentialsRefused,
    NotFound,
    Rejected,
    RemoteError,
    Uncertain,
)
from syncd.http.answer import Answer, Complaint

# 408: the server gave up on the request, a proxy in between perhaps after passing it on.
_UNSURE = frozenset({408})


def failure(answer: Answer, complaint: Complaint, *, reading: bool) -> RemoteError:
    """Given an answer that is neither 2xx nor 429, return the error to raise.

    A redirect is not followed. To a write it may be the answer after it was applied, so it proves
    nothing.
    """
    status, side, request = answer.status, answer.side, answer.request

    def say(kind: type[RemoteError], text: str) -> RemoteError:
        return kind(
            text,
            side=side,
            request=request,
            status=status,
            code=complaint.code,
            faults=complaint.faults,
        )

    answered = f"{status} ({complaint.code})" if complaint.code else str(status)
    if status == 401:
        return refused(side, request)
    if status == 403 and reading:
        return say(
            CredentialsRefused,
            f"{side} forbids {request} (403) to these credentials; give them that permission, or "
            "put others into the settings.",
        )
    if status in (404, 410):
        return say(NotFound, f"{side} knows nothing at {request} ({status}).")
    if 400 <= status < 500 and status not in _UNSURE:
        return say(Rejected, f"{side} rejected {request} with {answered}.")
    if 300 <= status < 400 and reading:
        return say(
            Rejected,
            f"{side} redirects {request} ({status}), which is not followed; check base_url in the "
            "settings.",
        )
    return say(
        Uncertain,
        f"{side} answered {request} with {answered}; the next look will show what is true.",
    )


def refused(side: str, request: str) -> CredentialsRefused:
    """The error of a 401, and of every request that is not sent any more after one."""
    return CredentialsRefused(
        f"{side} refused the credentials (401) at {request}; put valid ones into the settings.",
        side=side,
        request=request,
        status=401,
    )
