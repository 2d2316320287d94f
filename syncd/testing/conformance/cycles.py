"""The whole program on the connector: from postings to a pass that has nothing to do."""

from syncd.errors import ExitCode
from syncd.model.marks import note_marks
from syncd.testing.conformance.writes import Writing
from syncd.testing.cycle import PASSED, Company, Cycle, play_cycle


class GoesRound(Writing):
    """Forty applicants and their results."""

    def test_a_whole_cycle(self) -> None:
        with Company(type(self).fake, page_size=15) as company:
            cycle = play_cycle(company)
            self.look_at_invitations(company, cycle)
            for one, score in cycle.scores.items():
                self.look_at_result(company, cycle, one, score)
            for one in cycle.others:
                assert not self.stands(company, one), "somebody without a result was written to"
            assert company.plan().changes == []
            assert cycle.quiet_writes == 0, "a pass without news writes nothing"
            assert ExitCode.UNFINISHED not in cycle.passes[-1].codes
            silent = {k for k, v in cycle.passes[-1].report.counts.items() if v}
            assert silent <= {"waiting"}, f"a pass without news did something: {silent}"

    def look_at_invitations(self, company: Company, cycle: Cycle) -> None:
        for result in cycle.passes:
            assert result.error is None, result.error
        assert cycle.counted("postings created") == 2
        assert sorted(company.invited) == sorted(cycle.eligible)
        assert set(company.invited.values()) == {1}, "somebody was invited twice"

    def look_at_result(self, company: Company, cycle: Cycle, one: str, score: float) -> None:
        fake, passed = company.fake, score >= 70
        marked = [text for text in fake.notes_of(one) if note_marks(text)]
        assert len(marked) == 1, "a result needs one note"
        assert f"{score:g}" in marked[0]
        if self.declares("tag"):
            assert (PASSED in fake.tags_of(one)) == passed
        if self.declares("score"):
            written = fake.score_of(one)
            assert written is not None
            assert abs(written - score) <= fake.score_step / 2 + 1e-9
        if one in cycle.moved_by_hand:
            assert fake.stage_of(one) == fake.stages[-2], "a person's move was undone"
        else:
            assert fake.stage_of(one) == (fake.stages[-1] if passed else fake.applied_stage)

    def stands(self, company: Company, application_id: str) -> bool:
        """Whether syncd wrote anything to an application."""
        fake = company.fake
        return any(note_marks(text) for text in fake.notes_of(application_id)) or (
            self.declares("tag") and PASSED in fake.tags_of(application_id)
        )
