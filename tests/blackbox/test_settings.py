"""What a person gets wrong: settings, keys, options. One sentence each, and nothing is touched."""

import json

import pytest

from .scene import LONG_AGO, SECRET, Raw, Scene

pytestmark = [pytest.mark.sockets]


def untouched(scene: Scene) -> None:
    assert scene.heymilo.log == []
    assert scene.workable.log == []


def one_sentence(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    assert 1 <= len(lines) <= 2, f"not one sentence: {text!r}"
    return " ".join(lines)


def test_a_missing_file(scene: Scene) -> None:
    outcome = scene.run("reconcile", "--config", str(scene.folder / "nowhere.toml"), config=False)
    assert outcome.code == 2
    assert "nowhere.toml" in one_sentence(outcome.err)
    outcome = scene.run("plan", config=False)
    assert outcome.code == 2
    untouched(scene)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("installation = ", "installation = = ", "settings.toml"),
        ("api_token = ", "api_tokn = ", "api_token"),
        ("api_key = ", "api_kee = ", "api_key"),
        ("requests_per_minute = 100000", 'requests_per_minute = "many"', "requests_per_minute"),
        ('settle = "1s"', 'settle = "soon"', "settle"),
        ('type = "workable"', 'type = "workabel"', "workable"),
        ('type = "workable"', "", "type"),
        ("requests = ", "reqests = ", "requests"),
        ("[connections.acme.guards]", "[connections.acme.gards]", "guards"),
        ('requests = "100000/10s"', 'requests = "plenty"', "requests"),
        ('base_url = "http', 'base_url = "gopher', "base_url"),
        ('template_code = "STANDARD"', "template_code = true", "template_code"),
    ],
)
def test_a_bad_file(scene: Scene, old: str, new: str, named: str) -> None:
    scene.write_settings()
    text = scene.config.read_text()
    assert old in text
    scene.config.write_text(text.replace(old, new))
    outcome = scene.run("reconcile")
    assert outcome.code == 2, outcome
    assert named in one_sentence(outcome.err), outcome
    assert outcome.out == ""
    untouched(scene)
    assert not (scene.folder / "syncd.db").exists()


def test_a_missing_secret_is_named(scene: Scene) -> None:
    scene.set("heymilo", api_key=None)
    outcome = scene.run("reconcile")
    assert outcome.code == 2
    assert "api_key" in one_sentence(outcome.err)
    scene.set("heymilo", api_key="")
    scene.write_settings()
    outcome = scene.run("reconcile")
    assert outcome.code == 2, outcome
    untouched(scene)


@pytest.mark.parametrize(
    "args",
    [
        ("reconcile", "--only", "postigns"),
        ("reconcile", "--connection", "nobody"),
        ("reconcile", "--wait", "soon"),
        ("reconcile", "--no-such-option"),
        ("recnocile",),
        ("attention", "retry", "no-such-id"),
    ],
)
def test_wrong_usage(scene: Scene, args: tuple[str, ...]) -> None:
    outcome = scene.run(*args)
    assert outcome.code == 2, outcome
    assert outcome.err.strip()
    untouched(scene)


@pytest.mark.parametrize("side", ["heymilo", "workable"])
def test_a_refused_key_is_not_hammered(scene: Scene, side: str) -> None:
    job = scene.workable.add_job("Role one")
    scene.person(job)
    section, key = ("heymilo", "api_key") if side == "heymilo" else ("ats", "api_token")
    scene.set(section, **{key: "refused-secret-0123456789abcdef"})
    scene.set("applicants", applied_after=Raw(LONG_AGO))
    outcome = scene.run("reconcile")
    assert outcome.code == 7, outcome
    assert "refused-secret" not in outcome.out + outcome.err
    fake = scene.heymilo if side == "heymilo" else scene.workable
    refused = [row for row in fake.log if row.status == 401]
    assert 1 <= len(refused) <= 3, f"{len(refused)} attempts"
    assert not scene.heymilo.writes()
    assert not scene.workable.writes()
    planned = scene.run("plan")
    assert planned.code == 7, planned
    assert len([row for row in fake.log if row.status == 401]) - len(refused) <= 3


@pytest.mark.slow
def test_json_is_one_document_everywhere(scene: Scene) -> None:
    job = scene.workable.add_job("Role one")
    one = scene.person(job, email=None)
    scene.set("applicants", applied_after=Raw(LONG_AGO))
    for args, code in (
        (("check",), None),
        (("plan",), 3),
        (("reconcile",), 4),
        (("status",), None),
        (("attention", "list"), None),
        (("explain", job), 0),
        (("explain", one), 0),
        (("db", "current"), 0),
    ):
        outcome = scene.run(*args, "--json", "-v")
        assert code is None or outcome.code == code, outcome
        document = json.loads(outcome.out)
        assert isinstance(document, dict), outcome
    plain = scene.run("reconcile", "--log-format", "json", "-v")
    logs = [line for line in plain.err.splitlines() if not line.startswith("syncd: ")]
    assert len(logs) >= 4
    for line in logs:
        assert isinstance(json.loads(line), dict), line


@pytest.mark.slow
def test_json_holds_for_failures_too(scene: Scene) -> None:
    scene.set("heymilo", api_key="refused-secret-0123456789abcdef")
    outcome = scene.run("reconcile", "--json")
    assert outcome.code == 7
    if outcome.out.strip():
        json.loads(outcome.out)


@pytest.mark.slow
def test_secrets_come_from_files_and_the_environment(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.workable.add_job("Role one")
    key = scene.folder / "key"
    key.write_text(scene.heymilo.key + "\n")
    scene.personal_checked = False
    scene.set("heymilo", api_key=None, api_key_file=str(key))
    scene.set("ats", api_token="overridden-by-the-environment")
    scene.write_settings()
    extra = {**scene.environment(), "SYNCD_CONNECTIONS__ACME__ATS__API_TOKEN": scene.workable.token}
    monkeypatch.setattr(Scene, "environment", lambda _: extra)
    scene.reconcile()
    assert len(scene.heymilo.live()) == 1
    key.unlink()


@pytest.mark.slow
def test_a_changed_secret_is_refused(scene: Scene) -> None:
    scene.workable.add_job("Role one")
    scene.reconcile()
    text = scene.config.read_text()
    scene.config.write_text(text.replace(SECRET, "another-secret-altogether-0001"))
    with scene.heymilo.watched() as seen:
        outcome = scene.run("reconcile")
    assert outcome.code == 2, outcome
    assert "secret" in outcome.err
    assert not [row for row in seen if row.writes]


@pytest.mark.slow
def test_check_tells_what_is_wrong_and_writes_nothing(scene: Scene) -> None:
    scene.workable.add_job("Role one")
    good = scene.run("check")
    assert good.code == 0, good
    scene.templates = [{"template_code": "NO-SUCH-CODE", "title": ["*"]}]
    scene.set("applicants", stages=["Nirvana"])
    scene.write_settings()
    bad = scene.run("check")
    assert bad.code != 0, bad
    assert "NO-SUCH-CODE" in bad.out
    assert "Nirvana" in bad.out
    assert not scene.heymilo.writes()
    assert not scene.workable.writes()


@pytest.mark.slow
def test_init_writes_settings_that_load_and_never_overwrites(scene: Scene) -> None:
    path = scene.folder / "fresh" / "settings.toml"
    path.parent.mkdir()
    made = scene.run("init", str(path), config=False)
    assert made.code == 0, made
    before = path.read_text()
    assert 'mode = "plan"' in before
    assert path.stat().st_mode & 0o077 == 0, "the file with the secret is readable by others"
    again = scene.run("init", str(path), config=False)
    assert again.code == 2, again
    assert path.read_text() == before
    untouched(scene)
