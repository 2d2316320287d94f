"""Logging in to Bullhorn: which requests, how often, and what is never told to whom."""

import logging

import pytest

from syncd.ats.port import Ats
from syncd.errors import CredentialsRefused, NotSent
from syncd.http.session import Network
from syncd.http.wallet import Wallet
from syncd.sandbox.faults import Fault, FaultKind
from syncd.sandbox.wire import Answer, Request, say
from syncd.testing import Purpose, VirtualClock, person, run
from tests.ats.fakes.bullhorn import BullhornFake
from tests.ats.fakes.bullhorn_rest import AUTH, CENTRE, CLIENT_SECRET, COMMON, PASSWORD

FIRST = [
    ("GET", "/rest-services/loginInfo"),
    ("GET", "/rest-services/loginInfo"),
    ("GET", "/oauth/authorize"),
    ("POST", "/oauth/token"),
    ("GET", "/rest-services/login"),
]
AGAIN = FIRST[3:]


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def account(clock: VirtualClock) -> BullhornFake:
    fake = BullhornFake(clock)
    fake.add_job("Engineer")
    return fake


def logins(account: BullhornFake) -> list[tuple[str, str]]:
    return [
        (row.method, row.path)
        for row in account.asked
        if account.purpose(row) is Purpose.LOGIN and not row.path.endswith("/logout")
    ]


def test_the_first_login_goes_where_the_account_lives(
    account: BullhornFake, clock: VirtualClock
) -> None:
    async def work() -> None:
        ats = account.connect()
        await ats.stages("1")
        await ats.stages("1")
        await ats.aclose()

    run(clock, work())
    assert logins(account) == FIRST
    assert account.asked[-1].path == "/rest-services/e999/logout"
    assert account.rest.sessions == set()


def test_a_daemon_logs_in_once_and_out_at_its_end(
    account: BullhornFake, clock: VirtualClock
) -> None:
    wallet = Wallet()
    settings = account.connector.settings.model_validate(account.settings())

    async def work() -> None:
        for _ in range(5):
            network = Network(clock, transport=account.transport(clock), wallet=wallet)
            ats = account.connector.open(settings, network)
            await ats.job("1001")
            await ats.aclose()
            clock.advance(600)
        assert len(account.rest.sessions) == 1
        await wallet.aclose()

    run(clock, work())
    assert logins(account) == FIRST
    assert account.rest.sessions == set()


def test_a_session_that_ended_between_passes_is_renewed_without_the_password(
    account: BullhornFake, clock: VirtualClock
) -> None:
    wallet = Wallet()
    settings = account.connector.settings.model_validate(account.settings())

    async def work() -> None:
        for _ in range(3):
            network = Network(clock, transport=account.transport(clock), wallet=wallet)
            ats = account.connector.open(settings, network)
            await ats.job("1001")
            await ats.aclose()
            account.expire()
        await wallet.aclose()

    run(clock, work())
    assert logins(account) == [*FIRST, *AGAIN, *AGAIN]
    assert len(account.rest.refresh) == 1, "each refresh token was used once"


def test_a_daemon_asks_again_where_the_account_lives_when_it_cannot_log_in(
    account: BullhornFake, clock: VirtualClock
) -> None:
    wallet = Wallet()
    settings = account.connector.settings.model_validate(account.settings())

    async def work() -> None:
        network = Network(clock, transport=account.transport(clock), wallet=wallet)
        ats = account.connector.open(settings, network)
        await ats.job("1001")
        await ats.aclose()
        account.expire()
        account.rest.refresh.clear()
        account.rest.terms_accepted = False
        ats = account.connector.open(settings, network)
        with pytest.raises(CredentialsRefused):
            await ats.job("1001")
        await ats.aclose()
        account.rest.terms_accepted = True
        ats = account.connector.open(settings, network)
        await ats.job("1001")
        await ats.aclose()
        await wallet.aclose()

    run(clock, work())
    assert logins(account)[-len(FIRST) :] == FIRST


def test_nothing_is_asked_of_an_account_that_is_not_needed(
    account: BullhornFake, clock: VirtualClock
) -> None:
    async def work() -> None:
        await account.connect().aclose()

    run(clock, work())
    assert account.asked == []


def test_a_session_that_ends_is_renewed_without_the_password(
    account: BullhornFake, clock: VirtualClock
) -> None:
    async def work() -> None:
        ats = account.connect()
        for _ in range(3):
            await ats.job("1001")
            account.expire()
        await ats.aclose()

    run(clock, work())
    assert logins(account) == [*FIRST, *AGAIN, *AGAIN]
    assert len(account.rest.refresh) == 1, "each refresh token was used once"


@pytest.mark.parametrize("status", [401, 412])
def test_a_session_may_be_said_to_have_ended_in_two_ways(
    account: BullhornFake, clock: VirtualClock, status: int
) -> None:
    async def work() -> None:
        ats = account.connect()
        await ats.job("1001")
        account.fail(Fault(FaultKind.ERROR_BEFORE, status=status))
        await ats.job("1001")

    run(clock, work())
    assert logins(account) == [*FIRST, *AGAIN]


def test_a_refresh_token_that_is_refused_leads_to_the_password(
    account: BullhornFake, clock: VirtualClock
) -> None:
    async def work() -> None:
        ats = account.connect()
        await ats.job("1001")
        account.expire()
        account.rest.refresh.clear()
        await ats.job("1001")

    run(clock, work())
    assert logins(account) == [*FIRST, FIRST[3], *FIRST[2:]]


@pytest.mark.parametrize(
    "kind", [FaultKind.TIMEOUT_AFTER, FaultKind.RESET_AFTER, FaultKind.TRUNCATED, FaultKind.REFUSED]
)
@pytest.mark.parametrize("after", range(5))
def test_a_login_that_is_cut_off_anywhere_is_begun_anew(
    account: BullhornFake, clock: VirtualClock, kind: FaultKind, after: int
) -> None:
    account.fail(kind, on=Purpose.LOGIN, after=after)

    async def work() -> None:
        assert await account.connect().account()

    run(clock, work())
    assert any(row.fault for row in account.asked)
    assert len(logins(account)) <= 2 * len(FIRST)


def test_a_login_that_cannot_be_made_says_where_it_ended(
    account: BullhornFake, clock: VirtualClock
) -> None:
    account.fail(Fault(FaultKind.ERROR_BEFORE, status=503), 9, on=Purpose.LOGIN)

    async def work() -> None:
        ats = account.connect()
        with pytest.raises(
            NotSent, match=r"logged in to: .* GET /rest-services/loginInfo with 503"
        ):
            await ats.account()
        await ats.aclose()

    run(clock, work())


def refuses(account: BullhornFake, clock: VirtualClock, **settings: str) -> CredentialsRefused:
    """What every request raises, after one login at most."""
    refused: list[CredentialsRefused] = []

    async def work() -> None:
        ats = account.connect(**settings)
        for _ in range(3):
            with pytest.raises(CredentialsRefused) as caught:
                await ats.account()
            refused.append(caught.value)
        with pytest.raises(CredentialsRefused):
            await ats.reserve()
        (finding,) = await ats.check([])
        assert finding.ok is False
        assert "password" in finding.todo
        await ats.aclose()

    run(clock, work())
    assert len(logins(account)) <= len(FIRST), "it was tried again"
    return refused[0]


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"username": "nobody.api"}, "username"),
        ({"password": "wrong"}, "Terms of Service"),
        ({"client_id": "wrong"}, "client_id"),
        ({"client_secret": "wrong"}, "client_secret"),
    ],
)
def test_what_is_wrong_is_named_and_not_tried_again(
    account: BullhornFake, clock: VirtualClock, settings: dict[str, str], word: str
) -> None:
    assert word in str(refuses(account, clock, **settings))


@pytest.mark.parametrize("status", [301, 303])
def test_a_code_counts_however_it_is_sent_on(
    account: BullhornFake, clock: VirtualClock, status: int
) -> None:
    account.rest.sent_on = status

    async def work() -> None:
        ats = account.connect()
        assert await ats.account()
        await ats.aclose()

    run(clock, work())


def test_terms_that_nobody_accepted_are_named(account: BullhornFake, clock: VirtualClock) -> None:
    account.rest.terms_accepted = False
    assert "Terms of Service" in str(refuses(account, clock))


@pytest.mark.parametrize("status", [400, 401, 403, 404])
@pytest.mark.parametrize("step", range(1, 5))
def test_a_refusal_of_any_kind_at_any_step_ends_the_trying(
    account: BullhornFake, clock: VirtualClock, status: int, step: int
) -> None:
    account.fail(Fault(FaultKind.ERROR_BEFORE, status=status), on=Purpose.LOGIN, after=step)
    refuses(account, clock)


class Lured(BullhornFake):
    """An account whose login names somebody else's host, and listens there."""

    origins = (COMMON, CENTRE, AUTH, "https://bullhornstaffing.example.com")
    named: dict[str, str]

    def answer(self, request: Request) -> Answer:
        assert "example.com" not in request.origin, "something was told to another host"
        answer = super().answer(request)
        if answer.status == 200 and request.path.startswith(("/rest-services/login", "/oauth")):
            try:
                return say(200, {**answer.json(), **self.named})
            except ValueError:
                return answer
        return answer


@pytest.mark.parametrize("name", ["oauthUrl", "restUrl"])
def test_nothing_is_told_to_a_host_of_somebody_else(clock: VirtualClock, name: str) -> None:
    account = Lured(clock)
    account.named = {name: "https://bullhornstaffing.example.com/oauth"}

    async def work() -> None:
        ats = account.connect()
        for _ in range(3):
            with pytest.raises(CredentialsRefused, match="neither its own"):
                await ats.account()

    run(clock, work())
    assert len(logins(account)) <= len(FIRST)


def test_a_host_of_the_settings_is_believed(clock: VirtualClock) -> None:
    class Local(BullhornFake):
        origins = (*BullhornFake.origins, "http://127.0.0.1:9000")

        def answer(self, request: Request) -> Answer:
            if request.path == "/rest-services/loginInfo":
                there = "http://127.0.0.1:9000"
                addresses = {"oauthUrl": f"{there}/oauth", "restUrl": f"{there}/rest-services/"}
                return say(200, addresses)
            origin = AUTH if request.path.startswith("/oauth") else CENTRE
            answer = super().answer(
                Request(
                    request.side,
                    request.method,
                    request.path,
                    request.query,
                    request.headers,
                    request.body,
                    origin,
                )
            )
            return Answer(
                answer.status,
                answer.body.replace(CENTRE.encode(), b"http://127.0.0.1:9000"),
                answer.headers,
            )

    account = Local(clock)

    async def work() -> None:
        ats = account.connect(login_url="http://127.0.0.1:9000/rest-services/loginInfo")
        assert (await ats.account()).id == "9990"

    run(clock, work())


def test_a_write_after_the_session_ended_was_not_sent(
    account: BullhornFake, clock: VirtualClock
) -> None:
    job = account.add_job("Another")
    one = account.apply(job, person(1))

    async def work(ats: Ats) -> None:
        found = await ats.application(one)
        assert found is not None
        slot = await ats.reserve()
        account.expire()
        with pytest.raises(NotSent):
            await ats.add_note(found, "x", slot)
        assert account.notes_of(one) == []
        await ats.add_note(found, "x", await ats.reserve())
        assert account.notes_of(one) == ["x"]

    run(clock, work(account.connect()))


@pytest.mark.parametrize("kind", [FaultKind.TIMEOUT_BEFORE, FaultKind.ERROR_BEFORE, FaultKind.HTML])
def test_a_logout_never_fails_and_takes_seconds(
    account: BullhornFake, clock: VirtualClock, kind: FaultKind
) -> None:
    took: list[float] = []

    async def work() -> None:
        ats = account.connect()
        await ats.account()
        account.fail(kind, on=Purpose.LOGIN)
        began = clock.monotonic()
        await ats.aclose()
        took.append(clock.monotonic() - began)

    run(clock, work())
    assert account.asked[-1].path.endswith("/logout")
    assert took[0] <= 6


def test_the_password_is_told_to_one_request_and_shown_nowhere(
    account: BullhornFake, clock: VirtualClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    async def work() -> None:
        ats = account.connect()
        await ats.account()
        assert "synthetic" not in repr(ats)
        await ats.aclose()

    run(clock, work())
    holding = [row.path for row in account.asked if PASSWORD in dict(row.query).values()]
    assert holding == ["/oauth/authorize"]
    assert not any(CLIENT_SECRET in value for row in account.asked for _, value in row.query)
    assert "/oauth/authorize" in caplog.text
    assert "synthetic" not in caplog.text
