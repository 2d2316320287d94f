"""Defects in how the remote sides are asked."""

from contextlib import AbstractContextManager
from typing import Any

from syncd.errors import RemoteError, Uncertain
from syncd.http import budget, exchange, session
from syncd.http.answer import Answer, Complaint
from syncd.http.budget import Start
from syncd.http.line import Line
from syncd.http.outcome import failure
from syncd.http.session import Session
from syncd.store.budget_ledger import BudgetLedger
from tests.simulation.sabotage.defect import defect, replaced, together

_BUDGET, _CONDUCT = "7 budget", "conduct"


@defect("7", "The `Retry-After` of a 429 is ignored.", _BUDGET)
def retry_after_ignored() -> AbstractContextManager[Any]:
    return replaced(budget, "retry_after", lambda headers, remote_now: None)


@defect("7", "A 401 is retried like a hiccup of the network.", _BUDGET)
def refused_credentials_retried() -> AbstractContextManager[Any]:
    def hiccup(answer: Answer, complaint: Complaint, *, reading: bool) -> RemoteError:
        if answer.status == 401:
            return Uncertain(f"{answer.side} hiccuped.", side=answer.side, request=answer.request)
        return failure(answer, complaint, reading=reading)

    def admit(self: Session, request: str, start: Start | None = None) -> dict[str, str]:
        return dict(self._headers())

    return together(replaced(exchange, "failure", hiccup), replaced(Session, "_admit", admit))


@defect("7", "A new process knows nothing of the requests of the one before.", _BUDGET)
def budget_forgotten_between_processes() -> AbstractContextManager[Any]:
    return replaced(BudgetLedger, "load", lambda self, scope: None)


@defect("7", "Requests are not counted at all.", _BUDGET)
def budget_not_kept() -> AbstractContextManager[Any]:
    def uncounted(self: Any) -> float:
        left: float = self._not_before - self._clock.monotonic()
        return max(0.0, left)

    return replaced(budget.Budget, "_wait", uncounted)


@defect("conduct", "A request that fails is tried ten times within seconds.", _CONDUCT)
def hot_loop_on_errors() -> AbstractContextManager[Any]:
    return together(replaced(session, "ATTEMPTS", 10), replaced(session, "_TRANSIENT_BASE", 0.001))


@defect("8", "The credential stands in the URL, too.", _CONDUCT)
def credential_in_url() -> AbstractContextManager[Any]:
    send = Line.send

    async def openly(self: Line, method: str, path: str, **named: Any) -> Answer:
        headers = named["headers"]
        secret = headers.get("Authorization") or headers.get("x-api-key") or "".join(headers)
        named["params"] = {**(named.get("params") or {}), "token": secret.split()[-1]}
        return await send(self, method, path, **named)

    return replaced(Line, "send", openly)
