"""What is built from the repository works in an environment of its own."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.cli.process import SETTINGS, environment

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as it is built from the source archive, so that both are proven whole."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def scripts(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts of an environment that has the wheel, and nothing of the checkout.

    The packages that syncd needs are lent by the environment of the tests; its own ``.pth`` files,
    and with them the checkout, do not come along.
    """
    home = tmp_path_factory.mktemp("clean")
    venv.create(home, with_pip=False)
    own = Path(sysconfig.get_path("purelib", vars={"base": str(home)}))
    lent = sysconfig.get_path("purelib")
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "--python", str(home / "bin" / "python"), "install"),
            *("--quiet", "--no-deps", "--no-index", str(wheel)),
        ],
        check=True,
        capture_output=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": ""},
    )
    (own / "lent.pth").write_text(lent + "\n")
    return home / "bin"


def test_the_wheel_holds_the_program_and_its_migrations_and_no_more(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    revisions = [path.name for path in (ROOT / "migrations" / "versions").glob("*.py")]
    assert revisions
    for name in ["env.py", *(f"versions/{revision}" for revision in revisions)]:
        assert f"syncd/migrations/{name}" in names
    assert "syncd/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert {name.split("/")[0] for name in names if not name.startswith("syncd-")} == {"syncd"}
    assert not [name for name in names if "__pycache__" in name or name.endswith(".db")]


def test_it_runs_from_an_empty_folder(scripts: Path, tmp_path: Path) -> None:
    def run(*arguments: str) -> str:
        done = subprocess.run(
            arguments,
            cwd=tmp_path,
            env=environment(tmp_path),
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.stderr == ""
        return done.stdout

    where = run(str(scripts / "python"), "-c", "import syncd; print(syncd.__file__)")
    assert where.startswith(str(scripts.parent))
    assert run(str(scripts / "syncd"), "--version").startswith("syncd ")
    (tmp_path / "settings.toml").write_text(SETTINGS)
    upgraded = json.loads(run(str(scripts / "syncd"), "db", "upgrade", "--json"))
    assert upgraded["database"] == str(tmp_path / "syncd.db")
    assert upgraded["revision"] == upgraded["head"]
    current = json.loads(run(str(scripts / "syncd"), "--json", "db", "current"))
    assert current["revision"] == upgraded["head"]


def test_it_finds_its_connectors(scripts: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [scripts / "syncd", "init", "--json"],
        cwd=tmp_path,
        env=environment(tmp_path),
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "connections.acme.ats.api_token" in json.loads(done.stdout)["missing"]
