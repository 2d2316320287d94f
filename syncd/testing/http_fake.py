"""What fakes of ATSs over HTTP share: the way in, the log of requests, what goes wrong."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.utils import formatdate
from typing import ClassVar

import httpx

from syncd.clock import Clock
from syncd.sandbox.faulting import Exchange, play, throttled
from syncd.sandbox.faults import Fault, FaultKind
from syncd.sandbox.log import Logged, RequestLog
from syncd.sandbox.timeline import Timeline
from syncd.sandbox.transport import SandboxTransport
from syncd.sandbox.wire import Answer, Refusal, Request, Side
from syncd.testing.fake import ON_THE_WAY, Fake, Purpose


@dataclass(slots=True)
class _Planned:
    fault: Fault
    times: int
    on: Purpose | None
    after: int


class HttpFake(Fake):
    """An ATS that answers requests.

    A subclass gives ``origins``, the base addresses that it answers at, and :meth:`answer`;
    where its manners differ it also says which requests are writes or logins
    (:meth:`purpose`), how it words errors (:meth:`complain`), says when to come again after a 429
    of its own dialect (:meth:`throttle`), forgets sessions (:meth:`expire`) and knows its cursors
    (:meth:`carries_cursor`, :meth:`bury_cursor`). It may use :class:`syncd.sandbox.wire.Routes`
    to find who answers, and raise :class:`syncd.sandbox.wire.Refusal` to end a request.
    """

    faults = ON_THE_WAY
    origins: ClassVar[Sequence[str]]

    def __init__(
        self, clock: Clock, *, page_size: int = 100, skew: float = 0.0, lag: float = 0.0
    ) -> None:
        super().__init__(clock, page_size=page_size, skew=skew, lag=lag)
        self.timeline = Timeline(clock, seed=1)
        self.log = RequestLog()
        self._planned: list[_Planned] = []
        self._act: Callable[[Logged | None], None] | None = None

    # What a subclass says

    @abstractmethod
    def answer(self, request: Request) -> Answer:
        """Answer one request, credentials checked; may raise Refusal."""

    def complain(self, status: int, text: str) -> Answer:
        """An error in the ATS's own words; an empty body where it has none."""
        return Answer(status)

    def throttle(self, fault: Fault) -> Answer:
        """A 429 that says when to come again as only this ATS does (``retry_after="vendor"``)."""
        raise self._unable("throttle in a way of its own")

    def expire(self) -> None:
        """Forget every session; the next request is answered as the ATS answers dead ones."""
        raise self._unable("forget sessions")

    def carries_cursor(self, request: Request) -> bool:
        """Whether a request names a point of an earlier answer."""
        return False

    def bury_cursor(self, request: Request) -> Answer:
        """What the ATS answers to a cursor or resume point that is dead."""
        raise self._unable("bury cursors")

    # The way in

    def transport(self, clock: Clock) -> httpx.AsyncBaseTransport:
        return SandboxTransport(self, clock, sides=dict.fromkeys(self.origins, Side.ATS))

    def exchange(self, request: Request) -> Exchange:
        """Let ``request`` happen, faults included, and log it."""
        self.timeline.catch_up()
        purpose = self.purpose_of(request)
        if purpose is Purpose.READ and self._act is not None:
            self._act(self.log.rows[-1] if self.log.rows else None)
        fault = self._decide(request, purpose)
        exchange = self.play(fault, request)
        self.log.add(self.timeline.now(), request, exchange)
        return exchange

    def serve(self, request: Request) -> Answer:
        """Answer without faults and without a log entry, dated by the account's clock."""
        try:
            answer = self.answer(request)
        except Refusal as refusal:
            answer = refusal.answer
        return self._dated(answer)

    def play(self, fault: Fault | None, request: Request) -> Exchange:
        """Let ``request`` happen as ``fault`` would have it, without a log entry."""
        match fault:
            case Fault(kind=FaultKind.EXPIRED):
                self.expire()
                return Exchange(self.serve(request), fault=fault)
            case Fault(kind=FaultKind.DEAD_CURSOR):
                return Exchange(self._dated(self.bury_cursor(request)), fault=fault)
            case Fault(kind=FaultKind.THROTTLED, retry_after="vendor"):
                return Exchange(self._dated(self.throttle(fault)), fault=fault)
            case Fault(kind=FaultKind.THROTTLED):
                answer = throttled(fault, self.complain, self.now())
                return Exchange(self._dated(answer), fault=fault)
        return play(fault, request, self.serve, self.timeline, self.complain)

    def _dated(self, answer: Answer) -> Answer:
        if "date" in answer.headers:
            return answer
        return answer.with_headers({"date": formatdate(self.now(), usegmt=True)})

    # What was asked, and what goes wrong

    @property
    def asked(self) -> Sequence[Logged]:
        return self.log.rows

    def purpose_of(self, request: Request) -> Purpose:
        """What a request is for, by its method and path."""
        return self.purpose(
            Logged(0.0, request.side, request.method, request.path, request.query, (), None, None)
        )

    def fail(
        self,
        fault: Fault | FaultKind,
        times: int = 1,
        *,
        on: Purpose | None = None,
        after: int = 0,
    ) -> None:
        """See :meth:`Fake.fail`; DEAD_CURSOR waits for a request that carries one."""
        meant = fault if isinstance(fault, Fault) else Fault(fault)
        if meant.kind not in self.faults:
            raise self._unable(f"play {meant.kind}")
        self._planned.append(_Planned(meant, times, on, after))

    def fail_no_more(self) -> None:
        self._planned.clear()

    def before_answer(self, act: Callable[[Logged | None], None] | None) -> None:
        """See :meth:`Fake.before_answer`; ``act`` is told the request before, None at first."""
        self._act = act

    def _decide(self, request: Request, purpose: Purpose) -> Fault | None:
        for planned in self._planned:
            wanted = (planned.on,) if planned.on else (Purpose.READ, Purpose.WRITE)
            if purpose not in wanted:
                continue
            if planned.fault.kind is FaultKind.DEAD_CURSOR and not self.carries_cursor(request):
                continue
            if planned.after > 0:
                planned.after -= 1
                continue
            planned.times -= 1
            if planned.times <= 0:
                self._planned.remove(planned)
            return planned.fault
        return None
