"""A slice of the simulation: each seed plays passes, people, faults and power cuts, and is checked
against the promises from the sandbox's own ledger.

``SYNCD_SEEDS=500`` plays more of them.
"""

import os

import pytest

from tests.simulation.play import Play, State

SEEDS = int(os.environ.get("SYNCD_SEEDS", "24"))


@pytest.fixture(scope="module")
def state() -> State:
    """One state file, emptied for every seed."""
    return State()


@pytest.mark.parametrize("seed", range(1, SEEDS + 1))
def test_a_seed_keeps_the_promises(seed: int, state: State) -> None:
    history = Play(seed, state).play()
    assert not history.violations, f"seed {seed}: {history.violations}"
    assert history.passes, "nothing was played"
