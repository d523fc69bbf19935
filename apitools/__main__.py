"""`python -m apitools COMMAND`: `lint`, the public rules; `install`, what the clients' smoke tests need, as far as it can be had; `fuzz`, for long."""

import argparse
import shutil
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

from apitools.where import DOCUMENT, HERE, node_clients, python_clients, spectral
from deploy.checks.toolbox import NotToBeHad


def main() -> int:
    """The command. Exit code 1 if something was found, 3 if the linter cannot be had here."""
    parser = argparse.ArgumentParser(prog="python -m apitools", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("lint", help="Spectral's and OWASP's rules over the document")
    commands.add_parser("install", help="what the smoke tests of generated clients need")
    fuzzing = commands.add_parser("fuzz", help="schemathesis on a stack of its own, for long")
    fuzzing.add_argument("--seed", type=int, default=1)
    fuzzing.add_argument("--phases", help="of examples,coverage,fuzzing,stateful; all of them by default")
    fuzzing.add_argument("--report", type=Path, help="a file that keeps what was said")
    fuzzing.add_argument("--paths", help="a regular expression: only paths in which it is found")
    asked = parser.parse_args()
    match asked.command:
        case "lint":
            return _lint()
        case "install":
            return _install()
    return _fuzz(asked.seed, asked.phases, asked.paths, asked.report)


def _lint() -> int:
    try:
        command, folder = spectral()
    except NotToBeHad as why:
        print(f"not linted: {why}")
        return 3
    # Beside its packages, since that is where the ruleset looks for what it extends.
    ruleset = shutil.copyfile(HERE / "lint/ruleset.yaml", folder / "ruleset.yaml")
    asked = [*command, "lint", "--ruleset", ruleset, "--fail-severity", "error", DOCUMENT]
    return subprocess.run(asked, check=False).returncode


def _install() -> int:
    for what in (python_clients, node_clients):
        try:
            what()
        except NotToBeHad as why:
            print(f"without {what.__name__.replace('_', ' ')}: {why}")
    return 0


def _fuzz(seed: int, phases: str | None, paths: str | None, report: Path | None) -> int:
    # Here, since both are of the development environment alone, and the other commands are not.
    from apitools.fuzz import THOROUGH, fuzz
    from bench.stack import Stack

    stack = Stack()
    try:
        with tempfile.TemporaryDirectory() as folder:
            effort = replace(THOROUGH, phases=phases or THOROUGH.phases)
            done = fuzz(stack.url, stack.token, effort, Path(folder), seed=seed, paths=paths)
    finally:
        stack.stop()
    steps = f"{done.steps} steps of sequences used what an earlier answer gave, up to {done.longest} in a row."
    told = f"seed {seed}\n{done.text}\n{steps}"
    print(told)
    if report is not None:
        report.write_text(told + "\n")
    return int(not done.is_clean)


if __name__ == "__main__":
    raise SystemExit(main())
