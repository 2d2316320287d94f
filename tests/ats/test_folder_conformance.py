"""A folder against what every connector must do, exported as CSV and as JSON."""

import pytest

from syncd.http.session import Network
from syncd.passes.checking import check_connection
from syncd.testing import Company, Conformance, run
from syncd.testing.folder import FolderFake, JsonFolderFake


class TestFolder(Conformance):
    fake = FolderFake


class TestJsonFolder(Conformance):
    fake = JsonFolderFake


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        ({"reject": True}, True),
        ({"tag": "passed", "score": True, "note": True, "move_to_stage": "Interview"}, False),
    ],
)
def test_a_rule_that_asks_for_more_than_files_can_say_is_found(
    rule: dict[str, object], wrong: bool
) -> None:
    with Company(FolderFake, writeback=[rule]) as company:
        network = Network(clock=company.clock, transport=company.transport())
        work = check_connection(company.settings, "acme", company.store, network)
        findings, _ = run(company.clock, work)
    found = [one for one in findings if one.what == "writeback rule 1"]
    assert [one.ok for one in found] == [False] * wrong
    assert all("reject" in one.detail for one in found)
