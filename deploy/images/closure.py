"""What a service declares, and what that declares in turn: nothing else goes into its image."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from importlib.metadata import requires
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

OURS = "interlock-"
ROOT: Final = Path(__file__).parents[2]
SERVICES: Final = ("project-svc", "program-svc", "gateway")


def closure(package: str) -> frozenset[str]:
    """The canonical names of the distributions that `package` needs on this platform, itself included.

    Of ours their pyproject.toml says it, of others the environment, which is installed from the lock: one of ours that was installed before its
    declaration changed would lack something. Raises importlib.metadata.PackageNotFoundError.
    """
    found: set[tuple[str, str]] = set()
    waiting = [(canonicalize_name(package), "")]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in found:
            continue
        found.add((name, extra))
        for line in _declared(name):
            wanted = Requirement(line)
            if wanted.marker is None or wanted.marker.evaluate({"extra": extra}):
                waiting += [(canonicalize_name(wanted.name), each) for each in ("", *wanted.extras)]
    return frozenset(name for name, _ in found)


def source_of(name: str) -> Path:
    """The folder of one of our packages."""
    short = name.removeprefix(OURS)
    return ROOT / ("services" if short in SERVICES else "libs") / short


def _declared(name: str) -> Sequence[str]:
    if not name.startswith(OURS):
        return requires(name) or ()
    told = tomllib.loads((source_of(name) / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = told.get("optional-dependencies", {})
    return [
        *told["dependencies"],
        *(f"{line}; extra == '{extra}'" for extra, lines in extras.items() for line in lines),
    ]


def locked(lock: Path) -> dict[str, str]:
    """The lock's entries that hold on this platform: canonical name → the entry with its hashes."""
    entries = re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8").strip())
    return dict(_named(entries))


def _named(entries: list[str]) -> Iterator[tuple[str, str]]:
    for entry in entries:
        wanted = Requirement(entry.partition(" \\")[0])
        if wanted.marker is None or wanted.marker.evaluate():
            yield canonicalize_name(wanted.name), entry


def needed(package: str, lock: Path) -> tuple[list[str], list[str]]:
    """The names of ours that `package` needs, and the lock's entries for everything else that it needs. Raises KeyError for what is not locked."""
    names = sorted(closure(package))
    entries = locked(lock)
    return [name for name in names if name.startswith(OURS)], [
        entries[name] for name in names if not name.startswith(OURS)
    ]
