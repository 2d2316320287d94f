"""Reference pages name everything the program has, and nothing it has not."""

import ast
import re
from collections.abc import Iterator

import pytest

from syncd.ats.registry import connector, known_types
from syncd.errors import ExitCode
from syncd.journal import machine
from syncd.journal.machine import State
from syncd.phases import applicants, postings, results
from syncd.phases.applicants.matters import PROBLEM_KINDS
from syncd.phases.writeback import phase as writeback
from syncd.plan import ONCE
from syncd.policy import guard
from syncd.store.tables import metadata
from tests.docs.pages import ROOT, page, rows

HOW_TO = page("docs/how-to/when-something-needs-a-person.md")
KINDS = page("docs/reference/attention-kinds.md")
TABLES = page("docs/reference/state-tables.md")
JOURNAL = page("docs/explanation/journal.md")

_TYPES = {
    "VARCHAR": "text", "TEXT": "text", "DOUBLE": "number", "BOOLEAN": "yes or no",
    "INTEGER": "whole number", "JSON": "JSON",
}  # fmt: skip


def told_kinds() -> Iterator[str]:
    """Every kind that a ``ctx.tell`` anywhere in the program can report, read from its source."""
    for path in sorted((ROOT / "syncd").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "tell"
                and ast.unparse(node.func.value) == "ctx"
            ):
                yield from _kinds_in(node.args[0])


def _kinds_in(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _kinds_in(node.body)
        yield from _kinds_in(node.orelse)
    elif ast.unparse(node).startswith("PROBLEM_KINDS["):
        yield from PROBLEM_KINDS.values()
    else:
        pytest.fail(f"this test cannot tell which kinds {ast.unparse(node)} stands for")


def documented(text: str) -> set[str]:
    return set(re.findall(r"^### (\w+\.\w+)$", text, re.MULTILINE))


def test_every_kind_has_a_section_that_says_what_to_do() -> None:
    told = set(told_kinds())
    assert len(told) > 20
    assert documented(HOW_TO.text) == told
    for kind in told:
        assert len(HOW_TO.section(kind).split()) > 10, kind


def test_every_kind_is_in_the_table() -> None:
    assert [row[0].strip("`") for row in rows(KINDS.text)] == list(
        dict.fromkeys(row[0].strip("`") for row in rows(KINDS.text))
    )
    assert {row[0].strip("`") for row in rows(KINDS.text)} == set(told_kinds())


def test_every_kind_is_stored_by_a_phase() -> None:
    """What no phase settles would be told and never listed."""
    assert set(told_kinds()) <= (
        postings.KINDS | applicants.KINDS | results.KINDS | writeback.KINDS
    )


def test_every_table_and_column_is_named() -> None:
    named = [h for h in TABLES.headings if h in metadata.tables]
    assert set(named) == set(metadata.tables)
    assert len(TABLES.headings) == len(metadata.tables) + 1
    for name, table in metadata.tables.items():
        shown = [(row[0].strip("`"), row[1]) for row in rows(TABLES.section(name))]
        assert shown == [(column.name, _kind(column)) for column in table.columns], name
        assert all(row[2] for row in rows(TABLES.section(name)))


def _kind(column) -> str:  # type: ignore[no-untyped-def]
    kind = _TYPES[str(column.type).split("(")[0]]
    if column.primary_key:
        return f"{kind}, **key**"
    return f"{kind}, *optional*" if column.nullable else kind


@pytest.mark.parametrize(
    ("name", "named"), [("docs/reference/exit-codes.md", True), ("README.md", False)]
)
def test_every_exit_code_is_there(name: str, named: bool) -> None:
    table = rows(page(name).section("Exit codes"))[: len(ExitCode)]
    assert [int(row[0]) for row in table] == [int(code) for code in ExitCode]
    if named:
        assert [row[1].upper() for row in table] == [code.name for code in ExitCode]


@pytest.mark.parametrize("ats", known_types())
def test_the_capabilities_are_those_of_the_connector(ats: str) -> None:
    shown = {
        row[0].strip("`"): row[1]
        for row in rows(page(f"docs/reference/{ats}.md").section("Capabilities"))
    }
    able = connector(ats).capabilities
    assert shown == {
        name: "yes" if getattr(able, name) else "no" for name in able.__dataclass_fields__
    }


def test_the_journal_page_has_the_states_and_steps_of_the_machine() -> None:
    diagram = next(body for language, body in JOURNAL.blocks if language == "mermaid")
    steps = set(re.findall(r"^ +(\w+) --> (\w+)", diagram, re.MULTILINE))
    states = {state.value for state in State}
    assert {word for step in steps for word in step} == states
    assert [row[0].strip("`") for row in rows(JOURNAL.section("The life of a write"))] == [
        state for state in dict.fromkeys(r[0].strip("`") for r in _state_rows()) if state in states
    ]
    assert {r[0].strip("`") for r in _state_rows()} == states
    dispatched = {a for a, b in steps if b == "sent"}
    assert dispatched == {state.value for state in machine.DISPATCHABLE}
    assert {b for a, b in steps if a == "sent"} == _reached_from_sent()


def _state_rows() -> list[list[str]]:
    return rows(JOURNAL.section("The life of a write"))


def _reached_from_sent() -> set[str]:
    """Where the machine itself goes from ``sent``."""
    sent = machine.dispatch(machine.Entry(State.INTENDED), 0.0)
    once = machine.miss(sent, 1_000.0, 300.0)
    after = (
        machine.confirm(sent, 1.0),
        machine.revert(sent, {}),
        machine.refuse(sent, 1.0, {}),
        machine.doubt(sent, 1.0, {}, repeatable=True),
        machine.miss(once, 2_000.0, 300.0),
        machine.give_up(sent, 1.0),
    )
    return {entry.state.value for entry in after}


def test_the_writes_that_are_made_once_are_named() -> None:
    paragraph = JOURNAL.section("What an outcome means")
    named = set(re.findall(r"`([a-z]+\.[a-z]+)`", paragraph))
    assert named == {kind.value for kind in ONCE}


def test_the_guards_are_named() -> None:
    table = rows(page("docs/how-to/when-a-guard-refuses.md").section("The guards"))
    assert {row[0].strip("`") for row in table} == {guard.ARCHIVE, guard.UPDATE, guard.INGEST}


def test_the_readme_makes_ten_promises() -> None:
    section = page("README.md").section("What it promises")
    assert re.findall(r"^(\d+)\.", section, re.MULTILINE) == [str(n) for n in range(1, 11)]


def test_the_changelog_begins_with_the_present_version() -> None:
    import syncd

    versions = re.findall(r"^## (\S+)", page("CHANGELOG.md").text, re.MULTILINE)
    assert versions[0] == syncd.__version__
