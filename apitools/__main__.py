"""`python -m apitools lint`: the public rules. `python -m apitools install`: what the clients' smoke tests need, as far as it can be had."""

import argparse
import shutil
import subprocess

from apitools.where import DOCUMENT, HERE, node_clients, python_clients, spectral
from deploy.checks.toolbox import NotToBeHad


def main() -> int:
    """The command. Exit code 1 if the linter found an error, 3 if it cannot be had here."""
    parser = argparse.ArgumentParser(prog="python -m apitools", description=__doc__)
    parser.add_argument("command", choices=["lint", "install"])
    return {"lint": _lint, "install": _install}[parser.parse_args().command]()


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


if __name__ == "__main__":
    raise SystemExit(main())
