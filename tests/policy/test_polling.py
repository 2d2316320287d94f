"""Looks go where results are expected, and nobody waits longer than promised."""

from math import inf, isclose, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.policy.polling import (
    PATIENCE,
    PRIOR,
    WINDOW,
    Distances,
    Source,
    choose,
    expect,
    haste,
    learn_zeal,
    spread,
)

HOUR, DAY = 3600.0, 86_400.0

rates = st.floats(0.0, 1.0, allow_subnormal=False)
costs = st.floats(1.0, 50.0)


def sources(*given: float, cost: float = 1.0) -> list[Source]:
    return [Source(f"P{number}", cost, rate) for number, rate in enumerate(given)]


def spent(found: Distances, given: list[Source]) -> float:
    return sum(source.cost / found.seconds[source.id] for source in given)


class TestSpread:
    def test_distances_go_with_the_square_root(self) -> None:
        given = sources(0.01, 0.04)
        found = spread(given, 1.0, 10 * HOUR)
        assert isclose(found.seconds["P0"], 2 * found.seconds["P1"])
        assert isclose(spent(found, given), 1.0)
        assert found.kept
        assert found.greatest == found.seconds["P0"]

    def test_what_costs_more_is_looked_at_more_rarely(self) -> None:
        given = [Source("dear", 4.0, 0.1), Source("cheap", 1.0, 0.1)]
        found = spread(given, 1.0, 10 * HOUR)
        assert isclose(found.seconds["dear"], 2 * found.seconds["cheap"])
        assert isclose(spent(found, given), 1.0)

    def test_nobody_waits_longer_than_promised(self) -> None:
        given = sources(0.0, 1e-12, 0.5, 0.5)
        found = spread(given, 0.01, HOUR)
        assert found.seconds["P0"] == found.seconds["P1"] == HOUR
        assert found.seconds["P2"] < HOUR
        assert isclose(spent(found, given), 0.01)

    def test_a_promise_that_cannot_be_kept(self) -> None:
        given = sources(*[0.1] * 100, 0.0)
        found = spread(given, 0.01, HOUR)
        assert not found.kept
        assert set(found.seconds.values()) == {101 / 0.01}
        assert found.greatest == 101 / 0.01
        assert isclose(spent(found, given), 0.01)

    def test_one_that_can_just_be_kept(self) -> None:
        found = spread(sources(0.1, 0.2), 2 / HOUR, HOUR)
        assert found.kept
        assert set(found.seconds.values()) == {HOUR}

    def test_nothing_to_spend_and_nothing_to_look_at(self) -> None:
        assert spread(sources(0.1), 0.0, HOUR) == Distances({"P0": inf}, inf, kept=False)
        assert spread([], 1.0, HOUR) == Distances({}, 0.0, kept=True)
        assert spread([], 0.0, HOUR).kept

    @given(st.lists(st.tuples(costs, rates), max_size=30), st.floats(0.001, 10), st.floats(60, DAY))
    def test_what_is_spent_and_promised_is_kept(
        self, given: list[tuple[float, float]], requests: float, age: float
    ) -> None:
        listed = [Source(f"P{n}", cost, rate) for n, (cost, rate) in enumerate(given)]
        found = spread(listed, requests, age)
        assert set(found.seconds) == {source.id for source in listed}
        assert spent(found, listed) <= requests * (1 + 1e-6)
        if found.kept:
            assert found.greatest <= age

    @given(st.lists(rates, min_size=1, max_size=20), st.floats(0.01, 1))
    def test_it_is_never_worse_than_looking_at_all_in_turn(
        self, given: list[float], requests: float
    ) -> None:
        listed = sources(*given)
        found = spread(listed, requests, 1000 * DAY)
        delay = sum(source.rate * found.seconds[source.id] for source in listed)
        in_turn = sum(given) * len(given) / requests
        assert delay <= in_turn * (1 + 1e-6)


class TestExpect:
    def test_haste_halves_and_halves(self) -> None:
        assert haste(PATIENCE) == haste(0) / 2
        assert haste(-5) == haste(0)

    def test_zeal_of_people_who_finish_and_of_people_who_do_not(self) -> None:
        assert learn_zeal([]) == 1.0
        eager = learn_zeal([(HOUR, True)] * 50)
        lazy = learn_zeal([(30 * DAY, False)] * 50)
        assert eager > 1 > lazy > 0
        assert learn_zeal([(-HOUR, True)]) == 2.0

    def test_zeal_is_what_makes_expectations_true(self) -> None:
        """Summed over their time in flight, as many results are expected as came."""
        lives = [(HOUR * n, n % 3 == 0) for n in range(1, 3000)]
        zeal = learn_zeal(lives)
        steps = 200
        expected = sum(
            zeal * haste(seconds * (step + 0.5) / steps) * seconds / steps
            for seconds, _ in lives[::50]
            for step in range(steps)
        )
        assert isclose(expected, sum(came for _, came in lives[::50]), rel_tol=0.1)

    def test_what_was_seen_counts_more_with_time(self) -> None:
        fresh, known = expect(0, 0.0, 0.01), expect(0, WINDOW, 0.01)
        assert fresh == 0.01
        assert isclose(known, 0.01 / 3)
        assert expect(0, 50 * WINDOW, 0.01) == known
        assert expect(0, -1.0, 0.01) == fresh
        assert isclose(expect(30, WINDOW, 0.0), 30 / (WINDOW + PRIOR))


class TestChoose:
    DISTANCES = Distances({"a": 100.0, "b": 10.0, "c": 1000.0, "d": inf}, 1000.0, kept=True)

    def names(
        self, given: list[Source], now: float, requests: float, slack: float = 0.0
    ) -> tuple[list[str], list[str]]:
        chosen, waiting = choose(given, self.DISTANCES, now, requests, slack)
        return [s.id for s in chosen], [s.id for s in waiting]

    def test_whose_distance_has_passed_the_most_urgent_first(self) -> None:
        given = [Source(name, 1.0, 0.1, looked_at=0.0) for name in "abcd"]
        assert self.names(given, 200.0, 10) == (["b", "a"], [])
        assert self.names(given, 5.0, 10) == ([], [])
        assert self.names(given, 5.0, 10, slack=5.0) == (["b"], [])

    def test_hints_and_newcomers_come_first(self) -> None:
        given = [
            Source("b", 1.0, 0.1, looked_at=0.0),
            Source("d", 1.0, 0.1, looked_at=0.0, hinted=True),
            Source("c", 1.0, 0.1),
            Source("unknown", 1.0, 0.1, looked_at=0.0),
        ]
        assert self.names(given, 10.0, 10) == (["d", "c", "unknown", "b"], [])

    def test_who_is_due_but_has_to_wait(self) -> None:
        given = [Source(name, cost, 0.1) for name, cost in (("a", 2.0), ("b", 2.0), ("c", 1.0))]
        assert self.names(given, 0.0, 3.0) == (["a", "c"], ["b"])

    def test_one_look_at_least(self) -> None:
        given = [Source("a", 50.0, 0.1), Source("b", 50.0, 0.1)]
        assert self.names(given, 0.0, 3.0) == (["a"], ["b"])


def test_a_busy_one_and_a_quiet_one_over_ten_hours() -> None:
    """Looks follow one another in the distances that were planned."""
    given = sources(0.09, 0.01)
    found = spread(given, 0.1, HOUR)
    assert isclose(found.seconds["P0"] / found.seconds["P1"], 1 / sqrt(9))
    looks = {"P0": 0, "P1": 0}
    looked = dict.fromkeys(looks, 0.0)
    for now in range(36_000):
        listed = [Source(s.id, 1.0, s.rate, looked[s.id]) for s in given]
        for source in choose(listed, found, float(now), 1.0)[0]:
            looks[source.id] += 1
            looked[source.id] = float(now)
    assert looks["P0"] == pytest.approx(3 * looks["P1"], rel=0.1)
