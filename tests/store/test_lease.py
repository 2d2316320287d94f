"""The hold on a connection: promise 10, one writer."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from syncd.clock import SystemClock
from syncd.errors import ExitCode, HeldByAnother, HoldLost, StateError
from syncd.store import Store, keep, process
from syncd.store import hold as hold_module
from syncd.store.hold import Hold, acquire, holding
from syncd.store.lease import claim
from syncd.store.process import Process
from syncd.store.tables import lease
from tests.clock import ManualClock
from tests.store.processes import Contender, at_once

ELSEWHERE = Process("far.example.com 1b1b pid:[1]", 4321, "99")


def let_expire(store: Store) -> None:
    """Every lease ends now, by the database's own clock."""
    with store.write() as tx:
        tx.execute(update(lease).values(expires_at=store.now(tx) - 0.001))


def lease_left(store: Store) -> float:
    with store.read() as tx:
        return tx.execute(select(lease.c.expires_at)).scalar_one() - store.now(tx)


def try_to_write(store: Store, hold: Hold, value: str) -> None:
    with store.write(hold) as tx:
        keep.put(tx, "written", value)


def written(store: Store) -> str | None:
    with store.read() as tx:
        return keep.get(tx, "written")


async def test_a_held_connection_is_refused_and_names_its_holder(
    store: Store, clock: ManualClock
) -> None:
    await acquire(store, "acme", clock, process=ELSEWHERE)
    with pytest.raises(HeldByAnother, match=r"4321 on far\.example\.com since 20") as refused:
        await acquire(store, "acme", clock)
    assert refused.value.exit_code == ExitCode.HELD
    await acquire(store, "beta", clock)  # another connection is another matter


async def test_a_living_holder_of_this_host_is_not_replaced(
    store: Store, clock: ManualClock
) -> None:
    hold = await acquire(store, "acme", clock)
    with pytest.raises(HeldByAnother):
        await acquire(store, "acme", clock)
    try_to_write(store, hold, "mine")
    assert written(store) == "mine"


async def test_the_fence_grows_with_every_hold_and_survives_release(
    store: Store, clock: ManualClock
) -> None:
    fences = []
    for _ in range(3):
        hold = await acquire(store, "acme", clock)
        fences.append(hold.fence)
        hold.release()
        hold.release()
    let_expire(store)
    fences.append((await acquire(store, "acme", clock)).fence)
    assert fences == [1, 2, 3, 4]


async def test_an_expired_hold_is_replaced_and_can_neither_commit_nor_send(
    store: Store, clock: ManualClock
) -> None:
    slow = await acquire(store, "acme", clock, process=ELSEWHERE)
    try_to_write(store, slow, "slow")
    let_expire(store)
    quick = await acquire(store, "acme", clock)
    slow.check()  # it cannot know yet
    with pytest.raises(HoldLost):
        try_to_write(store, slow, "late")
    with pytest.raises(HoldLost):
        slow.check()  # now it does
    with pytest.raises(HoldLost):
        slow.renew()
    slow.release()  # must not free what is another's
    quick.check()
    try_to_write(store, quick, "quick")
    assert written(store) == "quick"
    with pytest.raises(HeldByAnother):
        await acquire(store, "acme", clock, process=ELSEWHERE)


async def test_a_write_whose_hold_is_lost_leaves_nothing_behind(
    store: Store, clock: ManualClock
) -> None:
    hold = await acquire(store, "acme", clock)
    hold.release()
    with pytest.raises(HoldLost):
        try_to_write(store, hold, "late")
    assert written(store) is None


async def test_requests_stop_when_the_lease_was_not_renewed_in_time(
    store: Store, clock: ManualClock
) -> None:
    hold = await acquire(store, "acme", clock)
    clock.advance(29.9)
    hold.check()
    clock.advance(0.1)
    with pytest.raises(HoldLost):
        hold.check()
    hold.renew()  # nobody else came meanwhile
    hold.check()


async def test_requests_stop_when_the_machine_slept(store: Store, clock: ManualClock) -> None:
    hold = await acquire(store, "acme", clock)
    clock.set_wall(clock.now() + 3600.0)  # monotonic time stood still
    with pytest.raises(HoldLost):
        hold.check()


async def test_keeping_renews_every_ten_seconds_until_the_hold_is_lost(
    store: Store, clock: ManualClock
) -> None:
    hold = await acquire(store, "acme", clock, process=ELSEWHERE)
    with store.write() as tx:
        tx.execute(update(lease).values(expires_at=store.now(tx) + 15.0))
    keeper = asyncio.create_task(hold.keep())
    while len(clock.slept) < 20:  # 200 s on the test's clock
        await asyncio.sleep(0)
        hold.check()
    assert set(clock.slept) == {10.0}
    assert lease_left(store) > 19.0
    let_expire(store)
    await acquire(store, "acme", clock)
    await asyncio.wait_for(keeper, 5)
    with pytest.raises(HoldLost):
        hold.check()


async def test_the_body_of_holding_is_held_and_then_free(store: Store) -> None:
    clock = SystemClock()
    with suppress(ZeroDivisionError):
        async with holding(store, "acme", clock) as hold:
            hold.check()
            with pytest.raises(HeldByAnother):
                await acquire(store, "acme", clock)
            raise ZeroDivisionError
    with pytest.raises(HoldLost):
        hold.check()
    assert (await acquire(store, "acme", clock)).fence == 2


async def test_waiting_ends_when_the_holder_lets_go(store: Store, clock: ManualClock) -> None:
    first = await acquire(store, "acme", clock)

    async def let_go() -> None:
        while len(clock.slept) < 3:  # noqa: ASYNC110  the clock has no event to wait for
            await asyncio.sleep(0)
        first.release()

    second, _ = await asyncio.gather(acquire(store, "acme", clock, wait=60.0), let_go())
    assert second.fence == 2
    assert sum(clock.slept) < 60.0


async def test_waiting_gives_up_after_the_time_given(store: Store, clock: ManualClock) -> None:
    await acquire(store, "acme", clock)
    with store.write() as tx:
        tx.execute(update(lease).values(expires_at=store.now(tx) + 30.0))
    with pytest.raises(HeldByAnother):
        await acquire(store, "acme", clock, wait=2.5)
    assert clock.slept == [1.0, 1.0, 0.5]


async def test_a_lease_from_a_clock_that_was_set_back_does_not_last_for_ever(
    store: Store, clock: ManualClock
) -> None:
    await acquire(store, "acme", clock, process=ELSEWHERE)
    with store.write() as tx:
        tx.execute(update(lease).values(expires_at=store.now(tx) + 86_400.0))
    with pytest.raises(HeldByAnother, match="for 30 s more"):
        await acquire(store, "acme", clock)
    assert lease_left(store) <= 30.0


@contextmanager
def another(url: str) -> Iterator[Store]:
    """The same state, as another process sees it."""
    store = Store.open(url, Path(), ManualClock())
    yield store
    store.close()


async def test_a_hold_that_could_not_be_given_back_is_taken_again_at_once(
    migrated_url: str, clock: ManualClock
) -> None:
    """By the process that had it, whose earlier run can do nothing any more, and by no other."""
    store = Store.open(migrated_url, Path(), clock, patience=0.1)
    with another(migrated_url) as other:
        first = await acquire(store, "acme", clock)
        with other.write() as tx:
            tx.execute(update(lease).values(host=lease.c.host))  # the row, or the file, is locked
            with pytest.raises(StateError):
                first.release()
        with pytest.raises(HeldByAnother):
            await acquire(other, "acme", clock)
        second = await acquire(store, "acme", clock)
        with pytest.raises(HeldByAnother):
            await acquire(store, "acme", clock)
    assert second.fence == 2
    with pytest.raises(HoldLost):
        try_to_write(store, first, "late")
    with pytest.raises(HoldLost):
        first.check()
    first.release()
    second.renew()
    try_to_write(store, second, "in time")
    assert written(store) == "in time"
    store.close()


async def test_a_hold_whose_taking_got_no_answer_is_taken_again_at_once(
    store: Store, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unanswered(*given: Any) -> Any:
        claim(*given)
        raise StateError("The state broke off.")

    monkeypatch.setattr(hold_module, "claim", unanswered)
    with pytest.raises(StateError):
        await acquire(store, "acme", clock)
    monkeypatch.undo()
    assert (await acquire(store, "acme", clock)).fence == 2


async def test_a_dead_process_is_replaced_at_once(real_store: Store, migrated_url: str) -> None:
    holder = Contender("acquire", migrated_url)
    holder.start()
    assert [holder.line(), holder.line()] == ["ready", "held 1"]
    with pytest.raises(HeldByAnother, match=str(holder.process.pid)):
        await acquire(real_store, "acme", SystemClock())
    holder.process.kill()
    # Not reaped yet, it is a zombie, which is as dead.
    hold = await acquire(real_store, "acme", SystemClock(), wait=5.0)
    assert hold.fence == 2
    holder.wait()
    hold.release()


async def test_a_later_process_with_the_same_pid_does_not_hold(
    store: Store, clock: ManualClock
) -> None:
    here = Process.here()
    assert here.started
    await acquire(store, "acme", clock, process=replace(here, started="1"))
    assert (await acquire(store, "acme", clock)).fence == 2


@pytest.mark.parametrize(
    "unknown",
    [
        ELSEWHERE,
        replace(Process.here(), host=Process.here().hostname),  # a system that tells no boot
        replace(Process.here(), host=Process.here().host.replace("pid:[", "pid:[9"), pid=2**22),
    ],
    ids=["another host", "no boot id", "another container"],
)
def test_a_process_nothing_is_known_of_counts_as_alive(unknown: Process) -> None:
    assert not unknown.is_gone()


def test_where_the_system_tells_no_boot_id_every_process_counts_as_alive(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Two machines may have one name; a pid of the other one says nothing here."""
    monkeypatch.setattr(process, "_BOOT_ID", tmp_path / "missing")
    process._host.cache_clear()
    try:
        here = Process.here()
        assert " " not in here.host
        assert not replace(here, pid=2**22 + 1).is_gone()
    finally:
        process._host.cache_clear()


def test_a_process_of_this_host_that_is_not_there_is_gone() -> None:
    here = Process.here()
    assert not here.is_gone()
    assert replace(here, pid=2**22 + 1).is_gone()  # above any pid_max


def test_of_eight_processes_at_once_one_wins(real_store: Store, migrated_url: str) -> None:
    contenders = at_once(8, "acquire", migrated_url)
    said = Counter(contender.line() for contender in contenders)
    for contender in contenders:
        contender.kill()
    assert said == {"held 1": 1, "refused": 7}


async def test_a_take_over_waits_for_the_commit_of_the_holder(
    real_store: Store, migrated_url: str
) -> None:
    """On PostgreSQL the check of the fence must lock the row until the commit."""
    hold = await acquire(real_store, "acme", SystemClock(), process=ELSEWHERE)
    let_expire(real_store)
    with real_store.write(hold) as tx:
        rival = Contender("acquire", migrated_url)
        rival.start()
        assert rival.line() == "ready"
        await asyncio.sleep(0.5)
        with real_store.read() as other:  # the rival has not got in between
            assert other.execute(select(lease.c.fence)).scalar_one() == 1
        keep.put(tx, "written", "in time")
    assert rival.line() == "held 2"
    rival.kill()
    assert written(real_store) == "in time"


async def test_of_two_that_find_the_lease_free_the_second_waits_and_looks_again(
    real_store: Store, migrated_url: str
) -> None:
    (await acquire(real_store, "acme", SystemClock())).release()
    with real_store.write() as tx:
        tx.execute(
            update(lease).values(
                fence=2,
                holder="another",
                host=ELSEWHERE.host,
                pid=ELSEWHERE.pid,
                expires_at=real_store.now(tx) + 30.0,
            )
        )
        rival = Contender("acquire", migrated_url)
        rival.start()
        assert rival.line() == "ready"
        await asyncio.sleep(0.5)
    said = rival.line()
    rival.kill()
    assert said == "refused"
