"""Time that jumps, as :mod:`syncd.testing.virtual` makes it."""

from syncd.testing.virtual import START, Stuck, VirtualClock, VirtualLoop, run

__all__ = ["START", "Stuck", "VirtualClock", "VirtualLoop", "run"]
