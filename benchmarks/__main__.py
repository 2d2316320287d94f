"""``python -m benchmarks [CASE…]``: measure and print a table; without names, everything."""

import sys

from benchmarks.cases import CASES
from benchmarks.table import Line, show


def main() -> None:
    names = sys.argv[1:] or list(CASES)
    if unknown := [name for name in names if name not in CASES]:
        sys.exit(f"There is no benchmark {', '.join(unknown)}; there is {', '.join(CASES)}.")
    lines: list[Line] = []
    for name in names:
        lines += CASES[name]()
    show(lines)


if __name__ == "__main__":
    main()
