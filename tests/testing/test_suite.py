"""The suite notices what connectors get wrong: a right one is spoilt, one line at a time."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from syncd.testing import Conformance

STRANGER = Path(__file__).parent / "stranger"
SOURCE = (STRANGER / "src/tinyhire/__init__.py").read_text("utf-8")

# What is wrong, the line as it should be, as it is, and the test that must fail.
DEFECTS = {
    "the cursor is the end of the reading": (
        "moment_text(started - OVERLAP)",
        "moment_text(as_of + 1)",
        "test_nobody_is_lost_while_rows_move_between_pages",
    ),
    "changes do not overlap": (
        "OVERLAP = 300.0",
        "OVERLAP = 0.0",
        "test_what_is_listed_late_is_not_missed",
    ),
    "only the first page is read": (
        "after = _last_id(rows)\n            yield App",
        'after = ""\n            yield App',
        "test_everybody_comes_once_and_the_cursor_at_the_end",
    ),
    "it resumes at the beginning": (
        "since, started, after = _read_point(resume)",
        "since, started, _ = _read_point(resume)",
        "test_a_reading_goes_on_at_its_last_page",
    ),
    "a page that cannot be read ends the list": (
        "        answer = await self._session.read(path, params=params)\n",
        "        try:\n"
        "            answer = await self._session.read(path, params=params)\n"
        "        except RemoteError:\n"
        "            return [], self.remote_now()\n",
        "test_a_list_that_is_cut_short_never_looks_whole",
    ),
    "an unknown state opens a job": (
        "JobState.DRAFT)",
        "JobState.OPEN)",
        "test_a_state_that_nobody_knows_opens_nothing",
    ),
    "who is rejected is not told": (
        "rejected=row.rejected,",
        "",
        "test_who_is_out_is_told_to_be_out[Deed.REJECT]",
    ),
    "a note is lost": (
        'await self._write("POST", f"{_path(application.id)}/notes", {"text": text}, slot)',
        "slot.used = True",
        "test_it_does_what_it_says_and_nothing_beside_it[note]",
    ),
    "a note is written twice": (
        "        answer = await self._session.write(method, path, slot=slot, json=body)\n",
        "        again = await self._session.reserve()\n"
        "        await self._session.write(method, path, slot=again, json=body)\n"
        "        answer = await self._session.write(method, path, slot=slot, json=body)\n",
        "test_it_does_what_it_says_and_nothing_beside_it[note]",
    ),
    "HTML is a success": (
        "answer.json()  # a success",
        "pass  # a success",
        "test_a_lost_answer_proves_nothing[FaultKind.HTML,note]",
    ),
    "what is not declared is done silently": (
        'raise _unable("tag somebody")',
        "return None",
        "test_what_is_not_declared_is_refused_and_not_sent",
    ),
    "the key is in the query": (
        "answer = await self._session.read(path, params=params)",
        "answer = await self._session.read(path, params={**params, "
        '"key": self._settings.key.get_secret_value()})',
        "test_addresses_hold_nobody_and_no_secret",
    ),
    "a check of stages sees nothing": (
        "any(stage.is_called(name) for stage in STAGES)",
        "True",
        "test_a_stage_that_is_not_there_is_found_missing",
    ),
    "settings of another type are taken": (
        "if not isinstance(settings, TinyhireSettings):",
        "if settings is None:",
        "test_settings_of_another_type_are_refused",
    ),
    "every applicant is asked for one by one": (
        "found = [application_of(raw) for raw in rows]",
        "found = [await self.application(mapping_of(raw)['id']) for raw in rows]",
        "test_reading_takes_as_few_requests_as_are_declared[changes]",
    ),
    "the stage is moved by its name": (
        '{"stage": stage.id}',
        '{"stage": stage.name}',
        "test_a_whole_cycle",
    ),
}


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Makes the fake of a connector of which the source is given."""
    monkeypatch.syspath_prepend(str(STRANGER / "tests"))
    names = ("tinyhire", "tinyhire_fake")

    def make(source: str) -> Any:
        module = ModuleType("tinyhire")
        exec(compile(source, "tinyhire", "exec"), vars(module))
        monkeypatch.setitem(sys.modules, "tinyhire", module)
        sys.modules.pop("tinyhire_fake", None)
        import tinyhire_fake  # type: ignore[import-not-found]

        monkeypatch.setattr(
            "syncd.passes.opening.registry.connector", lambda _: replace(module.connector)
        )
        return tinyhire_fake.TinyhireFake

    yield make
    for name in names:
        sys.modules.pop(name, None)


def play(fake: Any, named: str) -> None:
    """One test of the suite, by its name and arguments, as pytest would run it."""
    from syncd.sandbox.faults import FaultKind
    from syncd.testing import Deed

    name, _, told = named.partition("[")
    words = told.rstrip("]").split(",") if told else []
    kinds: dict[str, Any] = {"Deed": Deed, "FaultKind": FaultKind}
    values = [kinds[w.split(".")[0]][w.split(".")[1]] if "." in w else w for w in words]
    test = getattr(Conformance, name)
    suite = type("Suite", (Conformance,), {"fake": fake})()
    marks = [mark for mark in getattr(test, "pytestmark", []) if mark.name == "parametrize"]
    order = [mark.args[0] for mark in marks]
    by_name = {}
    for value in values:
        kind = {Deed: "deed", FaultKind: "kind"}.get(type(value))
        by_name[kind or next(n for n in order if n in ("write", "what"))] = value
    suite.setup_method()
    try:
        test(suite, **by_name)
    finally:
        suite.teardown_method()


@pytest.mark.parametrize("what", DEFECTS)
def test_a_defect_is_noticed(fake: Any, what: str) -> None:
    right, wrong, named = DEFECTS[what]
    assert SOURCE.count(right) >= 1, "the line is not there any more"
    play(fake(SOURCE), named)
    spoilt = fake(SOURCE.replace(right, wrong))
    with pytest.raises((Exception, pytest.fail.Exception)):
        play(spoilt, named)
