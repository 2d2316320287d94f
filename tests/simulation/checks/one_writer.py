"""Promise 10: one writer."""

from tests.simulation.history import History


def check(history: History) -> None:
    """What different runs do never takes turns: who came later is alone from then on."""
    last, over = 0, set[int]()
    for pid in history.acts:
        if pid == last:
            continue
        if pid in over:
            history.complain("10 one writer", f"run {pid} went on after run {last} began")
            over.discard(pid)
        if last:
            over.add(last)
        last = pid
