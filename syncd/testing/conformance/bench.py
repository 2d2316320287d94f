"""What every test of the suite stands on: a clock that jumps, an account, a port on it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

import pytest

from syncd.ats.port import Ats
from syncd.errors import SyncdError
from syncd.model.ats import Application, Stage
from syncd.sandbox.faults import FaultKind
from syncd.testing.fake import Deed, Fake, Purpose
from syncd.testing.people import person
from syncd.testing.virtual import VirtualClock, run

T = TypeVar("T")


@dataclass
class Reading:
    """What one read of changes gave, page by page."""

    pages: list[Sequence[Application]] = field(default_factory=list)
    resumes: list[str] = field(default_factory=list)
    cursor: str | None = None
    as_of: list[float] = field(default_factory=list)

    @property
    def rows(self) -> list[Application]:
        return [row for page in self.pages for row in page]

    @property
    def ids(self) -> list[str]:
        return [row.id for row in self.rows]

    def latest(self) -> dict[str, Application]:
        """By id, the row that came last."""
        return {row.id: row for row in self.rows}


async def read_changes(ats: Ats, cursor: str | None = None, resume: str | None = None) -> Reading:
    """Read to the end; what stands on which page is checked on the way."""
    reading = Reading()
    ended = False
    async for page in ats.changed_applications(cursor, resume):
        assert not ended, "a page came after the one with the cursor"
        assert (page.cursor is None) != (page.resume is None), (
            "the last page alone has a cursor, all others a point to resume at"
        )
        reading.pages.append(page.rows)
        reading.as_of.append(page.as_of)
        if page.resume is None:
            reading.cursor, ended = page.cursor, True
        else:
            reading.resumes.append(page.resume)
    assert ended, "the reading ended without a cursor"
    return reading


class Bench:
    """The tests of one connector; a subclass names its ``fake``."""

    fake: ClassVar[Callable[..., Fake]]

    def setup_method(self) -> None:
        self.clock = VirtualClock()
        self._made: list[Fake] = []
        self.account = self.make()

    def teardown_method(self) -> None:
        for account in self._made:
            account.close()

    def make(self, **options: Any) -> Fake:
        """A further account; see :class:`Fake` for the options."""
        account = type(self).fake(self.clock, **options)
        self._made.append(account)
        return account

    def play(
        self,
        work: Callable[[Ats], Awaitable[T]],
        account: Fake | None = None,
        **settings: Any,
    ) -> T:
        """Let ``work`` use a port of its own, as a process would, and return what it returns."""

        async def whole() -> T:
            ats = (account or self.account).connect(self.clock, **settings)
            try:
                return await work(ats)
            finally:
                await ats.aclose()

        return run(self.clock, whole())

    def fails(
        self, work: Callable[[Ats], Awaitable[Any]], account: Fake | None = None
    ) -> SyncdError:
        """The error that ``work`` ends in; the test fails if it does not."""
        with pytest.raises(SyncdError) as caught:
            self.play(work, account)
        return caught.value

    def need(self, *deeds: Deed, fault: FaultKind | None = None) -> None:
        """Skip, counted, what this ATS or its fake cannot play."""
        name = type(self.account).__name__
        for deed in deeds:
            if deed not in self.account.deeds:
                pytest.skip(f"{name} cannot {deed}")
        if fault is not None and fault not in self.account.faults:
            pytest.skip(f"{name} cannot play {fault}")

    def able(self, capability: str) -> bool:
        """Whether the connector declares a capability."""
        return bool(getattr(self.account.connector.capabilities, capability))

    def populate(self, count: int, account: Fake | None = None) -> tuple[str, list[str]]:
        """One open job and so many applications, a second apart."""
        account = account or self.account
        job = account.add_job("Data Engineer")
        people = []
        for number in range(1, count + 1):
            people.append(account.apply(job, person(number)))
            self.clock.advance(1.0)
        self.clock.advance(5.0)
        return job, people

    def count(self, purpose: Purpose, since: int = 0, account: Fake | None = None) -> int:
        """How many requests of a purpose there were, from the one of that number on."""
        account = account or self.account
        return sum(account.purpose(row) is purpose for row in account.asked[since:])


async def fresh(ats: Ats, application_id: str) -> Application:
    """The application, read just now."""
    found = await ats.application(application_id)
    assert found is not None, "an application that stands there was not found by its id"
    return found


async def stage_called(ats: Ats, job_id: str, name: str) -> Stage:
    """The stage of a job by its name."""
    return next(stage for stage in await ats.stages(job_id) if stage.is_called(name))
