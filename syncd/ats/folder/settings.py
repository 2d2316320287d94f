"""The settings of an ATS that is known by the files it exports."""

import os
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from syncd.settings.schema import AtsSettings

JOB_COLUMNS = (
    "id",
    "title",
    "status",
    "description",
    "department",
    "location",
    "employment_type",
    "updated_at",
)
APPLICATION_COLUMNS = (
    "id",
    "job_id",
    "candidate_id",
    "name",
    "first_name",
    "last_name",
    "email",
    "phone",
    "stage",
    "applied_at",
    "updated_at",
    "rejected",
    "url",
)
NEEDED = {
    "jobs": frozenset({"id", "title", "status"}),
    "applications": frozenset({"id", "job_id", "email", "stage", "applied_at"}),
}
COLUMNS = {"jobs": JOB_COLUMNS, "applications": APPLICATION_COLUMNS}


def _require_columns(given: list[str]) -> list[str]:
    """Each is like ``applications.email = E-Mail``."""
    seen: set[str] = set()
    for text in given:
        ours, separator, theirs = (part.strip() for part in text.partition("="))
        table, _, column = ours.partition(".")
        if not separator or not theirs or column not in COLUMNS.get(table, ()):
            raise ValueError(
                'has an entry that is not like "applications.email = E-Mail"; before the = stands '
                "jobs. or applications. and a column that syncd knows"
            )
        if ours in seen:
            raise ValueError("names a column twice")
        seen.add(ours)
    return given


class FolderSettings(AtsSettings):
    """A folder into which the ATS, or somebody, exports jobs and applications."""

    type: Literal["folder"] = Field("folder", description="Which ATS this is.")
    path: str = Field(
        min_length=1,
        description="The folder with jobs.csv (or .json) and applications.csv (or .json), relative "
        "to this file; results are put into its folder results.",
    )
    columns: Annotated[list[str], AfterValidator(_require_columns)] = Field(
        default_factory=list,
        examples=[["applications.email = E-Mail", "jobs.id = Requisition"]],
        description="Columns that the files call otherwise.",
    )
    open_statuses: list[str] = Field(
        default_factory=lambda: ["open"],
        min_length=1,
        description="What stands in a job's status while it is open.",
    )
    closed_statuses: list[str] = Field(
        default_factory=lambda: ["closed"],
        min_length=1,
        description="What stands there once it is closed; any other word counts as a draft.",
    )
    stages: list[str] = Field(
        default_factory=list,
        examples=[["Applied", "Phone Screen", "Interview"]],
        description="The ATS's stages in order; besides these, those are known that stand in the "
        "applications of a job.",
    )

    @field_validator("path")
    @classmethod
    def _anchor(cls, value: str, info: ValidationInfo) -> str:
        folder = (info.context or {}).get("folder")
        path = Path(value).expanduser()
        return os.path.normpath(path if path.is_absolute() or not folder else folder / path)

    @property
    def account_id(self) -> str:
        """What names the account: the folder itself."""
        return quote(str(Path(self.path).absolute()))

    def labels(self, table: str) -> dict[str, str]:
        """For a table, ``jobs`` or ``applications``: what the file calls each of our columns."""
        renamed = {}
        for text in self.columns:
            ours, _, theirs = (part.strip() for part in text.partition("="))
            if ours.startswith(f"{table}."):
                renamed[ours.partition(".")[2]] = theirs
        return {column: renamed.get(column, column) for column in COLUMNS[table]}


def fold(name: str) -> str:
    """A column's name as people compare it: capitals, spaces and hyphens do not matter."""
    return "_".join(name.replace("-", " ").replace("_", " ").split()).casefold()
