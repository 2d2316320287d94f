"""What the commands are given: typed options arrive as the agreed values.

The bodies of commands stand in modules of their own; here one that notes what it is given stands
in their place.
"""

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from syncd.cli.app import main
from syncd.cli.options import Options
from syncd.errors import ExitCode


class Noted(ModuleType):
    """A command's module whose every function notes its arguments."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.calls: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)

        def note(*arguments: Any) -> ExitCode:
            self.calls.append((name, *arguments))
            return ExitCode.ATTENTION

        return note


@pytest.mark.parametrize(
    ("line", "module", "call"),
    [
        ("plan", "plan", ("run", Options(), None, ())),
        (
            "plan --connection acme --only writeback,postings --json",
            "plan",
            ("run", Options(json=True), "acme", ("postings", "writeback")),
        ),
        ("reconcile", "reconcile", ("run", Options(), None, (), (), 0.0)),
        (
            "-v --log-format json reconcile --approve abc --approve '' --wait 2.5 -v",
            "reconcile",
            ("run", Options(log_format="json", verbose=2), None, (), ("abc", "''"), 2.5),
        ),
        ("status --config x.toml", "status", ("run", Options(config=Path("x.toml")))),
        ("check", "check", ("run", Options())),
        ("demo --seed 7", "demo", ("run", Options(), 7)),
        ("sandbox --port 0", "sandbox", ("run", Options(), 0)),
        ("attention list", "attention", ("list_", Options())),
        ("attention retry a b", "attention", ("retry", Options(), ("a", "b"))),
        ("attention --json dismiss a", "attention", ("dismiss", Options(json=True), ("a",))),
    ],
)
def test_a_line_becomes_a_call(
    monkeypatch: pytest.MonkeyPatch, line: str, module: str, call: tuple[Any, ...]
) -> None:
    noted = Noted(f"syncd.cli.{module}")
    monkeypatch.setitem(sys.modules, noted.__name__, noted)
    with pytest.raises(SystemExit) as ended:
        main(line.split())
    assert noted.calls == [call]
    assert ended.value.code == ExitCode.ATTENTION
