"""A slice of the simulation: each seed plays passes, people, faults and power cuts, and is checked
against the promises from the sandbox's own ledger.

``SYNCD_SEEDS=500`` plays more of them. Seeds that failed once are always among them. Workable's
account is the sandbox's own; those of the other connectors are their fakes.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.simulation.accounts import ACCOUNTS
from tests.simulation.campaign import CHUNK, kept, play_seeds
from tests.simulation.play import State
from tests.simulation.reached import ENOUGH, missing
from tests.simulation.tally import USUAL

SEEDS = int(os.environ.get("SYNCD_SEEDS", "200"))
CHUNKS = [range(first, min(first + CHUNK, SEEDS + 1)) for first in range(1, SEEDS + 1, CHUNK)]
KEPT = [seed for seed in kept() if seed > SEEDS]
OTHERS = sorted(ACCOUNTS.keys() - {USUAL})


@pytest.fixture(scope="module")
def state() -> Iterator[State]:
    """One state file, emptied for every seed."""
    state = State()
    yield state
    state.close()


@pytest.fixture(scope="session")
def board(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this test run share."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own
    folder = shared / "reached"
    folder.mkdir(exist_ok=True)
    return folder


def _play(seeds: Sequence[int], state: State, ats: str = USUAL) -> Counter[str]:
    tally = play_seeds(seeds, state, ats)
    assert not tally.violations
    played = tally.random
    assert played.runs == len(seeds)
    assert min(played.passes, played.requests, played.points) > 0, "nothing was played"
    return tally.reached


@pytest.mark.parametrize("seeds", CHUNKS, ids=lambda seeds: f"{seeds[0]}-{seeds[-1]}")
def test_seeds_keep_the_promises(seeds: range, state: State, board: Path) -> None:
    reached = _play(seeds, state)
    draft = board / f"{seeds[0]}.draft"
    draft.write_text(json.dumps(reached))
    draft.rename(board / f"{seeds[0]}.json")
    # Whoever comes last, in whichever process, checks what all of them came to.
    files = list(board.glob("*.json"))
    if len(files) == len(CHUNKS) and SEEDS >= ENOUGH:
        every = sum((Counter(json.loads(file.read_text())) for file in files), Counter[str]())
        assert missing(every) == []


@pytest.mark.parametrize("ats", OTHERS)
def test_seeds_with_other_accounts_keep_the_promises(ats: str, state: State) -> None:
    reached = _play(range(1, SEEDS // 10 + 1), state, ats)
    for wanted in ("eligible and invited", "result told", "crash in sent", "empty plan"):
        assert reached[wanted] or SEEDS < ENOUGH, wanted


@pytest.mark.skipif(not KEPT, reason="no seed is kept besides those above")
def test_seeds_that_failed_once_keep_the_promises(state: State) -> None:
    _play(KEPT, state)
