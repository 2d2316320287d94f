"""What can be typed, and what wrong typing ends in."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

import syncd as package
from tests.cli.process import SETTINGS, environment, syncd

SMALLEST = "import typer\n\ndef main(name: str = 'x'): ...\n\ntyper.run(main)\n"


def test_the_version(tmp_path: Path) -> None:
    ended = syncd("--version", cwd=tmp_path)
    assert (ended.code, ended.out, ended.err) == (0, f"syncd {package.__version__}\n", "")


@pytest.mark.parametrize("arguments", [[], ["attention"], ["db"]])
def test_no_command_shows_the_help_and_is_a_usage_error(
    tmp_path: Path, arguments: list[str]
) -> None:
    ended = syncd(*arguments, cwd=tmp_path)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("Usage: syncd")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["reconcil"],
            "No such command 'reconcil'. Did you mean 'reconcile'? (see `syncd --help`)",
        ),
        (["plan", "--onyl", "x"], "No such option: --onyl"),
        (
            ["plan", "--only", "postings,x"],
            "Invalid value for '--only': 'x' is no phase; phases are postings, applicants, "
            "results, writeback (see `syncd plan --help`)",
        ),
        (["reconcile", "--only", ""], "Invalid value for '--only': '' is no phase"),
        (["reconcile", "--wait", "-1"], "Invalid value for '--wait': must be a number of seconds"),
        (["reconcile", "--wait", "nan"], "Invalid value for '--wait': must be a number of seconds"),
        (["reconcile", "--wait", "x"], "Invalid value for '--wait'"),
        (["status", "--log-format", "xml"], "Invalid value for '--log-format'"),
        (["attention", "retry"], "Missing argument 'ID...' (see `syncd attention retry --help`)"),
        (["sandbox", "--port", "70000"], "Invalid value for '--port'"),
        (["status", "extra"], "Got unexpected extra argument"),
    ],
)
def test_a_usage_error_is_one_line_and_exit_code_2(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    ended = syncd(*arguments, cwd=tmp_path)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"syncd: {said}")
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [["--json", "plan", "--only", "x"], ["plan", "--only", "x", "--json"]]
)
def test_with_json_a_usage_error_is_a_document_too(tmp_path: Path, arguments: list[str]) -> None:
    ended = syncd(*arguments, cwd=tmp_path)
    document = json.loads(ended.out)
    assert (ended.code, document["exit_code"]) == (2, 2)
    assert "is no phase" in document["error"]


@pytest.mark.parametrize(
    "arguments",
    [["--json", "db", "current"], ["db", "--json", "current"], ["db", "current", "--json"]],
)
def test_common_options_stand_anywhere(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "elsewhere.toml").write_text(SETTINGS)
    ended = syncd(*arguments, "--config", "elsewhere.toml", cwd=tmp_path)
    assert ended.code == 0
    assert json.loads(ended.out)["revision"] is None
    ended = syncd("--config", "elsewhere.toml", *arguments, cwd=tmp_path)
    assert json.loads(ended.out)["revision"] is None


def test_the_option_nearest_to_the_command_wins(tmp_path: Path) -> None:
    (tmp_path / "right.toml").write_text(SETTINGS)
    wrong_first = ["--config", "wrong.toml", "db", "current", "--config", "right.toml"]
    assert syncd(*wrong_first, cwd=tmp_path).code == 0


def test_without_settings_one_sentence_says_what_to_run(tmp_path: Path) -> None:
    ended = syncd("db", "current", cwd=tmp_path, env={"XDG_CONFIG_HOME": str(tmp_path / "none")})
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == (
        f"syncd: there is no settings file (settings.toml, {tmp_path}/none/syncd/settings.toml, "
        "/etc/syncd/settings.toml); `syncd init` writes one\n"
    )


def test_wrong_settings_are_told_without_their_secrets(tmp_path: Path) -> None:
    text = SETTINGS.replace("api_token", "apitoken")
    (tmp_path / "settings.toml").write_text(text)
    ended = syncd("db", "upgrade", "-vv", cwd=tmp_path)
    assert ended.code == 2
    assert "did you mean connections.acme.ats.api_token?" in ended.err
    assert "ats-token" not in ended.out + ended.err
    assert not (tmp_path / "syncd.db").exists()


def test_help_imports_nothing_that_a_command_needs() -> None:
    heavy = ("pydantic", "sqlalchemy", "httpx", "rich", "alembic", "asyncio", "logging.config")
    program = (
        "import sys, syncd.cli.app\n"
        "try: syncd.cli.app.main(['--help'])\n"
        f"except SystemExit: print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_help_takes_no_longer_than_that_of_a_small_program(tmp_path: Path) -> None:
    (tmp_path / "smallest.py").write_text(SMALLEST)

    def seconds(*command: str) -> float:
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, *command, "--help"],
            check=True,
            capture_output=True,
            cwd=tmp_path,
            env=environment(tmp_path),
            timeout=60,
        )
        return time.perf_counter() - began

    pairs = [(seconds("-m", "syncd"), seconds("smallest.py")) for _ in range(5)]
    ours, smallest = (min(times) for times in zip(*pairs, strict=True))
    assert ours <= 1.5 * smallest
