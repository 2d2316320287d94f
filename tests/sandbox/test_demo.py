"""The demonstration's company."""

from collections import Counter

import phonenumbers

from syncd.sandbox import SandboxClock, demo_world


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
