"""Every behaviour and every unknown has its line, and the tests that it names exist."""

import ast
import re
from functools import cache

import pytest

from tests.docs.pages import ROOT, page

PAGE = page("docs/explanation/nothing-forgotten.md")
BEHAVIOURS, UNKNOWNS = 50, 30

_LINE = re.compile(r"^\| (U?\d+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
_NAME = re.compile(r"`(tests/[^`]+)`")
_OTHERWISE = ("still to come", "does not apply: ")

LINES = _LINE.findall(PAGE.text)


def test_there_is_a_line_for_each_in_order() -> None:
    numbers = [number for number, _, _ in LINES]
    assert numbers == [
        *(str(number) for number in range(1, BEHAVIOURS + 1)),
        *(f"U{number}" for number in range(1, UNKNOWNS + 1)),
    ]
    drawn = [row for row in PAGE.text.splitlines() if row.startswith("|")]
    tables = PAGE.text.count("\n| --- ")
    assert len(drawn) == len(LINES) + 2 * tables, "a line of a table is not read"


@pytest.mark.parametrize(("number", "what", "shown"), LINES, ids=[line[0] for line in LINES])
def test_each_line_names_tests_that_exist_or_says_why_not(
    number: str, what: str, shown: str
) -> None:
    names = _NAME.findall(shown)
    assert shown.count("::") == sum(name.count("::") for name in names), f"{number}: half a name"
    assert names or any(words in shown for words in _OTHERWISE), f"{number} names nothing"
    assert len(set(names)) == len(names), f"{number} names a test twice"
    for name in names:
        path, _, inside = name.partition("::")
        assert inside in names_in(path), f"{number}: there is no {name}"


def test_the_search_finds_what_is_there_and_no_more() -> None:
    here = "tests/docs/test_nothing_forgotten.py"
    assert "test_there_is_a_line_for_each_in_order" in names_in(here)
    assert "names_in" not in names_in(here)
    assert "TestMissing::test_an_empty_list_is_a_guards_matter" in names_in(
        "tests/phases/test_jobs.py"
    )
    assert names_in("tests/phases/nowhere.py") == frozenset()


@cache
def names_in(path: str) -> frozenset[str]:
    """The tests of a file, those in classes as ``Class::test``; parametrised ones once."""
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    found: set[str] = set()
    for node in ast.parse(file.read_text("utf-8")).body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        prefix = f"{node.name}::" if isinstance(node, ast.ClassDef) else ""
        for one in inside:
            if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
                found.add(prefix + one.name)
    return frozenset(name for name in found if name.split("::")[-1].startswith("test_"))
