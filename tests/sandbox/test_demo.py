"""The demonstration's company."""

import time
from collections import Counter
from pathlib import Path

import phonenumbers

from syncd.ats.workable import WorkableSettings
from syncd.sandbox import HEYMILO_URL, WORKABLE_URL, SandboxClock, demo_world
from syncd.sandbox.settings import sandbox_settings
from syncd.settings.load import load


def test_the_company_has_what_a_demonstration_needs() -> None:
    world = demo_world(1, SandboxClock())
    jobs = world.workable.account.jobs
    states = Counter(job.state for job in jobs.values())
    assert states == {"published": 4, "draft": 1, "closed": 1}
    people = list(world.workable.account.candidates.values())
    assert 24 <= len(people) <= 28
    assert sum(one.email is None for one in people) == 1
    addresses = Counter((one.job, (one.email or "").lower()) for one in people if one.email)
    assert sorted(addresses.values())[-1] == 2, "somebody applied twice to one job"
    persons = Counter(address for _, address in addresses)
    assert sorted(persons.values())[-1] == 2, "somebody applied to two jobs"
    broken = [one for one in people if one.phone and not one.phone.startswith("+")]
    assert len(broken) == 1
    for one in people:
        if one not in broken and one.phone:
            assert phonenumbers.is_possible_number(phonenumbers.parse(one.phone))
        assert one.email is None or one.email.lower().endswith("@example.com")
    stages = {one.stage for one in people}
    assert stages == {"applied", "phone-screen", "sourced", "hired"}
    assert any(one.disqualified_at for one in people)
    codes = {template.code for template in world.heymilo.state.templates.values()}
    assert "ENG-SCREEN" in codes


def test_the_seed_decides_everything() -> None:
    def picture(seed: int) -> list[tuple[str, str, float]]:
        people = demo_world(seed, SandboxClock()).workable.account.candidates.values()
        return [(one.name, one.stage, one.created_at) for one in people]

    assert picture(1) == picture(1)
    assert picture(1) != picture(2)


async def test_in_real_time_people_hurry() -> None:
    world = demo_world(1)
    assert abs(world.timeline.now() - time.time()) < 60
    assert world.heymilo.lives is not None
    assert world.heymilo.lives.habits.begin_within <= 300


def test_the_settings_shown_are_accepted_and_open_both_sides(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(sandbox_settings(HEYMILO_URL, WORKABLE_URL))
    settings = load(file, {"workable": WorkableSettings}, environ={})
    world = demo_world(1, SandboxClock())
    connection = settings.connections["demo"]
    assert connection.heymilo.api_key.get_secret_value() == world.heymilo.api_key
    assert connection.ats.score_field in world.workable.account.attributes
    codes = {template.code for template in world.heymilo.state.templates.values()}
    assert {rule.template_code for rule in connection.postings.templates} <= codes
