"""Lists: whole, without gaps while rows move, to be gone on with, and cheap."""

import pytest

from syncd.ats.port import Ats
from syncd.errors import CursorExpired, RemoteError
from syncd.model.ats import Application
from syncd.sandbox.faults import FaultKind
from syncd.sandbox.log import Logged
from syncd.testing.conformance.bench import Bench, Reading, read_changes
from syncd.testing.fake import Deed, Fake, Purpose
from syncd.testing.people import person

DAY = 86_400.0


class ReadsChanges(Bench):
    """``changed_applications``."""

    def read(
        self, cursor: str | None = None, resume: str | None = None, account: Fake | None = None
    ) -> Reading:
        async def work(ats: Ats) -> Reading:
            return await read_changes(ats, cursor, resume)

        return self.play(work, account)

    def test_everybody_comes_once_and_the_cursor_at_the_end(self) -> None:
        account = self.make(page_size=3)
        _, people = self.populate(10, account)
        assert sorted(self.read(account=account).ids) == sorted(people)

    def test_nobody_at_all_is_a_whole_reading_too(self) -> None:
        first = self.read()
        assert first.rows == []
        job = self.account.add_job("Data Engineer")
        self.clock.advance(30.0)
        applied = self.account.apply(job, person(1))
        self.clock.advance(5.0)
        assert self.read(first.cursor).ids == [applied]

    def test_nobody_is_lost_while_rows_move_between_pages(self) -> None:
        account = self.make(page_size=2)
        job, people = self.populate(9, account)
        others = [name for name in account.stages if name != account.applied_stage]
        turn = iter(range(1000))

        def disturb(_: Logged | None) -> None:
            number = next(turn)
            if number < 3 * len(people):
                account.move(people[(number * 4) % len(people)], others[number % 2])
                self.clock.advance(0.4)

        if Purpose.READ in {account.purpose(row) for row in account.asked} or account.transport(
            self.clock
        ):
            account.before_answer(disturb)
        first = self.read(account=account)
        if account.transport(self.clock):
            account.before_answer(None)
        late = account.apply(job, person(99))
        self.clock.advance(5.0)
        second = self.read(first.cursor, account=account)
        assert {*first.ids, *second.ids} == {*people, late}
        latest = first.latest() | second.latest()
        for one in people:
            assert latest[one].stage.casefold() == account.told_stage_of(one).casefold(), (
                "the last change of somebody was missed"
            )

    def test_nobody_is_lost_when_others_are_deleted_meanwhile(self) -> None:
        self.need(Deed.DELETE)
        account = self.make(page_size=2)
        if not account.transport(self.clock):
            pytest.skip("a file is read as it was")
        _, people = self.populate(9, account)
        doomed = iter(people[:3])

        def disturb(before: Logged | None) -> None:
            if before is not None and (one := next(doomed, None)):
                account.delete(one)

        account.before_answer(disturb)
        first = self.read(account=account)
        account.before_answer(None)
        self.clock.advance(5.0)
        second = self.read(first.cursor, account=account)
        assert {*people[3:]} <= {*first.ids, *second.ids}

    def test_a_change_comes_with_the_next_reading(self) -> None:
        _, people = self.populate(4)
        first = self.read()
        self.clock.advance(DAY)
        second = self.read(first.cursor)
        self.clock.advance(DAY)
        quiet = self.read(second.cursor)
        self.clock.advance(DAY)
        self.account.move(people[2], self.account.stages[-1])
        self.clock.advance(5.0)
        assert people[2] in self.read(quiet.cursor).ids

    def test_what_is_listed_late_is_not_missed(self) -> None:
        account = self.make(lag=60.0)
        _, people = self.populate(3, account)
        self.clock.advance(DAY)
        first = self.read(account=account)
        account.move(people[0], account.stages[-1])
        self.clock.advance(20.0)
        second = self.read(first.cursor, account=account)
        self.clock.advance(90.0)
        third = self.read(second.cursor, account=account)
        latest = first.latest() | second.latest() | third.latest()
        assert latest[people[0]].stage.casefold() == account.told_stage_of(people[0]).casefold()

    @pytest.mark.parametrize("skew", [-7200.0, 7200.0])
    def test_clocks_may_differ(self, skew: float) -> None:
        account = self.make(skew=skew)
        job = account.add_job("Data Engineer")
        self.clock.advance(30.0)
        first = self.read(account=account)
        self.clock.advance(30.0)
        applied_at = account.now()
        applied = account.apply(job, person(1))
        self.clock.advance(30.0)
        (row,) = self.read(first.cursor, account=account).rows
        assert row.id == applied
        assert row.applied_at == pytest.approx(applied_at, abs=1.0)
        if not account.tells_time:
            return

        async def look(ats: Ats) -> tuple[float, float]:
            reading = await read_changes(ats)
            return ats.remote_now(), reading.as_of[0]

        now, as_of = self.play(look, account)
        assert now == pytest.approx(account.now(), abs=2.0)
        assert as_of == pytest.approx(account.now(), abs=2.0)

    def test_a_reading_goes_on_at_its_last_page(self) -> None:
        account = self.make(page_size=3)
        _, people = self.populate(10, account)
        whole = self.read(account=account)
        took = self.count(Purpose.READ, account=account)
        if not whole.resumes:
            pytest.skip("it fits into one page")

        async def cut_short(ats: Ats) -> tuple[list[Application], str]:
            async for page in ats.changed_applications(None):
                assert page.resume is not None
                return list(page.rows), page.resume
            raise AssertionError("no page came")

        seen, resume = self.play(cut_short, account)
        before = len(account.asked)
        rest = self.read(None, resume, account=account)
        assert {row.id for row in seen} | {*rest.ids} == {*people}
        assert len(rest.ids) < len(people), "it began anew instead of going on"
        asked = self.count(Purpose.READ, before, account)
        assert asked <= took, "it asked for more than the whole reading"

    def test_a_dead_cursor_is_said_or_everybody_comes(self) -> None:
        self.need(fault=FaultKind.DEAD_CURSOR)
        _, people = self.populate(4)
        first = self.read()
        self.clock.advance(DAY)
        second = self.read(first.cursor)
        self.clock.advance(DAY)
        self.account.fail(FaultKind.DEAD_CURSOR)
        try:
            third = self.read(second.cursor)
        except CursorExpired:
            third = self.read()
        assert sorted(third.latest()) == sorted(people)

    @pytest.mark.parametrize("what", ["cursor", "resume"])
    @pytest.mark.parametrize("text", ["", "{}", "no cursor of ours", "null", '{"next": 5}'])
    def test_a_cursor_that_is_none_is_said_or_everybody_comes(self, what: str, text: str) -> None:
        _, people = self.populate(2)
        try:
            reading = self.read(text) if what == "cursor" else self.read(None, text)
        except CursorExpired:
            return
        assert sorted(reading.ids) == sorted(people)

    def test_a_list_that_is_cut_short_never_looks_whole(self) -> None:
        self.need(fault=FaultKind.ERROR_BEFORE)
        account = self.make(page_size=2)
        self.populate(7, account)
        for fault in (FaultKind.ERROR_BEFORE, FaultKind.HTML, FaultKind.EMPTY, FaultKind.CUT_OFF):
            account.fail(fault, 50, on=Purpose.READ, after=1)

            async def work(ats: Ats) -> None:
                async for page in ats.changed_applications(None):
                    assert page.cursor is None, f"{fault} made it look whole"  # noqa: B023

            assert isinstance(self.fails(work, account), RemoteError)
            account.fail_no_more()


class CostsLittle(Bench):
    """As few requests as the fake declares."""

    @pytest.mark.parametrize(
        "what", ["account", "jobs", "job", "stages", "changes", "silent", "application", "notes"]
    )
    def test_reading_takes_as_few_requests_as_are_declared(self, what: str) -> None:
        most = self.account.costs.get("changes" if what == "silent" else what)
        if most is None:
            pytest.skip("it declares no cost of this")
        job, people = self.populate(90)

        async def work(ats: Ats) -> int:
            await ats.account()
            cursor = (await read_changes(ats)).cursor if what == "silent" else None
            self.clock.advance(DAY)
            began = len(self.account.asked)
            match what:
                case "account":
                    await ats.account()
                case "jobs":
                    assert [row.id async for page in ats.jobs() for row in page.rows] == [job]
                case "job":
                    await ats.job(job)
                case "stages":
                    await ats.stages(job)
                case "changes" | "silent":
                    await read_changes(ats, cursor)
                case "application":
                    await ats.application(people[0])
                case "notes":
                    found = await ats.application(people[0])
                    assert found is not None
                    began = len(self.account.asked)
                    await ats.notes(found)
            return self.count(Purpose.READ, began)

        assert self.play(work) <= most
