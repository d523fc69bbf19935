"""Schemathesis against a running stack, by the one OpenAPI document: every check, and sequences along the document's links."""

import os
import subprocess
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.checks.toolbox import ROOT

CONFIG: Final = Path(__file__).with_name("schemathesis.toml")


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is tried: which phases, drawn requests a route, and sequences of requests along the links."""

    phases: str
    examples: int
    sequences: int


SHORT: Final = Effort("examples,stateful", examples=1, sequences=15)
"""A minute: the document's examples for every route, and a few sequences of create, read, change and delete."""
THOROUGH: Final = Effort("examples,coverage,fuzzing,stateful", examples=25, sequences=1000)
"""Half an hour: besides, drawn requests, each bound of each field from both sides, each missing field and wrong type, and many sequences."""


def fuzz(
    url: str, token: str, effort: Effort, folder: Path, *, seed: int = 1, paths: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run it in `folder`, to its end; the exit code is 0 if nothing was found. `url` is the gateway's, without `/v1`.

    paths: a regular expression; only paths in which it is found are asked for.
    """
    config = folder / CONFIG.name
    # Told here, not in the command: what that says would hold for sequences as well.
    each = f"generation.max-examples = {effort.sequences}\n[generation]\nmax-examples = {effort.examples}\n"
    config.write_text(CONFIG.read_text() + each)
    program = Path(sysconfig.get_path("scripts")) / "schemathesis"
    command = [
        *(str(program), "--config-file", str(config), "run", f"{url}/v1/openapi.json"),
        *("--header", f"Authorization: Bearer {token}", "--checks", "all"),
        *("--phases", effort.phases, "--seed", str(seed)),
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
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **told},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
