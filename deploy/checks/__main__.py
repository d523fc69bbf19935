"""`python -m deploy.checks [GATE …]`: run the gates, say what each found and which could not run. Exit code 1 if any found something."""

import argparse
import subprocess

from deploy.checks.gates import GATES, LivedWith
from deploy.checks.toolbox import NotToBeHad


def main() -> int:
    """The command."""
    names = [gate.__name__ for gate in GATES]
    parser = argparse.ArgumentParser(prog="python -m deploy.checks", description=__doc__)
    parser.add_argument("gate", nargs="*", choices=[*names, []], metavar="GATE", help=", ".join(names))
    asked = parser.parse_args().gate or names
    failed, unsaid = False, []
    for gate in (each for each in GATES if each.__name__ in asked):
        findings: list[str] = []
        try:
            for line in gate():
                findings.append(line)  # noqa: PERF402  (what was found before it could go no further counts)
        except NotToBeHad as why:
            print(f"{'in part ' if findings else 'not run '} {gate.__name__}: {why}", flush=True)
            unsaid.append(gate.__name__)
            if not findings:
                continue
        except subprocess.CalledProcessError as error:
            findings.append((error.stderr or str(error)).strip())
        is_wrong = any(not isinstance(line, LivedWith) for line in findings)
        print(f"{'FAILED ' if is_wrong else 'ok     '}  {gate.__name__}", flush=True)
        for line in findings:
            print(f"           {'lived with: ' if isinstance(line, LivedWith) else ''}{line}")
        failed |= is_wrong
    if unsaid:
        print(f"{len(unsaid)} of {len(asked)} gates could not run, or not wholly: {', '.join(unsaid)}")
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
