"""Settings in the documentation exist, and the snippets load."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from syncd.ats.folder.results import COLUMNS as RESULT_COLUMNS
from syncd.ats.folder.settings import APPLICATION_COLUMNS
from syncd.ats.port import Capabilities
from syncd.ats.registry import settings_models
from syncd.daemon.listener.metrics import CATALOGUE
from syncd.journal.machine import State
from syncd.phases.postings.webhooks import EVENTS
from syncd.settings.load import load
from syncd.settings.schema import (
    ApplicantSettings,
    DatabaseSettings,
    GuardSettings,
    HeyMiloSettings,
    Part,
    PostingSettings,
    Settings,
    TemplateRule,
    WritebackRule,
)
from syncd.settings.shape import Shape
from syncd.store.tables import metadata
from tests.docs.pages import PAGES, Page, page, rows

KINDS = page("docs/reference/attention-kinds.md")

BASE: dict[str, Any] = {
    "connections": {
        "acme": {
            "heymilo": {"api_key": "key"},
            "ats": {"type": "workable", "subdomain": "acme", "api_token": "token"},
        }
    }
}
TABLES: dict[str, type[Part]] = {
    "applicants": ApplicantSettings,
    "database": DatabaseSettings,
    "guards": GuardSettings,
    "heymilo": HeyMiloSettings,
    "postings": PostingSettings,
    "writeback": WritebackRule,
}
# What belongs to the remote sides, to other programs, or to the code.
FOREIGN = {
    "_hash", "activity_at", "alembic_version", "applied_stage", "as_of", "play_cycle",
    "base_url", "candidate_id", "created_at_start", "deleted_at_start",
    "disqualify_reason_id", "external_id", "changed_applications", "in_progress", "knocked_out",
    "mapping_activated_at", "pending_activation", "r_candidates", "r_jobs", "updated_after",
    "updated_at", "updated_at_start", "w_candidates",
    "url_file", "rule_files", "api_token_file", "refused_by_guard", "retry_after",
    "custom_fields", "expires_in", "from_stage_id", "in_process", "name_key", "note_type",
    "rejection_reason_id", "sort_order", "to_stage_id",
}  # fmt: skip


def keys() -> set[str]:
    """Every key that stands anywhere in the settings."""
    models = settings_models()
    shapes = [Shape(models, {"acme": ats}) for ats in models]
    sections = [section for shape in shapes for section in shape.sections(["acme"])]
    return {name for section in sections for name in section.fields}


def snippets() -> list[tuple[str, str]]:
    return [
        (str(p), body)
        for p in PAGES
        for language, body in p.blocks
        if language == "toml" and "[project" not in body
    ]


def merged(base: Any, over: Any) -> Any:
    if isinstance(base, dict) and isinstance(over, dict):
        return {k: merged(base.get(k), over.get(k, base.get(k))) for k in {**base, **over}}
    return over


@pytest.mark.parametrize(("where", "body"), snippets(), ids=lambda v: v if "/" in v else "")
def test_snippets_load(where: str, body: str, tmp_path: Path) -> None:
    (tmp_path / "workable.token").write_text("token")
    for name in re.findall(r'_file = "([\w.]+)"', body):
        (tmp_path / name).write_text("https://hc.example.com/0123-4567")
    told = tomllib.loads(body.replace("…", "filled"))
    base = json.loads(json.dumps(BASE))
    ats = told.get("connections", {}).get("acme", {}).get("ats", {})
    if ats.get("type", "workable") != "workable":
        base["connections"]["acme"]["ats"] = {}  # what is shown must be enough
    elif "api_token_file" in body:
        del base["connections"]["acme"]["ats"]["api_token"]
    whole = merged(base, told)
    path = tmp_path / "settings.toml"
    path.write_text("")
    environ = {
        f"SYNCD_{name.upper()}": value if isinstance(value, str) else json.dumps(value, default=str)
        for name, value in whole.items()
    }
    settings = load(path, settings_models(), environ)
    assert isinstance(settings, Settings), where
    connection = settings.connections["acme"]
    for name in told.get("connections", {}).get("acme", {}):
        shown = getattr(connection, name)
        field = type(connection).model_fields[name]
        assert shown != field.get_default(call_default_factory=True), f"{where}: {name}"


def test_the_settings_of_the_readme_are_whole(tmp_path: Path) -> None:
    """They need nothing that is not shown."""
    body = next(b for lang, b in page("README.md").blocks if lang == "toml")
    path = tmp_path / "settings.toml"
    path.write_text(body.replace("…", "filled"))
    connection = load(path, settings_models(), {}).connections["acme"]
    assert connection.mode == "plan"
    assert connection.postings.templates == [
        TemplateRule(template_code="ENG-SCREEN", department=["Engineering*"])
    ]


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_named_settings_exist(page: Page) -> None:
    known, kinds = keys(), {row[0].strip("`") for row in rows(KINDS.text)}
    for code in page.inline:
        dotted = re.fullmatch(rf"({'|'.join(TABLES)})\.(\w+)", code)
        if dotted and code not in kinds:
            assert dotted[2] in TABLES[dotted[1]].model_fields, f"{page}: no setting {code}"
        assigned = re.fullmatch(r'(\w+) = (".*"|\d.*|true|false|\[.*\]|…)', code)
        if assigned and page.path.name != "settings.md":
            assert assigned[1] in known, f"{page}: no setting {assigned[1]}"
        table = re.fullmatch(r"\[\[?connections\.(?:NAME|acme)\.(\w+)(?:\.\w+)?\]\]?", code)
        if table:
            assert table[1] in {*TABLES, "ats"}, f"{page}: no table {code}"


@pytest.mark.parametrize("page", [p for p in PAGES if p.path.name != "settings.md"], ids=str)
def test_names_with_an_underscore_mean_something(page: Page) -> None:
    """A setting, a column, a state of the journal, a capability, or a listed foreign name."""
    columns = {column.name for table in metadata.tables.values() for column in table.columns}
    capabilities = set(Capabilities.__dataclass_fields__)
    known = (
        keys()
        | columns
        | capabilities
        | set(EVENTS)
        | {*APPLICATION_COLUMNS, *RESULT_COLUMNS}
        | {measure.name for measure in CATALOGUE}
        | {s.value for s in State}
        | set(metadata.tables)
    )
    named = {code for code in page.inline if re.fullmatch(r"[a-z]*_[a-z_]+", code)}
    assert named <= known | FOREIGN, f"{page}: {sorted(named - known - FOREIGN)}"


def test_units_and_defaults_told_in_prose() -> None:
    """Numbers that several pages repeat."""
    assert HeyMiloSettings.model_fields["settle"].default == 300
    assert HeyMiloSettings.model_fields["requests_per_minute"].default == 280
    assert ApplicantSettings.model_fields["batch_size"].default == 50
    assert PostingSettings.model_fields["archive_after_hours"].default == 24
    assert "280 of the published 300" in page("docs/explanation/requests.md").text
