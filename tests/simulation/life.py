"""Applicants, candidates and recruiters: what they do while passes run, and what is true then."""

from collections.abc import Callable, Sequence
from functools import partial
from random import Random
from typing import Any, TypeVar

from syncd.model.statuses import FINAL
from syncd.sandbox import Request, Side, World
from syncd.sandbox.faulting import Exchange
from syncd.sandbox.heymilo.state import Interview, Posting
from syncd.sandbox.heymilo.views import view_candidate, view_interview_data
from syncd.sandbox.wire import Answer, say
from tests.simulation.accounts.account import DEPARTMENT, ELSEWHERE, Account, Applicant, Job
from tests.simulation.history import OWNER, History, JobTale, Truth
from tests.simulation.mix import CODE, DAY, Mix

T = TypeVar("T")


class DimWorld(World):
    """A world whose ATS can lose sight of itself: until ``dark_until`` no job is shown.

    That is what credentials whose rights are taken away look like; people cannot be read then.
    """

    dark_until = 0.0
    account: Account

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        #: By interview, until when it stood so, as lists and by itself: what a slow replica tells.
        self.stood: dict[str, tuple[float, dict[str, Any]]] = {}

    def exchange(self, request: Request) -> Exchange:
        if request.side is Side.HEYMILO:
            return super().exchange(request)
        self.settle()
        exchange = self.account.exchange(self.faults.decide(request), request)
        self.log.add(self.timeline.now(), request, exchange)
        return exchange

    def serve(self, request: Request) -> Answer:
        if request.side is not Side.WORKABLE or self.timeline.now() >= self.dark_until:
            return super().serve(request)
        path = request.path.rstrip("/")
        if path.endswith("/jobs"):
            return say(200, {"jobs": []})
        if "/jobs/" in path:
            return say(404, {"error": "Not found"})
        return say(503, {"error": "Something went wrong"})


class Life:
    """Does deeds by chance. Each is a method without arguments, named in the mix."""

    def __init__(self, world: DimWorld, mix: Mix, history: History) -> None:
        self.world = world
        self.account = world.account
        self.mix = mix
        self.history = history
        self.random = Random(f"life {mix.seed}")
        self._used: set[float] = set()
        self._edits = 0
        self._about: str | None = None

    # Before the first pass

    def furnish(self) -> None:
        """Templates, a score field, a few jobs with people who applied before syncd came."""
        self.history.fragments |= {
            *("people.example.com", "amilyname", "AMILYNAME", "ivenname", "+1202555", "Émile"),
            *("not an address", "call me after six", "sub..example", "described anew", "by hand,"),
            *(self.world.heymilo.api_key, *self.account.secrets),
        }
        self.world.heymilo.resources.add_template(CODE, "Engineering screen")
        jobs = [self._add_job("published") for _ in range(self.random.choice((1, 2, 3, 4)))]
        for _ in range(self.mix.old_people):
            job = self.random.choice(jobs)
            days = self.random.uniform(0.1, 20) * DAY
            self._apply(job, applied_at=self._now - days)

    def schedule(self, start: float, end: float, count: int) -> None:
        """Let ``count`` deeds happen between two moments, epoch seconds."""
        names = [name for name, weight in self.mix.deeds.items() if weight]
        weights = [self.mix.deeds[name] for name in names]
        for name in self.random.choices(names, weights, k=count):
            when = self.random.uniform(start, end)
            self.world.timeline.at(when, partial(self._do, name))

    def _do(self, name: str) -> None:
        self.account.settle()
        acts = len(self.account.ledger)
        deed: Callable[[], None] = getattr(self, name)
        deed()
        told = [f"{a.candidate} {a.value}" for a in self.account.ledger[acts:]]
        self.history.deeds.append((self._now, f"{name} {self._about or ''}".strip(), told))
        self._about = None

    # Applicants

    def apply(self) -> None:
        if job := self._pick(self._open_jobs()):
            self._apply(job.id)

    def apply_oddly(self) -> None:
        """Somebody whose name, address, phone or stage is out of the ordinary."""
        job = self._pick(self._open_jobs())
        if job is None:
            return
        odd: dict[str, Any] = self.random.choice(
            (
                {"email": None},
                {"email": "not an address"},
                {"name": " "},
                {"phone": "call me after six"},
                {"name": "Émile 🚀 " + "x" * 150},
                *({"stage": stage} for stage in self.account.early),
                {"email": "someone@sub..example.com"},
            )
        )
        self._apply(job.id, **odd)

    def apply_again(self) -> None:
        """Somebody known applies once more, to any job, with the address written otherwise."""
        one, job = self._pick(self._candidates()), self._pick(self._open_jobs())
        if one and job and one.email and not one.anonymised:
            made = self._apply(job.id, name=one.name, email=f" {one.email.upper()}")
            # Where a person is one candidate with many applications, an address they had before
            # says so, too.
            self.history.addresses[made] |= self.history.addresses[one.id]

    def _apply(self, job: str, **given: Any) -> str:
        self.history.people += 1
        number = self.history.people
        email = given.pop("email", f"person-{number}@people.example.com")
        name = given.pop("name", f"Givenname{number} Familyname{number}")
        phone = given.pop("phone", None)
        if phone is None and self.random.random() < 0.5:
            phone = f"+1202555{number % 10_000:04d}"
        made = self.account.apply(job, name, email, phone, **given)
        self._know(made, email)
        return made

    def _know(self, application: str, email: str | None) -> None:
        if email:
            self.history.addresses[application].add(email.strip().casefold())

    # Recruiters in the ATS: people

    def move(self) -> None:
        if one := self._pick(self._candidates()):
            self.account.move(one.id, self.random.choice(self.account.stages))

    def move_back(self) -> None:
        home = self.account.applied_stage
        if one := self._pick([c for c in self._candidates() if c.stage != home]):
            self.account.move(one.id, home)

    def hire(self) -> None:
        if one := self._pick(self._candidates()):
            self.account.decide(one.id, "hire")

    def disqualify(self) -> None:
        if one := self._pick([c for c in self._candidates() if not c.out]):
            self.account.decide(one.id, "disqualify")

    def withdraw(self) -> None:
        if one := self._pick([c for c in self._candidates() if not c.out]):
            self.account.decide(one.id, "withdraw")

    def revert(self) -> None:
        if one := self._pick([c for c in self._candidates() if c.out]):
            self.account.decide(one.id, "revert")

    def anonymise(self) -> None:
        if one := self._pick(self._candidates()):
            self.account.decide(one.id, "anonymise")

    def delete(self) -> None:
        if one := self._pick(self._candidates()):
            self.account.decide(one.id, "delete")

    def relocate(self) -> None:
        self._transfer("relocate")

    def copy(self) -> None:
        self._transfer("copy")

    def _transfer(self, how: str) -> None:
        one = self._pick(self._candidates())
        job = self._pick([j for j in self._open_jobs() if one and j.id != one.job])
        if one and job:
            stage = self.random.choice((self.account.applied_stage, *self.account.early[1:]))
            made = self.account.transfer(one.id, job.id, how, stage)
            self.history.addresses[made] |= self.history.addresses[one.id]

    def edit_address(self) -> None:
        if one := self._pick([c for c in self._candidates() if not c.anonymised]):
            self.history.people += 1
            email = f"person-{self.history.people}@people.example.com"
            self.account.edit(one.id, email=email)
            self._know(one.id, email)

    def edit_phone(self) -> None:
        if one := self._pick([c for c in self._candidates() if not c.anonymised]):
            self.account.edit(one.id, phone="+12025550199")

    # Recruiters in the ATS: jobs

    def new_job(self) -> None:
        self._add_job(self.random.choice(("published", "published", "draft")))

    def _add_job(self, state: Any) -> str:
        number = len(self.history.jobs) + 1
        title = "QA" if self.random.random() < 0.03 else f"Engineer of kind {number}"
        department = ELSEWHERE if self.random.random() < 0.1 else DEPARTMENT
        job = self.account.add_job(title, state, department)
        self.history.jobs[job] = JobTale(self._now)
        self._follow(job)
        return job

    def close_job(self) -> None:
        if job := self._pick(self._open_jobs()):
            archive = self.random.random() < 0.3
            self._edit_job(job, state="archived" if archive else "closed")

    def reopen_job(self) -> None:
        if job := self._pick([j for j in self._jobs() if j.state != "published"]):
            self._edit_job(job, state="published")

    def rename_job(self) -> None:
        if job := self._pick(self._jobs()):
            self._edits += 1
            self._edit_job(job, title=f"Renamed engineer {self._edits}")

    def describe_job(self) -> None:
        if job := self._pick(self._jobs()):
            self._edits += 1
            text = f"<p>A job described anew, for the {self._edits}th time.</p><p>Apply!</p>"
            self._edit_job(job, description=text)

    def reassign_job(self) -> None:
        """A job changes its department, by which it is selected or not."""
        if job := self._pick(self._jobs()):
            other = ELSEWHERE if job.department == DEPARTMENT else DEPARTMENT
            self._edit_job(job, department=other)

    def _edit_job(self, job: Job, **fields: Any) -> None:
        self.account.edit_job(job.id, **fields)
        self._follow(job.id)

    def _follow(self, job_id: str) -> None:
        job, tale = self.account.jobs[job_id], self.history.jobs[job_id]
        if not tale.states or tale.states[-1][1] != job.state:
            tale.states.append((self._now, job.state))
        selected = job.is_selected
        if not tale.selected or tale.selected[-1][1] != selected:
            tale.selected.append((self._now, selected))

    def black_out(self) -> None:
        """For a while the account shows nothing, as when credentials lose their rights."""
        lasts = 600 + self.random.uniform(0.5, 1.5) * self.mix.gaps[1]  # a pass may see it
        self.world.dark_until = max(self.world.dark_until, self._now + lasts)
        self.history.black_outs.append((self._now, self._now + lasts))

    # Recruiters in HeyMilo: postings

    def edit_posting(self) -> None:
        if posting := self._pick(self._postings()):
            self._edits += 1
            name = self.random.choice(("title", "description"))
            comma = "" if name == "title" else ","  # a title may be kept, a description may not
            text = f"Edited by hand{comma} for the {self._edits}th time"
            self.world.people.edit_posting(posting.id, **{name: text})
            self.history.edits.append((self._now, posting.id, name))

    def annotate_posting(self) -> None:
        """Somebody puts a key of their own among the marks."""
        if posting := self._pick(self._postings()):
            metadata = {**(posting.metadata or {}), "team": "blue"}
            self.world.people.edit_posting(posting.id, metadata=metadata)

    def archive_posting(self) -> None:
        if posting := self._pick([p for p in self._postings() if not p.archived]):
            self.world.people.archive_posting(posting.id)

    def unarchive_posting(self) -> None:
        if posting := self._pick([p for p in self._postings() if p.archived]):
            self.world.people.archive_posting(posting.id, False)

    def remove_posting(self) -> None:
        if posting := self._pick(self._postings()):
            self.history.removed[posting.id] = self._now
            self.world.people.remove_posting(posting.id)

    def clone_posting(self) -> None:
        if posting := self._pick(self._postings()):
            self.world.people.make_posting("A copy", metadata=dict(posting.metadata or {}))

    def occupy_title(self) -> None:
        """A posting without marks bears the title of a job."""
        if job := self._pick(self._jobs()):
            self.world.people.make_posting(job.title)

    def claim_job(self) -> None:
        """Another installation's posting for a job."""
        if job := self._pick(self._jobs()):
            marks = {"external_id": self.account.mark(job.id), "syncd": "ffffffffffff/other"}
            self.world.people.make_posting("Another's", metadata=marks)

    def invite_by_hand(self) -> None:
        """Somebody, who may have applied too, is invited in HeyMilo itself."""
        live = [p for p in self._postings() if p.status(self._now) == "active"]
        posting, one = self._pick(live), self._pick(self._candidates())
        if posting is None or one is None or not one.email or "@" not in one.email:
            return
        address = one.email.strip().casefold()
        if (posting.id, address) not in self.world.heymilo.state.by_address:
            self.history.by_hand.add((posting.id, address))
            self.world.people.add_by_hand(posting.id, one.name, one.email.strip())

    # Interviews

    def advance(self) -> None:
        """Somebody goes on: begins, or finishes a step and has a part of a score."""
        one = self._pick([i for i in self._interviews() if i.status in ("pending", "in_progress")])
        if one is None:
            return
        if one.status == "pending":
            self.world.people.start(one.id)
        else:
            place = next((n for n, s in enumerate(one.steps) if s.status != "completed"), 0)
            if place + 1 < len(one.steps):
                self.world.people.complete_step(one.id, place, self._score())
            else:
                self.world.people.evaluate(one.id)
                takes = self.random.uniform(60.0, 3000.0)
                self.world.timeline.at(self._now + takes, partial(self._be_scored, one))
        self._witness(one)

    def _be_scored(self, one: Interview) -> None:
        """The analysis of an interview ends, which takes HeyMilo minutes."""
        if one.evaluating and not one.erased:
            self.world.people.finish(one.id, self._score())
            self._witness(one)

    def rest(self) -> None:
        """Nobody does anything any more; what HeyMilo has begun it ends."""
        self.world.timeline.forget()
        for one in self._interviews():
            self._be_scored(one)

    def finish(self) -> None:
        running = ("pending", "in_progress", "evaluating")
        if one := self._pick([i for i in self._interviews() if i.status in running]):
            none = self.random.random() < 0.05
            score = 0.0 if self.random.random() < 0.05 else self._score()
            self.world.people.finish(one.id, None if none else score)
            self._witness(one)

    def retake(self) -> None:
        if one := self._pick([i for i in self._interviews() if i.status == "completed"]):
            self.world.people.retake(one.id)
            self._witness(one)

    def rescore(self) -> None:
        finished = [i for i in self._interviews() if i.status == "completed" and i.score]
        if one := self._pick(finished):
            self.world.people.rescore(one.id, self._score())
            self._witness(one)

    def shortlist(self) -> None:
        if one := self._pick([i for i in self._interviews() if i.status == "completed"]):
            self.world.people.shortlist(one.id)
            self._witness(one)

    def dismiss(self) -> None:
        if one := self._pick(self._interviews()):
            self.world.people.dismiss(one.id, not one.dismissed)
            self._witness(one)

    def knock_out(self) -> None:
        if one := self._pick([i for i in self._interviews() if i.status == "in_progress"]):
            self.world.people.knock_out(one.id, self._score())
            self._witness(one)

    def erase(self) -> None:
        if one := self._pick(self._interviews()):
            self.history.erased[one.id] = self._now
            self.world.people.erase(one.id)

    def _witness(self, one: Interview) -> None:
        finished = one.all_complete and not one.evaluating
        final = one.status in FINAL
        score = one.score if final and finished else None
        self.history.truths[one.id].append(Truth(self._now, one.status, score, final))

    def _score(self) -> float:
        """A score that nobody has had, so that it tells which result it is of."""
        while (score := round(self.random.uniform(1, 100), 1)) in self._used:
            pass
        self._used.add(score)
        return score

    # Who and what there is

    @property
    def _now(self) -> float:
        return self.world.timeline.now()

    def _pick(self, values: Sequence[T]) -> T | None:
        if not values:
            return None
        chosen = self.random.choice(values)
        self._about = _name(chosen)
        if isinstance(chosen, Interview):
            views = [view_candidate(chosen), view_interview_data(chosen)]
            told = {view["object"]: say(200, view).json() for view in views}
            self.world.stood[chosen.id] = self._now, told
        return chosen

    def _jobs(self) -> list[Job]:
        return list(self.account.jobs.values())

    def _open_jobs(self) -> list[Job]:
        return [job for job in self._jobs() if job.state == "published"]

    def _candidates(self) -> list[Applicant]:
        return list(self.account.applicants.values())

    def _postings(self) -> list[Posting]:
        """Those with our mark."""
        every = self.world.heymilo.state.postings.values()
        return [p for p in every if (p.metadata or {}).get("syncd") == OWNER]

    def _interviews(self) -> list[Interview]:
        return [i for i in self.world.heymilo.state.interviews.values() if not i.erased]


def _name(value: object) -> str:
    if isinstance(value, Applicant):
        return f"{value.id} of {value.job}"
    if isinstance(value, Job):
        return f"{value.id} ({value.state})"
    if isinstance(value, Interview):
        mark = (value.metadata or {}).get("external_id")
        return f"{value.id} of {value.posting_id} for {mark} ({value.status} {value.score})"
    return str(getattr(value, "id", value))
