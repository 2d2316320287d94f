"""What a user sees when a command fails."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from syncd.cli import output
from syncd.cli.failures import told
from syncd.cli.options import Options
from syncd.errors import (
    CredentialsRefused,
    ExitCode,
    HeldByAnother,
    SettingsError,
    StateError,
    Uncertain,
)
from tests.cli.process import SETTINGS, environment, syncd

SECRET = "somebody@example.com"


def raising(error: BaseException) -> Callable[[], ExitCode]:
    def body() -> ExitCode:
        raise error

    return body


@pytest.fixture(autouse=True)
def nothing_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "_written", False)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SettingsError("wrong"), 2),
        (CredentialsRefused("wrong"), 7),
        (HeldByAnother("wrong"), 6),
        (StateError("wrong"), 1),
        (Uncertain("wrong"), 1),
        (OSError(28, "wrong"), 1),
    ],
)
def test_an_expected_error_is_a_sentence_and_its_code(
    error: Exception, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(raising(error), Options(verbose=2)) == code
    assert capsys.readouterr() == ("", "syncd: wrong\n")


def test_the_code_of_a_command_is_the_code_of_the_process() -> None:
    assert told(lambda: ExitCode.REFUSED_BY_GUARD, Options()) == 5


def test_with_json_the_sentence_is_the_document(capsys: pytest.CaptureFixture[str]) -> None:
    told(raising(HeldByAnother("held")), Options(json=True))
    assert json.loads(capsys.readouterr().out) == {"error": "held", "exit_code": 6}


def test_there_is_never_a_second_document(capsys: pytest.CaptureFixture[str]) -> None:
    def body() -> ExitCode:
        output.print_document({"changes": []})
        raise StateError("late")

    assert told(body, Options(json=True)) == 1
    assert json.loads(capsys.readouterr().out) == {"changes": []}


def test_several_errors_at_once_end_in_the_worst_code(capsys: pytest.CaptureFixture[str]) -> None:
    several = ExceptionGroup(
        "several", [StateError("one"), ExceptionGroup("inner", [CredentialsRefused("two")])]
    )
    assert told(raising(several), Options()) == 7
    assert capsys.readouterr().err == "syncd: one\nsyncd: two\n"


@pytest.mark.parametrize(
    "error",
    [KeyError(SECRET), ExceptionGroup("x", [StateError("known"), ValueError(SECRET)])],
    ids=["one", "among others"],
)
def test_a_bug_is_named_by_type_and_place_only(
    error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(raising(error), Options()) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"syncd: this is a bug in syncd: {type(error).__name__} in body (")
    assert said.count("\n") == 1
    assert "Traceback" not in said
    assert SECRET not in said


def test_v_shows_the_way_to_a_bug_and_to_its_causes_but_no_text(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def body() -> ExitCode:
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            raise RuntimeError(f"about {SECRET}") from error

    assert told(body, Options(verbose=1)) == 1
    said = capsys.readouterr().err
    assert said.count("Traceback (most recent call last):") == 2
    assert "KeyError\n" in said
    assert "RuntimeError\n" in said
    assert SECRET not in said.replace("raise KeyError(SECRET)", "")


def test_an_interruption_is_no_error_of_anybody(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(raising(KeyboardInterrupt()), Options()) == 130
    assert capsys.readouterr() == ("", "syncd: interrupted\n")


def test_a_reader_that_left_is_no_news(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(SETTINGS)
    process = subprocess.Popen(
        [sys.executable, "-m", "syncd", "db", "current"],
        cwd=tmp_path,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert (process.wait(60), said) == (141, b"")


def test_closed_outputs_do_not_matter(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(SETTINGS)
    command = f'"{sys.executable}" -m syncd db current >&- 2>&-'
    assert subprocess.call(["/bin/sh", "-c", command], cwd=tmp_path, env=environment(tmp_path)) == 0


class TestDatabase:
    """`syncd db` on a state that is missing, old, new, or cannot be."""

    @pytest.fixture(autouse=True)
    def settings(self, tmp_path: Path) -> None:
        (tmp_path / "settings.toml").write_text(SETTINGS)

    def test_current_creates_nothing(self, tmp_path: Path) -> None:
        ended = syncd("db", "current", cwd=tmp_path)
        assert (ended.code, ended.err) == (0, "")
        assert ended.out.startswith(f"{tmp_path}/syncd.db: empty, this syncd needs ")
        assert [path.name for path in tmp_path.iterdir()] == ["settings.toml"]

    def test_upgrade_makes_the_state_and_downgrade_takes_it_back(self, tmp_path: Path) -> None:
        up = json.loads(syncd("db", "upgrade", "--json", cwd=tmp_path).out)
        assert up["before"] is None
        assert up["revision"] == up["head"]
        again = syncd("db", "upgrade", cwd=tmp_path)
        assert again.out == f"{tmp_path}/syncd.db: {up['head']}, up to date\n"
        down = syncd("db", "downgrade", "base", "--json", cwd=tmp_path)
        assert json.loads(down.out)["revision"] is None

    def test_downgrade_goes_back_one_version_by_default_or_when_told(self, tmp_path: Path) -> None:
        head = json.loads(syncd("db", "upgrade", "--json", cwd=tmp_path).out)["head"]
        first = syncd("db", "downgrade", "--json", cwd=tmp_path)
        syncd("db", "upgrade", cwd=tmp_path)
        second = syncd("db", "downgrade", "-1", "--json", cwd=tmp_path)
        assert first.code == second.code == 0
        assert json.loads(first.out) == json.loads(second.out)
        assert json.loads(first.out)["revision"] != head

    def test_an_unknown_revision_is_a_usage_error(self, tmp_path: Path) -> None:
        ended = syncd("db", "upgrade", "nosuch", cwd=tmp_path)
        assert ended.code == 2
        assert ended.err.startswith("syncd: ")
        assert "Traceback" not in ended.err

    def test_a_place_that_cannot_hold_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        text = f'[database]\nurl = "sqlite:///file/state.db"\n{SETTINGS.partition("secret")[0]}'
        connections = SETTINGS.partition("\n\n")[2]
        (tmp_path / "settings.toml").write_text(text + connections)
        ended = syncd("db", "upgrade", cwd=tmp_path)
        assert ended.code in (1, 2)
        assert ended.err.startswith("syncd: ")
        assert ended.err.count("\n") == 1


@pytest.fixture
def logged_process(tmp_path: Path) -> Callable[..., list[str]]:
    """Run code after logging was set up as given, and return the lines of standard error."""

    def run(options: str, code: str) -> list[str]:
        program = (
            "import logging\nfrom syncd.cli.options import Options\n"
            "from syncd.cli.logging_setup import configure\n"
            f"configure(Options({options}))\n{code}"
        )
        done = subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
            env={**os.environ, "HOME": str(tmp_path)},
        )
        assert done.stdout == ""
        return done.stderr.splitlines()

    return run


class TestLogs:
    LEVELS = (
        "log = logging.getLogger('syncd.x')\n"
        "log.debug('d'); log.info('i'); log.warning('w')\n"
        "other = logging.getLogger('somebody'); other.info('oi'); other.warning('ow')\n"
        "for name in ('httpx', 'httpcore.connection', 'psycopg'):\n"
        "    logging.getLogger(name).error('GET https://example.com/?token=x')\n"
    )

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ("", ["w", "ow"]),
            ("verbose=1", ["i", "w", "ow"]),
            ("verbose=2", ["d", "i", "w", "ow"]),
            ("verbose=9", ["d", "i", "w", "ow"]),
        ],
    )
    def test_it_is_quiet_unless_asked_and_silent_about_addresses(
        self, logged_process: Callable[..., list[str]], options: str, said: list[str]
    ) -> None:
        lines = logged_process(options, self.LEVELS)
        assert [line.rsplit(": ", 1)[1] for line in lines] == said

    def test_a_json_line_holds_what_was_added_by_syncd_alone(
        self, logged_process: Callable[..., list[str]]
    ) -> None:
        code = (
            "for name in ('syncd.phases', 'somebody'):\n"
            "    logging.getLogger(name).warning('%s left', 3, extra={'job_id': 'J1'})\n"
        )
        ours, other = map(json.loads, logged_process('log_format="json"', code))
        assert ours.pop("time").endswith("Z")
        assert ours == {
            "level": "warning",
            "logger": "syncd.phases",
            "message": "3 left",
            "job_id": "J1",
        }
        assert "job_id" not in other

    @pytest.mark.parametrize("options", ["", 'log_format="json"'])
    def test_an_exceptions_text_is_not_logged(
        self, logged_process: Callable[..., list[str]], options: str
    ) -> None:
        code = (
            "try: int('some' + 'body@example.com')\n"
            "except ValueError: logging.getLogger('syncd').exception('failed')\n"
        )
        text = "\n".join(logged_process(options, code))
        assert "ValueError" in text
        assert "somebody@example.com" not in text

    def test_the_level_of_a_caller_that_wants_more(
        self, logged_process: Callable[..., list[str]]
    ) -> None:
        code = "configure(Options(), logging.INFO)\nlogging.getLogger('syncd').info('begun')\n"
        assert len(logged_process("", code)) == 1


def test_the_root_logger_is_not_touched_by_importing() -> None:
    before = list(logging.getLogger().handlers)
    __import__("syncd.cli.logging_setup")
    assert logging.getLogger().handlers == before
