"""One remote side over HTTP: budgeted, retried where that is harmless, and never told twice.

A session sends one request at a time. So at most one request is under way with credentials that
turn out to be refused, and none follows it.
"""

import logging
from asyncio import Lock
from collections.abc import Callable, Mapping
from typing import Any

from syncd.errors import Fault, NotSent, StateError, Throttled, Uncertain
from syncd.http.answer import Answer, Complaint, Slot
from syncd.http.budget import PATIENCE, Budget, BudgetLedger, BudgetUse, Start
from syncd.http.line import Line
from syncd.http.network import Network
from syncd.http.outcome import failure, refused
from syncd.http.redact import public_code, public_path, public_place, silence_libraries
from syncd.http.remote_clock import RemoteClock

__all__ = [
    "Answer",
    "Budget",
    "BudgetLedger",
    "BudgetUse",
    "Complaint",
    "Network",
    "Session",
    "Slot",
]

ATTEMPTS = 3
_TRANSIENT_BASE = 0.5  # seconds

_log = logging.getLogger("syncd.http")


class Session:
    """Requests to one remote side with one credential.

    ``side`` is its name in errors; ``base_url`` its address; ``headers`` gives the headers that
    carry the credential, asked before each request; ``complain`` reads an error body;
    ``timeout`` is the longest silence in seconds.
    """

    def __init__(
        self,
        *,
        side: str,
        base_url: str,
        network: Network,
        budget: Budget,
        headers: Callable[[], Mapping[str, str]],
        complain: Callable[[int, bytes], Complaint],
        timeout: float = 30.0,
    ) -> None:
        silence_libraries()
        self._side = side
        self._clock = network.clock
        self._gate = network.gate
        self._drain = network.drain
        self._chance = network.chance
        self._budget = budget
        budget.bind(network.ledger)
        self._headers = headers
        self._complain = complain
        self._line = Line(
            side=side,
            base_url=base_url,
            clock=network.clock,
            transport=network.transport,
            timeout=timeout,
        )
        self._remote = RemoteClock(network.clock)
        self._turn = Lock()
        self._refused: dict[str, str] | None = None

    async def read(
        self,
        path: str,
        *,
        method: str = "GET",
        params: Mapping[str, str | int] | None = None,
        json: Any = None,
    ) -> Answer:
        """Ask for something that may be asked for again, and return an answer that is JSON.

        Three attempts in all. ``path`` may be a whole URL that an answer gave; it is then asked of
        our own origin. Raises CredentialsRefused (401, 403), NotFound, Rejected, Throttled, and
        after the last attempt NotSent or Uncertain.
        """
        request = f"{method} {public_path(path)}"
        attempt = 0
        while True:
            self._drain.require_open()
            self._admit(request)
            start = await self._hold(request)
            async with self._turn:
                headers = self._admit(request, start)
                self._pass_gate(start)
                if not self._budget.begin(start):
                    continue  # it waited too long for its turn: nothing was sent
                attempt += 1
                try:
                    answer = await self._exchange(
                        method, path, request, headers, params=params, json=json, reading=True
                    )
                    answer.json()
                    return answer
                except (NotSent, Uncertain):
                    if attempt == ATTEMPTS:
                        raise
                    pause = _TRANSIENT_BASE * 2 ** (attempt - 1) * (1 + 0.5 * self._chance())
                except Throttled as error:
                    if attempt == ATTEMPTS or error.retry_at - self._clock.now() > PATIENCE:
                        raise
                    pause = 0.0  # the budget knows how long to wait
            if pause:
                await self._clock.sleep(pause)

    async def reserve(self) -> Slot:
        """Wait until the budget allows one write, and count it.

        Raises Throttled when that is more than two minutes away and CredentialsRefused when the
        credentials were refused before.
        """
        self._drain.require_open()
        self._admit("a write")
        return Slot(start=await self._hold("a write"))

    async def write(
        self,
        method: str,
        path: str,
        *,
        slot: Slot,
        json: Any = None,
        params: Mapping[str, str | int] | None = None,
    ) -> Answer:
        """Send exactly one request, never again, and return its 2xx answer as it is.

        Raises NotSent (also when the slot is late, was used, or is not from :meth:`reserve`),
        Throttled and CredentialsRefused when it certainly was not applied, Rejected and NotFound
        when the remote side said no, Uncertain when nobody can tell.
        """
        request = f"{method} {public_path(path)}"
        start, fresh = slot.start, not slot.used
        slot.used = True
        if start is None or not fresh:
            raise self._unstarted(request, "its slot was used before or never reserved")
        async with self._turn:
            headers = self._admit(request, start)
            self._pass_gate(start)
            left = None if slot.start_by is None else slot.start_by - self._clock.monotonic()
            if left is not None and left < 0:
                self._budget.release(start)
                raise self._unstarted(request, "its time to start had passed")
            retry_at = self._budget.not_before
            if retry_at is not None:
                self._budget.release(start)
                raise Throttled(
                    f"{self._side} asked for a pause, so {request} was not sent; it will be tried "
                    "again after it.",
                    retry_at=retry_at,
                    side=self._side,
                    request=request,
                )
            if not self._budget.begin(start):
                raise self._unstarted(request, "its reserved time had passed")
            with self._drain.writing():
                return await self._exchange(
                    method,
                    path,
                    request,
                    headers,
                    params=params,
                    json=json,
                    reading=False,
                    start_within=left,
                )

    def remote_now(self) -> float:
        """The remote side's clock now, epoch seconds; the local one before any answer."""
        return self._remote.now()

    async def aclose(self) -> None:
        """Close the connections and leave the use of the budget to the next process."""
        try:
            await self._line.aclose()
        finally:
            try:
                self._budget.save()
            except StateError:
                _log.warning("The request budget could not be saved.")

    async def _hold(self, request: str) -> Start:
        """Wait for the budget; a wait that is too long is said with our names."""
        try:
            return await self._budget.acquire()
        except Throttled as error:
            raise Throttled(
                f"{self._side} allows no further request for now, so {request} was not sent; it "
                "will be tried again later.",
                retry_at=error.retry_at,
                side=self._side,
                request=request,
            ) from None

    def _admit(self, request: str, start: Start | None = None) -> dict[str, str]:
        """The headers to send, unless these very credentials were refused before."""
        headers = dict(self._headers())
        if headers == self._refused:
            if start is not None:
                self._budget.release(start)
            raise refused(self._side, request)
        return headers

    def _pass_gate(self, start: Start) -> None:
        if self._gate is None:
            return
        try:
            self._gate()
        except BaseException:
            self._budget.release(start)
            raise

    async def _exchange(
        self,
        method: str,
        path: str,
        request: str,
        headers: dict[str, str],
        *,
        reading: bool,
        params: Mapping[str, str | int] | None,
        json: Any,
        start_within: float | None = None,
    ) -> Answer:
        """Send once; return a 2xx answer, raise for any other outcome."""
        sent, began, status = self._clock.now(), self._clock.monotonic(), "none"
        try:
            answer = await self._line.send(
                method,
                path,
                request=request,
                headers=headers,
                params=params,
                body=json,
                start_within=start_within,
            )
            status = str(answer.status)
        finally:
            took = self._clock.monotonic() - began
            _log.debug("%s %s %s %.3f", self._side, request, status, took)
        self._remote.observe(answer.headers, sent)
        said = self._remote.said(answer.headers)
        if answer.status == 429:
            raise Throttled(
                f"{self._side} answered {request} with 429, too many requests; it will be tried "
                "again when it allows.",
                retry_at=self._budget.throttle(answer.headers, said),
                side=self._side,
                request=request,
            )
        self._budget.observe(answer.headers, said)
        if 200 <= answer.status < 300:
            return answer
        if answer.status == 401:
            self._refused = headers
        if answer.status >= 500:
            self._budget.defer(answer.headers, said)
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
            _log.debug("%s %s: unreadable error body", self._side, answer.request)
            return Complaint()

    def _unstarted(self, request: str, reason: str) -> NotSent:
        return NotSent(
            f"{request} was not sent to {self._side}: {reason}; it will be tried again.",
            side=self._side,
            request=request,
        )
