"""Headers that say when to come back, as vendors write them."""

import pytest

from syncd.http.redact import public_code, public_path, public_place
from syncd.http.retry_after import Limits, http_date, rate_limits, retry_after

NOW = 1_800_000_000.0  # Fri, 15 Jan 2027 08:00:00 GMT


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0),
        (" 1.5 ", 1.5),
        ("0", 0.0),
        ("Fri, 15 Jan 2027 08:02:00 GMT", 120.0),
        ("Friday, 15-Jan-27 08:02:00 GMT", 120.0),
        ("Fri Jan 15 08:02:00 2027", 120.0),
        ("Fri, 15 Jan 2027 07:00:00 GMT", 0.0),
        (str(int(NOW) + 60), 60.0),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("1e9", None),
        ("nan", None),
        ("Fri, 99 Foo 2027 08:02:00 GMT", None),
        ("9" * 400, None),
    ],
)
def test_retry_after(text: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": text}, NOW) == seconds


def test_nothing_said() -> None:
    assert retry_after({}, NOW) is None
    assert rate_limits({"content-type": "text/html"}, NOW) == Limits()
    assert http_date(None) is None


@pytest.mark.parametrize(
    ("headers", "limits"),
    [
        (
            {
                "X-Rate-Limit-Limit": "10",
                "X-Rate-Limit-Remaining": "9",
                "X-Rate-Limit-Reset": str(int(NOW) + 7),
            },
            Limits(10, 9, 7.0),
        ),
        (
            {"x-ratelimit-limit": "50", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "30"},
            Limits(50, 0, 30.0),
        ),
        ({"X-RateLimit-Reset": str((int(NOW) + 4) * 1000)}, Limits(reset_in=4.0)),
        ({"X-RateLimit-Reset": "Fri, 15 Jan 2027 08:00:09 GMT"}, Limits(reset_in=9.0)),
        ({"RateLimit": '"default";r=50;t=30'}, Limits(remaining=50, reset_in=30.0)),
        ({"RateLimit-Limit": "100;w=60"}, Limits(100, window=60.0)),
        ({"RateLimit-Policy": '"burst";q=10;w=1, "day";q=1000;w=86400'}, Limits()),
        ({"X-RateLimit-Remaining": "-1", "X-RateLimit-Limit": "many"}, Limits()),
        ({"X-RateLimit-Limit": "9" * 30}, Limits()),
    ],
)
def test_rate_headers(headers: dict[str, str], limits: Limits) -> None:
    assert rate_limits(headers, NOW) == limits


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/api/v2/postings/13D77095", "/api/v2/postings/13D77095"),
        ("https://x.example.com/a?token=s#f", "/a"),
        ("/people/jane@example.com/notes", "/people/…/notes"),
        ("/people/jane%40example.com", "/people/…"),
        ("/people/Jane%20Synthetic", "/people/…"),
        ("/t/" + "k" * 80, "/t/…"),
        ("http://[::1", "…"),
    ],
)
def test_what_of_a_path_is_shown(path: str, shown: str) -> None:
    assert public_path(path) == shown


def test_what_of_a_complaint_is_shown() -> None:
    assert public_code("invalid_param") == "invalid_param"
    assert public_code("value_error.email") == "value_error.email"
    for prose in ("jane@example.com", "Jane Synthetic", "+4915112345678", None, 7, "x" * 99):
        assert public_code(prose) == ""
    assert public_place(("data", 3, "email")) == ("data", 3, "email")
    assert public_place(("metadata", "jane@example.com", None)) == ("metadata", "…", "…")
