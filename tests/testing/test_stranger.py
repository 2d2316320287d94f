"""A connector of another package, written by the how-to: found, tested and used as it is."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.process import SETTINGS, environment

STRANGER = Path(__file__).parent / "stranger"
ATS = SETTINGS.index("[connections.acme.ats]")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Where the package is installed, and where its tests are; syncd's checkout knows neither."""
    home = tmp_path_factory.mktemp("stranger")
    shutil.copytree(STRANGER, home / "project")
    site = home / "site"
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps"),
            *("--no-build-isolation", "--disable-pip-version-check"),
            *("--target", str(site), str(home / "project")),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return site, home / "project" / "tests"


def run(site: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=cwd,
        env=environment(cwd, {"PYTHONPATH": f"{site}{os.pathsep}{cwd}"}),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_it_passes_the_suite(installed: tuple[Path, Path]) -> None:
    site, tests = installed
    flags = ("-q", "-p", "no:cacheprovider", "-p", "no:asyncio", "-W", "error")
    done = run(site, tests, "pytest", *flags)
    assert done.returncode == 0, done.stdout[-3000:]
    passed = int(done.stdout.rsplit(" passed", 1)[0].split()[-1])
    assert passed > 100


def test_its_settings_are_known_and_its_account_is_asked(
    installed: tuple[Path, Path], tmp_path: Path
) -> None:
    site, _ = installed
    own = (
        '[connections.acme.ats]\ntype = "tinyhire"\nbase_url = "http://127.0.0.1:9"\nkey = "k-1"\n'
    )
    rest = SETTINGS[ATS:].partition("\n\n")[2]
    (tmp_path / "settings.toml").write_text(SETTINGS[:ATS] + own + "\n" + rest)
    checked = run(site, tmp_path, "syncd", "check")
    assert "Tinyhire could not be reached" in checked.stdout + checked.stderr
    (tmp_path / "settings.toml").write_text(SETTINGS[:ATS] + own + 'keys = "x"\n\n' + rest)
    refused = run(site, tmp_path, "syncd", "check")
    assert refused.returncode == 2
    assert "did you mean connections.acme.ats.key?" in refused.stderr
