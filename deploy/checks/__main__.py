"""`python -m deploy.checks [GATE …]`: run the gates, say what each found. Exit code 1 if any found something."""

import argparse
import subprocess

from deploy.checks.gates import GATES
from deploy.checks.toolbox import NotToBeHad


def main() -> int:
    """The command."""
    names = [gate.__name__ for gate in GATES]
    parser = argparse.ArgumentParser(prog="python -m deploy.checks", description=__doc__)
    parser.add_argument("gate", nargs="*", choices=[*names, []], metavar="GATE", help=", ".join(names))
    asked = parser.parse_args().gate or names
    failed = False
    for gate in (each for each in GATES if each.__name__ in asked):
        try:
            findings = list(gate())
        except NotToBeHad as why:
            print(f"not run  {gate.__name__}: {why}", flush=True)
            continue
        except subprocess.CalledProcessError as error:
            findings = [(error.stderr or str(error)).strip()]
        print(f"{'FAILED ' if findings else 'ok     '}  {gate.__name__}", flush=True)
        for line in findings:
            print(f"           {line}")
        failed |= bool(findings)
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
