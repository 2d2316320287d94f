"""How candidates behave when nobody steers them: shares and times, drawn by chance."""

from dataclasses import dataclass, replace

from syncd.sandbox.heymilo.people import People
from syncd.sandbox.heymilo.state import Interview
from syncd.sandbox.timeline import Timeline

HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Habits:
    """Shares from 0 to 1; times in seconds, drawn evenly up to the one given.

    The shares are taken in turn: of those invited ``answer`` begin; of those ``give_up`` stop
    half-way and ``fail`` are knocked out; of those who finish ``retake`` begin again once, and a
    recruiter shortlists ``shortlist`` and dismisses ``dismiss``.
    """

    answer: float = 0.8
    give_up: float = 0.1
    fail: float = 0.1
    retake: float = 0.1
    shortlist: float = 0.2
    dismiss: float = 0.1
    begin_within: float = 8 * HOUR
    step_takes: float = 0.5 * HOUR
    evaluation_takes: float = 600.0
    decision_within: float = 24 * HOUR

    def hurried(self, factor: float) -> "Habits":
        """The same people, ``factor`` times as fast: for a demonstration in real time."""
        return replace(
            self,
            begin_within=self.begin_within / factor,
            step_takes=self.step_takes / factor,
            evaluation_takes=self.evaluation_takes / factor,
            decision_within=self.decision_within / factor,
        )


class Lives:
    """Lets invited people live by their habits."""

    def __init__(self, people: People, timeline: Timeline, habits: Habits) -> None:
        self.people = people
        self.timeline = timeline
        self.habits = habits

    def begin(self, interview: Interview) -> None:
        """Somebody was invited."""
        if self._chance(self.habits.answer):
            when = self._within(self.habits.begin_within)
            self.timeline.at(when, lambda: self._start(interview))

    def _start(self, interview: Interview) -> None:
        # Whoever was steered meanwhile, or erased, goes on as steered.
        if interview.status == "pending" and not interview.erased:
            self.people.start(interview.id)
            self._go_on(interview, 0)

    def _go_on(self, interview: Interview, place: int) -> None:
        attempt = interview.attempts
        if self._chance(self.habits.give_up / len(interview.steps)):
            return

        def end_step() -> None:
            if interview.attempts != attempt or interview.status != "in_progress":
                return
            if self._chance(self.habits.fail / len(interview.steps)):
                self.people.knock_out(interview.id, self._score())
            elif place + 1 < len(interview.steps):
                self.people.complete_step(interview.id, place, self._score())
                self._go_on(interview, place + 1)
            else:
                self.people.complete_step(interview.id, place, self._score())
                self.people.evaluate(interview.id)
                when = self._within(self.habits.evaluation_takes)
                self.timeline.at(when, lambda: self._end(interview, attempt))

        self.timeline.at(self._within(self.habits.step_takes), end_step)

    def _end(self, interview: Interview, attempt: int) -> None:
        if interview.attempts != attempt or not interview.evaluating:
            return
        self.people.finish(interview.id, interview.score)
        when = self._within(self.habits.decision_within)
        if attempt == 1 and self._chance(self.habits.retake):
            self.timeline.at(when, lambda: self._retake(interview))
        elif self._chance(self.habits.shortlist):
            self.timeline.at(when, lambda: self.people.shortlist(interview.id))
        elif self._chance(self.habits.dismiss):
            self.timeline.at(when, lambda: self.people.dismiss(interview.id))

    def _retake(self, interview: Interview) -> None:
        if interview.status == "completed" and not interview.erased:
            self.people.retake(interview.id)
            self._go_on(interview, 0)

    def _score(self) -> float:
        return round(self.timeline.random.triangular(0, 100, 70), 1)

    def _chance(self, share: float) -> bool:
        return self.timeline.random.random() < share

    def _within(self, seconds: float) -> float:
        return self.timeline.now() + self.timeline.random.uniform(0, seconds)
