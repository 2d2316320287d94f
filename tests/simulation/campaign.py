"""Many runs on all cores: seeds first, then a run for every crash point that none of them hit."""

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from functools import partial
from itertools import islice
from pathlib import Path

from tests.simulation.play import Play, State, play_through
from tests.simulation.sites import Site
from tests.simulation.tally import USUAL, Spot, Tally, count

CHUNK = 10
ROUNDS = 5  # a run that is cut may come by points that no run came by before

_KEPT = Path(__file__).with_name("kept.txt")

Told = Callable[[str, int, int, Tally], None]


def kept() -> list[int]:
    """Seeds that failed once: they are played in every test run."""
    lines = _KEPT.read_text().splitlines()
    return sorted({int(line.split()[0]) for line in lines if line and not line.startswith("#")})


def keep(seeds: Iterable[int], why: str) -> None:
    """Add seeds to those that are kept."""
    new = sorted(set(seeds) - set(kept()))
    if not new:
        return
    with _KEPT.open("a") as file:
        file.writelines(f"{seed}  {why}\n" for seed in new)


def play_seeds(seeds: Sequence[int], state: State, ats: str = USUAL) -> Tally:
    """Play seeds one after another, with an account of ``ats``."""
    total = Tally()
    for seed in seeds:
        one = Play(seed, state, ats=ats)
        total.add(count(one, play_through(one)))
    return total


def play_cuts(cuts: Sequence[tuple[Site, Spot]], state: State) -> Tally:
    """Cut the power at given points. A run that does not come by its point is a violation, for the
    same seed must give the same run."""
    total = Tally()
    for site, spot in cuts:
        one = Play(spot.seed, state, spot.cuts, spot.ats)
        history = play_through(one)
        if site not in history.cuts:
            history.complain("determinism", f"point {spot.point} is another one now, not {site}")
        total.add(count(one, history, spot.cuts))
    return total


def run(seeds: Sequence[int], told: Told, *, ats: str = USUAL, workers: int | None = None) -> Tally:
    """Play ``seeds``, then cut where no cut was yet; ``told`` hears how far it is."""
    total = Tally()
    context = multiprocessing.get_context("spawn")
    workers = workers or os.cpu_count() or 1
    with ProcessPoolExecutor(workers, context, initializer=_start) as pool:
        chunks = [(partial(play_seeds, ats=ats), chunk) for chunk in _chunks(seeds)]
        _gather(pool, total, "seeds", len(seeds), chunks, told)
        for _ in range(ROUNDS):
            cuts = sorted(total.untouched.items(), key=lambda item: (item[1], str(item[0])))
            if not cuts:
                break
            tasks = [(play_cuts, chunk) for chunk in _chunks(cuts)]
            _gather(pool, total, "crash points", len(cuts), tasks, told)
    return total


def _gather(
    pool: ProcessPoolExecutor,
    total: Tally,
    what: str,
    most: int,
    tasks: Iterable[tuple[Callable[..., Tally], Sequence[object]]],
    told: Told,
) -> None:
    futures: dict[Future[Tally], int] = {
        pool.submit(_work, play, items): len(items) for play, items in tasks
    }
    done = 0
    for future in as_completed(futures):
        total.add(future.result())
        done += futures[future]
        told(what, done, most, total)


def _chunks(items: Sequence[object]) -> Iterator[Sequence[object]]:
    rest = iter(items)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


_state: State | None = None
_sent: dict[Site, Spot] = {}


def _start() -> None:
    global _state
    _state = State()


def _work(play: Callable[[Sequence[object], State], Tally], items: Sequence[object]) -> Tally:
    assert _state is not None
    tally = play(items, _state)
    # A crash point is long to tell, and told again only where a shorter run came by it.
    news = {s: spot for s, spot in tally.first.items() if s not in _sent or spot < _sent[s]}
    tally.first = news
    _sent.update(news)
    return tally
