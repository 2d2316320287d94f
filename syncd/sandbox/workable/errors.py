"""Refusals as Workable words them."""

from typing import Any

from syncd.sandbox.wire import Refusal, Request, say
from syncd.sandbox.workable.state import Account, Member


def refuse(status: int, text: str) -> Refusal:
    return Refusal(say(status, {"error": text}))


def not_found() -> Refusal:
    return refuse(404, "Not found")


def read_object(request: Request) -> dict[str, Any]:
    """The body; a Refusal (400 or 422) if it is no JSON object."""
    try:
        value = request.json()
    except ValueError:
        raise refuse(400, "Invalid JSON") from None
    if not isinstance(value, dict):
        raise refuse(422, "The body must be an object")
    return value


def read_member(body: dict[str, Any], account: Account) -> Member:
    """The member who acts; a Refusal (422) unless there is one and active."""
    member = account.members.get(str(body.get("member_id")))
    if member is None or not member.active:
        raise refuse(422, "member_id must be an active member")
    return member
