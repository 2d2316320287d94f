"""The log of requests: what checks of conduct read. It holds no body and no header's value."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from syncd.sandbox.faulting import Exchange
from syncd.sandbox.faults import FaultKind
from syncd.sandbox.wire import Request, Side


@dataclass(frozen=True, slots=True)
class Logged:
    """One request. ``status`` is None where no answer reached the client.

    ``at``: epoch seconds on the sandbox's clock. ``retry_after``: the header of the answer, as
    it was sent.
    """

    at: float
    side: Side
    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    header_names: tuple[str, ...]
    status: int | None
    fault: FaultKind | None
    retry_after: str | None = None


@dataclass(slots=True)
class RequestLog:
    """Every request in the order it came."""

    rows: list[Logged] = field(default_factory=list)

    def add(self, at: float, request: Request, exchange: Exchange) -> None:
        answer = exchange.answer
        self.rows.append(
            Logged(
                at,
                request.side,
                request.method,
                request.path,
                request.query,
                tuple(sorted(request.headers)),
                answer.status if answer else None,
                exchange.fault.kind if exchange.fault else None,
                answer.headers.get("retry-after") if answer else None,
            )
        )

    def of(self, side: Side, method: str = "", path: str = "") -> list[Logged]:
        """The requests to one side, of a method, whose path ends in ``path``."""
        return [
            row
            for row in self.rows
            if row.side is side and (not method or row.method == method) and row.path.endswith(path)
        ]

    def __iter__(self) -> Iterator[Logged]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)
