"""A small company for trying things out: jobs, templates, applicants."""

from syncd.clock import SystemClock
from syncd.sandbox.clock import Now
from syncd.sandbox.heymilo.habits import Habits
from syncd.sandbox.names import make_person
from syncd.sandbox.world import World

DAY = 86_400.0

# (title, department, state, applicants): the open ones of Engineering and Sales have templates.
_JOBS = (
    ("Backend Engineer", "Engineering", "published", 9),
    ("Data Engineer", "Engineering", "published", 5),
    ("Account Executive", "Sales", "published", 6),
    ("Office Manager", "Operations", "published", 2),
    ("Site Reliability Engineer", "Engineering", "draft", 0),
    ("Frontend Engineer", "Engineering", "closed", 1),
)
_TEMPLATES = (
    ("ENG-SCREEN", "Engineering screen"),
    ("SALES-SCREEN", "Sales screen"),
    ("GENERAL", "General interview"),
)
SCORE_FIELD = "heymilo_score"
# In real time: whoever would begin within eight hours begins within two minutes.
_HURRY = 240.0


def demo_world(seed: int = 1, clock: Now | None = None, habits: Habits | None = None) -> World:
    """A world with six jobs (four open, one draft, one closed), three templates, a custom
    attribute for scores (``SCORE_FIELD``) and some 25 applicants, most in the stage Applied.

    Among them: one without an e-mail address, one with a broken phone number, one who applied
    to two jobs, one who applied twice to the same job, one rejected, one hired.

    Without ``clock`` the world runs in real time. ``habits`` is how people behave once invited;
    left out, they are the usual ones, in real time so hurried that a day passes in minutes.
    """
    usual = Habits() if clock else Habits().hurried(_HURRY)
    world = World(seed, clock or SystemClock(), habits=habits or usual)
    for code, name in _TEMPLATES:
        world.heymilo.resources.add_template(code, name)
    world.heymilo.resources.add_resource("sender-emails")
    world.heymilo.resources.add_resource("phone-numbers")
    recruiters = world.recruiters
    recruiters.add_attribute(SCORE_FIELD, "HeyMilo score")
    now = world.timeline.now()
    everybody: dict[str, list[str]] = {}
    number = 0
    for title, department, state, applicants in _JOBS:
        job = recruiters.add_job(
            title,
            state=state,  # type: ignore[arg-type]
            department=department,
            description=f"<p>We look for a <b>{title}</b> to join {department}.</p>"
            "<ul><li>Work with care</li><li>Explain your work</li></ul>",
            created_at=now - 20 * DAY,
        )
        everybody[job.shortcode] = []
        for _ in range(applicants):
            number += 1
            name, email, phone = make_person(world.timeline.random, number)
            applied = now - world.timeline.random.uniform(0.5, 10) * DAY
            everybody[job.shortcode].append(
                recruiters.apply(job.shortcode, name, email, phone, created_at=applied)
            )
    _add_odd_ones(world, everybody)
    return world


def _add_odd_ones(world: World, everybody: dict[str, list[str]]) -> None:
    recruiters = world.recruiters
    first, second, third = list(everybody)[:3]
    recruiters.edit(everybody[first][0], email=None)
    recruiters.edit(everybody[first][1], phone="call me after six")
    twice = recruiters.candidate(everybody[first][2])
    recruiters.apply(second, twice.name, twice.email, twice.phone)
    again = recruiters.candidate(everybody[first][3])
    recruiters.apply(first, again.name, (again.email or "").upper(), again.phone)
    recruiters.move(everybody[first][4], "phone-screen")
    recruiters.move(everybody[second][0], "sourced")
    recruiters.disqualify(everybody[third][0], "Doesn't have required qualifications")
    recruiters.hire(everybody[third][1])
