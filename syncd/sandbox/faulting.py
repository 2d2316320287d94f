"""How a fault plays out: what is applied, and what the client sees of it."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import formatdate
from enum import StrEnum
from functools import partial

from syncd.sandbox.faults import Fault, FaultKind
from syncd.sandbox.timeline import Timeline
from syncd.sandbox.wire import Answer, Request, Side, say, say_html

Serve = Callable[[Request], Answer]
Complain = Callable[[int, str], Answer]
"""A side's own way to refuse: given the status and a text, the answer."""


class Breach(StrEnum):
    """How a connection fails instead of giving an answer."""

    REFUSED = "refused"
    RESET = "reset"
    TIMEOUT = "timeout"
    CUT_OFF = "cut-off"


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a client gets: an answer, or a breach; after ``delay`` seconds.

    With ``CUT_OFF`` there is an answer of which only a part arrives. ``fault`` is its cause.
    """

    answer: Answer | None
    breach: Breach | None = None
    delay: float = 0.0
    fault: Fault | None = None


def play(
    fault: Fault | None,
    request: Request,
    serve: Serve,
    timeline: Timeline,
    complain: Complain | None = None,
) -> Exchange:
    """Serve ``request`` as ``fault`` would have it; ``complain`` words errors for other sides
    than the sandbox's own two."""
    if fault is None:
        return Exchange(serve(request))
    complain = complain or partial(_complain, request.side)
    match fault.kind:
        case FaultKind.REFUSED:
            return Exchange(None, Breach.REFUSED, fault=fault)
        case FaultKind.RESET_BEFORE:
            return Exchange(None, Breach.RESET, fault=fault)
        case FaultKind.TIMEOUT_BEFORE:
            return Exchange(None, Breach.TIMEOUT, fault=fault)
        case FaultKind.TIMEOUT_LATE:
            timeline.at(timeline.now() + fault.seconds, lambda: _serve_unseen(request, serve))
            return Exchange(None, Breach.TIMEOUT, fault=fault)
        case FaultKind.ERROR_BEFORE:
            return Exchange(_error(fault, complain), fault=fault)
        case FaultKind.THROTTLED:
            return Exchange(throttled(fault, complain, timeline.now()), fault=fault)
        case FaultKind.UNAUTHORISED | FaultKind.EXPIRED:
            return Exchange(complain(401, "Not authorized"), fault=fault)
        case FaultKind.DEAD_CURSOR:
            status = 404 if request.side is Side.WORKABLE else 400
            return Exchange(complain(status, "Unknown cursor"), fault=fault)
        case FaultKind.MOVED:
            return Exchange(serve(replace(request, shift=fault.rows)), fault=fault)
        case FaultKind.PARTLY:
            answer = serve(replace(request, rows=fault.rows))
            broken = answer if answer.status >= 400 else _error(fault, complain)
            return Exchange(broken, fault=fault)
    answer = serve(request)
    match fault.kind:
        case FaultKind.RESET_AFTER:
            return Exchange(None, Breach.RESET, fault=fault)
        case FaultKind.TIMEOUT_AFTER:
            return Exchange(None, Breach.TIMEOUT, fault=fault)
        case FaultKind.ERROR_AFTER:
            return Exchange(_error(fault, complain), fault=fault)
        case FaultKind.TRUNCATED:
            half = replace(answer, body=answer.body[: len(answer.body) // 2])
            return Exchange(half, fault=fault)
        case FaultKind.CUT_OFF:
            return Exchange(answer, Breach.CUT_OFF, fault=fault)
        case FaultKind.EMPTY:
            return Exchange(Answer(answer.status), fault=fault)
        case FaultKind.HTML:
            return Exchange(say_html(200, "Just a moment"), fault=fault)
        case FaultKind.SHRUNK:
            return Exchange(_shrink(answer, fault.rows), fault=fault)
        case _:
            return Exchange(answer, delay=fault.seconds, fault=fault)


def _serve_unseen(request: Request, serve: Serve) -> None:
    serve(request)


def _complain(side: Side, status: int, text: str) -> Answer:
    if side is Side.WORKABLE:
        return say(status, {"error": text})
    kind = "authentication_error" if status == 401 else "api_error"
    return say(status, {"error": {"type": kind, "code": "fault", "message": text}})


def _error(fault: Fault, complain: Complain) -> Answer:
    if fault.body == "html":
        return say_html(fault.status, "Bad gateway")
    if fault.body == "empty":
        return Answer(fault.status)
    return complain(fault.status, "Something went wrong")


def throttled(fault: Fault, complain: Complain, now: float) -> Answer:
    """A 429 that says in the fault's way when to come again; ``now`` on that side's clock."""
    answer = complain(429, "Too many requests")
    if fault.retry_after == "none":
        return answer
    if fault.retry_after == "seconds":
        return answer.with_headers({"retry-after": str(max(1, round(fault.seconds)))})
    date = formatdate(now + max(1, round(fault.seconds)), usegmt=True)
    return answer.with_headers({"retry-after": date})


def _shrink(answer: Answer, rows: int) -> Answer:
    """The first list of a JSON answer cut to ``rows``, as if there were no more."""
    if answer.status != 200:
        return answer
    value = answer.json()
    short = {k: v[:rows] if isinstance(v, list) else v for k, v in value.items() if k != "paging"}
    return replace(answer, body=json.dumps(short).encode())
