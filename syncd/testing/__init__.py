"""What connectors are tested with; for their authors, in syncd and elsewhere.

:class:`Fake` (or :class:`HttpFake`) is what an author writes: a stand-in of the ATS that remembers.
``docs/how-to/write-a-connector.md`` shows how. Nothing here is used by the program itself.
"""

from typing import TYPE_CHECKING, Any

from syncd.sandbox.faults import Fault, FaultKind
from syncd.sandbox.log import Logged
from syncd.sandbox.wire import Answer, Refusal, Request, Routes, say, say_html, say_nothing
from syncd.testing.cycle import Company, Cycle, play_cycle
from syncd.testing.fake import ON_THE_WAY, Deed, Fake, Purpose
from syncd.testing.http_fake import HttpFake
from syncd.testing.people import Person, person
from syncd.testing.virtual import VirtualClock, run

if TYPE_CHECKING:
    from syncd.testing.conformance import Conformance

__all__ = [
    "ON_THE_WAY",
    "Answer",
    "Company",
    "Conformance",
    "Cycle",
    "Deed",
    "Fake",
    "Fault",
    "FaultKind",
    "HttpFake",
    "Logged",
    "Person",
    "Purpose",
    "Refusal",
    "Request",
    "Routes",
    "VirtualClock",
    "person",
    "play_cycle",
    "run",
    "say",
    "say_html",
    "say_nothing",
]


def __getattr__(name: str) -> Any:
    """The suite needs pytest, which comes into play only where it is asked for."""
    if name == "Conformance":
        from syncd.testing.conformance import Conformance

        return Conformance
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
