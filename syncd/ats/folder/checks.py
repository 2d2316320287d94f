"""What ``syncd check`` says about a folder. Nothing is written."""

import os
from collections.abc import Collection
from pathlib import Path

from syncd.ats.folder.records import SEPARATORS
from syncd.ats.folder.settings import FolderSettings
from syncd.ats.folder.snapshot import Snapshot, Tables
from syncd.ats.folder.trouble import SIDE
from syncd.ats.port import Finding
from syncd.errors import RemoteError


async def findings(
    tables: Tables, results: Path, settings: FolderSettings, stages: Collection[str]
) -> list[Finding]:
    """One line per thing that must be right."""
    found: list[Finding] = []
    applications: Snapshot | None = None
    for table in ("jobs", "applications"):
        try:
            snapshot = await tables.take(table)
        except RemoteError as error:
            found.append(Finding(f"{SIDE}: {table}", False, str(error), "put the file right"))
            continue
        found += _table(table, snapshot)
        if table == "applications":
            applications = snapshot
    if applications is not None:
        found += [_stage(name, applications, settings) for name in dict.fromkeys(stages)]
    found.append(_writable(results))
    return found


def _table(table: str, snapshot: Snapshot) -> list[Finding]:
    layout, what = snapshot.layout, f"{SIDE}: {table}"
    kind = "JSON" if layout.is_json else SEPARATORS.get(layout.separator, "a separator of its own")
    told = f"{snapshot.count} rows in {layout.file} ({layout.encoding.label}, {kind})"
    found = [Finding(what, True, told)]
    if not snapshot.count:
        found = [
            Finding(what, None, f"{layout.file} holds no row", "see whether the export is whole")
        ]
    if snapshot.left_out:
        found.append(
            Finding(
                what,
                None,
                f"{snapshot.left_out} rows of {layout.file} without an id or a job are left out",
                "export ids, or ignore this for people on no job",
            )
        )
    if layout.encoding.name == "cp1252":
        found.append(
            Finding(
                what,
                None,
                f"{layout.file} is neither UTF-8 nor UTF-16, so Windows-1252 is taken for it",
                "look at a name with an accent in HeyMilo, or export UTF-8",
            )
        )
    if snapshot.local:
        found.append(
            Finding(
                what,
                None,
                f"times in {layout.file} say no zone, so they are taken for UTC",
                "export times with an offset, like 2026-11-23T14:00:00+01:00",
            )
        )
    return found


def _stage(name: str, applications: Snapshot, settings: FolderSettings) -> Finding:
    what = f'{SIDE}: stage "{name}"'
    wanted = name.strip().casefold()
    seen = {stage.casefold() for stages in applications.stages.values() for stage in stages}
    if wanted in seen:
        return Finding(what, True, "stands in applications")
    if wanted in {stage.strip().casefold() for stage in settings.stages}:
        return Finding(what, True, "is one of the setting stages")
    return Finding(
        what,
        False,
        "stands in no application and not in the setting stages",
        "correct the name, or add it to stages in [connections.*.ats]",
    )


def _writable(results: Path) -> Finding:
    what = f"{SIDE}: writing"
    place = results if results.exists() else results.parent
    if place.is_dir() and os.access(place, os.W_OK | os.X_OK):
        return Finding(what, True, f"results go to {results}")
    return Finding(
        what,
        False,
        f"{place} cannot be written to",
        "let the user who runs syncd write there",
    )
