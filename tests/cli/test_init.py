"""`syncd init`: a first settings file that is safe and right."""

import json
import os
import pty
import select
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from syncd.ats.registry import settings_models
from syncd.settings.load import load
from syncd.settings.schema import Mode, Settings
from tests.cli.process import environment, syncd


def filled(path: Path) -> Settings:
    """The settings at ``path`` with every placeholder filled."""
    path.write_text(path.read_text("utf-8").replace('"…"', '"filled"'), "utf-8")
    return load(path, settings_models(), {})


def test_without_a_terminal_it_writes_defaults_and_says_what_is_missing(tmp_path: Path) -> None:
    ended = syncd("init", cwd=tmp_path)
    assert (ended.code, ended.err) == (0, "")
    for name in ("heymilo.api_key", "ats.subdomain", "ats.api_token"):
        assert f"connections.acme.{name}" in ended.out
    for command in ("syncd check", "syncd plan", "syncd reconcile"):
        assert f"  {command} " in ended.out
    path = tmp_path / "settings.toml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    settings = filled(path)
    assert settings.connections["acme"].mode is Mode.PLAN
    assert len(settings.installation) == 12
    int(settings.installation, 16)
    assert settings.secret is not None
    assert len(settings.secret.get_secret_value()) >= 40


def test_every_file_has_an_installation_and_a_secret_of_its_own(tmp_path: Path) -> None:
    for name in ("one.toml", "two.toml"):
        assert syncd("init", name, cwd=tmp_path).code == 0
    one, two = filled(tmp_path / "one.toml"), filled(tmp_path / "two.toml")
    assert one.installation != two.installation
    assert one.secret != two.secret


def test_the_commands_named_next_name_the_file(tmp_path: Path) -> None:
    ended = syncd("init", "my file.toml", cwd=tmp_path)
    assert "syncd check --config 'my file.toml'" in ended.out


def test_the_next_command_says_what_to_fill_in(tmp_path: Path) -> None:
    syncd("init", cwd=tmp_path)
    ended = syncd("db", "upgrade", cwd=tmp_path)
    assert ended.code == 2
    assert "connections.acme.heymilo.api_key still is the placeholder" in ended.err


def test_json(tmp_path: Path) -> None:
    ended = syncd("init", "--json", cwd=tmp_path)
    document = json.loads(ended.out)
    assert document["path"] == "settings.toml"
    assert "connections.acme.heymilo.api_key" in document["missing"]


@pytest.mark.parametrize("there", ["file", "empty", "folder", "dangling link"])
def test_it_never_overwrites(tmp_path: Path, there: str) -> None:
    path = tmp_path / "settings.toml"
    match there:
        case "file":
            path.write_text("mine")
        case "empty":
            path.touch()
        case "folder":
            path.mkdir()
        case _:
            path.symlink_to(tmp_path / "none")
    before = path.lstat()
    ended = syncd("init", cwd=tmp_path)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == (
        "syncd: settings.toml exists already and is left as it is; name another file\n"
    )
    assert path.lstat().st_mtime_ns == before.st_mtime_ns
    assert sorted(p.name for p in tmp_path.iterdir()) == ["settings.toml"]


def test_a_folder_that_is_missing(tmp_path: Path) -> None:
    ended = syncd("init", "none/settings.toml", cwd=tmp_path)
    assert ended.code == 2
    assert ended.err == "syncd: none/settings.toml: there is no folder none; make it first\n"


END_OF_INPUT = "\x04"


class Terminal:
    """`syncd init` with a person at the keyboard."""

    def __init__(self, cwd: Path) -> None:
        self.keyboard, inside = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "syncd", "init"],
            cwd=cwd,
            env=environment(cwd, {"TERM": "dumb"}),
            stdin=inside,
            stdout=inside,
            stderr=inside,
            start_new_session=True,
        )
        os.close(inside)
        self.screen = ""

    def answer(self, prompt: str, text: str) -> None:
        """Wait until the last line shown holds ``prompt``, then type ``text`` and Enter."""
        while prompt not in self.screen.rpartition("\n")[2]:
            self._look()
        time.sleep(0.05)  # the prompt for a key shows before the terminal stops echoing
        os.write(self.keyboard, text.encode() + b"\n")
        self.screen += "\n"

    def close(self) -> int:
        try:
            while True:
                self._look()
        except OSError:  # the terminal is gone with its last user
            os.close(self.keyboard)
        return self.process.wait(60)

    def _look(self) -> None:
        ready, _, _ = select.select([self.keyboard], [], [], 60)
        if not ready:
            self.process.kill()
            pytest.fail("it waits for an answer that the test does not give")
        part = os.read(self.keyboard, 4096)
        if not part:
            raise OSError
        self.screen += part.decode()


def test_on_a_terminal_it_asks_and_never_shows_a_key(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.answer("Name of the connection", "a/b")
    terminal.answer("Name of the connection", "north")
    terminal.answer("ATS (", "no such ats")
    terminal.answer("ATS (", "workable")
    terminal.answer("connections.north.heymilo.api_key", "not a key")
    terminal.answer("connections.north.heymilo.api_key", "hidden-key-1")
    terminal.answer("connections.north.ats.subdomain", "north-office")
    terminal.answer("connections.north.ats.api_token", "hidden-token-2")
    assert terminal.close() == 0
    assert "is not a connection's name" in terminal.screen
    assert "holds a space" in terminal.screen
    for key in ("hidden-key-1", "hidden-token-2", "not a key"):
        assert key not in terminal.screen
    settings = load(tmp_path / "settings.toml", settings_models(), {})
    north = settings.connections["north"]
    assert north.heymilo.api_key.get_secret_value() == "hidden-key-1"
    assert north.ats.model_dump()["subdomain"] == "north-office"
    assert north.ats.model_dump()["api_token"].get_secret_value() == "hidden-token-2"


def test_breaking_off_leaves_nothing_behind(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.answer("Name of the connection", "north")
    terminal.answer("ATS (", "workable")
    terminal.answer("api_key", END_OF_INPUT)
    assert terminal.close() == 130
    assert "Traceback" not in terminal.screen
    assert list(tmp_path.iterdir()) == []


def test_of_several_at_once_one_writes(tmp_path: Path) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "syncd", "init", "--json"],
            cwd=tmp_path,
            env=environment(tmp_path),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(6)
    ]
    assert sorted(process.wait(60) for process in started) == [0, 2, 2, 2, 2, 2]
