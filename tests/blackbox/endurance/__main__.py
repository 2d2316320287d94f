"""``make endurance`` calls it: play for some minutes, show a table, 1 if anything was wrong."""

import argparse
import sys

from .play import Report, middle_and_tail, play

_ROWS = 20


def main() -> int:
    """Play what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.blackbox.endurance", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--connections", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    report = play(given.minutes * 60, given.connections, given.seed)
    show(report)
    return 1 if report.wrong else 0


def show(report: Report) -> None:
    """What was seen, for people."""
    print("  minute   MiB   files  threads  CPU")
    before = None
    for step in range(_ROWS + 1) if report.samples else ():
        one = report.at(report.seconds * step / _ROWS)
        share = (one.cpu - before.cpu) / max(0.1, one.at - before.at) if before else 0.0
        print(f"  {one.at / 60:6.1f} {one.rss:6.1f} {one.files:6d} {one.threads:8d} {share:5.0%}")
        before = one
    print(f"{report.invited} invited, {report.told} told")
    for what, delays in sorted(report.delays.items()):
        half, tail = middle_and_tail(delays)
        print(f"{what}: median {half:.1f} s, 95 % within {tail:.1f} s")
    print("webhooks answered:", dict(sorted(report.webhooks.items())))
    print("slowest answer:", {path: f"{took:.2f} s" for path, took in report.slowest.items()})
    print(f"{report.lines} lines in the log; SIGTERM to end: {report.ended_in:.1f} s")
    print("\n".join(report.wrong) if report.wrong else "nothing was wrong")


if __name__ == "__main__":
    sys.exit(main())
