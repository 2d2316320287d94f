"""A scene as the phases' tests have it, and the commands beside passes."""

from collections.abc import Awaitable, Callable, Iterable
from random import Random
from typing import TypeVar

from syncd.http.session import Network
from syncd.passes import forgetting
from syncd.passes.explaining import Account, explain
from syncd.passes.forgetting import Farewell
from syncd.passes.identity import open_keyed
from syncd.passes.opening import acting, rehearsing
from syncd.passes.retry import retry_items
from syncd.phases.applicants.backfill import Backfill, Wish, backfill
from syncd.phases.context import Context
from syncd.sandbox import SandboxTransport
from syncd.store.people import Person
from tests.phases.conftest import database, scene
from tests.phases.scene import Scene
from tests.virtual import run

T = TypeVar("T")

__all__ = ["database", "scene"]


def network(scene: Scene) -> Network:
    transport = SandboxTransport(scene.world, scene.clock, latency=0.05)
    return Network(clock=scene.clock, transport=transport, chance=Random(1).random)


def act(scene: Scene, work: Callable[[Context], Awaitable[T]]) -> T:
    """Do something under the connection's hold; its requests are those of ``scene.requests``."""
    scene.log_start = len(scene.world.log)

    async def whole() -> T:
        async with acting(scene.settings, "acme", scene.store, network(scene), 60) as ctx:
            return await work(ctx)

    return run(scene.clock, whole())


def plan_backfill(scene: Scene, wish: Wish) -> Backfill:
    scene.log_start = len(scene.world.log)

    async def whole() -> Backfill:
        async with rehearsing(scene.settings, "acme", scene.store, network(scene)) as ctx:
            return await backfill(ctx, wish, None)

    return run(scene.clock, whole())


def account_of(scene: Scene, text: str) -> Account:
    """The only thing of that id."""
    (account,) = explain(scene.settings, scene.store, ["acme"], text)
    return account


def forget(scene: Scene, given: Person) -> Farewell:
    (farewell,) = run(scene.clock, forgetting.forget(scene.settings, scene.store, given))
    return farewell


def forget_email(scene: Scene, address: str) -> Farewell:
    return forget(scene, forgetting.of_email(open_keyed(scene.settings, scene.store), address))


def retry(scene: Scene, kinds: Iterable[str]) -> None:
    wanted = set(kinds)
    items = [item for item in scene.items if item.kind in wanted]
    assert items
    run(scene.clock, retry_items(scene.settings, scene.store, items, 60))
