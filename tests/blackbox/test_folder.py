"""An ATS known by a folder: the real command line, a spreadsheet's exports, a strict HeyMilo."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from .scene import DOMAIN, LONG_AGO, SURNAME, Raw, Scene

pytestmark = [pytest.mark.sockets]

RULES = [
    {
        "min_score": 70,
        "note": True,
        "score": True,
        "tag": "passed",
        "move_to_stage": "Phone Screen",
    },
    {"max_score": 70, "note": True, "score": True},
]


class Export:
    """What somebody exports from a German spreadsheet: a mark, semicolons, line breaks in cells."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.jobs = [("REQ-1", "Data Engineer", "open"), ("REQ-2", "Old post", "closed")]
        self.people: list[tuple[str, ...]] = []

    def apply(self, number: int, email: str = "", stage: str = "Applied") -> str:
        id_ = f"{number:05}"
        name = f"Zephyrine\n{SURNAME}{number:05d}"
        email = email or f"{SURNAME.lower()}{number:05d}@{DOMAIN}"
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self.people.append((id_, "REQ-1", name, email, stage, now))
        return id_

    def write(self) -> None:
        described = [(*job, 'First line;\nsecond "line", and more of it') for job in self.jobs]
        self._write("jobs", ("Id", "Title", "Status", "Description"), described)
        columns = ("Nummer", "job id", "Name", "E-Mail", "Stage", "Applied at")
        self._write("applications", columns, self.people)

    def _write(self, name: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
        beside = self.folder / f"{name}.part"
        with beside.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, delimiter=";").writerows([columns, *rows])
        beside.replace(self.folder / f"{name}.csv")

    def results(self) -> list[dict[str, str]]:
        found = []
        for path in sorted((self.folder / "results").glob("*.csv")):
            with path.open(encoding="utf-8-sig", newline="") as file:
                found += list(csv.DictReader(file))
        return found


@pytest.fixture
def export(tmp_path_factory: pytest.TempPathFactory) -> Export:
    return Export(tmp_path_factory.mktemp("export"))


@pytest.fixture
def office(scene: Scene, export: Export) -> Scene:
    """The scene with a folder in the place of Workable."""
    scene.set(
        "ats",
        type="folder",
        path=str(export.folder),
        columns=["applications.id = Nummer", "applications.email = E-Mail"],
        stages=["Applied", "Phone Screen"],
        base_url=None,
        subdomain=None,
        api_token=None,
        member_id=None,
        requests=None,
    )
    scene.set("applicants", applied_after=Raw(LONG_AGO))
    scene.rules = [dict(rule) for rule in RULES]
    export.write()
    return scene


def test_forty_applicants_and_their_results(office: Scene, export: Export) -> None:
    checked = office.run("check")
    assert checked.code == 0, checked
    assert "semicolons" in checked.out
    people = [export.apply(number) for number in range(1, 41)]
    export.apply(90, email=" ")
    export.apply(91, stage="Interview")
    export.write()
    planned = office.run("plan", "--json")
    assert planned.code == 3, planned
    assert not (export.folder / "results").exists()
    office.reconcile(expect=4)  # one has no address
    (posting,) = office.heymilo.live()
    assert posting.metadata["external_id"] == "folder:REQ-1"
    assert "second" in posting.description
    invited = [one.external_id for one in office.heymilo.invitations]
    assert sorted(invited) == [f"folder:{one}" for one in people]
    scores = {one: number * 2.5 for number, one in enumerate(people)}
    for one, score in scores.items():
        office.heymilo.finish(office.heymilo.interview_of(f"folder:{one}"), score)
    office.converge()
    (path,) = (export.folder / "results").iterdir()
    told = {row["application_id"]: row for row in export.results()}
    assert set(told) == set(people)
    for one, row in told.items():
        passed = scores[one] >= 70
        assert (row["job_id"], row["status"]) == ("REQ-1", "completed")
        assert float(row["score"]) == scores[one]
        assert row["stage"] == ("Phone Screen" if passed else "")
        assert row["tag"] == ("passed" if passed else "")
        assert "(syncd " in row["note"]
    writes, before = len(office.heymilo.writes()), path.read_bytes()
    silent = office.reconcile(expect=4)
    assert len(office.heymilo.writes()) == writes
    assert list((export.folder / "results").iterdir()) == [path]
    assert path.read_bytes() == before
    assert silent.seconds < 30
    office.check_invitations()


def test_an_empty_export_archives_nothing(office: Scene, export: Export) -> None:
    office.set("postings", archive_after_hours=0)
    office.reconcile()
    (export.folder / "jobs.csv").write_text("")
    office.reconcile(expect=5)
    export.jobs = []
    export.write()
    office.reconcile(expect=5)
    (export.folder / "jobs.csv").unlink()
    gone = office.reconcile(expect=1)
    assert "jobs.csv" in gone.err
    assert len(office.heymilo.live()) == 1


def test_what_a_person_must_put_right_is_said(office: Scene, export: Export) -> None:
    one = export.apply(1)
    export.write()
    path = export.folder / "applications.csv"
    path.write_text(path.read_text("utf-8-sig").replace("E-Mail", "E-Mails"))
    refused = office.reconcile(expect=1)
    assert (
        'applications.csv, line 1: there is no column "E-Mail" (nearest: "E-Mails")' in refused.err
    )
    assert not office.heymilo.invitations
    export.write()
    office.reconcile()
    assert [sent.external_id for sent in office.heymilo.invitations] == [f"folder:{one}"]


def test_a_rule_that_no_file_can_tell_is_refused(office: Scene) -> None:
    office.rules.append({"max_score": 10, "reject": True})
    for command in ("check", "reconcile", "run"):
        refused = office.run(command)
        assert refused.code == 2, refused
        assert "writeback" in refused.err
        assert "reject" in refused.err
    assert not office.heymilo.log
    assert not (office.folder / "syncd.db").exists()
