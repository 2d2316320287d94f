"""Checks that notice nothing would be worth nothing: a few defects, each of which they must notice.

All of them are played by ``make sabotage``.
"""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from unittest.mock import patch

import pytest

from syncd.ats.workable import client as workable
from syncd.ats.workable.applications import read_changes
from tests.simulation.play import State
from tests.simulation.sabotage import __main__ as command
from tests.simulation.sabotage.catalogue import DEFECTS
from tests.simulation.sabotage.defect import Defect
from tests.simulation.sabotage.hunt import Catch, hunt, violations_with
from tests.simulation.sabotage.table import to_document

FEW = 4


@pytest.fixture(scope="module")
def state() -> Iterator[State]:
    state = State()
    yield state
    state.close()


@pytest.mark.parametrize(
    "name",
    ["sent is not committed", "posting without mark", "address in plain text", "cursor ignored"],
)
def test_a_defect_is_noticed_and_its_seed_is_quiet_without_it(name: str, state: State) -> None:
    caught = hunt(DEFECTS[name], state, FEW)
    assert caught.caught, f"{name}: nothing was noticed within {FEW} seeds"
    assert DEFECTS[name].explains(caught.violation)


def test_a_program_without_a_defect_is_not_complained_of(state: State) -> None:
    harmless = Defect("harmless", "none", "Nothing.", ("",), nullcontext)
    assert not hunt(harmless, state, 2).caught


def _crashing() -> AbstractContextManager[object]:
    return patch.object(workable, "read_changes", None)


def test_a_crash_is_no_proof(state: State) -> None:
    crashing = Defect("crashing", "1", "It falls over.", ("1 one invitation",), _crashing)
    assert violations_with(crashing, 1, state) == []


def test_every_patch_is_taken_back() -> None:
    for defect in DEFECTS.values():
        with defect.apply():
            pass
    assert vars(workable)["read_changes"] is read_changes


def test_what_is_not_noticed_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["closed job goes on", "--seeds", "1", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["missed"] == ["closed job goes on"]
    assert told["defects"][0]["violation"] is None


def test_an_unknown_defect_is_a_mistake_of_the_user(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["no such defect"]) == 2
    assert "no such defect" in capsys.readouterr().err


def test_what_was_noticed_counts() -> None:
    told = to_document([Catch("stage ignored", 2, 2, "people win: somebody", 1.0)])
    assert (told["caught"], told["missed"]) == (1, [])
