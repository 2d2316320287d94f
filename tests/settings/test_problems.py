"""What is said about settings that are wrong: where, what, what to do, and never a secret."""

from pathlib import Path

import pytest

from syncd.errors import ExitCode, SettingsError
from tests.settings.files import API_KEY, API_TOKEN, RIGHT, change, read


def complaint(folder: Path, text: str, environ: dict[str, str] | None = None) -> str:
    """What is said of ``text``, without the file's name at the front of each line."""
    with pytest.raises(SettingsError) as caught:
        read(folder, text, environ)
    assert caught.value.exit_code is ExitCode.USAGE
    message = str(caught.value)
    assert API_KEY not in message
    assert API_TOKEN not in message
    assert "a-long-secret" not in message
    return message.replace(f"{folder}/settings.toml: ", "")


RULE = "[[connections.acme.writeback]]\n"
APPLICANTS = "[connections.acme.applicants]\n"
POSTINGS = "[connections.acme.postings]\n"
KNOWN = "completed, dismissed, knocked_out, shortlisted, in_progress, pending"

CASES = {
    "missing secret": (
        change(f'api_key = "{API_KEY}"', ""),
        "connections.acme.heymilo.api_key is missing; set it, or api_key_file, or a credential "
        "named connections.acme.heymilo.api_key",
    ),
    "missing text": (
        change('subdomain = "acme"', ""),
        "connections.acme.ats.subdomain is missing; set it (The account's subdomain)",
    ),
    "missing table": (
        change(f'[connections.acme.heymilo]\napi_key = "{API_KEY}"', ""),
        "connections.acme.heymilo is missing; add the table [connections.acme.heymilo]",
    ),
    "no connection": (
        'installation = "x"\n',
        "connections is missing; name at least one connection, as in [connections.acme]",
    ),
    "empty connections": ("[connections]\n", "connections must not be empty"),
    "unknown key": (
        change('mode = "plan"', 'moed = "plan"'),
        "connections.acme.moed is not a setting; did you mean connections.acme.mode?",
    ),
    "unknown key of a secret": (
        change("api_key =", 'apikey = "x"\napi_key ='),
        "connections.acme.heymilo.apikey is not a setting; "
        "did you mean connections.acme.heymilo.api_key?",
    ),
    "unknown key of the ATS": (
        change("subdomain =", 'subdomian = "x"\nsubdomain ='),
        "connections.acme.ats.subdomian is not a setting; "
        "did you mean connections.acme.ats.subdomain?",
    ),
    "unknown key in a list": (
        RIGHT + RULE + "notes = true\n",
        "connections.acme.writeback[#1].notes is not a setting; "
        "did you mean connections.acme.writeback[#1].note?",
    ),
    "key in the wrong table": (
        RIGHT + "deadline_days = 3\n",
        "connections.acme.ats.deadline_days is not a setting here; "
        "deadline_days belongs into [connections.acme.postings]",
    ),
    "key of the top in a table": (
        RIGHT + POSTINGS + 'installation = "x"\n',
        "connections.acme.postings.installation is not a setting here; "
        "installation belongs at the top of the file",
    ),
    "unknown ATS": (
        change('type = "example"', 'type = "exmaple"'),
        "connections.acme.ats.type is not an ATS that syncd knows; did you mean example?",
    ),
    "far-off ATS": (
        change('type = "example"', 'type = "zzz"'),
        "connections.acme.ats.type is not an ATS that syncd knows; known are example",
    ),
    "no ATS type": (
        change('type = "example"', ""),
        "connections.acme.ats.type is missing; known are example",
    ),
    "mode": (
        change('"plan"', '"dry"'),
        'connections.acme.mode must be "off", "plan", "create-only" or "sync"',
    ),
    "placeholder": (
        change('"acme"\n', '"…"\n'),
        'connections.acme.ats.subdomain still is the placeholder "…"; put the real value there',
    ),
    "empty secret": (
        change(API_TOKEN, ""),
        "connections.acme.ats.api_token is empty; put the real value there",
    ),
    "line break in a secret": (
        change(API_KEY, "abc\\ndef"),
        "connections.acme.heymilo.api_key holds a line break or another control character",
    ),
    "space in a key": (
        change(API_KEY, f" {API_KEY}"),
        "connections.acme.heymilo.api_key is empty or holds a space, a line break or a non-ASCII "
        "character",
    ),
    "secret of a wrong kind": (
        change(f'"{API_KEY}"', f'["{API_KEY}"]'),
        "connections.acme.heymilo.api_key is not usable as it is; it must be a text that is not "
        "empty",
    ),
    "secret twice": (
        change("api_key =", 'api_key_file = "x"\napi_key ='),
        "connections.acme.heymilo.api_key stands beside api_key_file; keep one of them",
    ),
    "number": (
        RIGHT + APPLICANTS + "max_per_run = 0\n",
        "connections.acme.applicants.max_per_run must be at least 1",
    ),
    "text for a number": (
        RIGHT + APPLICANTS + 'max_per_run = "many"\n',
        "connections.acme.applicants.max_per_run must be a whole number",
    ),
    "text for a list": (
        RIGHT + APPLICANTS + 'stages = "Applied"\n',
        'connections.acme.applicants.stages must be a list, like ["one", "two"]',
    ),
    "text for a table": (
        change(f'[connections.acme.heymilo]\napi_key = "{API_KEY}"', 'heymilo = "x"'),
        "connections.acme.heymilo must be a table",
    ),
    "text for the ATS": (
        RIGHT.partition("[connections.acme.ats]")[0].replace('"plan"', '"plan"\nats = "workable"'),
        "connections.acme.ats must be a table",
    ),
    "moment without a zone": (
        RIGHT + APPLICANTS + "applied_after = 2026-11-01T00:00:00\n",
        "connections.acme.applicants.applied_after has no time zone; end it with Z or an offset "
        "like +02:00",
    ),
    "no moment": (
        RIGHT + APPLICANTS + 'applied_after = "soon"\n',
        "connections.acme.applicants.applied_after is not a moment; write it like "
        "2026-11-01T00:00:00Z",
    ),
    "duration": (
        RIGHT + 'settle = "a while"\n',
        'connections.acme.ats.settle is not a duration; write it like "90s", "5m", "2h" or "1d"',
    ),
    "rate": (
        RIGHT + 'requests = "10 a second"\n',
        'connections.acme.ats.requests is not a rate; write it like "10/10s"',
    ),
    "address": (
        RIGHT + 'base_url = "acme.example.com"\n',
        "connections.acme.ats.base_url is not an address like https://example.com",
    ),
    "credentials in an address": (
        RIGHT + 'base_url = "https://u:p@acme.example.com"\n',
        "connections.acme.ats.base_url must hold neither credentials nor a query",
    ),
    "hours": (
        RIGHT + APPLICANTS + 'hours = "8-20 Europe/Nowhere"\n',
        'connections.acme.applicants.hours is not like "08:00-20:00 Europe/Berlin"',
    ),
    "title": (
        RIGHT + POSTINGS + 'title = "{titel}"\n',
        "connections.acme.postings.title has an unknown placeholder; known are {title}, "
        "{department}, {location}, {id}",
    ),
    "misspelt status": (
        RIGHT + RULE + 'status = ["complete"]\n',
        "connections.acme.writeback[#1].status[#1] is not a status that can be written; "
        "did you mean completed?",
    ),
    "status that is no result": (
        RIGHT + RULE + 'status = ["evaluating"]\n',
        "connections.acme.writeback[#1].status[#1] is not a status that can be written; "
        f"known are {KNOWN}",
    ),
    "unfinished without idle_days": (
        RIGHT + RULE + 'status = ["pending"]\n',
        "connections.acme.writeback[#1] has a status of unfinished interviews, which needs "
        "idle_days",
    ),
    "idle_days of finished ones": (
        RIGHT + RULE + 'status = ["completed"]\nidle_days = 7\n',
        "connections.acme.writeback[#1] has idle_days, which goes only with in_progress and "
        "pending",
    ),
    "idle_days with a score": (
        RIGHT + RULE + "idle_days = 7\nmin_score = 5\n",
        "connections.acme.writeback[#1] has idle_days and a score limit; unfinished interviews "
        "have no score",
    ),
    "scores that never meet": (
        RIGHT + RULE + "note = true\n" + RULE + "min_score = 70\nmax_score = 70\n",
        "connections.acme.writeback[#2] has a min_score that is not below its max_score, so it "
        "never matches",
    ),
    "reason without rejecting": (
        RIGHT + RULE + 'reject_reason = "x"\n',
        "connections.acme.writeback[#1] has a reject_reason without reject = true",
    ),
    "connection name": (
        RIGHT.replace("connections.acme", 'connections."a/b"'),
        "connections.a/b is not a connection's name: letters, digits, - and single _, at most 60",
    ),
    "schedule": (
        "[schedule]\nresults = 'often'\n" + RIGHT.partition("\n\n")[2],
        'schedule.results is neither an interval like "2m" nor a crontab line of five fields',
    ),
    "too quick a schedule": (
        "[schedule]\nresults = '0.5s'\n" + RIGHT.partition("\n\n")[2],
        "schedule.results is an interval below 1s",
    ),
    "crontab": (
        "[schedule]\nresults = '61 * * * *'\n" + RIGHT.partition("\n\n")[2],
        'schedule.results is not a crontab line; write five fields like "*/10 7-19 * * mon-fri"',
    ),
    "listen": (
        "[daemon]\nlisten = 'localhost'\n" + RIGHT.partition("\n\n")[2],
        'daemon.listen is not host:port, like "127.0.0.1:8710" or "[::1]:8710"',
    ),
    "port": (
        "[daemon]\nlisten = '127.0.0.1:70000'\n" + RIGHT.partition("\n\n")[2],
        'daemon.listen is not host:port, like "127.0.0.1:8710" or "[::1]:8710"',
    ),
    "database": (
        "[database]\nurl = 'mysql://u:hidden@h/n'\n" + RIGHT.partition("\n\n")[2],
        "database.url must begin with sqlite:/// or postgresql+psycopg://",
    ),
    "database driver": (
        "[database]\nurl = 'postgres://u:hidden@h/n'\n" + RIGHT.partition("\n\n")[2],
        "database.url must begin with postgresql+psycopg://",
    ),
    "database in memory": (
        "[database]\nurl = 'sqlite://'\n" + RIGHT.partition("\n\n")[2],
        "database.url names no file; the state must outlive the process, as in sqlite:///syncd.db",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_one_sentence_says_where_what_and_what_to_do(tmp_path: Path, name: str) -> None:
    text, said = CASES[name]
    assert complaint(tmp_path, text) == said


def test_each_problem_has_its_line(tmp_path: Path) -> None:
    text = change('"plan"', '"dry"').replace('subdomain = "acme"', "").replace(API_KEY, "")
    lines = complaint(tmp_path, text).splitlines()
    assert [line.split()[0] for line in lines] == [
        "connections.acme.heymilo.api_key",
        "connections.acme.ats.subdomain",
        "connections.acme.mode",
    ]


def test_toml_that_cannot_be_read_names_the_line(tmp_path: Path) -> None:
    said = complaint(tmp_path, RIGHT + "x = = 1\n")
    line = len(RIGHT.splitlines()) + 1
    assert said.startswith("this is not TOML: ")
    assert f"line {line}" in said


def test_a_value_of_the_environment_is_blamed_on_its_variable(tmp_path: Path) -> None:
    environ = {"SYNCD_CONNECTIONS__ACME__APPLICANTS__BATCH_SIZE": "1000"}
    assert complaint(tmp_path, RIGHT, environ) == (
        "environment variable SYNCD_CONNECTIONS__ACME__APPLICANTS__BATCH_SIZE: "
        "connections.acme.applicants.batch_size must be at most 100"
    )


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        (
            "SYNCD_CONNECTIONS__ACME__HEYMILO__APIKEY",
            "connections.acme.heymilo.apikey is not a setting; "
            "did you mean connections.acme.heymilo.api_key?",
        ),
        ("SYNCD_SECRT", "secrt is not a setting; did you mean secret?"),
        ("SYNCD_DATABSE__URL", "databse is not a setting; did you mean database?"),
    ],
)
def test_a_misspelt_variable_is_an_error(tmp_path: Path, variable: str, said: str) -> None:
    assert complaint(tmp_path, RIGHT, {variable: "x"}) == f"environment variable {variable}: {said}"


def test_secret_files_that_cannot_serve(tmp_path: Path) -> None:
    text = change(f'api_key = "{API_KEY}"', 'api_key_file = "key"')
    where = "connections.acme.heymilo.api_key stands in"
    assert complaint(tmp_path, text) == (
        f"{where} {tmp_path}/key, which cannot be read: No such file or directory"
    )
    (tmp_path / "key").write_text("\n")
    assert complaint(tmp_path, text) == f"{where} {tmp_path}/key, which is empty"
    (tmp_path / "key").write_bytes(b"\xff\xfe")
    assert complaint(tmp_path, text) == f"{where} a file that is not UTF-8"


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    from syncd.settings.load import load

    with pytest.raises(SettingsError, match="cannot be read: Is a directory"):
        load(tmp_path, {}, {})
    (tmp_path / "latin.toml").write_bytes(b'installation = "\xe4"')
    with pytest.raises(SettingsError, match="byte 17 is not UTF-8"):
        load(tmp_path / "latin.toml", {}, {})


def test_settings_show_no_secret(tmp_path: Path) -> None:
    text = RIGHT.replace(
        "[connections.acme]",
        '[database]\nurl = "postgresql+psycopg://u:hidden@h/n"\n[connections.acme]',
    )
    shown = repr(read(tmp_path, text))
    assert "acme" in shown
    for secret in (API_KEY, API_TOKEN, "a-long-secret", "hidden"):
        assert secret not in shown
