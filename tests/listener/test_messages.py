"""Notifications: once for each cause, collected, with recovery, and nothing personal."""

import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from syncd.daemon.health import PassEnd
from syncd.daemon.messages import Messenger, open_addresses
from syncd.errors import ExitCode, SettingsError
from syncd.settings.schema import DaemonSettings
from syncd.store import attention
from tests.listener.house import House

OK = PassEnd("acme", 1, 0, 1, ok=True, phases={"postings": ("done", 1.0)})
REFUSED = PassEnd("acme", 2, 0, 1, ok=False, codes=(ExitCode.CREDENTIALS,))
DOWN = PassEnd("acme", 3, 0, 1, ok=False, codes=(ExitCode.UNFINISHED,),
               phases={"postings": ("failed", 1.0)})  # fmt: skip


class Post:
    """Takes messages; ``broken`` loses them, ``raising`` even raises."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str]] = []
        self.broken = self.raising = False

    def __call__(self, title: str, body: str) -> bool:
        if self.raising:
            raise RuntimeError("mailto://user:s3cret@example.com")
        if not self.broken:
            self.got.append((title, body))
        return not self.broken


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def messenger(house: House, post: Post) -> Messenger:
    return Messenger([post], house.store, house.clock, house.counters)


def settle(house: House) -> None:
    with house.store.write() as tx:
        attention.settle(tx, "acme", ["posting.edited"], (), house.clock.now())


async def test_matters_of_one_pass_are_one_message_told_once(
    house: House, messenger: Messenger, post: Post
) -> None:
    await messenger.tell(OK)
    assert post.got == []
    house.needs("acme", "posting.edited", "P1", "The title of P1 was edited.")
    house.needs("acme", "posting.edited", "P2", "The title of P2 was edited.")
    house.needs("globex", "posting.edited", "P3", "The title of P3 was edited.")
    await messenger.tell(OK)
    await messenger.tell(OK)
    ((title, body),) = post.got
    assert title == "syncd: acme: 2 matters need a person"
    assert "The title of P1 was edited. Do what is to be done." in body
    assert "P2" in body
    assert "P3" not in body
    house.needs("acme", "posting.edited", "P4", "The title of P4 was edited.")
    await messenger.tell(OK)
    assert len(post.got) == 2
    assert "P4" in post.got[1][1]
    assert "P1" not in post.got[1][1]


async def test_a_restart_tells_nothing_again(
    house: House, messenger: Messenger, post: Post
) -> None:
    house.needs("acme", "posting.edited", "P1", "An edit.")
    await messenger.tell(OK)
    await Messenger([post], house.store, house.clock, house.counters).tell(OK)
    assert len(post.got) == 1


async def test_what_is_over_is_told_once_and_may_come_again(
    house: House, messenger: Messenger, post: Post
) -> None:
    house.needs("acme", "posting.edited", "P1", "An edit.")
    await messenger.tell(OK)
    settle(house)
    await messenger.tell(OK)
    await messenger.tell(OK)
    assert len(post.got) == 2
    title, body = post.got[1]
    assert title == "syncd: acme is in order again in 1 matter"
    assert "settled" in body
    house.needs("acme", "posting.edited", "P1", "An edit.")
    await messenger.tell(OK)
    assert len(post.got) == 3


async def test_refused_credentials_last_until_something_works(
    house: House, messenger: Messenger, post: Post
) -> None:
    await messenger.tell(REFUSED)
    await messenger.tell(REFUSED)
    await messenger.tell(DOWN)  # says nothing about credentials
    assert len(post.got) == 1
    assert "refuses the credentials" in post.got[0][1]
    await messenger.tell(OK)
    assert "accepted again" in post.got[1][1]


async def test_what_a_guard_holds_back_is_told_with_its_hash(
    house: House, messenger: Messenger, post: Post
) -> None:
    with house.store.write() as tx:
        tx.exec_driver_sql("INSERT INTO offer VALUES ('acme', 'archive', 'abcdef012345', 1, 5.0)")
        for item in ("i1", "i2"):
            tx.exec_driver_sql(
                f"INSERT INTO guarded VALUES ('acme', 'archive', '{item}', 1, NULL, NULL, NULL)"
            )
    await messenger.tell(OK)
    await messenger.tell(OK)
    ((_, body),) = post.got
    assert "2 archivals" in body
    assert "--approve abcdef012345" in body
    with house.store.write() as tx:
        tx.exec_driver_sql("DELETE FROM guarded")
        tx.exec_driver_sql("DELETE FROM offer")
    await messenger.tell(OK)
    assert "Nothing is held back of the archivals any more." in post.got[1][1]


async def test_many_matters_are_not_a_long_message(
    house: House, messenger: Messenger, post: Post
) -> None:
    for number in range(50):
        house.needs("acme", "posting.edited", f"P{number}", "An edit.")
    await messenger.tell(OK)
    ((title, body),) = post.got
    assert "50 matters" in title
    assert len(body.splitlines()) == 21
    assert "30 more" in body
    await messenger.tell(OK)
    assert len(post.got) == 1


@pytest.mark.parametrize("raising", [False, True])
async def test_what_does_not_arrive_is_tried_again_after_a_while(
    house: House,
    messenger: Messenger,
    post: Post,
    raising: bool,
    caplog: pytest.LogCaptureFixture,
) -> None:
    house.needs("acme", "posting.edited", "P1", "An edit.")
    post.broken, post.raising = True, raising
    for _ in range(5):
        await messenger.tell(OK)
    assert house.counters.notifications == {("acme", "failed"): 1}
    assert "address 1 of daemon.notify" in caplog.text
    assert "s3cret" not in caplog.text
    post.broken = post.raising = False
    house.clock.advance(301)
    await messenger.tell(OK)
    assert len(post.got) == 1
    await messenger.tell(OK)
    assert len(post.got) == 1


async def test_one_address_that_works_is_enough(house: House, post: Post) -> None:
    broken = Post()
    broken.broken = True
    messenger = Messenger([broken, post], house.store, house.clock, house.counters)
    house.needs("acme", "posting.edited", "P1", "An edit.")
    await messenger.tell(OK)
    house.clock.advance(301)
    await messenger.tell(OK)
    assert len(post.got) == 1


async def test_a_state_that_cannot_be_read_ends_nothing(
    house: House, messenger: Messenger, post: Post
) -> None:
    with house.store.write() as tx:
        tx.exec_driver_sql("DROP TABLE attention")
    await messenger.tell(OK)
    assert post.got == []


class TestAddresses:
    def test_without_apprise_one_sentence_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "apprise", None)
        settings = DaemonSettings.model_validate({"notify": ["json://localhost"]})
        with pytest.raises(SettingsError, match=r"syncd\[notify\]") as caught:
            open_addresses(settings)
        assert caught.value.exit_code == 2

    def test_an_address_it_does_not_know_is_not_shown(self) -> None:
        settings = DaemonSettings.model_validate(
            {"notify": ["json://localhost", "nonsense://s3cret"]}
        )
        with pytest.raises(SettingsError, match="address 2") as caught:
            open_addresses(settings)
        assert "s3cret" not in str(caught.value)

    def test_none_need_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "apprise", None)
        assert open_addresses(DaemonSettings()) == []

    @pytest.mark.sockets
    async def test_apprise_delivers(self, house: House, inbox: "Inbox") -> None:
        settings = DaemonSettings.model_validate(
            {"notify": [f"json://127.0.0.1:{inbox.server_port}"]}
        )
        house.needs("acme", "posting.edited", "P1", "An edit.")
        await Messenger(open_addresses(settings), house.store, house.clock, house.counters).tell(OK)
        (told,) = inbox.got
        assert told["title"] == "syncd: acme: 1 matter needs a person"
        assert "An edit." in told["message"]


class Inbox(HTTPServer):
    """A server on loopback that keeps what is posted."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        super().__init__(("127.0.0.1", 0), _Take)


class _Take(BaseHTTPRequestHandler):
    server: Inbox

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.got.append(json.loads(body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    server = Inbox()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
