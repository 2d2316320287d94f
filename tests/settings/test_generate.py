"""What is generated from the schema is true, complete and as the repository holds it."""

import re
import tomllib
from pathlib import Path

import pytest

from syncd.ats.registry import settings_models
from syncd.errors import SettingsError
from syncd.settings.checks import PLACEHOLDER
from syncd.settings.generate import write_example, write_reference, write_settings
from syncd.settings.load import load
from syncd.settings.schema import Mode
from syncd.settings.shape import Shape
from tests.settings.files import MODELS, read

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("file", "write"),
    [("settings.example.toml", write_example), ("docs/reference/settings.md", write_reference)],
    ids=["example", "reference"],
)
def test_the_repository_holds_what_the_program_generates(file: str, write) -> None:  # type: ignore[no-untyped-def]
    assert (ROOT / file).read_text("utf-8") == write(settings_models()), "run `make docs`"


def test_the_example_loads_once_its_placeholders_are_filled(tmp_path: Path) -> None:
    text = (ROOT / "settings.example.toml").read_text("utf-8")
    path = tmp_path / "settings.toml"
    path.write_text(text.replace(f'"{PLACEHOLDER}"', '"filled"'), "utf-8")
    settings = load(path, settings_models(), {})
    assert settings.connections["acme"].mode is Mode.PLAN


def test_the_example_does_not_load_before(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(ROOT / "settings.example.toml", settings_models(), {})
    lines = str(caught.value).splitlines()
    assert len(lines) == (ROOT / "settings.example.toml").read_text("utf-8").count(PLACEHOLDER)
    assert all("still is the placeholder" in line for line in lines)


def test_every_line_that_is_commented_out_may_be_taken_in(tmp_path: Path) -> None:
    text = write_settings(MODELS, "example", {})
    text = text.replace(PLACEHOLDER, "filled")
    text = re.sub(r"^#(?! )", "", text, flags=re.MULTILINE)
    # Two that only make sense with others: unfinished people, an ATS address of one's own.
    text = re.sub(r"^(idle_days|base_url = \"\").*\n", "", text, flags=re.MULTILINE)
    settings = read(tmp_path, text)
    assert settings.connections["acme"].writeback[0].status == ["completed", "shortlisted"]
    assert settings.connections["acme"].postings.templates[0].template_code == "ENG-SCREEN"


def test_the_defaults_shown_are_those_that_hold(tmp_path: Path) -> None:
    """Taking a default's `#` away changes nothing; what is shown as an example is known here."""
    examples = {
        "requests", "only_emails", "hours", "applied_after", "base_url", "webhook_secret",
        "template_field",
    }  # fmt: skip
    text = write_settings(MODELS, "example", {}).replace(PLACEHOLDER, "filled")
    plain = read(tmp_path, text)
    head, _, rules = text.partition("#[[")
    assert rules
    for line in re.findall(r"^#(\w+) = .*$", head, flags=re.MULTILINE):
        if line in examples:
            continue
        taken = re.sub(rf"^#(?={line} = )", "", head, count=1, flags=re.MULTILINE)
        assert taken != head
        assert read(tmp_path, taken + "#[[" + rules) == plain, line


def test_every_setting_stands_in_both() -> None:
    example = tomllib.loads(
        re.sub(r"^#(?! )", "", write_settings(MODELS, "example", {}), flags=re.M)
    )
    reference = write_reference(MODELS)
    for section in Shape(MODELS, {"acme": "example"}).sections(["acme"]):
        here = example
        for part in section.path:
            here = here[part][0] if isinstance(here[part], list) else here[part]
        assert set(section.fields) <= set(here), section.path
        for name in section.fields:
            assert f"| `{name}` |" in reference


def test_given_values_are_escaped(tmp_path: Path) -> None:
    tricky = 'a"b\\c#d'
    text = write_settings(
        MODELS,
        "example",
        {("secret",): tricky, ("connections", "x", "ats", "member_id"): "é\n"},
        "x",
    )
    parsed = tomllib.loads(text)
    assert parsed["secret"] == tricky
    assert parsed["connections"]["x"]["ats"]["member_id"] == "é\n"
