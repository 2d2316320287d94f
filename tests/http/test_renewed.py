"""A session that logs in by itself: when, how often, and what it never does."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from syncd.errors import CredentialsRefused, NotSent, Rejected, Throttled, Uncertain
from syncd.http.drain import Drain
from syncd.http.places import Places
from syncd.http.renewed import Credential, Leave, Login, RenewedSession
from syncd.http.session import Budget, Complaint, Network, Session
from syncd.http.wallet import Wallet
from tests.clock import ManualClock
from tests.http.remote import WIDE, says

LOGIN = "https://login.example.com/token"
API = "https://api.example.com/v1"
PASSWORD = "synthetic-password-0123456789"


class Service(httpx.AsyncBaseTransport):
    """Logins at one host, an API at another; ``valid`` is the only token that is taken.

    ``faults`` are answers given instead of its own: to the login, or to the API.
    """

    def __init__(self) -> None:
        self.logins = 0
        self.lasts: float | None = None
        self.valid = ""
        self.seen: list[httpx.Request] = []
        self.login_faults: list[httpx.Response | Exception] = []
        self.faults: list[httpx.Response | Exception | Callable[[], httpx.Response]] = []
        self.applied: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        await asyncio.sleep(0)
        if request.url.host == "login.example.com":
            return self._log_in(request)
        if self.faults:
            fault = self.faults.pop(0)
            if isinstance(fault, Exception):
                raise fault
            return fault if isinstance(fault, httpx.Response) else fault()
        if request.headers.get("authorization") != f"Bearer {self.valid}":
            return says({"error": "expired"}, 401)
        if request.method != "GET":
            self.applied.append(request.url.path)
        return says({"path": request.url.path})

    def _log_in(self, request: httpx.Request) -> httpx.Response:
        if self.login_faults:
            fault = self.login_faults.pop(0)
            if isinstance(fault, Exception):
                raise fault
            return fault
        form = parse_qs(request.content.decode())
        if form.get("password") != [PASSWORD]:
            return says({"error": "no"}, 401)
        self.logins += 1
        self.valid = f"token-{self.logins}"
        return says({"token": self.valid})

    def end(self) -> None:
        """The session dies, as it may at any time."""
        self.valid = "none"

    @property
    def api(self) -> list[httpx.Request]:
        return [request for request in self.seen if request.url.host != "login.example.com"]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def service() -> Service:
    return Service()


def renewed(
    service: Service,
    clock: ManualClock,
    password: str = PASSWORD,
    login: Login | None = None,
    leave: Leave | None = None,
    **network: Any,
) -> RenewedSession:
    async def log_in(session: Session) -> Credential:
        answer = await session.visit("POST", LOGIN, form={"password": password})
        token = answer.json()["token"]
        return Credential({"authorization": f"Bearer {token}"}, API, service.lasts)

    return RenewedSession(
        side="Example",
        base_url="https://api.example.com",
        network=Network(clock, transport=service, chance=lambda: 0.0, **network),
        budget=Budget(WIDE, clock, chance=lambda: 0.0),
        login=login or log_in,
        leave=leave,
        scope="example:1",
        complain=lambda status, body: Complaint(),
        places=Places(domains=["example.com"]),
    )


async def test_one_login_serves_many_requests(service: Service, clock: ManualClock) -> None:
    session = renewed(service, clock)
    for _ in range(5):
        assert (await session.read("/jobs")).json() == {"path": "/v1/jobs"}
    await session.write("POST", "/notes", slot=await session.reserve(), json={})
    assert service.logins == 1


async def test_a_form_is_sent_as_a_form_and_nothing_of_it_is_in_the_address(
    service: Service, clock: ManualClock
) -> None:
    await renewed(service, clock).read("/jobs")
    first = service.seen[0]
    assert first.headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qs(first.content.decode()) == {"password": [PASSWORD]}
    assert "authorization" not in first.headers
    assert str(first.url) == LOGIN


async def test_a_read_logs_in_once_more_and_goes_on(service: Service, clock: ManualClock) -> None:
    session = renewed(service, clock)
    for _ in range(6):
        await session.read("/jobs")
        service.end()
    assert service.logins == 6


async def test_many_readers_of_a_dead_session_log_in_once(
    service: Service, clock: ManualClock
) -> None:
    session = renewed(service, clock)
    await session.read("/jobs")
    service.end()
    answers = await asyncio.gather(*(session.read(f"/jobs/{n}") for n in range(8)))
    assert [answer.json()["path"] for answer in answers] == [f"/v1/jobs/{n}" for n in range(8)]
    assert service.logins == 2


async def test_a_write_that_met_a_dead_session_was_not_sent(
    service: Service, clock: ManualClock
) -> None:
    session = renewed(service, clock)
    slot = await session.reserve()
    service.end()
    with pytest.raises(NotSent):
        await session.write("POST", "/notes", slot=slot, json={})
    assert service.applied == []
    # Whoever holds a slot of the dead session learns it without a request.
    asked = len(service.seen)
    with pytest.raises(NotSent):
        await session.write("POST", "/notes", slot=slot, json={})
    assert len(service.seen) == asked
    slot = await session.reserve()
    assert service.logins == 2
    await session.write("POST", "/notes", slot=slot, json={})
    assert service.applied == ["/v1/notes"]


async def test_an_uncertain_write_stays_uncertain(service: Service, clock: ManualClock) -> None:
    session = renewed(service, clock)
    slot = await session.reserve()
    service.faults = [httpx.ReadTimeout("late")]
    with pytest.raises(Uncertain):
        await session.write("POST", "/notes", slot=slot, json={})
    assert len(service.api) == 1


async def test_a_refused_login_is_not_repeated(service: Service, clock: ManualClock) -> None:
    session = renewed(service, clock, password="wrong")
    for _ in range(4):
        with pytest.raises(CredentialsRefused) as caught:
            await session.read("/jobs")
        assert "wrong" not in str(caught.value)
        with pytest.raises(CredentialsRefused):
            await session.reserve()
    assert len(service.seen) == 1


async def test_sessions_that_never_work_end_the_trying(
    service: Service, clock: ManualClock
) -> None:
    session = renewed(service, clock)
    service.faults = [says({}, 401) for _ in range(50)]
    for _ in range(5):
        with pytest.raises(CredentialsRefused):
            await session.read("/jobs")
    assert service.logins == 3
    assert len(service.api) == 3


@pytest.mark.parametrize(
    "fault", [httpx.ConnectError("no"), httpx.ReadTimeout("late"), says({}, 503), says({}, 429)]
)
async def test_a_login_that_is_cut_off_is_tried_again(
    service: Service, clock: ManualClock, fault: Any
) -> None:
    service.login_faults = [fault]
    session = renewed(service, clock)
    await session.read("/jobs")
    assert service.logins == 1
    assert clock.slept, "without a pause"


async def test_a_login_that_stays_cut_off_leaves_a_write_unsent(
    service: Service, clock: ManualClock
) -> None:
    service.login_faults = [httpx.ReadTimeout("late") for _ in range(3)]
    session = renewed(service, clock)
    with pytest.raises(NotSent):
        await session.reserve()
    assert len(service.seen) == 3
    await session.reserve()  # nothing was refused, so the next time may do


async def test_a_credential_is_renewed_before_its_end(service: Service, clock: ManualClock) -> None:
    service.lasts = 600.0
    session = renewed(service, clock)
    await session.read("/jobs")
    clock.advance(500)
    await session.read("/jobs")
    assert service.logins == 1
    clock.advance(80)
    await session.read("/jobs")
    assert service.logins == 2
    assert len(service.api) == 3, "the old one was not tried"


async def test_redirects_of_a_login_stay_within_known_hosts(
    service: Service, clock: ManualClock
) -> None:
    moved = httpx.Response(307, headers={"location": "https://login.example.com/there"})
    service.login_faults = [moved]
    await renewed(service, clock).read("/jobs")
    assert [request.url.path for request in service.seen[:2]] == ["/token", "/there"]
    assert service.seen[1].content == service.seen[0].content
    assert service.seen[1].method == "POST"

    for target in (
        "https://example.org/token",
        "http://login.example.com/token",
        "https://login.example.com:8443/token",
        "https://user@login.example.com/token",
        "https://evilexample.com/token",
        "//example.org/token",
        "https://[",
        "",
    ):
        elsewhere = Service()
        elsewhere.login_faults = [httpx.Response(307, headers={"location": target})]
        with pytest.raises(CredentialsRefused) as caught:
            await renewed(elsewhere, clock).read("/jobs")
        assert caught.value.code == "unknown_host", target
        assert len(elsewhere.seen) == 1, target


async def test_redirects_in_a_circle_end(service: Service, clock: ManualClock) -> None:
    service.login_faults = [httpx.Response(308, headers={"location": "/token"}) for _ in range(20)]
    with pytest.raises(CredentialsRefused):
        await renewed(service, clock).read("/jobs")
    assert len(service.seen) == 4


async def test_an_api_that_moved_is_followed_by_reads_and_by_the_next_write(
    service: Service, clock: ManualClock
) -> None:
    session = renewed(service, clock)
    at = "https://api2.example.com/v1/jobs/7?x=1"
    service.faults = [httpx.Response(307, headers={"location": at})]
    assert (await session.read("/jobs/7", params={"x": 1})).json() == {"path": "/v1/jobs/7"}
    assert [str(request.url) for request in service.api] == [
        "https://api.example.com/v1/jobs/7?x=1",
        at,
    ]
    slot = await session.reserve()
    service.faults = [
        httpx.Response(307, headers={"location": "https://api3.example.com/v1/notes"})
    ]
    with pytest.raises(NotSent):
        await session.write("POST", "/notes", slot=slot, json={})
    await session.write("POST", "/notes", slot=await session.reserve(), json={})
    assert service.api[-1].url.host == "api3.example.com"
    assert service.applied == ["/v1/notes"]


@pytest.mark.parametrize(
    "location", ["https://example.org/v1/jobs", "https://api2.example.com/other", None]
)
async def test_an_api_does_not_move_anywhere_else(
    service: Service, clock: ManualClock, location: str | None
) -> None:
    session = renewed(service, clock)
    headers = {"location": location} if location else {}
    service.faults = [httpx.Response(307, headers=headers) for _ in range(2)]
    with pytest.raises(Rejected):
        await session.read("/jobs")
    with pytest.raises(Uncertain):
        await session.write("POST", "/notes", slot=await session.reserve(), json={})
    assert {request.url.host for request in service.api} == {"api.example.com"}


async def test_an_api_address_of_another_host_is_not_taken(clock: ManualClock) -> None:
    service = Service()

    async def login(session: Session) -> Credential:
        return Credential({"authorization": "Bearer x"}, "https://api.example.org")

    session = renewed(service, clock, login=login)
    with pytest.raises(CredentialsRefused):
        await session.read("/jobs")
    assert service.seen == []


async def test_the_budget_counts_logins_and_a_429_of_one_holds_for_all(
    service: Service, clock: ManualClock
) -> None:
    service.login_faults = [says({}, 429, retry_after="1000")]
    session = renewed(service, clock)
    with pytest.raises(Throttled):
        await session.read("/jobs")
    with pytest.raises(Throttled):
        await session.reserve()
    assert len(service.seen) == 1


class Door:
    """Where sessions are given back."""

    def __init__(self) -> None:
        self.left: list[str] = []

    async def leave(self, session: Session, held: Credential) -> None:
        self.left.append(held.headers["authorization"])
        await session.visit("POST", LOGIN, form={"leave": "x"})


async def test_a_session_is_given_back_once_and_closing_never_fails(
    service: Service, clock: ManualClock
) -> None:
    door = Door()
    await renewed(service, clock, leave=door.leave).aclose()
    assert door.left == []
    session = renewed(service, clock, leave=door.leave)
    await session.read("/jobs")
    service.login_faults = [httpx.ReadTimeout("late")]
    await session.aclose()
    await session.aclose()
    assert door.left == ["Bearer token-1"]


async def test_the_end_of_the_program_does_not_keep_a_session_from_being_given_back(
    service: Service, clock: ManualClock
) -> None:
    door, drain = Door(), Drain()
    session = renewed(service, clock, leave=door.leave, drain=drain)
    await session.read("/jobs")
    drain.ask()
    asked = len(service.seen)
    await session.aclose()
    assert len(service.seen) == asked + 1


async def test_a_wallet_keeps_a_session_for_the_next_pass(
    service: Service, clock: ManualClock
) -> None:
    door, wallet = Door(), Wallet()
    for _ in range(4):
        session = renewed(service, clock, leave=door.leave, wallet=wallet)
        await session.read("/jobs")
        await session.aclose()
    assert (service.logins, door.left) == (1, [])
    assert {request.url.path for request in service.api} == {"/v1/jobs"}
    service.end()
    session = renewed(service, clock, leave=door.leave, wallet=wallet)
    await session.read("/jobs")
    await session.aclose()
    assert service.logins == 2
    await wallet.aclose()
    await wallet.aclose()
    assert door.left == ["Bearer token-2"]


async def test_two_at_a_time_have_a_session_each_and_one_is_kept(
    service: Service, clock: ManualClock
) -> None:
    door, wallet = Door(), Wallet()
    one = renewed(service, clock, leave=door.leave, wallet=wallet)
    other = renewed(service, clock, leave=door.leave, wallet=wallet)
    await one.read("/jobs")
    await other.read("/jobs")
    assert service.logins == 2
    await one.aclose()
    await other.aclose()
    assert door.left == ["Bearer token-2"]


async def test_what_is_kept_too_long_is_not_used(service: Service, clock: ManualClock) -> None:
    service.lasts = 600.0
    wallet = Wallet()
    for _ in range(2):
        session = renewed(service, clock, wallet=wallet)
        await session.read("/jobs")
        await session.aclose()
        clock.advance(1000)
    assert service.logins == 2
    assert len(service.api) == 2


async def test_nothing_secret_is_logged_or_shown(
    service: Service, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    async def login(session: Session) -> Credential:
        await session.visit("GET", LOGIN, params={"password": PASSWORD})
        raise AssertionError

    session = renewed(service, clock, login=login)
    with pytest.raises(CredentialsRefused) as caught:
        await session.read("/jobs")
    held = Credential({"authorization": "Bearer token-secret"})
    told = caplog.text + repr(held) + str(caught.value) + repr(vars(caught.value))
    assert PASSWORD not in told
    assert "token-secret" not in told
    assert "/token" in caplog.text
    assert PASSWORD in urlsplit(str(service.seen[0].url)).query


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://127.0.0.1:9000/x", True),
        ("http://127.0.0.1:9001", True),
        ("https://127.0.0.1:9001", True),
        ("http://127.0.0.2:9000", True),
        ("http://localhost:9001", True),
        ("http://[::1]:9001", True),
        ("http://10.0.0.1:9000", False),
        ("https://rest9.example.com/x", True),
        ("https://REST9.Example.com/x", True),
        ("ftp://rest9.example.com/x", False),
        ("http://rest9.example.com/x", False),
        ("https:///x", False),
        ("", False),
    ],
)
def test_places(url: str, allowed: bool) -> None:
    places = Places(domains=["example.com"], urls=["http://127.0.0.1:9000/login"])
    assert places.allow(url) is allowed
    assert not Places().allow(url)
    assert Places(urls=["https://ats.example.org"]).allow(url) is False
