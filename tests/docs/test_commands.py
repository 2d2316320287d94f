"""Every command the documentation shows exists, with the options shown."""

import re
import runpy
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from syncd.cli.app import app
from tests.docs.pages import PAGES, ROOT, Page, page

# At the start of a line or of a part of it, or below a bin: "sudo -u syncd" is a user.
_CALL = re.compile(r"(?:(?:^|[;(&|`]) *|bin/)syncd (?=[a-zA-Z-])([^`)|&;>#\n]*)")


def root() -> Any:
    return typer.main.get_command(app)


def find(words: list[str]) -> tuple[Any, list[str]]:
    """The command that ``words`` name, and the words after it; fails if there is none."""
    here, rest = root(), list(words)
    while rest and hasattr(here, "commands"):
        if rest[0].startswith("-"):
            rest.pop(0)
            continue
        word = rest.pop(0)
        assert word in here.commands, f"there is no command {word!r} in `syncd {' '.join(words)}`"
        here = here.commands[word]
    return here, rest


def calls(text: str) -> Iterator[list[str]]:
    """The words after ``syncd`` of every call in a line of shell or in inline code."""
    for line in text.replace("\\\n", " ").splitlines():
        for call in _CALL.findall(line.split("  #")[0]):
            words = shlex.split(call.replace("'", "").strip(" .,:"))
            if words and not words[0].isupper():
                yield words


def shown(page: Page) -> Iterator[list[str]]:
    for language, block in page.blocks:
        if language in ("sh", "ini", "text"):
            yield from calls(block)
    for code in page.inline:
        if code.startswith("syncd "):
            yield from calls(code)


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_commands_exist(page: Page) -> None:
    for words in shown(page):
        command, rest = find(words)
        spellings = {s for p in (*command.params, *root().params) for s in p.opts} | {"--help"}
        options = [word.split("=")[0] for word in rest if word[0] == "-" != word]
        unknown = [option for option in options if option not in spellings]
        assert not unknown, f"{page}: `syncd {' '.join(words)}` has no {unknown}"


def test_the_search_finds_what_is_there() -> None:
    """A search that finds nothing would let everything pass."""
    found = {" ".join(w[:2]) for p in PAGES for w in shown(p)}
    wanted = {"attention list", "attention retry", "db upgrade", "plan --json", "init"}
    assert wanted <= found
    assert ["reconcile", "--approve", "3f9c1a20b7de"] in list(
        shown(page("docs/how-to/when-a-guard-refuses.md"))
    )
    with pytest.raises(AssertionError, match="no command"):
        find(["nonsense"])


def test_the_first_two_commands_of_the_readme() -> None:
    blocks = [body for language, body in page("README.md").blocks if language == "sh"]
    assert blocks[0].splitlines() == ["make demo", "make test"]
    assert "exec make test" in (ROOT / ".ci/run").read_text()


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_make_targets_exist(page: Page) -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    code = [*(body for _, body in page.blocks), *page.inline]
    for text in code:
        for named in re.findall(r"^make (\w+)", text, re.MULTILINE):
            assert named in targets, f"{page}: there is no `make {named}`"


def test_the_commands_page_is_what_the_program_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    for name in ("commands_page", "metrics_page"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    generated: dict[Path, str] = runpy.run_path(str(ROOT / "docs/generate.py"))["generated"]()
    commands = ROOT / "docs/reference/commands.md"
    assert commands in generated
    for path, text in generated.items():
        assert path.read_text("utf-8") == text, f"{path.name}: run `make docs`"
    for name, command in root().commands.items():
        for inner in getattr(command, "commands", {"": None}):
            assert f"## `{' '.join(['syncd', name, inner]).strip()}`" in generated[commands]
