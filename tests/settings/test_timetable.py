"""When a schedule is due, in zones whose clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from syncd.settings.timetable import read_timetable

BERLIN = ZoneInfo("Europe/Berlin")


def turns(line: str, start: str, count: int, zone: ZoneInfo = BERLIN) -> list[str]:
    """The next turns after a local time, in UTC."""
    table = read_timetable(line, zone)
    moment = datetime.fromisoformat(start).replace(tzinfo=zone).timestamp()
    found = []
    for _ in range(count):
        following = table.after(moment)
        assert following is not None
        assert following > moment
        found.append(f"{datetime.fromtimestamp(following, UTC):%a %d.%m. %H:%M}")
        moment = following
    return found


def test_an_interval_counts_from_the_last_turn() -> None:
    table = read_timetable("2m", BERLIN)
    assert table.after(1_000.0) == 1_120.0
    assert table.pause(0) == 120.0


@pytest.mark.parametrize(
    ("field", "days"),
    [
        ("0", "Sun Sun"),
        ("7", "Sun Sun"),
        ("1", "Mon Mon"),
        ("sun", "Sun Sun"),
        ("5-7", "Fri Sat Sun"),
        ("sat-sun", "Sat Sun Sat"),
        ("1-5/2", "Mon Wed Fri Mon"),
        ("*/3", "Wed Sat Sun Wed"),
        ("4/2", "Thu Sat Thu"),
        ("TUE,0", "Tue Sun Tue"),
    ],
)
def test_weekdays_count_as_in_a_crontab(field: str, days: str) -> None:
    wanted = days.split()
    # 2026-06-01 is a Monday; an hour past noon, so the first turn is a later day.
    found = turns(f"0 12 * * {field}", "2026-06-01T13:00", 7)
    names = [turn.split()[0] for turn in found]
    doubled = names + names
    assert any(doubled[k : k + len(wanted)] == wanted for k in range(7)), names
    assert set(names) == set(wanted)


def test_a_day_of_the_month_or_a_day_of_the_week() -> None:
    found = turns("0 0 13 * fri", "2026-03-01T00:00", 5, ZoneInfo("UTC"))
    assert [one[:10] for one in found] == [
        "Fri 06.03.", "Fri 13.03.", "Fri 20.03.", "Fri 27.03.", "Fri 03.04.",
    ]  # fmt: skip
    assert "Mon 13.04." in [
        one[:10] for one in turns("0 0 13 * fri", "2026-04-01T00:00", 5, ZoneInfo("UTC"))
    ]


def test_a_star_with_a_step_does_not_widen() -> None:
    found = turns("0 0 */2 * fri", "2026-03-01T00:00", 3, ZoneInfo("UTC"))
    assert [one[:10] for one in found] == ["Fri 13.03.", "Fri 27.03.", "Fri 03.04."]


def test_half_past_two_comes_once_when_clocks_go_back() -> None:
    assert turns("30 2 * * *", "2026-10-24T12:00", 3) == [
        "Sun 25.10. 00:30", "Mon 26.10. 01:30", "Tue 27.10. 01:30",
    ]  # fmt: skip


def test_half_past_two_comes_once_when_clocks_go_forward() -> None:
    assert turns("30 2 * * *", "2026-03-28T12:00", 3) == [
        "Sun 29.03. 01:30", "Mon 30.03. 00:30", "Tue 31.03. 00:30",
    ]  # fmt: skip


@pytest.mark.parametrize("night", ["2026-10-25T00:07", "2026-03-29T00:07"])
def test_every_quarter_of_an_hour_is_even_across_both_changes(night: str) -> None:
    table = read_timetable("*/15 * * * *", BERLIN)
    moment = table.after(datetime.fromisoformat(night).replace(tzinfo=BERLIN).timestamp())
    for _ in range(24):
        assert moment is not None
        following = table.after(moment)
        assert following == moment + 900
        moment = following


def test_a_turn_that_was_missed_is_the_first_after_the_last_look() -> None:
    table = read_timetable("0 3 * * *", BERLIN)
    last = datetime(2026, 6, 1, 3, 0, 1, tzinfo=BERLIN)
    assert table.after(last.timestamp()) == (last + timedelta(days=1, seconds=-1)).timestamp()


def test_the_longest_pause_is_over_the_weekend() -> None:
    table = read_timetable("0 9 * * mon-fri", ZoneInfo("UTC"))
    monday = datetime(2026, 6, 1, tzinfo=UTC).timestamp()
    assert table.pause(monday) == 3 * 86_400


@pytest.mark.parametrize(
    "line",
    [
        "61 * * * *", "* 24 * * *", "* * 0 * *", "* * * * 8", "* * * * fri-mon", "* * * * frx",
        "* * * * 1-", "*/0 * * * *", "5-1 * * * *", "x * * * *", "* * * * */0",
    ],
)  # fmt: skip
def test_what_is_no_crontab_line(line: str) -> None:
    with pytest.raises(ValueError, match="is not a crontab line"):
        read_timetable(line, BERLIN)


def test_a_day_that_never_comes() -> None:
    with pytest.raises(ValueError, match="never comes"):
        read_timetable("0 0 30 2 *", BERLIN)
    assert turns("0 0 29 2 *", "2026-01-01T00:00", 1, ZoneInfo("UTC")) == ["Tue 29.02. 00:00"]
