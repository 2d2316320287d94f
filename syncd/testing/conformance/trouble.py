"""What goes wrong on the way: reads go on, writes are never sent twice and say what is known."""

import pytest

from syncd.ats.port import Ats
from syncd.errors import (
    CredentialsRefused,
    NotSent,
    RemoteError,
    SyncdError,
    Throttled,
    Uncertain,
)
from syncd.sandbox.faults import Fault, FaultKind
from syncd.testing.conformance.bench import Bench, Reading, fresh, read_changes, stage_called
from syncd.testing.conformance.writes import WRITES, Writing, make_write
from syncd.testing.fake import Purpose

ONCE = (
    FaultKind.ERROR_BEFORE,
    FaultKind.REFUSED,
    FaultKind.RESET_BEFORE,
    FaultKind.RESET_AFTER,
    FaultKind.TIMEOUT_AFTER,
    FaultKind.TRUNCATED,
    FaultKind.CUT_OFF,
    FaultKind.HTML,
    FaultKind.EMPTY,
)
UNAPPLIED = (FaultKind.ERROR_BEFORE, FaultKind.RESET_BEFORE, FaultKind.TIMEOUT_BEFORE)
APPLIED = (
    FaultKind.ERROR_AFTER,
    FaultKind.RESET_AFTER,
    FaultKind.TIMEOUT_AFTER,
    FaultKind.HTML,
)
#: Where an ATS says yes with nothing, nothing is a yes.
PERHAPS = (FaultKind.TRUNCATED, FaultKind.EMPTY, FaultKind.CUT_OFF)
PAUSE = 7.0


class ReadsOn(Bench):
    """Reads."""

    def read_three_pages(self, fault: Fault | FaultKind, after: int = 1) -> Reading:
        """Everybody, with a fault on the way, which must be met."""
        account = self.account = self.make(page_size=3)
        _, people = self.populate(8, account)
        account.fail(fault, on=Purpose.READ, after=after)
        began = self.clock.monotonic()

        async def work(ats: Ats) -> Reading:
            await ats.account()
            return await read_changes(ats)

        reading = self.play(work, account)
        assert any(row.fault for row in account.asked), "the fault was never met"
        assert sorted(reading.ids) == sorted(people)
        self.took = self.clock.monotonic() - began
        return reading

    @pytest.mark.parametrize("kind", ONCE)
    @pytest.mark.parametrize("after", [0, 1, 2])
    def test_one_fault_is_got_over(self, kind: FaultKind, after: int) -> None:
        self.need(fault=kind)
        self.read_three_pages(kind, after)

    @pytest.mark.parametrize("dialect", ["seconds", "date", "none", "vendor"])
    def test_a_429_is_obeyed(self, dialect: str) -> None:
        self.need(fault=FaultKind.THROTTLED)
        if dialect not in self.account.throttles:
            pytest.skip("this ATS does not speak so")
        fault = Fault(FaultKind.THROTTLED, seconds=PAUSE, retry_after=dialect)  # type: ignore[arg-type]
        self.read_three_pages(fault)
        if dialect != "none":
            assert self.took >= PAUSE - 1.0, "it came again earlier than it was asked to"
        ats_rows = [row for row in self.account.asked if row.fault is FaultKind.THROTTLED]
        assert len(ats_rows) == 1

    @pytest.mark.parametrize("after", [0, 1, 2])
    def test_a_session_that_dies_in_a_list_is_renewed(self, after: int) -> None:
        self.need(fault=FaultKind.EXPIRED)
        reading = self.read_three_pages(FaultKind.EXPIRED, after)
        assert len(set(reading.ids)) == len(reading.ids)
        most = 2 * self.account.logins
        assert self.count(Purpose.LOGIN) <= most, "one more login must do"

    def test_one_login_serves_many_requests(self) -> None:
        self.account = self.make(page_size=2)
        job, people = self.populate(9)

        async def work(ats: Ats) -> None:
            await ats.account()
            await read_changes(ats)
            for one in people:
                await ats.application(one)
            [page async for page in ats.jobs()]
            await ats.stages(job)

        self.play(work)
        assert self.count(Purpose.LOGIN) <= self.account.logins

    def test_refused_credentials_are_said_and_not_hammered(self) -> None:
        self.need(fault=FaultKind.UNAUTHORISED)
        if FaultKind.EXPIRED in self.account.faults:
            pytest.skip("a 401 there means that the session died")
        self.populate(2)
        self.account.fail(FaultKind.UNAUTHORISED, 100, on=Purpose.READ)

        async def work(ats: Ats) -> None:
            for _ in range(5):
                with pytest.raises(CredentialsRefused):
                    await read_changes(ats)

        self.play(work)
        assert len(self.account.asked) == 1

    @pytest.mark.parametrize(
        "kind", [FaultKind.HTML, FaultKind.TRUNCATED, FaultKind.TIMEOUT_BEFORE]
    )
    def test_what_lasts_is_said_soon(self, kind: FaultKind) -> None:
        self.need(fault=kind)
        self.populate(2)
        self.account.fail(kind, 1000, on=Purpose.READ)
        assert isinstance(self.fails(read_changes), RemoteError)
        assert self.count(Purpose.READ) <= 10


class WritesSurely(Writing):
    """Writes."""

    def attempt(self, write: str, fault: Fault | FaultKind) -> tuple[str, SyncdError | None]:
        """One write that meets a fault: whose it was, and what it raised."""
        job, people = self.populate(2)
        self.account.move(people[1], self.account.stages[-1])
        self.clock.advance(5.0)
        self.account.fail(fault, on=Purpose.WRITE)
        try:
            self.write(write, people[0], job)
        except SyncdError as error:
            raised: SyncdError | None = error
        else:
            raised = None
        if self.account.asked:
            assert self.count(Purpose.WRITE) == 1, "a write is one request, whatever becomes of it"
            assert any(row.fault for row in self.account.asked), "the fault was never met"
        self.account.fail_no_more()
        return people[0], raised

    @pytest.mark.parametrize("write", WRITES)
    @pytest.mark.parametrize("kind", UNAPPLIED)
    def test_a_broken_answer_proves_nothing(self, write: str, kind: FaultKind) -> None:
        self.need_write(write)
        self.need(fault=kind)
        one, raised = self.attempt(write, kind)
        assert isinstance(raised, Uncertain)
        assert not self.shows(write, one)

    @pytest.mark.parametrize("write", WRITES)
    @pytest.mark.parametrize("kind", APPLIED)
    def test_a_lost_answer_proves_nothing(self, write: str, kind: FaultKind) -> None:
        self.need_write(write)
        self.need(fault=kind)
        one, raised = self.attempt(write, kind)
        assert isinstance(raised, Uncertain)
        assert self.shows(write, one)

    @pytest.mark.parametrize("write", WRITES)
    @pytest.mark.parametrize("kind", PERHAPS)
    def test_half_an_answer_is_no_refusal(self, write: str, kind: FaultKind) -> None:
        self.need_write(write)
        self.need(fault=kind)
        one, raised = self.attempt(write, kind)
        assert raised is None or isinstance(raised, Uncertain)
        assert self.shows(write, one)

    @pytest.mark.parametrize("write", WRITES)
    def test_what_never_left_is_not_sent(self, write: str) -> None:
        self.need_write(write)
        self.need(fault=FaultKind.REFUSED)
        one, raised = self.attempt(write, FaultKind.REFUSED)
        assert isinstance(raised, NotSent)
        assert not self.shows(write, one)

    @pytest.mark.parametrize("write", WRITES)
    @pytest.mark.parametrize("dialect", ["seconds", "date", "none", "vendor"])
    def test_a_429_is_no_uncertainty(self, write: str, dialect: str) -> None:
        self.need_write(write)
        self.need(fault=FaultKind.THROTTLED)
        if dialect not in self.account.throttles:
            pytest.skip("this ATS does not speak so")
        fault = Fault(FaultKind.THROTTLED, seconds=PAUSE, retry_after=dialect)  # type: ignore[arg-type]
        one, raised = self.attempt(write, fault)
        assert isinstance(raised, Throttled)
        assert not self.shows(write, one)
        if dialect != "none":
            assert raised.retry_at >= self.clock.now() + PAUSE - 2.0

    @pytest.mark.parametrize("write", WRITES)
    def test_a_session_that_died_before_a_write_is_renewed_for_the_next(self, write: str) -> None:
        self.need_write(write)
        self.need(fault=FaultKind.EXPIRED)
        job, people = self.populate(2)
        self.account.move(people[1], self.account.stages[-1])
        self.clock.advance(5.0)

        async def work(ats: Ats) -> None:
            one = await fresh(ats, people[0])
            target = await stage_called(ats, job, self.account.stages[-1])
            self.account.fail(FaultKind.EXPIRED, on=Purpose.WRITE)
            with pytest.raises(NotSent):
                await make_write(ats, write, one, target, self.account.reject_reason)
            assert not self.shows(write, people[0])
            await make_write(ats, write, one, target, self.account.reject_reason)

        self.play(work)
        assert self.effects(people[0]) == {write}
        assert self.count(Purpose.WRITE) == 2
        assert self.count(Purpose.LOGIN) <= 2 * self.account.logins
