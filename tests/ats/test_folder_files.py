"""Files as people and programs write them: letters, separators, line breaks, and what is wrong."""

import os
from pathlib import Path
from typing import Any

import pytest

from syncd.ats.folder import connector
from syncd.ats.port import Ats, Finding
from syncd.errors import Rejected, RemoteError, Uncertain
from syncd.http.session import Network
from syncd.model.ats import Application, Job, JobState, Note
from syncd.testing import VirtualClock, run
from syncd.testing.conformance.bench import Reading, read_changes

JOBS = "id,title,status\nREQ-1,Data Engineer,open\n"
HEADER = "id,job_id,email,stage,applied_at"
ROW = "007,REQ-1,alpha@example.com,Applied,2026-11-23T14:00:00+01:00"
AT = 1_795_438_800.0


class Place:
    """A folder and ports on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = VirtualClock()
        self.more: dict[str, Any] = {}
        self.put("jobs.csv", JOBS)
        self.put("applications.csv", f"{HEADER}\n{ROW}\n")

    def put(self, name: str, text: str, encoding: str = "utf-8") -> None:
        (self.folder / name).write_bytes(text.encode(encoding))

    def play(self, work: Any, gate: Any = None) -> Any:
        async def whole() -> Any:
            given = {"type": "folder", "path": str(self.folder), **self.more}
            settings = connector.settings.model_validate(given)
            ats = connector.open(settings, Network(clock=self.clock, gate=gate))
            try:
                return await work(ats)
            finally:
                await ats.aclose()

        return run(self.clock, whole())

    def changes(self, cursor: str | None = None) -> Reading:
        return self.play(lambda ats: read_changes(ats, cursor))

    def people(self) -> list[Application]:
        return self.changes().rows

    def jobs(self) -> list[Job]:
        async def work(ats: Ats) -> list[Job]:
            return [job async for page in ats.jobs() for job in page.rows]

        return self.play(work)

    def check(self, *stages: str) -> dict[str, Finding]:
        return {f"{f.what}: {f.detail}": f for f in self.play(lambda ats: ats.check(stages))}

    def refusal(self) -> str:
        with pytest.raises(RemoteError) as caught:
            self.people()
        for private in ("alpha", "@", "Alpha"):
            assert private not in str(caught.value)
        return str(caught.value)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


class TestLetters:
    NAMED = f'{HEADER},name\n{ROW},"Zoë Ångström – Müller"\n'

    @pytest.mark.parametrize(
        ("encoding", "mark"),
        [("utf-8", b""), ("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe"),
         ("utf-16-be", b"\xfe\xff"), ("cp1252", b"")],
    )  # fmt: skip
    def test_names_are_read_right(self, place: Place, encoding: str, mark: bytes) -> None:
        raw = mark + self.NAMED.encode(encoding)
        (place.folder / "applications.csv").write_bytes(raw)
        (row,) = place.people()
        assert row.name == "Zoë Ångström – Müller"
        guessed = any("Windows-1252 is taken" in line for line in place.check())
        assert guessed == (encoding == "cp1252")

    def test_a_sign_cut_in_two_by_a_slice_is_whole(
        self, place: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for size in range(1, 9):
            for encoding in ("utf-8", "utf-16"):
                place.put("applications.csv", self.NAMED, encoding)
                monkeypatch.setattr("syncd.ats.folder.disk.SLICE", max(size, 3))
                monkeypatch.setattr(
                    "syncd.ats.folder.disk.read_slice.__defaults__", (max(size, 3),)
                )
                assert place.people()[0].name == "Zoë Ångström – Müller"

    def test_one_foreign_byte_at_the_end_makes_it_windows(self, place: Place) -> None:
        text = f"{HEADER},name\n" + f"{ROW},x\n" + "8,REQ-1,,Applied,2026-11-23,Zoë\n"
        place.put("applications.csv", text, "cp1252")
        assert [row.name for row in place.people()] == ["x", "Zoë"]


class TestSeparators:
    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    @pytest.mark.parametrize("end", ["\n", "\r\n"])
    @pytest.mark.parametrize("first", ["", "sep={}\n"])
    def test_it_is_found_out(self, place: Place, separator: str, end: str, first: str) -> None:
        cells = [
            "7",
            "REQ-1",
            '"a,b;c\td"',
            "Applied",
            "2026-11-23T13:00:00Z",
            '"Two\nlines; ""x"""',
        ]
        header = [*HEADER.split(","), "name"]
        text = first.format(separator) + "\n".join(map(separator.join, (header, cells))) + "\n"
        place.put("applications.csv", text.replace("\n", end))
        (row,) = place.people()
        assert row.id == "7"
        assert row.name.replace("\r", "") == 'Two\nlines; "x"'
        assert row.applied_at == AT

    def test_blank_lines_and_empty_cells_at_the_end_are_nothing(self, place: Place) -> None:
        place.put("applications.csv", f"\n\n{HEADER}\n\n{ROW},,\n,,,,\n\n")
        assert [row.id for row in place.people()] == ["007"]

    def test_the_last_line_needs_no_end(self, place: Place) -> None:
        place.put("applications.csv", f"{HEADER}\n{ROW}")
        assert len(place.people()) == 1


class TestColumns:
    def test_capitals_spaces_and_order_do_not_matter(self, place: Place) -> None:
        place.put(
            "applications.csv",
            "Email;Applied At;STAGE;job-id;Id;Extra\na@example.com;2026-11-23;Applied;REQ-1;7;x\n",
        )
        (row,) = place.people()
        assert (row.id, row.job_id, row.email) == ("7", "REQ-1", "a@example.com")

    def test_renamed_ones_are_read(self, place: Place) -> None:
        place.more["columns"] = ["applications.email = E-Mail Adresse", "applications.id = Nr."]
        place.put(
            "applications.csv",
            "Nr.;job_id;E-Mail Adresse;stage;applied_at\n7;R;a@b.c;x;2026-11-23\n",
        )
        assert (place.people()[0].id, place.people()[0].email) == ("7", "a@b.c")

    def test_a_missing_one_is_named_with_file_line_and_what_is_nearest(self, place: Place) -> None:
        place.put("applications.csv", f"\n{HEADER.replace('stage', 'stages')}\n{ROW}\n")
        told = place.refusal()
        assert "applications.csv, line 2" in told
        assert '"stage" (nearest: "stages")' in told

    def test_a_file_without_a_header_shows_nobody(self, place: Place) -> None:
        place.put("applications.csv", ROW.replace("alpha@example.com", "emaill") + "\n")
        told = place.refusal()
        assert '"email"' in told
        assert "emaill" not in told

    def test_one_that_is_there_twice_is_refused(self, place: Place) -> None:
        place.put(
            "applications.csv", f"{HEADER},E mail\n".replace("E mail", "EMAIL") + f"{ROW},b\n"
        )
        assert "twice" in place.refusal()

    @pytest.mark.parametrize(
        "entry", ["email = x", "applications.mail = x", "applications.email", "people.id = x"]
    )
    def test_a_wrong_entry_of_the_setting_is_refused(self, place: Place, entry: str) -> None:
        place.more["columns"] = [entry]
        with pytest.raises(ValueError, match="columns"):
            place.people()


class TestRows:
    @pytest.mark.parametrize(
        ("row", "said"),
        [
            (f"{ROW},too,many", "line 3"),
            ("8,REQ-1,x", "line 3"),
            ('8,REQ-1,"x,Applied,2026-11-23\nand so on', "line 3"),
            ('8,REQ-1,"x"y,Applied,2026-11-23', "line 3"),
            ("8,REQ-1,b@c.d,Applied,23.11.2026", "applied_at is no time"),
            ("a@b.c,REQ-1,b@c.d,Applied,2026-11-23", "id holds an address"),
            ("007,REQ-1,other@example.com,Applied,2026-11-23", "second time"),
            ("007,REQ-2,alpha@example.com,Applied,2026-11-23T14:00:00+01:00", "second time"),
        ],
    )
    def test_what_a_person_must_put_right_refuses_the_file(
        self, place: Place, row: str, said: str
    ) -> None:
        place.put("applications.csv", f"{HEADER}\n{ROW}\n{row}\n")
        assert said in place.refusal()
        assert "line 3" in place.refusal()

    def test_the_same_row_twice_is_one(self, place: Place) -> None:
        place.put("applications.csv", f"{HEADER}\n{ROW}\n8,REQ-1,,Applied,2026-11-23\n{ROW}\n")
        assert [row.id for row in place.people()] == ["007", "8"]

    def test_rows_without_an_id_or_a_job_are_left_out_and_counted(
        self, place: Place, caplog: pytest.LogCaptureFixture
    ) -> None:
        place.put("applications.csv", f"{HEADER}\n,REQ-1,a@b.c,x,2026-11-23\n{ROW}\n9,,a@b.c,x,\n")
        assert [row.id for row in place.people()] == ["007"]
        assert "left out 2 rows" in caplog.text
        assert any("2 rows" in line and f.ok is None for line, f in place.check().items())

    def test_what_a_row_says(self, place: Place) -> None:
        place.put(
            "applications.csv",
            f"{HEADER},first_name,last_name,phone,rejected,candidate_id\n"
            f"{ROW},Alpha,Sample,+1 202,yes,P1\n8,REQ-1,,New,2026-11-23,,,,no,\n"
            "9,REQ-1,,New,2026-11-23 13:00,B,,,NEIN,\n",
        )
        first, second, third = place.people()
        assert (first.name, first.phone, first.candidate_id) == ("Alpha Sample", "+1 202", "P1")
        assert first.rejected
        assert first.out
        assert [row.rejected for row in (second, third)] == [False, False]
        assert (second.email, second.candidate_id) == (None, "8")
        assert third.applied_at == AT
        assert any("say no zone" in line for line in place.check())

    def test_zones_that_are_told_are_not_complained_of(self, place: Place) -> None:
        assert not any("say no zone" in line for line in place.check())

    def test_the_words_for_open_and_closed_are_settings(self, place: Place) -> None:
        text = "id,title,status\n1,A,Published\n2,B,filled\n3,C,on hold\n4,D,\n5,E,open\n"
        place.put("jobs.csv", text)
        place.more |= {"open_statuses": ["published"], "closed_statuses": ["Filled", "Cancelled"]}
        states = [job.state for job in place.jobs()]
        assert states == [JobState.OPEN, JobState.CLOSED, *[JobState.DRAFT] * 3]


class TestJson:
    @pytest.mark.parametrize("shape", ["[{}]", ' {{"applications": [{}], "more": 1}}'])
    def test_it_is_read_as_it_comes(self, place: Place, shape: str) -> None:
        (place.folder / "applications.csv").unlink()
        rows = [
            '{"id": 7, "job_id": "R", "email": null, "stage": "x", "applied_at": "2026-11-23", '
            '"rejected": true, "Other": {"id": [1]}}',
            '{"ID": "8", "job_id": 5, "email": "a@b.c", "stage": "y", "applied_at": null}',
        ]
        place.put("applications.json", shape.format(",\n".join(rows)))
        one, two = place.people()
        assert (one.id, one.email, one.rejected) == ("7", None, True)
        assert (two.id, two.job_id, two.applied_at, two.rejected) == ("8", "5", None, False)

    def test_a_large_one_is_read_in_pieces(self, place: Place) -> None:
        (place.folder / "applications.csv").unlink()
        rows = ",".join(
            f'{{"id":"{n}","job_id":"R","email":"{"ä" * 300}","stage":"x","applied_at":null}}'
            for n in range(3000)
        )
        place.put("applications.json", f"[{rows}]")
        assert [row.id for row in place.people()] == [str(n) for n in range(3000)]

    @pytest.mark.parametrize("text", ['[{"id": 1}', "[1]", "no", '{"id": 1}', '[{"id": 1} x]'])
    def test_what_is_no_whole_list_is_refused(self, place: Place, text: str) -> None:
        (place.folder / "applications.csv").unlink()
        place.put("applications.json", text)
        with pytest.raises(Rejected, match=r"applications\.json, entry"):
            place.people()

    def test_two_kinds_at_once_are_refused(self, place: Place) -> None:
        place.put("applications.json", "[]")
        assert "both" in place.refusal()


class TestWhole:
    def test_two_seconds_lie_between_two_looks(self, place: Place) -> None:
        before = place.clock.monotonic()
        place.people()
        assert place.clock.monotonic() - before == 2.0

    def test_one_wait_serves_both_files(self, place: Place) -> None:
        async def work(ats: Ats) -> float:
            before = place.clock.monotonic()
            [page async for page in ats.jobs()]
            await ats.stages("REQ-1")
            await read_changes(ats)
            await ats.application("007")
            return place.clock.monotonic() - before

        assert place.play(work) == 2.0

    def test_a_file_that_grows_is_left_for_the_next_pass(self, place: Place) -> None:
        path = place.folder / "applications.csv"

        async def work(ats: Ats) -> Any:
            import asyncio

            async def write() -> None:
                await place.clock.sleep(1.0)
                with path.open("a") as file:
                    file.write("8,REQ-1,,Applied,2026-11-23\n")

            writing = asyncio.create_task(write())
            try:
                return await read_changes(ats)
            finally:
                await writing

        with pytest.raises(Uncertain, match="still being written"):
            place.play(work)
        assert [row.id for row in place.people()] == ["007", "8"]

    def test_one_changed_between_two_pages_never_looks_whole(self, place: Place) -> None:
        rows = "".join(f"{n},REQ-1,,Applied,2026-11-23\n" for n in range(1200))
        place.put("applications.csv", f"{HEADER}\n{rows}")

        async def work(ats: Ats) -> None:
            async for page in ats.changed_applications(None):
                assert page.cursor is None
                with (place.folder / "applications.csv").open("a") as file:
                    file.write("x")

        with pytest.raises(Uncertain):
            place.play(work)

    def test_one_that_is_replaced_while_it_is_read_is_read_to_its_end(self, place: Place) -> None:
        rows = "".join(f"{n},REQ-1,,Applied,2026-11-23\n" for n in range(1200))
        place.put("applications.csv", f"{HEADER}\n{rows}")

        async def work(ats: Ats) -> tuple[int, str | None]:
            count, cursor = 0, None
            async for page in ats.changed_applications(None):
                count, cursor = count + len(page.rows), page.cursor
                place.put("new.csv", f"{HEADER}\n{ROW}\n")
                (place.folder / "new.csv").replace(place.folder / "applications.csv")
            return count, cursor

        count, cursor = place.play(work)
        assert count == 1200
        assert [row.id for row in place.changes(cursor).rows] == ["007"]

    @pytest.mark.parametrize("name", ["jobs.csv", "applications.csv"])
    def test_one_that_is_not_there_is_no_empty_list(self, place: Place, name: str) -> None:
        (place.folder / name).unlink()
        with pytest.raises(Uncertain, match="not in the folder"):
            place.jobs() if name == "jobs.csv" else place.people()
        assert any(f.ok is False for f in place.check().values())

    def test_a_folder_that_is_not_there_is_said(self, place: Place) -> None:
        place.more["path"] = str(place.folder / "none")
        assert "none" in place.refusal()

    def test_a_folder_in_the_place_of_a_file_is_said(self, place: Place) -> None:
        (place.folder / "applications.csv").unlink()
        (place.folder / "applications.csv").mkdir()
        assert "is no file" in place.refusal()

    def test_a_link_is_followed_and_a_dangling_one_is_none(self, place: Place) -> None:
        path = place.folder / "applications.csv"
        path.rename(place.folder / "export-1.csv")
        path.symlink_to("export-1.csv")
        assert len(place.people()) == 1
        (place.folder / "export-1.csv").unlink()
        assert "not in the folder" in place.refusal()

    @pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
    def test_one_that_must_not_be_read_is_said(self, place: Place) -> None:
        (place.folder / "applications.csv").chmod(0)
        assert "may read it" in place.refusal()

    def test_an_empty_list_of_jobs_is_an_answer(self, place: Place) -> None:
        for text in ("", "\n", "id,title,status\n"):
            place.put("jobs.csv", text)
            assert place.jobs() == []
        assert any("holds no row" in line for line in place.check())


class TestCursor:
    def test_a_file_that_is_the_same_is_not_opened(
        self, place: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cursor = place.changes().cursor
        before = place.clock.monotonic()

        def refuse(*_: object, **__: object) -> None:
            raise AssertionError("it was opened")

        monkeypatch.setattr(Path, "open", refuse)
        again = place.changes(cursor)
        assert again.rows == []
        assert again.cursor == cursor
        assert place.clock.monotonic() == before

    def test_the_same_text_in_a_new_file_is_no_change(self, place: Place) -> None:
        cursor = place.changes().cursor
        place.put("applications.csv", f"{HEADER}\n{ROW}\n")
        again = place.changes(cursor)
        assert again.rows == []
        assert again.cursor != cursor

    def test_a_change_of_the_same_length_and_time_is_one(self, place: Place) -> None:
        path = place.folder / "applications.csv"
        cursor, told = place.changes().cursor, path.stat()
        path.write_text(path.read_text().replace("alpha", "bravo"))
        os.utime(path, ns=(told.st_atime_ns, told.st_mtime_ns))
        assert [row.email for row in place.changes(cursor).rows] == ["bravo@example.com"]

    def test_other_columns_read_the_same_file_anew(self, place: Place) -> None:
        place.put("applications.csv", f"{HEADER},mail\n{ROW},other@example.com\n")
        cursor = place.changes().cursor
        place.more["columns"] = ["applications.email = mail"]
        assert [row.email for row in place.changes(cursor).rows] == ["other@example.com"]

    def test_a_reading_goes_on_in_the_middle(self, place: Place) -> None:
        rows = "".join(f"{n},REQ-1,,Applied,2026-11-23\n" for n in range(1200))
        place.put("applications.csv", f"{HEADER}\n{rows}")
        whole = place.changes()
        assert [len(page) for page in whole.pages] == [500, 500, 200]
        rest = place.play(lambda ats: read_changes(ats, None, whole.resumes[0]))
        assert [row.id for row in rest.rows] == [str(n) for n in range(500, 1200)]
        assert rest.cursor == whole.cursor


def test_notes_of_nobody_are_none(place: Place) -> None:
    async def work(ats: Ats) -> tuple[Note, ...]:
        one = await ats.application("007")
        assert one is not None
        return tuple(await ats.notes(one))

    assert place.play(work) == ()
