"""The simulation itself: the same seed is the same run, crash points are hit where they are, and
what was not reached or not cut fails a run."""

import logging
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.simulation.__main__ import failures
from tests.simulation.campaign import play_cuts, play_seeds
from tests.simulation.checks import at_rest
from tests.simulation.history import History
from tests.simulation.play import Play, State, play_through
from tests.simulation.reached import DECLARED, ENOUGH
from tests.simulation.sites import Site
from tests.simulation.tally import Spot, Sums, Tally
from tests.simulation.watch import logged

SEED = 7
_ROOT = Path(__file__).parents[2]
_TELL = f"""
from tests.simulation.play import Play, State, play_through
one = Play({SEED}, State())
history = play_through(one)
rows = [(row.at, row.path, row.query, row.status) for row in one.world.log]
print(history.points, len(history.sites), rows)
"""


@pytest.fixture(scope="module")
def state() -> State:
    return State()


def test_a_seed_is_the_same_run_in_any_process() -> None:
    told = [
        subprocess.run(
            [sys.executable, "-c", _TELL],
            cwd=_ROOT,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for hash_seed in ("1", "2")
    ]
    assert told[0] == told[1]
    assert "/spi/v3/jobs" in told[0]


def test_a_cut_hits_the_crash_point_it_is_meant_for(state: State) -> None:
    before = play_seeds([SEED], state)
    cuts = sorted(before.untouched.items(), key=lambda item: item[1])[5:40:12]
    after = play_cuts(cuts, state)
    assert not after.violations
    assert {site for site, _ in cuts} <= after.hit
    assert (after.random.runs, after.directed.runs) == (0, len(cuts))
    assert after.directed.passes > 0 == after.random.passes
    before.add(after)
    assert not {site for site, _ in cuts} & before.untouched.keys()


def test_a_crash_point_that_only_a_cut_run_comes_by_is_hit_in_that_run(state: State) -> None:
    plain = play_seeds([SEED], state)
    cuts = sorted(plain.untouched.items(), key=lambda item: item[1])[40:41]
    once = play_cuts(cuts, state)
    assert {spot.after for spot in once.first.values()} == {cuts[0][1].cuts}
    later = [(s, at) for s, at in once.untouched.items() if at.point > cuts[0][1].point][:2]
    again = play_cuts(later, state)
    assert later
    assert not again.violations


def test_a_cut_elsewhere_is_noticed(state: State) -> None:
    history = play_through(Play(SEED, state))
    (one, _), (_, point) = sorted(history.sites.items(), key=lambda item: item[1])[:2]
    after = play_cuts([(one, Spot(history.points, SEED, point))], state)
    (texts,) = after.violations.values()
    assert texts[0].startswith("determinism")


class TestFailures:
    def enough(self) -> Tally:
        return Tally(random=Sums(runs=ENOUGH), reached=Counter(dict.fromkeys(DECLARED, 1)))

    def test_nothing(self) -> None:
        assert failures(self.enough()) == []

    def test_a_state_that_was_not_reached(self) -> None:
        tally = self.enough()
        del tally.reached["hold lost"]
        assert failures(tally) == ["no seed reached: hold lost"]
        tally.random.runs = ENOUGH - 1
        assert failures(tally) == []

    def test_a_crash_point_that_was_not_cut(self) -> None:
        tally = self.enough()
        site = Site("await", ("phases.results:run:1",))
        tally.first[site] = Spot(100, 5, 33)
        (text,) = failures(tally)
        assert "make simulate SEED=5 CUT=33" in text
        tally.hit.add(site)
        assert failures(tally) == []

    def test_a_violation(self) -> None:
        tally = Tally(violations={"make simulate SEED=5": ["1 one invitation: twice"]})
        assert failures(tally) == ["make simulate SEED=5: 1 one invitation: twice"]
        assert tally.failed_seeds == [5]


def test_a_shorter_run_tells_where_a_crash_point_is() -> None:
    site = Site("await", ("phases.results:run:1",))
    total = Tally(first={site: Spot(900, 1, 4)})
    total.add(Tally(first={site: Spot(300, 2, 5)}))
    total.add(Tally(first={site: Spot(500, 3, 6)}))
    assert total.first == {site: Spot(300, 2, 5)}


def test_what_is_logged_is_held_against_what_may_not_be_told() -> None:
    history = History(fragments={"amilyname"})
    with logged() as book:
        logging.getLogger("syncd.http").debug("sent %s", 5, extra={"who": "Familyname5"})
        try:
            raise ValueError("Familyname6")
        except ValueError:
            logging.getLogger("httpcore").exception("failed")
    assert len(book.texts) == 2
    at_rest.check_texts(history, "a log", book.texts)
    at_rest.check_content(history, b"... familyname")
    assert history.violations == [
        "8 at rest: a log holds 'amilyname'",
        "8 at rest: the state holds 'amilyname'",
    ]
