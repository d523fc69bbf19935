"""Schemathesis against a running stack, by the one OpenAPI document: every check, and sequences along the document's links."""

import os
import re
import subprocess
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from apitools.fuzz.areas import AREAS
from deploy.checks.toolbox import ROOT

CONFIG: Final = Path(__file__).with_name("schemathesis.toml")


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is tried: which phases, drawn requests a route, and sequences of requests along the links in each of so many areas."""

    phases: str
    examples: int
    sequences: int
    areas: int = len(AREAS)


SHORT: Final = Effort("examples,stateful", examples=1, sequences=10, areas=3)
"""A minute: the document's examples for every route, and a few sequences of create, read, change and delete."""
THOROUGH: Final = Effort("examples,coverage,fuzzing,stateful", examples=25, sequences=60)
"""Half an hour: besides, drawn requests, each bound of each field from both sides, each missing field and wrong type, and many sequences."""
STATEFUL: Final = "stateful"


@dataclass(frozen=True, slots=True)
class Report:
    """What schemathesis said, and whether it found nothing."""

    text: str
    is_clean: bool

    @property
    def steps(self) -> int:
        """Steps of sequences that used what an earlier answer gave."""
        return sum(int(steps) for steps in re.findall(r"Sequences: (\d+) steps", self.text))

    @property
    def longest(self) -> int:
        """So many of them one after the other."""
        return max([int(steps) for steps in re.findall(r"up to (\d+) in a row", self.text)], default=0)


def fuzz(url: str, token: str, effort: Effort, folder: Path, *, seed: int = 1, paths: str | None = None) -> Report:
    """Run it in `folder`, to its end. `url` is the gateway's, without `/v1`.

    paths: a regular expression; only paths in which it is found are asked for, and sequences are drawn among them.
    """
    phases = effort.phases.split(",")
    runs = [(",".join(phase for phase in phases if phase != STATEFUL), paths)]
    if STATEFUL in phases:
        runs += [(STATEFUL, area) for area in ([paths] if paths else AREAS[: effort.areas])]
    done = [_run(url, token, effort, folder, seed, phases, paths) for phases, paths in runs if phases]
    return Report("\n".join(each.stdout for each in done), all(each.returncode == 0 for each in done))


def _run(
    url: str, token: str, effort: Effort, folder: Path, seed: int, phases: str, paths: str | None
) -> subprocess.CompletedProcess[str]:
    config = folder / CONFIG.name
    # Told here, not in the command: what that says would hold for sequences as well.
    each = f"generation.max-examples = {effort.sequences}\n[generation]\nmax-examples = {effort.examples}\n"
    # As the document's own scheme, so that schemathesis can leave it out.
    who = f'[auth.openapi.token]\nbearer = "{token.strip()}"\n'
    config.write_text(CONFIG.read_text() + each + who)
    program = Path(sysconfig.get_path("scripts")) / "schemathesis"
    command = [
        *(str(program), "--config-file", str(config), "run", f"{url}/v1/openapi.json"),
        *("--phases", phases, "--seed", str(seed)),
        *("--workers", str(os.cpu_count() or 1), "--generation-database", "none"),
        *("--no-shrink", "--continue-on-failure", "--suppress-health-check", "all"),
        *("--warnings", "off", "--request-timeout", "60"),
        *(() if paths is None else ("--include-path-regex", paths)),
    ]
    told = {
        "SCHEMATHESIS_HOOKS": "apitools.fuzz.hooks",
        "PYTHONPATH": str(ROOT),
        "INTERLOCK_URL": url,
        "INTERLOCK_TOKEN": token,
    }
    told |= {"INTERLOCK_SEQUENCES": "1"} if phases == STATEFUL else {}
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **told},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
