"""What is declared is done, once and nothing beside it; what is not declared is refused."""

from collections.abc import Callable, Sequence

import pytest

from syncd.ats.port import STALE, Ats
from syncd.errors import NotSent, Rejected
from syncd.model.ats import Application, Note, Stage, Told
from syncd.model.marks import note_marks, sign_note
from syncd.testing.conformance.bench import Bench, fresh, stage_called
from syncd.testing.fake import Deed, Fake, Purpose

ABOUT = Told("completed", 87.5)
TEXT = sign_note("Interview: completed\nScore: 87.5 of 100, \u201cR&D <ready>\u201d", "0a1b2c3d")
MARK = "0a1b2c3d"


_SHOWN: dict[str, Callable[[Fake, str], bool]] = {
    "move": lambda fake, one: fake.stage_of(one) == fake.stages[-1],
    "note": lambda fake, one: any(MARK in note_marks(text) for text in fake.notes_of(one)),
    "tag": lambda fake, one: "HeyMilo: passed" in fake.tags_of(one),
    "score": lambda fake, one: fake.score_of(one) is not None,
    "reject": lambda fake, one: fake.is_rejected(one),
}


async def make_write(
    ats: Ats, name: str, application: Application, target: Stage, reason: str = ""
) -> None:
    """One write of that name, with a slot of its own; ``reason`` is one to reject with."""
    if name == "tag":
        await ats.prepare(tags=["HeyMilo: passed"])
    if name == "reject" and reason:
        await ats.prepare(reject_reason=reason)
    slot = await ats.reserve()
    match name:
        case "move":
            await ats.move(application, target, slot, about=ABOUT)
        case "note":
            await ats.add_note(application, TEXT, slot, about=ABOUT)
        case "tag":
            await ats.add_tags(application, ["HeyMilo: passed"], slot, about=ABOUT)
        case "score":
            await ats.set_score(application, 87.5, slot, about=ABOUT)
        case "reject":
            await ats.reject(application, reason, slot, about=ABOUT)


CAPABILITY = {"tag": "tags", "score": "score_field", "reject": "rejects"}
WRITES = ("move", "note", "tag", "score", "reject")


class Writing(Bench):
    """What tests of writes share."""

    def declares(self, write: str) -> bool:
        """Whether the connector says that it can make such writes."""
        return write not in CAPABILITY or self.able(CAPABILITY[write])

    def need_write(self, write: str) -> None:
        if not self.declares(write):
            pytest.skip(f"it declares no {write}")

    def shows(self, write: str, application_id: str, account: Fake | None = None) -> bool:
        """Whether the effect of a write stands in the account."""
        account = account or self.account
        if not self.declares(write):
            return False
        return _SHOWN[write](account, application_id)

    def effects(self, application_id: str) -> set[str]:
        return {write for write in WRITES if self.shows(write, application_id)}

    def write(self, write: str, application_id: str, job: str) -> None:
        async def work(ats: Ats) -> None:
            target = await stage_called(ats, job, self.account.stages[-1])
            one = await fresh(ats, application_id)
            await make_write(ats, write, one, target, self.account.reject_reason)

        self.play(work)


class Writes(Writing):
    """Every write of the port."""

    @pytest.mark.parametrize("write", WRITES)
    def test_it_does_what_it_says_and_nothing_beside_it(self, write: str) -> None:
        self.need_write(write)
        job, people = self.stand_ready()
        began = len(self.account.asked)
        self.write(write, people[0], job)
        assert self.effects(people[0]) == {write}
        assert self.effects(people[1]) == set()
        if self.account.asked:
            assert self.count(Purpose.WRITE, began) == 1, "a write is one request"

    def test_what_is_not_declared_is_refused_and_not_sent(self) -> None:
        job, people = self.stand_ready()
        began = len(self.account.asked)
        for write in WRITES:
            if not self.declares(write):
                with pytest.raises(Rejected):
                    self.write(write, people[0], job)
        assert self.count(Purpose.WRITE, began) == 0

    def stand_ready(self) -> tuple[str, list[str]]:
        """Two people of a job whose last stage is known (see Fake.stages) and not theirs."""
        job, people = self.populate(3)
        self.account.move(people[2], self.account.stages[-1])
        self.clock.advance(5.0)
        return job, people

    def test_a_note_is_found_again_by_its_mark(self) -> None:
        if not self.able("notes_listed"):
            pytest.skip("it does not list notes")
        _, people = self.populate(2)
        if Deed.NOTE in self.account.deeds:
            self.account.add_note(people[0], "Call her back (syncd is not what wrote this)")

        async def work(ats: Ats) -> tuple[Sequence[Note], Sequence[Note]]:
            one, two = await fresh(ats, people[0]), await fresh(ats, people[1])
            await ats.add_note(one, TEXT, await ats.reserve(), about=ABOUT)
            return await ats.notes(one), await ats.notes(two)

        mine, others = self.play(work)
        assert sum(MARK in note_marks(note.text) for note in mine) == 1
        assert not others

    def test_an_edited_note_says_the_new_and_only_that(self) -> None:
        _, people = self.populate(1)
        later = sign_note("Interview: completed\nScore: 91 of 100", "ffff0000")

        async def work(ats: Ats) -> None:
            one = await fresh(ats, people[0])
            if not self.able("notes_edited"):
                with pytest.raises(Rejected):
                    await ats.edit_note(one, Note("1", "x"), later, await ats.reserve())
                return
            await ats.add_note(one, TEXT, await ats.reserve(), about=ABOUT)
            (old,) = [n for n in await ats.notes(one) if MARK in note_marks(n.text)]
            await ats.edit_note(one, old, later, await ats.reserve(), about=ABOUT)

        self.play(work)
        told = self.account.notes_of(people[0])
        if self.able("notes_edited"):
            assert [note_marks(text) for text in told] == [note_marks(later)]
        else:
            assert not told

    def test_tags_that_stand_there_are_kept(self) -> None:
        self.need_write("tag")
        self.need(Deed.TAG)
        job, people = self.stand_ready()
        self.account.add_tag(people[0], "Kept by hand")
        self.write("tag", people[0], job)
        assert sorted(self.account.tags_of(people[0])) == ["HeyMilo: passed", "Kept by hand"]
        if self.account.reads_own_writes:
            self.write("tag", people[0], job)
            assert sorted(self.account.tags_of(people[0])) == ["HeyMilo: passed", "Kept by hand"]

    def test_somebody_moved_meanwhile_is_not_moved_where_it_can_be_told(self) -> None:
        if not self.able("moves_compare"):
            pytest.skip("it cannot compare")
        job, people = self.stand_ready()
        between = self.account.stages[-2]

        async def work(ats: Ats) -> None:
            one = await fresh(ats, people[0])
            target = await stage_called(ats, job, self.account.stages[-1])
            self.account.move(people[0], between)
            with pytest.raises(Rejected) as refused:
                await ats.move(one, target, await ats.reserve(), about=ABOUT)
            assert refused.value.code == STALE

        self.play(work)
        assert self.account.stage_of(people[0]) == between

    @pytest.mark.parametrize("score", [0.0, 33.3, 100.0])
    def test_a_score_is_written_as_it_is(self, score: float) -> None:
        self.need_write("score")
        _, people = self.populate(1)

        async def work(ats: Ats) -> None:
            one = await fresh(ats, people[0])
            await ats.set_score(one, score, await ats.reserve(), about=Told("completed", score))

        self.play(work)
        written = self.account.score_of(people[0])
        assert written is not None
        assert abs(written - score) <= self.account.score_step / 2 + 1e-9

    def test_an_unknown_reason_is_refused_before_anything_is_written(self) -> None:
        self.need_write("reject")
        _job, people = self.stand_ready()
        reason = "No reason anybody ever made"

        async def work(ats: Ats) -> bool:
            try:
                await ats.prepare(reject_reason=reason)
            except Rejected:
                return False
            one = await fresh(ats, people[0])
            await ats.reject(one, reason, await ats.reserve(), about=ABOUT)
            return True

        # An ATS may take any text for a reason; then it must have taken this one.
        assert self.play(work) == self.account.is_rejected(people[0])

    def test_a_slot_is_good_for_one_write(self) -> None:
        _, people = self.populate(1)

        async def work(ats: Ats) -> None:
            one = await fresh(ats, people[0])
            slot = await ats.reserve()
            await ats.add_note(one, TEXT, slot, about=ABOUT)
            with pytest.raises(NotSent):
                await ats.add_note(one, TEXT, slot, about=ABOUT)

        self.play(work)
        assert len(self.account.notes_of(people[0])) == 1

    def test_a_second_process_can_write_at_once(self) -> None:
        job, people = self.stand_ready()
        self.write("note", people[0], job)
        self.write("note", people[1], job)
        assert self.shows("note", people[0])
        assert self.shows("note", people[1])
