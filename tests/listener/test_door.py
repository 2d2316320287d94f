"""What every request has to pass, and what every answer carries."""

import base64
import logging

import httpx
import pytest

from syncd.daemon.listener.exposure import read_exposure
from syncd.errors import SettingsError
from syncd.settings.schema import DaemonSettings
from tests.listener.house import KEY, LOCAL, SECRET, TOKEN, House

PAGES = ("/", "/healthz", "/readyz", "/metrics", "/favicon.svg", "/favicon.ico")
PASS = "a-listeners-token"


def basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"anybody:{password}".encode()).decode()


class TestWhere:
    @pytest.mark.parametrize(
        "listen", ["0.0.0.0:1", "[::]:1", "192.0.2.7:1", "host.example.com:1", "[2001:db8::1]:1"]
    )
    def test_other_machines_only_with_a_token(self, listen: str) -> None:
        with pytest.raises(SettingsError, match=r"daemon\.token") as caught:
            read_exposure(DaemonSettings(listen=listen))
        assert caught.value.exit_code == 2
        told = DaemonSettings.model_validate({"listen": listen, "token": PASS})
        assert read_exposure(told) is not None

    @pytest.mark.parametrize("listen", ["127.0.0.1:1", "[::1]:1", "localhost:1", "127.0.0.2:0"])
    def test_this_machine_needs_none(self, listen: str) -> None:
        assert read_exposure(DaemonSettings(listen=listen)) is not None

    def test_nowhere(self) -> None:
        assert read_exposure(DaemonSettings(listen="")) is None


class TestHost:
    @pytest.mark.parametrize("host", [LOCAL, "localhost", "LOCALHOST:8710", "[::1]:8710"])
    async def test_our_own_names_are_answered(self, house: House, host: str) -> None:
        assert (await house.named(host).get("/healthz")).status_code == 200

    @pytest.mark.parametrize(
        "host",
        ["evil.example.com", "127.0.0.1.example.com", "", "user@127.0.0.1", "127.0.0.1:x", "[::1"],
    )
    @pytest.mark.parametrize("path", [*PAGES, "/webhooks/ats/acme"])
    async def test_others_are_not(self, house: House, host: str, path: str) -> None:
        method = "POST" if path.startswith("/webhooks") else "GET"
        answer = await house.named(host).request(method, path)
        assert answer.status_code == 421
        assert "evil" not in answer.text

    async def test_the_public_name_takes_webhooks_but_shows_nothing_without_a_token(
        self, house: House
    ) -> None:
        house.daemon = {"public_url": "https://hooks.example.com/syncd"}
        outside = house.named("hooks.example.com")
        for path in ("/", "/readyz", "/metrics"):
            assert (await outside.get(path)).status_code == 404
            assert (await house.client.get(path)).status_code in (200, 503)
        assert (await outside.post("/webhooks/ats/acme")).status_code == 404
        assert house.counters.webhooks["acme", "forged"] == 1

    async def test_listening_everywhere_any_name_will_do_with_the_token(self, house: House) -> None:
        house.daemon = {"listen": "0.0.0.0:8710", "token": PASS}
        named = house.named("box.example.com", authorization=f"Bearer {PASS}")
        assert (await named.get("/metrics")).status_code == 200


class TestToken:
    @pytest.fixture
    def locked(self, house: House) -> House:
        house.daemon = {"token": PASS}
        return house

    @pytest.mark.parametrize("path", ["/", "/readyz", "/metrics", "/favicon.svg", "/nowhere"])
    async def test_it_is_asked_for_in_a_way_that_browsers_understand(
        self, locked: House, path: str
    ) -> None:
        answer = await locked.client.get(path)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Basic ")

    @pytest.mark.parametrize("given", [f"Bearer {PASS}", f"bearer  {PASS}", basic(PASS)])
    async def test_bearer_or_password(self, locked: House, given: str) -> None:
        answer = await locked.client.get("/metrics", headers={"authorization": given})
        assert answer.status_code == 200

    @pytest.mark.parametrize(
        "given",
        ["", PASS, "Bearer", "Bearer x", f"Bearer {PASS}x", f"Bearer {PASS[:-1]}", basic("x"),
         basic(""), "Basic !!!!", "Basic " + base64.b64encode(PASS.encode()).decode(),
         f"Digest {PASS}"],
    )  # fmt: skip
    async def test_nothing_else(self, locked: House, given: str) -> None:
        answer = await locked.client.get("/metrics", headers={"authorization": given})
        assert answer.status_code == 401
        assert PASS not in answer.text

    async def test_whether_the_process_works_anybody_may_ask(self, locked: House) -> None:
        assert (await locked.client.get("/healthz")).status_code == 200


class TestManners:
    @pytest.mark.parametrize("path", [*PAGES, "/nowhere", "/webhooks/ats/acme"])
    async def test_every_answer_is_dressed(self, house: House, path: str) -> None:
        answer = await house.client.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script" not in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert "set-cookie" not in answer.headers
        assert "server" not in answer.headers

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
    @pytest.mark.parametrize("path", PAGES)
    async def test_pages_are_only_read(self, house: House, method: str, path: str) -> None:
        answer = await house.client.request(method, path)
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")

    @pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
    async def test_webhooks_are_only_posted(self, house: House, method: str) -> None:
        answer = await house.client.request(method, "/webhooks/ats/acme")
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")

    @pytest.mark.parametrize("path", PAGES)
    async def test_a_head_has_no_body(self, house: House, path: str) -> None:
        house.ran("acme")
        house.ran("globex")
        answer = await house.client.head(path)
        assert (answer.status_code, answer.content) == (200, b"")

    @pytest.mark.parametrize(
        "path", ["/nowhere-5f3", "/healthz/", "/metrics/5f3", "/..%2f5f3", "/static/5f3"]
    )
    async def test_unknown_paths_tell_nothing(
        self, house: House, path: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG, "syncd")
        answer = await house.client.get(path, headers={"x-probe": "5f3"})
        assert (answer.status_code, answer.text) == (404, "There is nothing here.\n")
        assert "5f3" not in caplog.text

    async def test_a_flood_is_told_to_wait_and_served_again_later(self, house: House) -> None:
        codes = [(await house.client.get("/readyz")).status_code for _ in range(150)]
        assert codes[:100] == [200] * 100
        assert 429 in codes
        assert (await house.client.get("/healthz")).status_code == 200, (
            "a flood is no reason to die"
        )
        house.clock.advance(10)
        assert (await house.client.get("/readyz")).status_code == 200

    async def test_nothing_secret_is_shown_anywhere(self, house: House) -> None:
        house.ran("acme", outcome="failed")
        for path in PAGES:
            text = (await house.client.get(path)).text
            assert not any(secret in text for secret in (KEY, TOKEN, SECRET))

    async def test_a_failure_here_is_told_without_its_detail(
        self, house: House, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail() -> None:
            raise ValueError("5f3")

        house.health.snapshot = fail  # type: ignore[method-assign, assignment]
        answer = await house.client.get("/healthz")
        assert answer.status_code == 500
        assert "5f3" not in answer.text + caplog.text
        assert "listener failed" in caplog.text


async def test_refusals_are_counted_by_what_was_wrong(house: House, ask: httpx.AsyncClient) -> None:
    await ask.get("/nowhere")
    await ask.post("/")
    await house.named("evil.example.com").get("/")
    assert house.counters.refusals == {"unknown": 1, "method": 1, "host": 1}
