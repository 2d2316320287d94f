"""Where settings come from, and which source wins."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from syncd.errors import ExitCode, SettingsError
from syncd.settings.load import load, locate
from syncd.settings.schema import Mode, WritebackRule, default_rules
from tests.settings.files import API_KEY, API_TOKEN, MODELS, RIGHT, ExampleSettings, change, read


def test_a_right_file_gives_its_values_and_the_documented_defaults(tmp_path: Path) -> None:
    settings = read(tmp_path)
    acme = settings.connections["acme"]
    assert settings.installation == "0123456789ab"
    assert acme.mode is Mode.PLAN
    assert acme.heymilo.api_key.get_secret_value() == API_KEY
    assert acme.heymilo.base_url == "https://api.heymilo.ai"
    assert acme.heymilo.requests_per_minute == 280
    assert acme.heymilo.settle == 300
    assert acme.ats.settle == 60
    assert isinstance(acme.ats, ExampleSettings)
    assert acme.ats.api_token.get_secret_value() == API_TOKEN
    assert acme.postings.deadline_days == 30
    assert acme.applicants.stages == ["Applied"]
    assert acme.applicants.applied_after is None
    assert acme.writeback == []
    assert default_rules() == [WritebackRule(note=True, score=True)]
    assert (settings.schedule.postings, settings.schedule.writeback) == ("10m", "1m")
    assert settings.daemon.listen == "127.0.0.1:8710"


def test_mode_is_sync_when_it_is_left_out(tmp_path: Path) -> None:
    settings = read(tmp_path, change('mode = "plan"', ""))
    assert settings.connections["acme"].mode is Mode.SYNC


def test_identifiers_may_be_numbers(tmp_path: Path) -> None:
    text = change('subdomain = "acme"', "subdomain = 12\nmember_id = 7") + (
        "[connections.acme.applicants]\nstages = [101, 'Applied']\nmove_to_stage = 5\n"
        "[[connections.acme.postings.templates]]\ntemplate_code = 300\n"
    )
    acme = read(tmp_path, text).connections["acme"]
    assert isinstance(acme.ats, ExampleSettings)
    assert (acme.ats.subdomain, acme.ats.member_id) == ("12", "7")
    assert acme.applicants.stages == ["101", "Applied"]
    assert acme.applicants.move_to_stage == "5"
    assert acme.postings.templates[0].template_code == "300"


def test_a_moment_keeps_its_zone(tmp_path: Path) -> None:
    text = RIGHT + "[connections.acme.applicants]\napplied_after = 2026-11-01T02:00:00+02:00\n"
    moment = read(tmp_path, text).connections["acme"].applicants.applied_after
    assert moment == datetime(2026, 11, 1, tzinfo=UTC)


class TestDatabase:
    def test_a_relative_file_stands_beside_the_settings(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        monkeypatch.chdir(elsewhere)
        assert read(tmp_path).database.url == f"sqlite:///{tmp_path}/syncd.db"

    def test_also_when_the_settings_are_named_relatively(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "settings.toml").write_text(RIGHT)
        monkeypatch.chdir(tmp_path)
        settings = load(Path("settings.toml"), MODELS, {})
        assert settings.database.url == f"sqlite:///{tmp_path}/syncd.db"

    @pytest.mark.parametrize("url", ["sqlite:////var/state.db", "postgresql+psycopg://u:p@h/n"])
    def test_others_stay_as_they_are(self, tmp_path: Path, url: str) -> None:
        settings = read(
            tmp_path, change("[connections.acme]", f'[database]\nurl = "{url}"\n[connections.acme]')
        )
        assert settings.database.url == url


class TestEnvironment:
    def test_it_wins_over_the_file(self, tmp_path: Path) -> None:
        acme = read(
            tmp_path,
            environ={
                "SYNCD_CONNECTIONS__ACME__MODE": "create-only",
                "SYNCD_CONNECTIONS__ACME__HEYMILO__SETTLE": "90s",
                "SYNCD_CONNECTIONS__ACME__APPLICANTS__MAX_PER_RUN": "7",
                "SYNCD_CONNECTIONS__ACME__APPLICANTS__STAGES": '["Sourced", "Applied"]',
                "SYNCD_CONNECTIONS__ACME__POSTINGS__ARCHIVE_WHEN_CLOSED": "false",
            },
        ).connections["acme"]
        assert acme.mode is Mode.CREATE_ONLY
        assert acme.heymilo.settle == 90
        assert acme.applicants.max_per_run == 7
        assert acme.applicants.stages == ["Sourced", "Applied"]
        assert acme.postings.archive_when_closed is False
        assert acme.heymilo.api_key.get_secret_value() == API_KEY

    @pytest.mark.parametrize("name", ["Acme", "acme-eu", "Acme_EU"])
    def test_names_match_without_case_and_with_dashes_as_underscores(
        self, tmp_path: Path, name: str
    ) -> None:
        variable = f"SYNCD_CONNECTIONS__{name.upper().replace('-', '_')}__ATS__API_TOKEN"
        settings = read(
            tmp_path,
            RIGHT.replace("acme.", f"{name}.").replace("acme]", f"{name}]"),
            {variable: "other"},
        )
        assert list(settings.connections) == [name]
        ats = settings.connections[name].ats
        assert isinstance(ats, ExampleSettings)
        assert ats.api_token.get_secret_value() == "other"

    def test_a_text_may_look_like_a_list(self, tmp_path: Path) -> None:
        settings = read(
            tmp_path, environ={"SYNCD_CONNECTIONS__ACME__POSTINGS__TITLE": "[AI] {title}"}
        )
        assert settings.connections["acme"].postings.title == "[AI] {title}"

    def test_the_ats_type_may_come_from_it(self, tmp_path: Path) -> None:
        text = change('type = "example"', "")
        settings = read(tmp_path, text, {"SYNCD_CONNECTIONS__ACME__ATS__TYPE": "example"})
        assert isinstance(settings.connections["acme"].ats, ExampleSettings)

    def test_variables_of_others_are_left_alone(self, tmp_path: Path) -> None:
        # What Kubernetes sets for a service called syncd.
        environ = {
            "SYNCD_SERVICE_HOST": "10.0.0.1",
            "SYNCD_PORT_8710_TCP": "x",
            "SYNCD_CONFIG": "x",
        }
        assert read(tmp_path, environ=environ) == read(tmp_path)


class TestSecretFiles:
    def test_a_secret_is_read_from_a_file_beside_the_settings(self, tmp_path: Path) -> None:
        (tmp_path / "keys").mkdir()
        (tmp_path / "keys" / "heymilo").write_text("from-file\n")
        text = change(f'api_key = "{API_KEY}"', 'api_key_file = "keys/heymilo"')
        settings = read(tmp_path, text)
        assert settings.connections["acme"].heymilo.api_key.get_secret_value() == "from-file"

    def test_every_secret_may_be_one_the_database_included(self, tmp_path: Path) -> None:
        for name, value in {
            "s": "S",
            "t": "T",
            "w": "W",
            "d": "postgresql+psycopg://u:p@h/n",
        }.items():
            (tmp_path / name).write_text(f"{value}\r\n")
        text = change(
            'secret = "a-long-secret"', 'secret_file = "s"\ndatabase.url_file = "d"'
        ).replace(f'api_token = "{API_TOKEN}"', 'api_token_file = "t"\nwebhook_secret_file = "w"')
        settings = read(tmp_path, text)
        ats = settings.connections["acme"].ats
        assert isinstance(ats, ExampleSettings)
        assert settings.secret is not None
        assert settings.secret.get_secret_value() == "S"
        assert settings.database.url == "postgresql+psycopg://u:p@h/n"
        assert ats.api_token.get_secret_value() == "T"
        assert ats.webhook_secret is not None
        assert ats.webhook_secret.get_secret_value() == "W"

    def test_several_secrets_of_one_file_stand_one_a_line(self, tmp_path: Path) -> None:
        (tmp_path / "n").write_text("json://one.example.com\nmailto://two.example.com\n")
        text = RIGHT.replace(
            "[connections.acme]", '[daemon]\nnotify_file = "n"\n[connections.acme]'
        )
        told = [url.get_secret_value() for url in read(tmp_path, text).daemon.notify]
        assert told == ["json://one.example.com", "mailto://two.example.com"]

    def test_a_ping_address_is_an_address_and_never_shown(self, tmp_path: Path) -> None:
        wrong = '[daemon]\nping_url = "s3cret"\n[connections.acme]'
        with pytest.raises(SettingsError, match="ping_url is not an address") as caught:
            read(tmp_path, RIGHT.replace("[connections.acme]", wrong))
        assert "s3cret" not in str(caught.value)

    def test_the_environment_may_name_one_instead_of_the_files_value(self, tmp_path: Path) -> None:
        (tmp_path / "key").write_text("from-file")
        settings = read(
            tmp_path,
            environ={"SYNCD_CONNECTIONS__ACME__HEYMILO__API_KEY_FILE": str(tmp_path / "key")},
        )
        assert settings.connections["acme"].heymilo.api_key.get_secret_value() == "from-file"

    def test_an_empty_webhook_secret_is_none(self, tmp_path: Path) -> None:
        settings = read(tmp_path, RIGHT + 'webhook_secret = ""\n')
        assert settings.connections["acme"].ats.webhook_secret is None


class TestCredentials:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        folder = tmp_path / "credentials"
        folder.mkdir()
        return folder

    def test_a_credential_gives_what_the_file_lacks(self, tmp_path: Path, folder: Path) -> None:
        (folder / "connections.acme.heymilo.api_key").write_text("from-systemd\n")
        (folder / "connections.acme.ats.api_token").write_text("token-from-systemd")
        (folder / "somebody.elses").write_text("x")
        text = change(f'api_key = "{API_KEY}"', "").replace(f'api_token = "{API_TOKEN}"', "")
        acme = read(tmp_path, text, {"CREDENTIALS_DIRECTORY": str(folder)}).connections["acme"]
        assert isinstance(acme.ats, ExampleSettings)
        assert acme.heymilo.api_key.get_secret_value() == "from-systemd"
        assert acme.ats.api_token.get_secret_value() == "token-from-systemd"

    def test_a_folder_of_them_has_its_id_before_each_name(
        self, tmp_path: Path, folder: Path
    ) -> None:
        (folder / "syncd_connections.acme.heymilo.api_key").write_text("from-a-folder\n")
        environ = {"CREDENTIALS_DIRECTORY": str(folder)}
        key = read(tmp_path, environ=environ).connections["acme"].heymilo.api_key
        assert key.get_secret_value() == "from-a-folder"
        (folder / "syncd_connections.acme.heymilo.apikey").write_text("x")
        with pytest.raises(SettingsError, match=r"did you mean connections\.acme\.heymilo"):
            read(tmp_path, environ=environ)

    def test_it_wins_over_the_file_and_loses_to_the_environment(
        self, tmp_path: Path, folder: Path
    ) -> None:
        (folder / "connections.acme.heymilo.api_key").write_text("from-systemd")
        environ = {"CREDENTIALS_DIRECTORY": str(folder)}
        key = read(tmp_path, environ=environ).connections["acme"].heymilo.api_key
        assert key.get_secret_value() == "from-systemd"
        environ["SYNCD_CONNECTIONS__ACME__HEYMILO__API_KEY"] = "from-environment"
        key = read(tmp_path, environ=environ).connections["acme"].heymilo.api_key
        assert key.get_secret_value() == "from-environment"

    def test_a_misspelt_one_is_an_error_with_the_right_name(
        self, tmp_path: Path, folder: Path
    ) -> None:
        (folder / "connections.acme.heymilo.apikey").write_text("from-systemd")
        with pytest.raises(
            SettingsError, match=r"did you mean connections\.acme\.heymilo\.api_key\?"
        ):
            read(tmp_path, environ={"CREDENTIALS_DIRECTORY": str(folder)})

    def test_a_directory_that_does_not_exist_holds_none(self, tmp_path: Path) -> None:
        assert read(tmp_path, environ={"CREDENTIALS_DIRECTORY": str(tmp_path / "none")})


class TestLocate:
    @pytest.fixture(autouse=True)
    def here(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "here").mkdir()
        monkeypatch.chdir(tmp_path / "here")

    def make(self, path: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(RIGHT)
        return path

    def test_the_nearest_place_wins(self, tmp_path: Path) -> None:
        environ = {"HOME": str(tmp_path)}
        home = self.make(tmp_path / ".config" / "syncd" / "settings.toml")
        assert locate(None, environ) == home
        config = self.make(tmp_path / "xdg" / "syncd" / "settings.toml")
        environ["XDG_CONFIG_HOME"] = str(tmp_path / "xdg")
        assert locate(None, environ) == config
        self.make(Path("settings.toml"))
        assert locate(None, environ) == Path("settings.toml")
        environ["SYNCD_CONFIG"] = str(self.make(tmp_path / "named.toml"))
        assert locate(None, environ) == tmp_path / "named.toml"
        assert locate(self.make(tmp_path / "explicit.toml"), environ) == tmp_path / "explicit.toml"

    def test_a_named_file_that_is_not_there_is_not_replaced_by_another(
        self, tmp_path: Path
    ) -> None:
        self.make(Path("settings.toml"))
        with pytest.raises(SettingsError, match=r"no such file.*syncd init"):
            locate(tmp_path / "none.toml", {})
        with pytest.raises(SettingsError, match=r"none\.toml.*named by SYNCD_CONFIG"):
            locate(None, {"SYNCD_CONFIG": "none.toml"})

    def test_nothing_anywhere_says_where_was_looked_and_what_to_run(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError) as caught:
            locate(None, {"HOME": str(tmp_path)})
        assert str(caught.value) == (
            f"there is no settings file (settings.toml, {tmp_path}/.config/syncd/settings.toml, "
            "/etc/syncd/settings.toml); `syncd init` writes one"
        )
        assert caught.value.exit_code is ExitCode.USAGE
