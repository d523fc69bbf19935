"""Known vulnerabilities of what the images hold, by pip-audit and whichever database of advisories answers."""

import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from deploy.checks.toolbox import NotToBeHad
from deploy.images.closure import SERVICES, locked, needed
from deploy.images.context import LOCK, SERVERS

DATABASES: Final = ("pypi", "osv")
"""Of advisories, in the order in which they are asked: the package index, and OSV."""

Ask = Callable[[Path, str], Mapping[str, Any]]
"""What pip-audit says (`--format json`) of a list of packages by one database. Raises NotToBeHad."""


def packages() -> list[str]:
    """`name==version` of every distribution of others that some image holds."""
    entries = {entry for service in SERVICES for entry in needed(f"interlock-{service}", LOCK)[1]}
    entries |= {locked(LOCK)[name] for name in SERVERS.values()}
    return sorted(entry.partition(" ")[0] for entry in entries)


def vulnerabilities(ask: Ask) -> Iterator[tuple[str, str]]:
    """The advisory's name and a line about it, of each that is known. Raises NotToBeHad when no database knows every package."""
    reasons: list[str] = []
    wanted = packages()
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "requirements.txt"
        listed.write_text("\n".join(wanted) + "\n", encoding="utf-8")
        for database in DATABASES:
            try:
                told = ask(listed, database)["dependencies"]
            except NotToBeHad as why:
                reasons.append(f"{database}: {why}")
                continue
            asked = [each for each in told if "vulns" in each]
            yield from _found(asked)
            if len(asked) == len(wanted):
                return
            reasons.append(f"{database} has no advisories of {len(wanted) - len(asked)} of {len(wanted)} packages")
    raise NotToBeHad("; ".join(reasons))


def pip_audit(program: Path) -> Ask:
    """Ask with this program."""

    def ask(listed: Path, database: str) -> Mapping[str, Any]:
        options = ["--no-deps", "--disable-pip", "--progress-spinner", "off", "--format", "json"]
        command: list[str | Path] = [program, "--requirement", listed, "--vulnerability-service", database, *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        try:
            answer: Mapping[str, Any] = json.loads(done.stdout)
        except ValueError:
            raise NotToBeHad((done.stderr.strip().splitlines() or ["no reason given"])[-1][:200]) from None
        return answer

    return ask


def _found(asked: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for package in asked:
        for each in package["vulns"]:
            mended = ", ".join(each["fix_versions"]) or "nowhere yet"
            yield each["id"], f"{package['name']} {package['version']}: {each['id']}, mended in {mended}"
