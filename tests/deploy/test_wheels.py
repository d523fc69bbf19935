"""A service that is installed from its wheel runs its own migrations: images are made of wheels, not of the source tree."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {"project_svc": "project-svc", "program_svc": "program-svc", "gateway": "gateway"}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with what the wheels of the three services hold."""
    folder = tmp_path_factory.mktemp("wheels")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        folder,
    ]
    subprocess.run([*command, *(ROOT / "services" / name for name in PACKAGES.values())], check=True, timeout=120)
    for wheel in folder.glob("*.whl"):
        zipfile.ZipFile(wheel).extractall(folder / "installed")
    return folder / "installed"


@pytest.mark.parametrize(("package", "project"), PACKAGES.items())
def test_a_wheel_carries_every_migration(installed, package, project):
    inside = installed / package / "migrations" / "versions"
    beside = ROOT / "services" / project / "migrations" / "versions"
    assert {path.name for path in inside.glob("*.py")} == {path.name for path in beside.glob("*.py")} != set()


@pytest.mark.parametrize("package", PACKAGES)
@pytest.mark.long
def test_an_installed_service_migrates_an_empty_database(installed, package, postgres, new_database):
    url = postgres.url(new_database())
    told = {**os.environ, "PYTHONPATH": str(installed), "INTERLOCK_MIGRATION_DATABASE_URL": url}
    where = [sys.executable, "-c", f"import {package}; print({package}.__file__)"]
    command = [sys.executable, "-m", package, "migrate"]
    assert subprocess.check_output(where, env=told, text=True).startswith(str(installed))

    first = subprocess.run(command, env=told, capture_output=True, text=True, timeout=60, check=False)
    again = subprocess.run(command, env=told, capture_output=True, text=True, timeout=60, check=False)

    head = max(path.name[:4] for path in (installed / package / "migrations" / "versions").glob("*.py"))
    assert (first.returncode, first.stdout) == (0, f"{package}: schema at {head}\n"), first.stderr
    assert (again.returncode, again.stdout) == (0, first.stdout)
