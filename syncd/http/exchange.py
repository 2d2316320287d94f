"""One request after another to one remote side: counted, sent once, its answer judged."""

import logging
from asyncio import Lock
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from syncd.errors import Fault, StateError, Throttled
from syncd.http.answer import Answer, Complaint
from syncd.http.budget import PATIENCE, Budget, Start
from syncd.http.line import Line
from syncd.http.network import Network
from syncd.http.outcome import failure
from syncd.http.redact import public_code, public_place
from syncd.http.remote_clock import RemoteClock

_log = logging.getLogger("syncd.http")


class Exchange:
    """What a session and its login share: the line, the budget, the clock of the remote side.

    Whoever sends holds ``turn``, so that one request is under way at a time. ``judge``, where there
    is one, gives the status that an answer means.
    """

    def __init__(
        self,
        *,
        side: str,
        base_url: str,
        network: Network,
        budget: Budget,
        complain: Callable[[int, bytes], Complaint],
        timeout: float,
        judge: Callable[[int, bytes], int] | None = None,
    ) -> None:
        self.side = side
        self.turn = Lock()
        self.budget = budget
        self.drain = network.drain
        self.remote = RemoteClock(network.clock)
        self.line = Line(
            side=side,
            base_url=base_url,
            clock=network.clock,
            transport=network.transport,
            trust=network.trust,
            timeout=timeout,
        )
        self._clock = network.clock
        self._gate = network.gate
        self._complain = complain
        self._judge = judge
        budget.bind(network.ledger)

    async def hold(self, request: str, patience: float = PATIENCE) -> Start:
        """Wait for the budget; a wait that is too long is said with our names."""
        try:
            return await self.budget.acquire(patience)
        except Throttled as error:
            raise Throttled(
                f"{self.side} allows no further request for now, so {request} was not sent; it "
                "will be tried again later.",
                retry_at=error.retry_at,
                side=self.side,
                request=request,
            ) from None

    def pass_gate(self, start: Start) -> None:
        """Raise HoldLost, and give the start back, when this run may send no more."""
        if self._gate is None:
            return
        try:
            self._gate()
        except BaseException:
            self.budget.release(start)
            raise

    async def send(
        self,
        method: str,
        path: str,
        request: str,
        headers: Mapping[str, str],
        *,
        reading: bool,
        params: Mapping[str, str | int] | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        elsewhere: bool = False,
        keep: Collection[int] = (),
        start_within: float | None = None,
        silence: float | None = None,
    ) -> Answer:
        """Send once; return a 2xx answer, or one whose status is in ``keep``; raise for others."""
        sent, began, status = self._clock.now(), self._clock.monotonic(), "none"
        try:
            answer = await self.line.send(
                method,
                path,
                request=request,
                headers=headers,
                params=params,
                body=json,
                form=form,
                elsewhere=elsewhere,
                start_within=start_within,
                silence=silence,
            )
            if self._judge is not None:
                answer = replace(answer, status=self._judge(answer.status, answer.body))
            status = str(answer.status)
        finally:
            took = self._clock.monotonic() - began
            _log.debug("%s %s %s %.3f", self.side, request, status, took)
        self.remote.observe(answer.headers, sent)
        said = self.remote.said(answer.headers)
        if answer.status == 429:
            raise Throttled(
                f"{self.side} answered {request} with 429, too many requests; it will be tried "
                "again when it allows.",
                retry_at=self.budget.throttle(answer.headers, said),
                side=self.side,
                request=request,
            )
        self.budget.observe(answer.headers, said)
        if 200 <= answer.status < 300 or answer.status in keep:
            return answer
        if answer.status >= 500:
            self.budget.defer(answer.headers, said)
        raise failure(answer, self._complaint(answer), reading=reading)

    def _complaint(self, answer: Answer) -> Complaint:
        """What the body complains about; nothing where it cannot be read."""
        try:
            read = self._complain(answer.status, answer.body)
            return Complaint(
                public_code(read.code),
                tuple(
                    Fault(public_place(fault.path), public_code(fault.code))
                    for fault in read.faults
                ),
            )
        except Exception:  # a body may be anything, and must not hide the status
            _log.debug("%s %s: unreadable error body", self.side, answer.request)
            return Complaint()

    async def aclose(self) -> None:
        """Close the connections and leave the use of the budget to the next process."""
        try:
            await self.line.aclose()
        finally:
            try:
                self.budget.save()
            except StateError:
                _log.warning("The request budget could not be saved.")
