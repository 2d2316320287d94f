"""What a process leaves behind about its requests, so that the next one stays within the limit."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BudgetUse:
    """How much of a credential's budget is used.

    ``starts`` are the moments at which requests of the last window started, ``not_before`` is
    until when the remote side wants to be left alone; epoch seconds on the local clock.
    """

    starts: tuple[float, ...] = ()
    not_before: float | None = None
