"""A folder against what every connector must do, exported as CSV and as JSON."""

from syncd.testing import Conformance
from syncd.testing.folder import FolderFake, JsonFolderFake


class TestFolder(Conformance):
    fake = FolderFake


class TestJsonFolder(Conformance):
    fake = JsonFolderFake
