"""What looking for results may take of a limit."""

import pytest

from syncd.ats.workable.settings import WorkableSettings
from syncd.daemon.allowance import SHARE, allow
from syncd.settings.schema import Settings


def settings(*keys: str, **given: object) -> Settings:
    connections = {
        f"c{number}": {
            "heymilo": {"api_key": key.split()[0], "requests_per_minute": 300},
            "ats": WorkableSettings.model_validate(
                {"type": "workable", "subdomain": "acme", "api_token": "synthetic"}
            ),
            "mode": key.split()[1] if " " in key else "sync",
        }
        for number, key in enumerate(keys)
    }
    return Settings.model_validate({"connections": connections, **given})


@pytest.mark.parametrize(
    ("elapsed", "requests"), [(None, 420), (60, 210), (1, 35), (7200, 420), (-5, 35)]
)
def test_it_grows_with_the_time_since_the_last_pass(elapsed: float | None, requests: float) -> None:
    looks = allow(settings("one"), "c0", elapsed)
    assert looks.requests == pytest.approx(requests)
    assert looks.per_second == pytest.approx(SHARE * 5)


def test_connections_with_one_key_share_it() -> None:
    shared = settings("one", "one", "two", "one off", "one create-only")
    assert allow(shared, "c0", 60).per_second == pytest.approx(SHARE * 5 / 2)
    assert allow(shared, "c2", 60).per_second == pytest.approx(SHARE * 5)


def test_the_greatest_age_is_the_setting() -> None:
    assert allow(settings("one"), "c0", 60).greatest_age == 7200
    assert allow(settings("one", schedule={"greatest_age": "30m"}), "c0", 60).greatest_age == 1800
