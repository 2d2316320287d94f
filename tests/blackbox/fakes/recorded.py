"""The recorded Workable account, read in place beside the repository and never copied.

Two jobs and 125 candidates of a demo account. The recordings were made after the jobs had been
closed; the tests reopen them.
"""

import json
from pathlib import Path
from typing import Any

from .schemas import SHARED
from .workable import FakeWorkable

FOLDER = SHARED / "ats" / "data" / "workable" / "recordings-nango"


def available(folder: Path = FOLDER) -> bool:
    return (folder / "candidates.json").is_file()


def load(fake: FakeWorkable, folder: Path = FOLDER, state: str = "published") -> None:
    """Fill ``fake`` with the account, its jobs in ``state``."""

    def answers(name: str) -> list[Any]:
        found = json.loads((folder / name).read_text())["interactions"]
        return [one["response"] for one in found if one["status"] == 200]

    (listed,) = answers("list-jobs.json")
    (detail,) = answers("get-job.json")
    texts = {key: value for key, value in detail.items() if key not in listed["jobs"][0]}
    for row in listed["jobs"]:
        own = texts if row["shortcode"] == detail["shortcode"] else dict(texts)
        fake.jobs[row["shortcode"]] = {**own, **row, "state": state}
    (candidate,) = answers("get-candidate.json")
    blank = candidate["candidate"]
    for page in answers("candidates.json"):
        for row in page["candidates"]:
            extra = {key: _empty(value) for key, value in blank.items() if key not in row}
            fake.candidates[row["id"]] = {**extra, **row}
    fake._next = max(int(code, 16) for code in fake.candidates)
    fake.members = answers("list-members.json")[0]["members"]
    fake.reasons = answers("list-disqualification-reasons.json")[0]
    fake.stages = answers("list-stages.json")[0]["stages"]


def _empty(value: Any) -> Any:
    """A detail the list did not tell: the same shape with nothing in it."""
    if isinstance(value, bool):
        return False
    return [] if isinstance(value, list) else None
