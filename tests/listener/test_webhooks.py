"""Webhooks are hints at most: genuine ones are collected, forged ones cost nothing."""

import asyncio
import hashlib
import hmac
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from syncd.daemon.listener.limits import MOST_BODY
from syncd.daemon.listener.replays import Replays
from syncd.model.keyed import Keyed
from syncd.phases.postings.webhooks import path
from syncd.settings.schema import Mode
from syncd.store import hints
from tests.listener.house import SECRET, TOKEN, House

POSTING = "A6A3A450"


def address(posting: str = POSTING, name: str = "acme", secret: str = SECRET) -> str:
    return path(name, posting, Keyed(secret).webhook(name, posting))


def signed(body: bytes, key: str = f"{TOKEN}-acme") -> dict[str, str]:
    return {"X-Workable-Signature": hmac.new(key.encode(), body, hashlib.sha256).hexdigest()}


def pending(house: House) -> dict[str, float]:
    with house.store.read() as tx:
        return hints.pending(tx, "acme")


def state(house: House) -> list[Any]:
    """Every row of every table."""
    with house.store.read() as tx:
        names = tx.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars()
        return [(n, *tx.exec_driver_sql(f'SELECT * FROM "{n}"').fetchall()) for n in names]


class TestHeyMilo:
    async def test_a_genuine_one_marks_its_posting_and_hastens_results(self, house: House) -> None:
        assert (await house.client.post(address(), content=b"anything")).status_code == 204
        assert pending(house) == {}
        await house.mailbox.empty()
        assert pending(house) == {POSTING: house.clock.now()}
        assert house.nudged.asked == [("acme", "results")]

    async def test_an_id_that_needs_quoting_comes_through(self, house: House) -> None:
        assert (await house.client.post(address("a b%c"))).status_code == 204
        await house.mailbox.empty()
        assert set(pending(house)) == {"a b%c"}

    async def test_floods_are_one_write_and_one_nudge(self, house: House) -> None:
        for number in range(1000):
            await house.client.post(address(f"P{number % 5}"))
        await house.mailbox.empty()
        assert set(pending(house)) == {f"P{n}" for n in range(5)}
        assert house.nudged.asked == [("acme", "results")]
        assert house.counters.webhooks["acme", "genuine"] == 5
        assert house.counters.webhooks["acme", "coalesced"] == 995

    @pytest.mark.parametrize(
        "forged",
        [
            address()[:-1] + "x",
            address(secret="another"),
            address(name="globex").replace("globex", "acme"),
            address("P1").replace("P1", "P2"),
            address(name="nobody"),
            path("acme", POSTING, ""),
            path("acme", POSTING, "ü" * 32),
            "/webhooks/heymilo/acme",
            "/webhooks/heymilo/acme/x/y/z",
            "/webhooks/",
            "/webhooks/greenhouse/acme",
        ],
    )
    async def test_forged_ones_change_nothing_and_learn_nothing(
        self, house: House, forged: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG, "syncd")
        await house.client.get("/healthz")
        before = state(house)
        answers = [await house.client.post(forged, content=b"5f3") for _ in range(20)]
        assert {(a.status_code, a.text) for a in answers} == {(404, "There is nothing here.\n")}
        await house.mailbox.empty()
        assert state(house) == before
        assert house.nudged.asked == []
        assert "5f3" not in caplog.text

    async def test_a_connection_that_is_off_takes_none(self, house: House) -> None:
        house.modes["acme"] = Mode.OFF
        assert (await house.client.post(address())).status_code == 404

    async def test_beyond_the_rate_they_are_put_off(self, house: House) -> None:
        codes = [(await house.client.post(address())).status_code for _ in range(2100)]
        assert codes[0] == 204
        assert codes[-1] == 429
        house.clock.advance(1)
        assert (await house.client.post(address())).status_code == 204

    async def test_forged_ones_do_not_crowd_genuine_ones_out(self, house: House) -> None:
        for _ in range(3000):
            await house.client.post(address(secret="another"))
        assert (await house.client.post(address())).status_code == 204


class TestAts:
    BODY = b'{"event_type": "candidate_created", "data": {"name": "5f3"}}'

    async def test_a_signed_one_hastens_applicants(self, house: House) -> None:
        answer = await house.client.post(
            "/webhooks/ats/acme", content=self.BODY, headers=signed(self.BODY)
        )
        assert (answer.status_code, answer.text) == (200, "")
        await house.mailbox.empty()
        assert house.nudged.asked == [("acme", "applicants")]
        assert pending(house) == {}

    async def test_the_same_one_again_is_refused(self, house: House) -> None:
        async def deliver(body: bytes, name: str = "acme") -> int:
            answer = await house.client.post(
                f"/webhooks/ats/{name}", content=body, headers=signed(body)
            )
            return answer.status_code

        other = self.BODY + b" "
        assert [await deliver(body) for body in (self.BODY, other, self.BODY, other)] == [
            200, 200, 409, 409,
        ]  # fmt: skip
        assert house.counters.webhooks["acme", "replayed"] == 2
        house.clock.advance(86_401)
        assert await deliver(self.BODY) == 200

    async def test_one_that_says_something_else_beside_what_was_signed_is_the_same(
        self, house: House
    ) -> None:
        house.on_lever.add("acme")
        at = int(house.clock.now() * 1000)
        made = hmac.new(f"{TOKEN}-acme".encode(), f"t0ken{at}".encode(), hashlib.sha256)
        told = {"token": "t0ken", "triggeredAt": at, "signature": made.hexdigest()}
        codes = [
            (await house.client.post("/webhooks/ats/acme", json={**told, **more})).status_code
            for more in (
                {"data": {"opportunityId": "o-1"}},
                {"data": None},
                {"triggeredAt": str(at)},
            )
        ]
        assert codes == [200, 409, 409]

    async def test_what_is_remembered_of_deliveries_is_bounded(self, house: House) -> None:
        replays = Replays(house.clock)
        assert all(replays.is_new("acme", str(number).encode()) for number in range(10_001))
        assert not replays.is_new("acme", b"10000")
        assert replays.is_new("globex", b"10000")
        assert replays.is_new("acme", b"0")

    @pytest.mark.parametrize(
        "headers",
        [{}, {"X-Workable-Signature": "0" * 64}, signed(BODY, "another"), signed(BODY + b" ")],
    )
    async def test_others_are_not_believed(
        self, house: House, headers: dict[str, str], caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG, "syncd")
        await house.client.get("/healthz")
        before = state(house)
        answer = await house.client.post("/webhooks/ats/acme", content=self.BODY, headers=headers)
        assert answer.status_code == 404
        await house.mailbox.empty()
        assert state(house) == before
        assert house.nudged.asked == []
        assert "5f3" not in caplog.text

    async def test_another_connections_key_is_not_enough(self, house: House) -> None:
        answer = await house.client.post(
            "/webhooks/ats/globex", content=self.BODY, headers=signed(self.BODY)
        )
        assert answer.status_code == 404

    @pytest.mark.parametrize("told", [True, False])
    async def test_a_long_body_is_not_read(self, house: House, told: bool) -> None:
        long = b"x" * (MOST_BODY + 1)
        content: Any = long if told else _pieces(long)
        headers = signed(long)
        answer = await house.client.post("/webhooks/ats/acme", content=content, headers=headers)
        assert answer.status_code == 413
        assert house.counters.webhooks["acme", "refused"] == 1


async def _pieces(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 1000):
        yield body[start : start + 1000]


async def test_the_mailbox_hands_on_by_itself_after_a_second(house: House) -> None:
    task = asyncio.create_task(house.mailbox.run())
    try:
        house.mailbox.hint_posting("acme", POSTING)
        while not house.nudged.asked:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert set(pending(house)) == {POSTING}
        assert 1.0 in house.clock.slept
    finally:
        task.cancel()


async def test_a_state_that_cannot_be_written_loses_the_hint_and_goes_on(house: House) -> None:
    house.mailbox.hint_posting("acme", POSTING)
    with house.store.write() as tx:
        tx.exec_driver_sql("DROP TABLE hint")
    await house.mailbox.empty()
    assert house.nudged.asked == [("acme", "results")]
    assert house.mailbox.hint_posting("acme", POSTING)
