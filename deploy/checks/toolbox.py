"""Programs for checks, in environments of their own, each made when it is first asked for and when its list changes.

The gates' is `.venv-deploy`; whoever names another list and another home has another one.
"""

import hashlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Final

PACKAGES: Final = {"promtool": "Debian's package prometheus has it"}
"""Where to get a program whose package has another name."""
ROOT: Final = Path(__file__).parents[2]
HOME: Final = ROOT / ".venv-deploy"
_HERE: Final = Path(__file__).parent


class NotToBeHad(Exception):
    """A program that a gate needs cannot be got here; the text says which, and why."""


def python_tool(name: str, listed: Path = _HERE / "requirements.txt", home: Path = HOME) -> Path:
    """A program of a list of Python packages. Raises NotToBeHad."""
    marker = home / f"python-{_digest(listed)}"
    if not marker.exists():
        venv.create(home, with_pip=True, clear=not (home / "npm").exists())
        command: list[str | Path] = [
            home / "bin/python",
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]
        _run([*command, "--requirement", listed], "the package index does not give the programs")
        marker.touch()
    return home / "bin" / name


def node_packages(listed: Path = _HERE / "package.json", folder: Path = HOME / "npm") -> tuple[str, Path]:
    """Node's program, and the folder in which the packages of a `package.json` are installed. Raises NotToBeHad."""
    node, npm = system_tool("node"), system_tool("npm")
    marker = folder / f"installed-{_digest(listed)}"
    if not marker.exists():
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(listed, folder / "package.json")
        command: list[str | Path] = [
            npm,
            "install",
            "--silent",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--prefix",
            folder,
        ]
        _run(command, "the package index does not give the packages")
        marker.touch()
    return node, folder


def system_tool(name: str) -> str:
    """A program of this machine. Raises NotToBeHad."""
    found = shutil.which(name)
    if found is None:
        raise NotToBeHad(f"{name} is not installed{f' ({PACKAGES[name]})' if name in PACKAGES else ''}")
    return found


def _run(command: list[str | Path], complaint: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise NotToBeHad(f"{complaint}: {last}")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes() + sys.version.encode()).hexdigest()[:12]
