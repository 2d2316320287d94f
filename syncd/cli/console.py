"""Tables and lines on standard output for people, progress on standard error."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from syncd.cli.options import Options
from syncd.cli.output import plain

# Wide enough that nothing is wrapped or cut when there is no terminal to fit into.
_UNBOUND = 4096


def counted(number: int, what: str) -> str:
    """``1 change``, ``2 changes``."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def open_console(stream: TextIO | None = None) -> Console:
    """A console on ``stream`` (standard output by default).

    Colours only on a terminal and not with ``NO_COLOR``; in a pipe or file no control character
    and no line broken to fit. Markup in texts is shown as it is, not obeyed.
    """
    stream = stream or sys.stdout
    return Console(
        file=stream,
        width=None if stream.isatty() else _UNBOUND,
        force_terminal=None if stream.isatty() else False,
        markup=False,
        emoji=False,
        highlight=False,
    )


def print_table(
    console: Console,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    title: str = "",
    numbers: Iterable[str] = (),
) -> None:
    """A table of ``rows``; the columns named in ``numbers`` are set to the right."""
    right = set(numbers)
    table = Table(
        box=SIMPLE_HEAD, pad_edge=False, show_edge=False, title=title or None, title_justify="left"
    )
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(plain("" if cell is None else cell)) for cell in row))
    if console.is_terminal:
        console.print(table)
        return
    # Without a terminal the padding at the ends of lines only gets in the way.
    with console.capture() as capture:
        console.print(table)
    for line in capture.get().splitlines():
        console.out(line.rstrip(), highlight=False)


@contextmanager
def progress(options: Options, text: str) -> Iterator[Callable[[str], None]]:
    """Show ``text`` with a spinner while the body runs; call what is given to change the text.

    Only on a terminal, and on standard error, so that it never mixes with what is asked for.
    """
    if options.json or options.verbose or not sys.stderr.isatty():
        yield lambda _text: None
        return
    console = open_console(sys.stderr)
    with console.status(Text(plain(text))) as status:
        yield lambda text: status.update(Text(plain(text)))
