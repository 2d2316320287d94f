"""One remote side over HTTP: budgeted, retried where that is harmless, and never told twice.

A session sends one request at a time. So at most one request is under way with credentials that
turn out to be refused, and none follows it.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from syncd.errors import (
    AT_ONCE,
    CredentialsRefused,
    NotSent,
    Rejected,
    RemoteError,
    Throttled,
    Uncertain,
)
from syncd.http.answer import Answer, Complaint, Slot
from syncd.http.budget import PATIENCE, Budget, BudgetLedger, BudgetUse, Start
from syncd.http.exchange import Exchange
from syncd.http.network import Network
from syncd.http.outcome import failure, refused
from syncd.http.places import ELSEWHERE, Places, base_behind, target_of
from syncd.http.redact import public_path, silence_libraries
from syncd.http.repeats import Repeats
from syncd.http.visit import visit

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


class Session:
    """Requests to one remote side with one credential.

    ``side`` is its name in errors; ``base_url`` its address; ``headers`` gives the headers that
    carry the credential, asked before each request; ``complain`` reads an error body;
    ``timeout`` is the longest silence in seconds. ``places`` are further hosts that may be told
    the credential; without them no redirect is followed. ``judge`` gives the status that an answer
    means, from the one it has and its body, for a side that reports failures with 200.
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
        places: Places | None = None,
        judge: Callable[[int, bytes], int] | None = None,
    ) -> None:
        silence_libraries()
        self._side = side
        self._clock = network.clock
        self._drain = network.drain
        self._chance = network.chance
        self._budget = budget
        self._headers = headers
        self._places = places or Places()
        self._exchange = Exchange(
            side=side,
            base_url=base_url,
            network=network,
            budget=budget,
            complain=complain,
            timeout=timeout,
            judge=judge,
        )
        self._refused: dict[str, str] | None = None
        self._repeats = Repeats(network.clock)

    async def read(
        self,
        path: str,
        *,
        method: str = "GET",
        params: Mapping[str, str | int] | None = None,
        json: Any = None,
    ) -> Answer:
        """Ask for something that may be asked for again, and return an answer that is JSON.

        Three attempts in all, and none of what failed five times within a minute. ``path`` may be
        a whole URL that an answer gave; it is then asked of our own origin. Raises
        CredentialsRefused (401, 403), NotFound, Rejected, Throttled, and after the last attempt
        NotSent or Uncertain.
        """
        request = f"{method} {public_path(path)}"
        same = (method, path, repr(params), repr(json))
        attempt = 0
        while True:
            self._repeats.require_few(same)
            self._drain.require_open()
            self._admit(request)
            start = await self._exchange.hold(request)
            async with self._exchange.turn:
                headers = self._admit(request, start)
                self._exchange.pass_gate(start)
                if not self._budget.begin(start):
                    continue  # it waited too long for its turn: nothing was sent
                attempt += 1
                try:
                    answer = await self._send(
                        method, path, request, headers, params=params, json=json, reading=True
                    )
                    answer.json()
                    self._repeats.forget(same)
                    return answer
                except (NotSent, Uncertain) as error:
                    self._repeats.note(same, error)
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
        return Slot(start=await self._exchange.hold("a write"))

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
        async with self._exchange.turn:
            headers = self._admit(request, start)
            self._exchange.pass_gate(start)
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
                return await self._send(
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
        return self._exchange.remote.now()

    async def visit(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str | int] | None = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        redirects: Collection[int] = (),
        patience: float = PATIENCE,
        silence: float | None = None,
    ) -> Answer:
        """Send one request of a vendor's login to a whole address, within the same budget.

        It carries ``headers`` instead of the session's; ``params`` and ``form`` may hold what the
        login needs, and are never shown. A 2xx answer comes back as it is, and so does one whose
        status is among ``redirects``, for its headers; a 307 or 308 is followed to an allowed
        place. Nothing is repeated: a password is told once per call. Raises as reads do; Rejected
        for an address that is not allowed; Throttled when the budget leaves nothing within
        ``patience`` seconds. ``silence`` stands in for the session's time-out.
        """
        return await visit(
            self._exchange,
            self._places,
            method,
            url,
            params=params,
            form=form,
            headers=headers or {},
            redirects=redirects,
            patience=patience,
            silence=silence,
        )

    def move(self, base_url: str) -> None:
        """Send further requests to another base address, as a login's answer says.

        Raises Rejected for one that is not allowed.
        """
        if not self._places.allow(base_url):
            raise Rejected(
                f"{self._side} names a host for its API that is neither its own nor named in the "
                "settings; check the addresses in the settings.",
                side=self._side,
                code="unknown_host",
            )
        self._exchange.line.move(base_url)

    async def aclose(self) -> None:
        """Close the connections and leave the use of the budget to the next process."""
        await self._exchange.aclose()

    def _admit(self, request: str, start: Start | None = None) -> dict[str, str]:
        """The headers to send, unless these very credentials were refused before."""
        headers = dict(self._headers())
        if headers == self._refused:
            if start is not None:
                self._budget.release(start)
            raise refused(self._side, request)
        return headers

    async def _send(
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
        """Send once with the session's credential; remember one that was refused.

        Where further places are known, an answer that names one of them moves the base address
        and raises NotSent: 307 means that nothing was done here (RFC 9110, 15.4.8).
        """
        try:
            answer = await self._exchange.send(
                method,
                path,
                request,
                headers,
                reading=reading,
                params=params,
                json=json,
                start_within=start_within,
                keep=ELSEWHERE if self._places else (),
            )
        except CredentialsRefused as error:
            if error.status == 401:
                self._refused = headers
            raise
        if answer.status in ELSEWHERE:
            raise self._moved(answer, path, reading=reading)
        return answer

    def _moved(self, answer: Answer, path: str, *, reading: bool) -> RemoteError:
        """Take the base address that a 307 or 308 names, if it is allowed; return what to raise."""
        target = target_of(f"{self._exchange.line.base_url}/", answer.headers.get("location"))
        base = base_behind(target, path) if target else None
        if base is None or not self._places.allow(base):
            return failure(answer, Complaint(), reading=reading)
        self._exchange.line.move(base)
        return NotSent(
            f"{self._side} answers {answer.request} at another address now; it will be sent there.",
            side=self._side,
            request=answer.request,
            status=answer.status,
            code=AT_ONCE,
        )

    def _unstarted(self, request: str, reason: str) -> NotSent:
        return NotSent(
            f"{request} was not sent to {self._side}: {reason}; it will be tried again.",
            side=self._side,
            request=request,
        )
