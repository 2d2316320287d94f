"""Playing seeds with a defect in the program until a check notices it."""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context

from tests.simulation.campaign import kept
from tests.simulation.play import State, play
from tests.simulation.sabotage.catalogue import DEFECTS
from tests.simulation.sabotage.defect import Defect

SEEDS = 200  # within so many a defect must be noticed


@dataclass(frozen=True, slots=True)
class Catch:
    """What became of a hunt: how many ``seeds`` were played in how many ``seconds``.

    ``seed`` is the one that noticed the defect and ``violation`` its first complaint of it; None
    and empty when none did.
    """

    defect: str
    seeds: int
    seed: int | None = None
    violation: str = ""
    seconds: float = 0.0

    @property
    def caught(self) -> bool:
        return self.seed is not None


def violations_with(defect: Defect, seed: int, state: State) -> list[str]:
    """What a seed complains of when the program has the defect, if the defect explains it."""
    with defect.apply():
        history = play(seed, state)
    return [text for text in history.violations if defect.explains(text)]


def hunt(defect: Defect, state: State, most: int = SEEDS) -> Catch:
    """Play ``most`` seeds, those that are kept and then from 1 on, until one notices the defect and
    is quiet without it."""
    began = time.monotonic()
    seeds = list(dict.fromkeys([*kept(), *range(1, most + 1)]))[:most]
    for played, seed in enumerate(seeds, start=1):
        noticed = violations_with(defect, seed, state)
        if noticed and not play(seed, state).violations:
            return Catch(defect.name, played, seed, noticed[0], time.monotonic() - began)
    return Catch(defect.name, most, seconds=time.monotonic() - began)


def hunt_all(names: list[str], most: int = SEEDS, workers: int | None = None) -> Iterator[Catch]:
    """Hunt the named defects, each in a process of its own, and yield what came of each."""
    context = get_context("spawn")  # nothing of a defect may be left in the next hunt
    count = min(len(names), workers or os.cpu_count() or 1)
    with ProcessPoolExecutor(count, mp_context=context, max_tasks_per_child=1) as pool:
        hunts = [pool.submit(hunt_named, name, most) for name in names]
        for done in as_completed(hunts):
            yield done.result()


def hunt_named(name: str, most: int) -> Catch:
    """Hunt one defect on a state of its own."""
    with own_state() as state:
        return hunt(DEFECTS[name], state, most)


@contextmanager
def own_state() -> Iterator[State]:
    """A state for many plays, removed at the end."""
    state = State()
    try:
        yield state
    finally:
        state.close()
