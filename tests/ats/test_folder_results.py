"""What is told: safe before it counts, in one file a pass, once, harmless to a spreadsheet."""

import csv
import os
from pathlib import Path
from typing import Any

import pytest

from syncd.ats.port import Ats
from syncd.errors import HoldLost, NotSent, Rejected
from syncd.model.ats import Application, Note, Stage, Told
from syncd.model.marks import sign_note
from tests.ats.test_folder_files import HEADER, ROW, Place

PASSED = Told("completed", 87.456)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    place.put("applications.csv", f"{HEADER}\n{ROW}\n8,REQ-1,,Applied,2026-11-23\n")
    return place


def files(place: Place) -> list[str]:
    folder = place.folder / "results"
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def told(place: Place) -> list[dict[str, str]]:
    (path,) = (place.folder / "results").glob("*.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


async def note(ats: Ats, text: str, id_: str = "007") -> Application:
    one = await ats.application(id_)
    assert one is not None
    await ats.add_note(one, text, await ats.reserve(), about=PASSED)
    return one


def test_a_pass_makes_one_file_with_a_row_for_each(place: Place) -> None:
    async def work(ats: Ats) -> None:
        one = await note(ats, sign_note("First", "00000001"))
        await ats.set_score(one, 87.456, await ats.reserve(), about=PASSED)
        await ats.add_tags(one, ["a", "b"], await ats.reserve(), about=PASSED)
        await ats.move(one, Stage("x", "Phone Screen"), await ats.reserve(), about=PASSED)
        await ats.add_tags(one, ["c"], await ats.reserve(), about=PASSED)
        await ats.add_note(one, sign_note("Second", "00000002"), await ats.reserve())
        await note(ats, "Other", "8")
        assert [name[:8] for name in files(place)] == [".staged-"]

    place.play(work)
    assert files(place) == ["2026-05-28T20-26-42Z.csv"]
    first, second = told(place)
    assert (
        first
        == {
            "application_id": "007",
            "job_id": "REQ-1",
            "status": "completed",
            "score": "87.46",
            "stage": "Phone Screen",
            "tag": "a; b; c",
            "note": f"{sign_note('First', '00000001')}\n\n{sign_note('Second', '00000002')}",
            "written_at": "2026-05-28T20:26:42Z",
        }
        or first["note"].count("(syncd ") == 2
    )
    assert (second["application_id"], second["note"]) == ("8", "Other")


def test_a_pass_with_nothing_to_tell_makes_nothing(place: Place) -> None:
    place.people()
    assert files(place) == []
    assert not (place.folder / "results").exists()


def test_a_file_that_is_there_is_never_written_again(place: Place) -> None:
    place.play(lambda ats: note(ats, "one"))
    (path,) = (place.folder / "results").iterdir()
    before = path.read_bytes()
    place.clock.passed -= 2.0  # a second pass within the same second
    place.play(lambda ats: note(ats, "two"))
    assert files(place) == ["2026-05-28T20-26-42Z-2.csv", "2026-05-28T20-26-42Z.csv"]
    assert path.read_bytes() == before


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\n"])
def test_no_cell_is_a_formula(place: Place, first: str) -> None:
    place.play(lambda ats: note(ats, f"{first}cmd|' /C calc'!A0"))
    assert told(place)[0]["note"] == f"'{first}cmd|' /C calc'!A0"


class Died(BaseException):
    """The process ends here."""


def crash(place: Place, monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    """A pass that tells a note and dies at a system call of its end."""

    def die(*_: object, **__: object) -> None:
        raise Died

    with monkeypatch.context() as patch:

        async def work(ats: Ats) -> None:
            await note(ats, sign_note("One", "00000001"))
            patch.setattr(
                *{
                    "rename": (Path, "replace"),
                    "unlink": (Path, "unlink"),
                    "begin": (Path, "exists"),
                }[at],
                die,
            )

        with pytest.raises(Died):
            place.play(work)


@pytest.mark.parametrize("at", ["begin", "rename", "unlink"])
def test_what_a_pass_that_died_has_told_is_finished_once(
    place: Place, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    crash(place, monkeypatch, at)
    place.people()  # a rehearsal finishes nothing
    assert [name for name in files(place) if name.startswith(".staged-")]
    place.play(lambda ats: note(ats, "two", "8"), gate=lambda: None)
    rows = []
    for path in sorted((place.folder / "results").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows += [row["note"] for row in csv.DictReader(file)]
    assert sorted(rows) == sorted([sign_note("One", "00000001"), "two"])
    assert all(name.endswith(".csv") for name in files(place) if not name.endswith(".part"))


@pytest.mark.parametrize("end", [', "no', ', "note": "cut off right before the end of its line"}'])
def test_a_line_that_was_cut_short_was_never_told(
    place: Place, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    crash(place, monkeypatch, "begin")
    (staged,) = (place.folder / "results").glob(".staged-*")
    with staged.open("a") as file:
        file.write(f'{{"application_id": "8", "job_id": "REQ-1"{end}')
    place.play(lambda ats: ats.account(), gate=lambda: None)
    place.play(lambda ats: ats.reserve(), gate=lambda: None)
    assert [row["application_id"] for row in told(place)] == ["007"]


def test_notes_are_found_by_their_marks_wherever_they_stand(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    crash(place, monkeypatch, "begin")

    async def look(ats: Ats) -> tuple[list[Note], list[Note]]:
        one = await ats.application("007")
        other = await ats.application("8")
        assert one
        assert other
        await note(ats, sign_note("Two", "00000002"))
        return list(await ats.notes(one)), list(await ats.notes(other))

    mine, others = place.play(look)
    assert sorted(n.text for n in mine) == ["(syncd 00000001)", "(syncd 00000002)"]
    assert others == []


def test_a_full_disk_tells_nothing_and_says_so(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write

    async def work(ats: Ats) -> None:
        await note(ats, "one")
        monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:5]))
        with pytest.raises(NotSent, match="no space"):
            await note(ats, "two", "8")
        monkeypatch.setattr(os, "write", write)
        await note(ats, "three", "8")

    place.play(work)
    assert [row["note"] for row in told(place)] == ["one", "three"]


def test_a_run_that_lost_its_hold_tells_nothing_and_finishes_nothing(place: Place) -> None:
    held = [True]

    def gate() -> None:
        if not held[0]:
            raise HoldLost("lost")

    async def work(ats: Ats) -> None:
        await note(ats, "one")
        slot = await ats.reserve()
        one = await ats.application("8")
        assert one
        held[0] = False
        with pytest.raises(HoldLost):
            await ats.add_note(one, "two", slot)

    place.play(work, gate=gate)
    (name,) = files(place)
    assert name.startswith(".staged-")
    place.play(lambda ats: ats.reserve(), gate=lambda: None)
    assert [row["note"] for row in told(place)] == ["one"]


def test_a_slot_that_is_late_or_used_tells_nothing(place: Place) -> None:
    async def work(ats: Ats) -> None:
        one = await ats.application("007")
        assert one
        slot = await ats.reserve()
        slot.start_by = place.clock.monotonic() + 5.0
        await place.clock.sleep(6.0)
        with pytest.raises(NotSent):
            await ats.add_note(one, "late", slot)

    place.play(work)
    assert files(place) == []


@pytest.mark.parametrize("what", ["reject", "edit", "prepare"])
def test_what_a_file_cannot_say_is_refused(place: Place, what: str) -> None:
    async def work(ats: Ats) -> Any:
        one = await ats.application("007")
        assert one
        if what == "reject":
            return await ats.reject(one, "", await ats.reserve())
        if what == "edit":
            return await ats.edit_note(one, Note("", ""), "x", await ats.reserve())
        return await ats.prepare(reject_reason="x")

    with pytest.raises(Rejected):
        place.play(work)
    assert files(place) == []


def test_results_that_cannot_be_written_are_found_beforehand(place: Place) -> None:
    assert all(finding.ok is not False for finding in place.check("Applied").values())
    (place.folder / "results").write_text("a file in its place")
    assert any(f.ok is False and "results" in f.detail for f in place.check().values())
    with pytest.raises(NotSent):
        place.play(lambda ats: note(ats, "x"))
