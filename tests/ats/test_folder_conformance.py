"""A folder against what every connector must do, exported as CSV and as JSON."""

import pytest

from syncd.passes.abilities import find_unable
from syncd.testing import Company, Conformance
from syncd.testing.folder import FolderFake, JsonFolderFake


class TestFolder(Conformance):
    fake = FolderFake


class TestJsonFolder(Conformance):
    fake = JsonFolderFake


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        ({"reject": True}, ["reject"]),
        ({"tag": "passed", "score": True, "note": True, "move_to_stage": "Interview"}, []),
    ],
)
def test_a_rule_that_asks_for_more_than_files_can_say_is_found(
    rule: dict[str, object], wrong: list[str]
) -> None:
    with Company(FolderFake, writeback=[rule]) as company:
        problems = list(find_unable(company.settings))
    assert [one.path for one in problems] == [
        ("connections", "acme", "writeback", 0, name) for name in wrong
    ]
    assert all("reject people by hand" in one.text for one in problems)
