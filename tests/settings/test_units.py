"""How durations, rates, hours and names are read."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.settings.timetable import parse_schedule
from syncd.settings.units import (
    Rate,
    format_duration,
    parse_duration,
    parse_rate,
    read_hours,
    require_address,
    require_connection_name,
    require_url,
)


@given(st.integers(0, 900_000_000) | st.integers(1, 10_000).map(lambda days: days * 86_400))
def test_a_formatted_duration_is_read_back(seconds: int) -> None:
    assert parse_duration(format_duration(seconds)) == pytest.approx(seconds, rel=1e-5)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("5m", 300), ("1.5h", 5400), ("1d", 86_400), ("0", 0), (2.5, 2.5), (" 7 s ", 7)],
)
def test_durations(text: object, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "m", "-5m", "5 minutes", "5w", True, "1e3s", "٥m", 1e12])
def test_what_is_no_duration(text: object) -> None:
    with pytest.raises(ValueError, match="duration"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "rate"),
    [("10/10s", Rate(10, 10)), ("300/m", Rate(300, 60)), ("1500/1m", Rate(1500, 60))],
)
def test_rates(text: str, rate: Rate) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize("text", ["0/s", "10/0s", "10/00s", "10", "10/10", "/s"])
def test_what_is_no_rate(text: str) -> None:
    with pytest.raises(ValueError, match="rate"):
        parse_rate(text)


@pytest.mark.parametrize(
    ("text", "moment", "inside"),
    [
        ("08:00-20:00 Europe/Berlin", "2026-07-01T06:00", True),
        ("08:00-20:00 Europe/Berlin", "2026-07-01T05:59", False),
        ("08:00-20:00 Europe/Berlin", "2026-07-01T18:00", False),
        ("08:00-20:00 Europe/Berlin", "2026-01-01T06:59", False),
        ("22:00-06:00 UTC", "2026-01-01T23:00", True),
        ("22:00-06:00 UTC", "2026-01-01T05:59", True),
        ("22:00-06:00 UTC", "2026-01-01T12:00", False),
        ("08:00-24:00 UTC", "2026-01-01T23:59", True),
        ("08:00-24:00 UTC", "2026-01-01T07:59", False),
        ("00:00-24:00 UTC", "2026-01-01T00:00", True),
        ("00:00-24:00 UTC", "2026-01-01T13:00", True),
    ],
)
def test_hours(text: str, moment: str, inside: bool) -> None:
    hours = read_hours(text)
    assert hours is not None
    epoch = datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()
    assert hours.contain(epoch) is inside


@pytest.mark.parametrize("text", ["8-20", "08:00-20:00", "25:00-26:00 UTC", "08:00-08:00 UTC", "x"])
def test_what_are_no_hours(text: str) -> None:
    with pytest.raises(ValueError, match="Europe/Berlin"):
        read_hours(text)


def test_no_hours_are_always() -> None:
    assert read_hours(" ") is None


@pytest.mark.parametrize("text", ["1s", "10m", "5", "*/10 7-19 * * mon-fri", "0 3 * * sun"])
def test_schedules(text: str) -> None:
    assert parse_schedule(text) == text


@pytest.mark.parametrize(
    "text", ["", "localhost:1", "0.0.0.0:0", "[::1]:8710", "host.example:65535"]
)
def test_addresses(text: str) -> None:
    assert require_address(text) == text


@pytest.mark.parametrize("text", [":1", "host", "::1:80", "host:65536", "a b:1", "host:x", "[x]:1"])
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="host:port"):
        require_address(text)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("https://example.com/", "https://example.com"),
        ("http://127.0.0.1:8080/base/", "http://127.0.0.1:8080/base"),
    ],
)
def test_urls_lose_their_last_slash(text: str, kept: str) -> None:
    assert require_url(text) == kept


@pytest.mark.parametrize(
    "text",
    ["example.com", "ftp://example.com", "https://", "https://a:99999", "https://[", "https://a b"],
)
def test_what_is_no_url(text: str) -> None:
    with pytest.raises(ValueError, match="is not an address"):
        require_url(text)


@pytest.mark.parametrize("name", ["acme", "Acme-1", "a", "a_b", "x" * 60])
def test_connection_names(name: str) -> None:
    assert require_connection_name(name) == name


@pytest.mark.parametrize(
    "name", ["", "a b", "a/b", "a__b", "_a", "a-", "x" * 61, "ä", "a.b", "a\n"]
)
def test_what_is_no_connection_name(name: str) -> None:
    with pytest.raises(ValueError, match="connection's name"):
        require_connection_name(name)
