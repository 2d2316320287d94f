"""What is printed for people, on a terminal and elsewhere."""

import io
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from syncd.cli.console import open_console, print_table, progress
from syncd.cli.options import Options
from syncd.cli.output import plain
from tests.cli.process import environment

PROGRAM = """
import sys
from syncd.cli.console import open_console, print_table, progress
from syncd.cli.options import Options
with progress(Options(), "reading") as show:
    show("writing")
console = open_console()
print_table(console, ["job", "open"], [["x" * 90, 3]], title="Jobs", numbers=["open"])
console.print("done", style="bold green")
"""


def on_terminal(tmp_path: Path, env: dict[str, str]) -> str:
    """What PROGRAM writes to a terminal of 80 columns."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        stdin=subprocess.DEVNULL,
        stdout=slave,
        stderr=slave,
        env=environment(tmp_path, {"TERM": "xterm-256color", "COLUMNS": "80", **env}),
    )
    os.close(slave)
    said = b""
    while True:
        try:
            part = os.read(master, 4096)
        except OSError:  # the terminal is gone with its last user
            break
        if not part:
            break
        said += part
    os.close(master)
    assert process.wait(60) == 0
    return said.decode()


def test_a_pipe_gets_whole_lines_and_no_control_character() -> None:
    stream = io.StringIO()
    console = open_console(stream)
    rows = [["a" * 150, 1], ["[bold]not markup[/bold]", 20], ["ends\x1b[31m\u202e\nhere", None]]
    print_table(console, ["job", "open"], rows, title="Jobs", numbers=["open"])
    console.print("a long sentence of many words " * 10, style="red")
    text = stream.getvalue()
    lines = [line for line in text.splitlines() if line]
    assert lines[0] == "Jobs"
    assert lines[1].split() == ["job", "open"]
    assert lines[3].split() == ["a" * 150, "1"]
    assert lines[4].split() == ["[bold]not", "markup[/bold]", "20"]
    assert lines[5] == "ends\ufffd[31m\ufffd here"
    assert len(lines) == 7
    assert not any(line != line.rstrip() for line in lines[:-1])
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", text)


def test_a_terminal_gets_colour_and_progress_unless_it_asks_for_none(tmp_path: Path) -> None:
    coloured = on_terminal(tmp_path, {})
    assert "\x1b[1;32mdone" in coloured
    assert "reading" in coloured or "writing" in coloured
    assert "\x1b[1;32m" not in on_terminal(tmp_path, {"NO_COLOR": "1"})


def test_no_line_is_wider_than_the_terminal(tmp_path: Path) -> None:
    said = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", on_terminal(tmp_path, {"NO_COLOR": "1"}))
    assert max(len(line) for line in said.splitlines()) <= 80
    assert said.count("x") == 90


def test_progress_is_silent_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with progress(Options(), "reading") as show:
        show("writing")
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Café 👩‍💻 naïve", "Café 👩‍💻 naïve"),
        ("a\tb\nc", "a b c"),
        ("\x1b]0;x\x07", "\ufffd]0;x\ufffd"),
        ("\u202eabc", "\ufffdabc"),
        (7, "7"),
    ],
)
def test_plain_text_cannot_steer_a_terminal(text: object, shown: str) -> None:
    assert plain(text) == shown
